import { log, pow } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { meanOver } from './mean.ts';
import { checkValues } from './regression.ts';
import type { MetricOptions } from './warn.ts';

/**
 * Mean of the unit Poisson deviances, 2·(y·log(y/ŷ) − y + ŷ): the Tweedie deviance of power 1.
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
  return meanTweedieDeviance(actual, predicted, { ...options, power: 1 });
}

/**
 * Mean of the unit gamma deviances, 2·(log(ŷ/y) + y/ŷ − 1): the Tweedie deviance of power 2. It minds ratios alone.
 *
 * Unitless; from 0, which is perfect. NaN when there are no rows, or all weigh nothing, and, with a warning, when an
 * actual value or a prediction is not above 0.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @throws InputError when lengths differ, a number is not finite, or a weight is negative
 * @see McCullagh & Nelder 1989, Generalized Linear Models, section 2.3
 * @example meanGammaDeviance([1, 2], [1, 2]) // 0
 */
export function meanGammaDeviance(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  return meanTweedieDeviance(actual, predicted, { ...options, power: 2 });
}

/**
 * Mean of the unit Tweedie deviances: of counts that come in sums at a power between 1 and 2, of values whose variance
 * grows as the mean to that power. Power 0 is the squared error, 1 Poisson, 2 gamma, 3 inverse Gaussian.
 *
 * In the target's unit to the power 2 − power; from 0, which is perfect. NaN when there are no rows, or all weigh
 * nothing, and, with a warning, where the power asks for values or predictions above 0 (values from 0 below power 2)
 * and finds others.
 *
 * @param actual what was measured, shape [n]
 * @param predicted what the model said, shape [n]
 * @param power finite, and not in (0, 1)
 * @throws InputError when lengths differ, a number is not finite, the power is none of these, or a weight is negative
 * @see Jørgensen 1987, Journal of the Royal Statistical Society B 49(2)
 * @example meanTweedieDeviance([3, 5], [2, 7], { power: 0 }) // 2.5
 */
export function meanTweedieDeviance(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { power = 0, ...options }: MetricOptions & { power?: number } = {},
): number {
  checkValues(actual, predicted);
  if (!Number.isFinite(power) || (power > 0 && power < 1)) {
    throw new InputError(`power: expected a number up to 0 or from 1, found ${power}`);
  }
  for (let row = 0; row < actual.length && power !== 0; row++) {
    const fits = power < 0 || actual[row] > 0 || (actual[row] === 0 && power < 2);
    if (fits && predicted[row] > 0) continue;
    const values = power < 0 ? '' : `values ${power < 2 ? 'from' : 'above'} 0 and `;
    options.warn?.(`the ${nameOf(power)} deviance is defined for ${values}predictions above 0 alone`);
    return Number.NaN;
  }
  const unit = unitDeviance(power);
  // Rounding can leave a difference of large terms below 0, where no deviance is.
  return meanOver(actual.length, (row) => Math.max(0, unit(actual[row], predicted[row])), options);
}

function nameOf(power: number): string {
  return power === 1 ? 'Poisson' : power === 2 ? 'gamma' : `Tweedie (power ${power})`;
}

/** What a row adds, unweighted; of values that the power allows. */
export function unitDeviance(power: number): (y: number, mean: number) => number {
  if (power === 0) return (y, mean) => (y - mean) ** 2;
  if (power === 1) return (y, mean) => 2 * ((y === 0 ? 0 : y * log(y / mean)) - y + mean);
  if (power === 2) return (y, mean) => 2 * (log(mean / y) + y / mean - 1);
  const [a, b] = [1 - power, 2 - power];
  // At a negative power the first term is that of the positive part.
  return (y, mean) => 2 * ((y > 0 ? pow(y, b) / (a * b) : 0) - (y * pow(mean, a)) / a + pow(mean, b) / b);
}
