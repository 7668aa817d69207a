import { checkFinite, checkSameLength } from '../core/checks.ts';
import { log } from '../core/elementary.ts';
import { meanOver, sumOver } from './mean.ts';
import type { MetricOptions } from './warn.ts';

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
 * Mean of the unit Poisson deviances, 2·(y·log(y/ŷ) − y + ŷ).
 *
 * From 0, which is perfect; in units of the count. A count of 0 costs twice the prediction. NaN when there are no rows, or
 * all weigh nothing, and, with a warning, when an actual value is below 0 or a prediction is not above it.
 *
 * @param actual what was counted, shape [n]
 * @param predicted expected counts, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @see McCullagh & Nelder 1989, Generalized Linear Models, section 2.3
 * @example meanPoissonDeviance([0, 2], [1, 2]) // 1
 */
export function meanPoissonDeviance(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  for (let row = 0; row < actual.length; row++) {
    if (actual[row] >= 0 && predicted[row] > 0) continue;
    options.warn?.('the Poisson deviance is defined for counts from 0 and predictions above 0 alone');
    return Number.NaN;
  }
  const unit = (y: number, mean: number) => 2 * ((y === 0 ? 0 : y * log(y / mean)) - y + mean);
  return meanOver(actual.length, (row) => unit(actual[row], predicted[row]), options);
}

/**
 * Share of the actual values' variance that the predictions explain: 1 − Σw(y − ŷ)² / Σw(y − ȳ)².
 *
 * Unitless; 1 is perfect, 0 as good as the mean of `actual`, below 0 worse than that mean. NaN below two rows. Where
 * all actual values are equal the fraction is undefined and, as in scikit-learn, the score is 1 for predictions
 * without a fault and else 0; both with a warning.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example r2Score([1, 2, 3], [1, 2, 4]) // 0.5
 */
export function r2Score(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  const rowCount = actual.length;
  const mean = meanOver(rowCount, (row) => actual[row], { weights, warn });
  if (Number.isNaN(mean)) return mean;
  if (rowCount < 2) {
    warn?.('R² compares with the mean of the actual values and needs at least two rows');
    return Number.NaN;
  }

  const weight = (row: number) => (weights ? weights[row] : 1);
  const residual = sumOver(rowCount, (row) => weight(row) * (actual[row] - predicted[row]) ** 2);
  const spread = sumOver(rowCount, (row) => weight(row) * (actual[row] - mean) ** 2);
  // Asked of the values themselves: the mean of equal numbers need not equal them to the last bit.
  if (spread === 0 || isConstant(actual, weights)) {
    const score = residual === 0 ? 1 : 0;
    warn?.(`all actual values are equal, so R² is undefined and set to ${score}`);
    return score;
  }
  if (spread === Number.POSITIVE_INFINITY) {
    warn?.('the squares of the actual values leave the range of floats');
    return Number.NaN;
  }
  return 1 - residual / spread;
}

function isConstant(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): boolean {
  let first = Number.NaN;
  for (let row = 0; row < values.length; row++) {
    if (weights && weights[row] === 0) continue;
    if (Number.isNaN(first)) first = values[row];
    else if (values[row] !== first) return false;
  }
  return true;
}

function checkValues(actual: ArrayLike<number>, predicted: ArrayLike<number>): void {
  checkSameLength('actual', actual, 'predicted', predicted);
  checkFinite('actual', actual);
  checkFinite('predicted', predicted);
}
