import { checkFinite, checkInteger, checkSameLength, checkWithin } from '../core/checks.ts';
import { log } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { checkClasses } from './labels.ts';
import { meanOver } from './mean.ts';
import { columnCount } from './score-metrics.ts';
import type { MetricOptions } from './warn.ts';

/** A row of probabilities may miss 1 by so much before somebody should know: float32 softmax stays well below. */
const sumTolerance = 1e-5;

/**
 * Mean of −ln(probability that was given to what happened), also called cross-entropy.
 *
 * In nats; from 0, which is perfect. NaN when there are no rows, or all weigh nothing. Probabilities are clipped to
 * [epsilon, 1 − epsilon], and each row of K then divided by its sum, as in scikit-learn 1.2.
 *
 * @param actual class indices, shape [n]
 * @param probabilities in [0, 1]. Shape [n]: of class 1, with classes 0 and 1. Shape [n, K], row-major: of each class
 * @param epsilon in [0, 0.5): how sure a forecast may be; with 0, one that is sure and wrong costs Infinity
 * @param rowLosses answers the result of `rowLogLosses` for the same arguments, if it is known already
 * @throws InputError when the shapes do not fit, a class has no column, a probability leaves [0, 1], or a weight is
 *   negative
 * @see Good 1952, Journal of the Royal Statistical Society B 14(1)
 * @example logLoss([0, 1], [0.1, 0.9]) // 0.10536…
 */
export function logLoss(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  {
    epsilon = Number.EPSILON,
    rowLosses = () => rowLogLosses(actual, probabilities, epsilon),
    weights,
    warn,
  }: MetricOptions & { epsilon?: number; rowLosses?: () => Float64Array } = {},
): number {
  if (!(epsilon >= 0 && epsilon < 0.5))
    throw new InputError(`epsilon: expected a number in [0, 0.5), found ${epsilon}`);
  const rowCount = actual.length;
  const binary = probabilities.length === rowCount;
  const classCount = binary ? 2 : columnCount(rowCount, probabilities);
  checkClasses('actual', actual, classCount);
  checkWithin('probabilities', probabilities, 0, 1);
  if (binary) {
    const losses = rowLosses();
    return meanOver(rowCount, (row) => losses[row], { weights, warn });
  }
  const clip = (probability: number) => Math.min(Math.max(probability, epsilon), 1 - epsilon);
  let offCount = 0;
  const loss = (row: number) => {
    let [sum, given] = [0, 0];
    for (let k = 0; k < classCount; k++) {
      given += probabilities[row * classCount + k];
      sum += clip(probabilities[row * classCount + k]);
    }
    if (Math.abs(given - 1) > sumTolerance) offCount++;
    return -log(clip(probabilities[row * classCount + actual[row]]) / sum);
  };
  const mean = meanOver(rowCount, loss, { weights, warn });
  if (offCount > 0) warn?.(`the probabilities of ${offCount} rows do not sum to 1 and were divided by their sum`);
  return mean;
}

/**
 * The log loss of each row of two classes: −ln of the probability that was forecast for what happened, shape [n].
 *
 * @param actual 0 or 1, shape [n]
 * @param probabilities of class 1, in [0, 1], shape [n], clipped to [epsilon, 1 − epsilon]
 */
export function rowLogLosses(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  epsilon: number,
): Float64Array {
  const losses = new Float64Array(actual.length);
  // The last one of each class is kept: a constant forecast, as a baseline's, then takes only two logarithms.
  const [given, known] = [Float64Array.of(Number.NaN, Number.NaN), new Float64Array(2)];
  for (let row = 0; row < losses.length; row++) {
    const clipped = Math.min(Math.max(probabilities[row], epsilon), 1 - epsilon);
    const k = actual[row] === 1 ? 1 : 0;
    if (given[k] !== clipped) {
      given[k] = clipped;
      known[k] = -log(k === 1 ? clipped : 1 - clipped);
    }
    losses[row] = known[k];
  }
  return losses;
}

/**
 * Mean squared gap between forecast probabilities and what happened.
 *
 * Unitless, in [0, 1]; 0 is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual outcomes, 0 or 1, shape [n]
 * @param probabilities forecast of outcome 1, in [0, 1], shape [n]
 * @throws InputError when lengths differ, an outcome is neither 0 nor 1, a probability leaves [0, 1], or a weight is
 *   negative
 * @see Brier 1950, Monthly Weather Review 78(1); the two-class form, halved
 * @example brierLoss([0, 1], [0.1, 0.9]) // 0.01
 */
