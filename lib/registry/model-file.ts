import { StoreError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import type { Encoding, FeatureEncoding, Scaling } from '../data/feature-encoding.ts';
import type { TargetEncoding } from '../data/target.ts';
import type { Model } from '../models/model.ts';
import type { Manifest } from './manifest.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from './safetensors.ts';

/**
 * The bytes of model.safetensors: the slices of the parameters by name, and what scales features and target, so that
 * the file alone gives predictions for a row of encoded features x:
 *
 *     score = coefficients · ((x − feature_mean) / feature_scale) + intercept
 *
 * For a regression the prediction is score · target_scale + target_mean (its exponential, when the target was logged);
 * where the metadata has the entry `link: log`, e^score takes the place of the score. An mlp has the tensors of its layers
 * instead of coefficients, named and shaped as torch.nn.Linear has them: `layers.0.weight`, `layers.0.bias`, ….
 * The columns of x are named, in order, by the metadata entry `features`, a JSON list. Where the manifest's encoding
 * has quantiles, x holds the share below a value, or its deviate, and not the value.
 */
export function encodeModel(model: Model, parameters: Vector, encoding: Encoding, target: TargetEncoding): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const { name, offset, shape } of model.layout) {
    const length = shape.reduce((product, size) => product * size, 1);
    tensors[name] = { dtype: 'F64', shape: [...shape], data: parameters.slice(offset, offset + length) };
  }
  const [mean, scale] = featureScaling(encoding);
  tensors.feature_mean = { dtype: 'F64', shape: [mean.length], data: mean };
  tensors.feature_scale = { dtype: 'F64', shape: [scale.length], data: scale };
  if (!('classes' in target)) {
    tensors.target_mean = { dtype: 'F64', shape: [1], data: Float64Array.of(target.mean) };
    tensors.target_scale = { dtype: 'F64', shape: [1], data: Float64Array.of(target.scale) };
  }
  return encodeSafetensors(tensors, {
    format: 'hone',
    kind: model.kind,
    ...(isUsual(model) ? {} : { loss: model.loss, link: model.link }),
    features: JSON.stringify(encoding.columns.map(({ name }) => name)),
    ...(!('classes' in target)
      ? { target_transform: target.log ? 'log' : 'none' }
      : { classes: JSON.stringify(target.classes) }),
  });
}

/** Whether the kind alone says how a score becomes a prediction. */
function isUsual({ kind, loss }: Model): boolean {
  return (
    (kind === 'linear' && loss === 'squared') ||
    (kind === 'logistic' && loss === 'logistic') ||
    (kind === 'softmax' && loss === 'cross-entropy')
  );
}

/** The flat parameters in a model file, put together by the manifest's layout. */
export function decodeModel(body: Uint8Array, { model, name, version }: Manifest): Vector {
  const { tensors } = decodeSafetensors(body);
  const parameters = new Float64Array(model.parameterCount);
  for (const slice of model.layout) {
    const tensor = tensors[slice.name];
    if (tensor?.dtype !== 'F64' || tensor.shape.join() !== slice.shape.join()) {
      throw new StoreError(
        `model ${name} ${version}: expected a tensor ${slice.name} of float64, shape [${slice.shape}], found ` +
          (tensor ? `${tensor.dtype} [${tensor.shape}]` : 'none'),
      );
    }
    if (!(slice.offset >= 0 && slice.offset + tensor.data.length <= parameters.length)) {
      throw new StoreError(
        `model ${name} ${version}: expected slice ${slice.name} within the parameters, found it outside`,
      );
    }
    parameters.set(tensor.data as Float64Array, slice.offset);
  }
  return parameters;
}

/** Mean and scale of each encoded column; 0 and 1 for those that are not scaled by such a pair. */
function featureScaling({ features, columns }: Encoding): [Float64Array, Float64Array] {
  const [mean, scale] = [new Float64Array(columns.length), new Float64Array(columns.length).fill(1)];
  const scalings = new Map(features.map((feature) => [feature.name, scalingsOf(feature)]));
  let [previous, at] = ['', 0];
  for (const [i, { feature }] of columns.entries()) {
    at = feature === previous ? at + 1 : 0;
    previous = feature;
    const own = scalings.get(feature)?.[at];
    if (own) [mean[i], scale[i]] = [own.mean, own.scale];
  }
  return [mean, scale];
}

/** Of a feature's first columns; those that follow are 0 or 1. */
function scalingsOf(feature: FeatureEncoding): Scaling[] {
  if (feature.kind === 'number' || feature.kind === 'ordinal') return [feature];
  return feature.kind === 'date' ? feature.parts : [];
}
