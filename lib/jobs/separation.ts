import type { Matrix } from '../core/matrix.ts';
import { releaseMatrix } from '../kernels/instantiate.ts';
import type { Examples, Model } from '../models/model.ts';
import type { Request } from '../pipeline/resolve.ts';
import { formatNumber } from '../report/format.ts';
import { type Fitted, toTrainingExamples } from './prepare.ts';

/** Log-odds for one scaled unit of a feature that no data asks for, unless it parts the classes. */
const largestCoefficient = 15;

/** Log-odds that no data justifies: a prediction that sure would be wrong once in 160,000 rows. */
const sureScore = 12;

/**
 * What there is to say of a linear classifier without a penalty whose classes can be parted: the likelihood then has no
 * maximum, and the coefficients grow until training stops.
 *
 * That the model is right on every training row is the proof of it; where it is only nearly so, coefficients that are far
 * too large tell.
 *
 * @param features those of the training rows, if they are encoded already
 * @see Albert & Anderson 1984, Biometrika 71(1)
 */
export function separationWarnings(
  fitted: Fitted,
  request: Request,
  model: Model,
  { parameters, features }: { parameters: Float64Array; features?: Matrix },
): string[] {
  const { l1, l2, loss } = request.model;
  if (model.kind === 'mlp' || l1 > 0 || l2 > 0 || !unbounded.has(loss)) return [];
  const end = model.inputs * model.outputs;
  const largest = parameters.subarray(0, end).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const advice = `Add model.l2 (0.001, say), which keeps them small and makes them unique.`;
  if (isSeparated(fitted, request, model, { parameters, features })) {
    return [
      `The classes of the training rows are perfectly separable: no coefficients are the best, larger ones always fit better. Those found, up to ${formatNumber(largest)}, only show where training stopped, and probabilities near 0 and 1 are too sure. ${advice}`,
    ];
  }
  if (largest <= largestCoefficient) return [];
  if (!hasSureRow(fitted, request, model, { parameters, features })) {
    return [
      `Coefficients up to ${formatNumber(largest)} all but cancel one another: some features nearly follow from others, as the parts of a date do from its epoch. Predictions don't suffer from it, but single coefficients say nothing. Add model.l2 (0.001, say), or leave out one of these features.`,
    ];
  }
  return [
    `A coefficient of ${formatNumber(largest)} is so large that a feature, or a few together, part the classes for some rows: it would grow without end. ${advice}`,
  ];
}

/** Losses of classes that fall for ever as the scores of rightly classified rows grow. */
const unbounded = new Set(['logistic', 'cross-entropy', 'focal']);

/** Rows among which there nearly always is one that is wrong, where there is one at all. */
const firstRows = 1_024;

function isSeparated(
  fitted: Fitted,
  request: Request,
  model: Model,
  { parameters, features }: { parameters: Float64Array; features?: Matrix },
): boolean {
  const isRightOn = (rows: Int32Array) => {
    const own = features && firstOf(features, rows.length);
    const examples = toTrainingExamples(fitted, request, rows, own);
    const isAllRight = isRight(examples, model, parameters);
    if (!own) releaseMatrix(examples.features);
    return isAllRight;
  };
  return isRightOn(fitted.training.subarray(0, firstRows)) && isRightOn(fitted.training);
}

/** Whether some training row is scored with a certainty that only a feature which separates the classes explains. */
function hasSureRow(
  fitted: Fitted,
  request: Request,
  model: Model,
  { parameters, features }: { parameters: Float64Array; features?: Matrix },
): boolean {
  const examples = toTrainingExamples(fitted, request, fitted.training, features);
  const scores = model.scores(parameters, examples.features);
  if (!features) releaseMatrix(examples.features);
  const { outputs } = model;
  for (let at = 0; at < scores.length; at += outputs) {
    let [low, high] = outputs === 1 ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = 0; k < outputs; k++) {
      low = Math.min(low, scores[at + k]);
      high = Math.max(high, scores[at + k]);
    }
    if (high - low > sureScore) return true;
  }
  return false;
}

const firstOf = ({ columnCount, data }: Matrix, rowCount: number): Matrix => ({
  rowCount,
  columnCount,
  data: data.subarray(0, rowCount * columnCount),
});

/** Whether the model is right on every row. */
function isRight({ features, targets }: Examples, model: Model, parameters: Float64Array): boolean {
  const scores = model.scores(parameters, features);
  const { outputs } = model;
  return targets.every((target, row) => {
    if (outputs === 1) return target === 1 ? scores[row] > 0 : scores[row] < 0;
    const own = scores[row * outputs + target];
    for (let k = 0; k < outputs; k++) if (k !== target && !(scores[row * outputs + k] < own)) return false;
    return true;
  });
}