export function brierLoss(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkSameLength('actual', actual, 'probabilities', probabilities);
  checkClasses('actual', actual, 2);
  checkWithin('probabilities', probabilities, 0, 1);
  return meanOver(actual.length, (row) => (probabilities[row] - actual[row]) ** 2, options);
}

/**
 * The same over all classes: mean of Σₖ(pₖ − yₖ)², where y is 1 for the class of the row and else 0.
 *
 * Unitless, in [0, 2]; 0 is perfect. Of two classes it is twice `brierLoss`. NaN when there are no rows, or all weigh
 * nothing.
 *
 * @param actual class indices, shape [n]
 * @param probabilities in [0, 1]. Shape [n]: of class 1, with classes 0 and 1. Shape [n, K], row-major: of each class
 * @throws InputError when the shapes do not fit, a class has no column, a probability leaves [0, 1], or a weight is
 *   negative
 * @see Brier 1950, Monthly Weather Review 78(1), equation 2
 * @example brierSumLoss([2], [0.2, 0.2, 0.6]) // 0.24
 */
export function brierSumLoss(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  const rowCount = actual.length;
  const binary = probabilities.length === rowCount;
  const classCount = binary ? 2 : columnCount(rowCount, probabilities);
  checkClasses('actual', actual, classCount);
  checkWithin('probabilities', probabilities, 0, 1);
  if (binary) return meanOver(rowCount, (row) => 2 * (probabilities[row] - actual[row]) ** 2, options);
  const loss = (row: number) => {
    let sum = 0;
    for (let k = 0; k < classCount; k++) {
      sum += (probabilities[row * classCount + k] - (actual[row] === k ? 1 : 0)) ** 2;
    }
    return sum;
  };
  return meanOver(rowCount, loss, options);
}

/**
 * Share of the rows whose class is among the k with the highest scores.
 *
 * Unitless, in [0, 1]; 1 is perfect. Of equal scores the later class counts as higher, as in scikit-learn. With k from
 * K on it is 1, with a warning. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual class indices, shape [n]
 * @param scores higher means rather that class; finite, shape [n, K], row-major
 * @param k from 1
 * @throws InputError when the shapes do not fit, a class has no column, a score is not finite, k is not a whole number
 *   from 1, or a weight is negative
 * @example topKAccuracyScore([0, 2], [0.5, 0.2, 0.3, 0.4, 0.3, 0.3], { k: 2 }) // 1
 */
export function topKAccuracyScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k = 2, ...options }: MetricOptions & { k?: number } = {},
): number {
  checkInteger('k', k, 1);
  const classCount = actual.length === 0 ? Number.POSITIVE_INFINITY : columnCount(actual.length, scores);
  checkClasses('actual', actual, Math.min(classCount, 1 << 20));
  checkFinite('scores', scores);
  if (k >= classCount) options.warn?.(`with k = ${k} of ${classCount} classes every row counts as right`);
  const isAmong = (row: number) => {
    const own = scores[row * classCount + actual[row]];
    let ahead = 0;
    for (let c = 0; c < classCount; c++) {
      const other = scores[row * classCount + c];
      if (other > own || (other === own && c > actual[row])) ahead++;
    }
    return ahead < k ? 1 : 0;
  };
  return meanOver(actual.length, isAmong, options);
}

/**
 * Mean hinge loss: by how much a row's margin stays below 1.
 *
 * In units of the margin; from 0, which is perfect. NaN when there are no rows, or all weigh nothing. The margin of two
 * classes is the score itself, with its sign turned for class 0; of K, the score of the row's class less the highest of
 * the others.
 *
 * @param actual class indices, shape [n]
 * @param scores decision values, finite. Shape [n]: above 0 means class 1. Shape [n, K], row-major: of each class
 * @throws InputError when the shapes do not fit, a class has no column, a score is not finite, or a weight is negative
 * @see Crammer & Singer 2001, Journal of Machine Learning Research 2
 * @example hingeLoss([0, 1], [-2, 0.5]) // 0.25
 */
export function hingeLoss(actual: ArrayLike<number>, scores: ArrayLike<number>, options: MetricOptions = {}): number {
  const rowCount = actual.length;
  const binary = scores.length === rowCount;
  const classCount = binary ? 2 : columnCount(rowCount, scores);
  checkClasses('actual', actual, classCount);
  checkFinite('scores', scores);
  const margin = (row: number) => {
    if (binary) return actual[row] === 1 ? scores[row] : -scores[row];
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classCount; k++) {
      if (k !== actual[row]) highest = Math.max(highest, scores[row * classCount + k]);
    }
    return scores[row * classCount + actual[row]] - highest;
  };
  return meanOver(rowCount, (row) => Math.max(0, 1 - margin(row)), options);
}
