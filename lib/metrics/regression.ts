import { checkFinite, checkSameLength } from '../core/checks.ts';
import { log1p } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { meanOver, totalWeight, whyEmpty } from './mean.ts';
import type { MetricOptions } from './warn.ts';
import { weightedMedian } from './weighted-quantile.ts';

/**
 * Mean of the squared differences.
 *
 * In the target's unit, squared; from 0, which is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example meanSquaredError([3, 5], [2, 7]) // 2.5
 */
export function meanSquaredError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  return meanOver(actual.length, (row) => (actual[row] - predicted[row]) ** 2, options);
}

/**
 * Square root of `meanSquaredError`: in the target's unit, from 0, which is perfect. Undefined, and throws, as it does.
 *
 * @example rootMeanSquaredError([3, 5], [2, 6]) // 1
 */
export function rootMeanSquaredError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  return Math.sqrt(meanSquaredError(actual, predicted, options));
}

/**
 * Mean of the absolute differences.
 *
 * In the target's unit; from 0, which is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example meanAbsoluteError([3, 5], [2, 7]) // 1.5
 */
export function meanAbsoluteError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  return meanOver(actual.length, (row) => Math.abs(actual[row] - predicted[row]), options);
}

/**
 * The difference that half of the rows stay below; it does not mind a few wild rows.
 *
 * In the target's unit; from 0, which is perfect. NaN when there are no rows, or all weigh nothing. Of an even number of
 * rows, the mean of the middle two.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example medianAbsoluteError([3, 5, 9], [2, 7, 9]) // 1
 */
export function medianAbsoluteError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  if (totalWeight(actual.length, weights) === 0) {
    warn?.(whyEmpty(actual.length));
    return Number.NaN;
  }
  const gaps = Float64Array.from({ length: actual.length }, (_, row) => Math.abs(actual[row] - predicted[row]));
  return weightedMedian(gaps, weights);
}

/**
 * The largest difference.
 *
 * In the target's unit; from 0, which is perfect. NaN when there are no rows, or all weigh nothing. A weight only says
 * whether a row is there: its size does not matter.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example maxError([3, 5], [2, 7]) // 2
 */
export function maxError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  if (totalWeight(actual.length, weights) === 0) {
    warn?.(whyEmpty(actual.length));
    return Number.NaN;
  }
  let largest = 0;
  for (let row = 0; row < actual.length; row++) {
    if (weights?.[row] !== 0) largest = Math.max(largest, Math.abs(actual[row] - predicted[row]));
  }
  return largest;
}

/**
 * Mean of the differences as shares of the actual values: 0.1 is ten percent off.
 *
 * Unitless; from 0, which is perfect. An actual value of 0 counts as 2⁻⁵², so that missing it costs beyond measure, as
 * in scikit-learn; a warning says so. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @see de Myttenaere et al. 2016, Neurocomputing 192
 * @example meanAbsolutePercentageError([2, 4], [1, 5]) // 0.375
 */
export function meanAbsolutePercentageError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  let zeroCount = 0;
  const share = (row: number) => {
    const size = Math.abs(actual[row]);
    if (size < Number.EPSILON && actual[row] !== predicted[row]) zeroCount++;
    return Math.abs(actual[row] - predicted[row]) / Math.max(size, Number.EPSILON);
  };
  const mean = meanOver(actual.length, share, options);
  if (zeroCount > 0) options.warn?.(`${zeroCount} actual values are 0, of which no difference is a share`);
  return mean;
}

/**
 * Mean of the differences as shares of the mean size of both values: 2|y − ŷ| / (|y| + |ŷ|).
 *
 * Unitless, in [0, 2]; 0 is perfect, and so is a row in which both are 0. NaN when there are no rows, or all weigh
 * nothing.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @see Makridakis 1993, International Journal of Forecasting 9(4); the form with absolute values below the line
 * @example symmetricMeanAbsolutePercentageError([1, 3], [3, 3]) // 0.5
 */
export function symmetricMeanAbsolutePercentageError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  const share = (row: number) => {
    const gap = Math.abs(actual[row] - predicted[row]);
    // Halves, so that the sum of two large values stays a number.
    return gap === 0 ? 0 : gap / (Math.abs(actual[row]) / 2 + Math.abs(predicted[row]) / 2);
  };
  return meanOver(actual.length, share, options);
}

/**
 * Mean of (ln(1 + y) − ln(1 + ŷ))²: how far off by the order of magnitude.
 *
 * From 0, which is perfect. NaN when there are no rows, or all weigh nothing, and, with a warning, when a value is
 * below 0.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example meanSquaredLogError([0, 3], [0, 3]) // 0
 */
export function meanSquaredLogError(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  for (let row = 0; row < actual.length; row++) {
    if (actual[row] >= 0 && predicted[row] >= 0) continue;
    options.warn?.('the squared logarithmic error is defined for values from 0 alone');
    return Number.NaN;
  }
  return meanOver(actual.length, (row) => (log1p(actual[row]) - log1p(predicted[row])) ** 2, options);
}

/**
 * Mean pinball loss, by which a prediction of the quantile `alpha` is judged: too low costs alpha a unit, too high
 * 1 − alpha.
 *
 * In the target's unit; from 0, which is perfect. At alpha 0.5 it is half the mean absolute error. NaN when there are no
 * rows, or all weigh nothing.
 *
 * @param actual what was measured, shape [n]
 * @param predicted the quantile that the model said, shape [n]
 * @param alpha in [0, 1]
 * @throws InputError when lengths differ, a number is not finite, alpha lies outside [0, 1], or a weight is negative
 * @see Koenker & Bassett 1978, Econometrica 46(1)
 * @example meanPinballLoss([3, 5], [2, 7], { alpha: 0.9 }) // 0.55
 */
export function meanPinballLoss(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { alpha = 0.5, ...options }: MetricOptions & { alpha?: number } = {},
): number {
  checkValues(actual, predicted);
  if (!(alpha >= 0 && alpha <= 1)) throw new InputError(`alpha: expected a number in [0, 1], found ${alpha}`);
  const loss = (row: number) => {
    const gap = actual[row] - predicted[row];
    return gap >= 0 ? alpha * gap : (alpha - 1) * gap;
  };
  return meanOver(actual.length, loss, options);
}

/** @throws InputError when the two differ in length, or a number is not finite */
export function checkValues(actual: ArrayLike<number>, predicted: ArrayLike<number>): void {
  checkSameLength('actual', actual, 'predicted', predicted);
  checkFinite('actual', actual);
  checkFinite('predicted', predicted);
}
