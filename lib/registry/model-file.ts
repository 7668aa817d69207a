import { StoreError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import type { Encoding } from '../data/encode.ts';
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
 * The columns of x are named, in order, by the metadata entry `features`, a JSON list.
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
    parameters.set(tensor.data as Float64Array, slice.offset);
  }
  return parameters;
}

/** Mean and scale of each encoded column; 0 and 1 for the columns of a category. */
function featureScaling({ features, columns }: Encoding): [Float64Array, Float64Array] {
  const numbers = new Map(features.flatMap((feature) => (feature.kind === 'number' ? [[feature.name, feature]] : [])));
  const ofColumns = columns.map(({ feature }) => numbers.get(feature));
  return [Float64Array.from(ofColumns, (n) => n?.mean ?? 0), Float64Array.from(ofColumns, (n) => n?.scale ?? 1)];
}
