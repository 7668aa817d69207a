import { InputError } from '../core/errors.ts';
import { meanTweedieDeviance } from './deviance.ts';
import { meanOver, sumOver, whyEmpty } from './mean.ts';
import { checkValues, meanPinballLoss } from './regression.ts';
import type { MetricOptions, Warn } from './warn.ts';
import { usualQuantile } from './weighted-quantile.ts';

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

  const residual = sumOver(rowCount, (row) => weightOf(weights, row) * (actual[row] - predicted[row]) ** 2);
  return explainedShare('R²', residual, { actual, mean, weights, warn });
}

/**
 * R² less what features explain by their number alone: 1 − (1 − R²)(n − 1) / (n − p − 1).
 *
 * Unitless; at most 1, which is perfect. NaN, with a warning, where there are not more than p + 1 rows, and where R² is
 * undefined. It counts rows, so weights have no meaning for it.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @param features p, how many features the model was fitted to
 * @throws InputError when lengths differ, a number is not finite, or `features` is not a whole number from 0
 * @see Ezekiel 1930, Methods of Correlation Analysis
 * @example adjustedR2Score([1, 2, 3, 4], [1, 2, 3, 5], { features: 1 }) // 0.7
 */
export function adjustedR2Score(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { features, warn }: { features: number; warn?: Warn },
): number {
  if (!Number.isInteger(features) || features < 0) {
    throw new InputError(`features: expected a whole number from 0, found ${features}`);
  }
  const r2 = r2Score(actual, predicted, { warn });
  const freedom = actual.length - features - 1;
  if (Number.isNaN(r2) || freedom > 0) return 1 - ((1 - r2) * (actual.length - 1)) / freedom;
  warn?.(`adjusted R² needs more rows than features and one, and there are ${actual.length} and ${features}`);
  return Number.NaN;
}

/**
 * Share of the actual values' variance that is left out by the residuals' own: R², if the mean residual is forgiven.
 *
 * Unitless; 1 is perfect. Where all actual values are equal it is 1 if the residuals are equal too and else 0, with a
 * warning, as in scikit-learn. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @example explainedVarianceScore([1, 2, 3], [2, 3, 4]) // 1
 */
export function explainedVarianceScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): number {
  checkValues(actual, predicted);
  const rowCount = actual.length;
  const mean = meanOver(rowCount, (row) => actual[row], { weights, warn });
  if (Number.isNaN(mean)) return mean;
  const gap = (row: number) => actual[row] - predicted[row];
  const meanGap = meanOver(rowCount, gap, { weights });
  const residual = sumOver(rowCount, (row) => weightOf(weights, row) * (gap(row) - meanGap) ** 2);
  return explainedShare('the explained variance', residual, { actual, mean, weights, warn });
}

/**
 * D² by the pinball loss: 1 less the loss over that of always saying the quantile `alpha` of the actual values. At alpha
 * 0.5, D² by the absolute error.
 *
 * Unitless; 1 is perfect, 0 as good as that quantile. Where that quantile is right of every row, 1 if the predictions
 * are too and else 0, with a warning. NaN below two rows, or when all weigh nothing. Unweighted, the quantile is on the
 * line between the two nearest values, as NumPy's; weighted, one of the values.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @param alpha in [0, 1]
 * @throws InputError when lengths differ, a number is not finite, alpha lies outside [0, 1], or a weight is negative
 * @see Koenker & Machado 1999, Journal of the American Statistical Association 94(448), equation 7
 * @example d2PinballScore([1, 2, 3], [1, 2, 4]) // 0.5
 */
export function d2PinballScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { alpha = 0.5, weights, warn }: MetricOptions & { alpha?: number } = {},
): number {
  const loss = meanPinballLoss(actual, predicted, { alpha, weights, warn });
  if (!hasTwoRows(actual.length, warn) || Number.isNaN(loss)) return Number.NaN;
  const usual = new Float64Array(actual.length).fill(usualQuantile(actual, alpha, weights));
  const usualLoss = meanPinballLoss(actual, usual, { alpha, weights });
  if (usualLoss !== 0) return 1 - loss / usualLoss;
  const score = loss === 0 ? 1 : 0;
  warn?.(`all actual values are that quantile, so D² is undefined and set to ${score}`);
  return score;
}

/**
 * D² by a Tweedie deviance: 1 less the deviance over that of always saying the mean of the actual values. At power 0 it
 * is R².
 *
 * Unitless; 1 is perfect, 0 as good as the mean. NaN below two rows, when all weigh nothing, and, with a warning, where
 * the deviance is undefined or all actual values are equal.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @param power as `meanTweedieDeviance` takes it
 * @throws InputError when lengths differ, a number is not finite, the power lies in (0, 1), or a weight is negative
 * @see Hastie, Tibshirani & Wainwright 2015, Statistical Learning with Sparsity, equation 3.11
 * @example d2TweedieScore([1, 2, 3], [1, 2, 4], { power: 0 }) // 0.5
 */
export function d2TweedieScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { power = 0, weights, warn }: MetricOptions & { power?: number } = {},
): number {
  const deviance = meanTweedieDeviance(actual, predicted, { power, weights, warn });
  if (!hasTwoRows(actual.length, warn) || Number.isNaN(deviance)) return Number.NaN;
  const mean = meanOver(actual.length, (row) => actual[row], { weights });
  const usual = new Float64Array(actual.length).fill(mean);
  const usualDeviance = meanTweedieDeviance(actual, usual, { power, weights, warn });
  if (!isConstant(actual, weights)) return 1 - deviance / usualDeviance;
  warn?.('all actual values are equal, so D² is undefined');
  return Number.NaN;
}

const weightOf = (weights: ArrayLike<number> | undefined, row: number): number => (weights ? weights[row] : 1);

function hasTwoRows(rowCount: number, warn: Warn | undefined): boolean {
  if (rowCount < 2) {
    warn?.(rowCount === 0 ? whyEmpty(0) : 'D² compares with the actual values themselves and needs at least two rows');
  }
  return rowCount >= 2;
}

function explainedShare(
  what: string,
  residual: number,
  { actual, mean, weights, warn }: MetricOptions & { actual: ArrayLike<number>; mean: number },
): number {
  const spread = sumOver(actual.length, (row) => weightOf(weights, row) * (actual[row] - mean) ** 2);
  // Asked of the values themselves: the mean of equal numbers need not equal them to the last bit.
  if (spread === 0 || isConstant(actual, weights)) {
    const score = residual === 0 ? 1 : 0;
    warn?.(`all actual values are equal, so ${what} is undefined and set to ${score}`);
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
