import type { Matrix } from '../core/matrix.ts';
import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { StreamedMatrix } from '../core/streamed-matrix.ts';
import { encodeRows } from '../data/encode.ts';
import { encodeSparse, hasSparse } from '../data/encode-sparse.ts';
import type { Table } from '../data/table.ts';
import { actualValues, decodeValue, encodeTarget } from '../data/target.ts';
import { releaseMatrix } from '../kernels/instantiate.ts';
import { calibrate } from '../metrics/calibrate.ts';
import type { Predictions } from '../metrics/predictions.ts';
import { toPredictions } from '../models/predictions.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Decision, Manifest } from '../registry/manifest.ts';
import { modelFor } from './model-for.ts';
import { weightsOf } from './weights.ts';

/** What predicting takes of a version. */
export interface Predictor {
  manifest: Pick<Manifest, 'encoding' | 'target' | 'request' | 'decision'> & {
    model: Pick<Manifest['model'], 'inputs' | 'kind'>;
  };
  parameters: Float64Array;
}

/** What a model says of rows. */
export type RowPredictions =
  /** A number in the target's units for each row, shape [rowCount]. */
  | { kind: 'values'; values: Float64Array }
  /** The likeliest class of each row, and the probability of each class, shape [rowCount, classes.length]. */
  | {
      kind: 'classes';
      classes: string[];
      labels: Int32Array;
      probabilities: Float64Array;
      /** With two classes: the probabilities of the second one alone, shape [rowCount]. */
      ofPositive?: Float64Array;
      margins?: undefined;
    }
  /**
   * From a hinge loss, which makes no probabilities: the class of each row, and how far it is on the side of the second
   * class, in units of the margin, shape [rowCount].
   */
  | { kind: 'classes'; classes: string[]; labels: Int32Array; probabilities?: undefined; margins: Float64Array };

/**
 * What a model says of rows of a table.
 *
 * @param rows row numbers, shape [rowCount]
 * @throws InputError when the table lacks a column that the model needs, or holds another kind there
 */
export function predictRows(loaded: Predictor, table: Table, rows: Int32Array): RowPredictions {
  const { encoding } = loaded.manifest;
  const features = hasSparse(table) ? encodeSparse(encoding, table, rows) : encodeRows(encoding, table, rows);
  const predicted = predictFeatures(loaded, features);
  releaseMatrix(features);
  return predicted;
}

/** What a model says of rows that are encoded already, shape [rowCount, inputs]. */
export function predictFeatures(
  { manifest, parameters }: Predictor,
  features: Matrix | SparseMatrix | StreamedMatrix,
): RowPredictions {
  const { target, decision } = manifest;
  const { inputs, kind } = manifest.model;
  const { model: asked } = manifest.request as Pick<Request, 'model'>;
  const model = modelFor({ ...asked, kind }, { inputs, target });
  const raw = toPredictions(model, model.scores(parameters, features));
  if (!('classes' in target)) {
    return { kind: 'values', values: raw.map((value) => decodeValue(target, value)) };
  }
  const { classes } = target;
  const calibrated = decision?.calibration && calibrate(decision.calibration, raw);
  if (model.link === 'none' && !calibrated) {
    const labels = labelsFrom(raw, decision) ?? Int32Array.from(raw, (margin) => Number(margin > 0));
    return { kind: 'classes', classes, labels, margins: raw };
  }
  if (model.outputs === 1) return ofTwoClasses(classes, calibrated ?? raw, decision);
  const labels = labelsFrom(calibrated ?? raw, decision) ?? likeliest(raw, classes.length);
  return { kind: 'classes', classes, labels, probabilities: raw };
}

/** Predictions of two classes. The probabilities of the first one are computed only when they are asked for. */
function ofTwoClasses(classes: string[], ofPositive: Float64Array, decision: Decision | undefined): RowPredictions {
  let both: Float64Array | undefined;
  return {
    kind: 'classes',
    classes,
    labels: labelsFrom(ofPositive, decision) ?? likelierOfTwo(ofPositive),
    ofPositive,
    get probabilities() {
      both ??= bothClasses(ofPositive);
      return both;
    },
  };
}

/** The same as `likeliest` of the probabilities of both classes. */
function likelierOfTwo(ofPositive: Float64Array): Int32Array {
  const labels = new Int32Array(ofPositive.length);
  for (let row = 0; row < labels.length; row++) labels[row] = Number(ofPositive[row] > 1 - ofPositive[row]);
  return labels;
}

/** Class 1 from the threshold on; undefined without one. */
function labelsFrom(scores: Float64Array, decision: Decision | undefined): Int32Array | undefined {
  if (!decision?.threshold) return undefined;
  const threshold = decision.threshold.value ?? Number.POSITIVE_INFINITY;
  return Int32Array.from(scores, (score) => Number(score >= threshold));
}

/**
 * Predictions beside what really was, as metrics take them.
 *
 * @param scored.weight the column that weighs the rows, of whoever asks: two models are compared under the same one
 */
export function withActual(
  { manifest }: Predictor,
  predicted: RowPredictions,
  table: Table,
  { rows, weight }: { rows: Int32Array; weight: string | null },
): Predictions {
  const { target } = manifest;
  const weights = weightsOf(table, weight, rows);
  if (predicted.kind === 'values') {
    return { kind: 'values', actual: actualValues(target, table, rows), predicted: predicted.values, weights };
  }
  const { classes, labels, margins } = predicted;
  return {
    kind: 'classes',
    classCount: classes.length,
    actual: new Int32Array(encodeTarget(target, table, rows)),
    predicted: labels,
    probabilities: scoresOf(predicted) ?? new Float64Array(0),
    ...(margins && { margins }),
    weights,
  };
}

/** Probabilities in the form that metrics take: with two classes, those of the second one. */
function scoresOf(predicted: RowPredictions & { kind: 'classes' }): Float64Array | undefined {
  if (predicted.margins) return undefined;
  if (predicted.ofPositive) return predicted.ofPositive;
  return predicted.classes.length === 2 ? secondOfTwo(predicted.probabilities) : predicted.probabilities;
}

function bothClasses(positive: Float64Array): Float64Array {
  const both = new Float64Array(positive.length * 2);
  for (let row = 0; row < positive.length; row++) {
    both[2 * row] = 1 - positive[row];
    both[2 * row + 1] = positive[row];
  }
  return both;
}

function secondOfTwo(both: Float64Array): Float64Array {
  const second = new Float64Array(both.length / 2);
  for (let row = 0; row < second.length; row++) second[row] = both[2 * row + 1];
  return second;
}

/** The first of the most probable classes of each row. */
function likeliest(probabilities: Float64Array, classCount: number): Int32Array {
  const labels = new Int32Array(probabilities.length / classCount);
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let k = 1; k < classCount; k++) {
      if (probabilities[row * classCount + k] > probabilities[row * classCount + best]) best = k;
    }
    labels[row] = best;
  }
  return labels;
}
