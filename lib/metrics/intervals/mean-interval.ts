import { studentQuantile } from '../../core/distributions/quantiles.ts';
import { deviate, type Interval, type IntervalOptions, unknownInterval } from './interval.ts';

/**
 * Student's interval of a mean, as of the losses of which MSE or MAE is the mean.
 *
 * Weights are taken as importances: the error is that of a weighted mean, with the effective sample size (Σw)² / Σw² less
 * one as degrees of freedom.
 *
 * @param values of each row, shape [n]
 * @returns NaN ends with fewer than two rows
 */
export function meanInterval(
  values: ArrayLike<number>,
  { confidence = 0.95, weights }: IntervalOptions & { weights?: ArrayLike<number> } = {},
): Interval {
  deviate(confidence);
  let [total, squares, sum] = [0, 0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weights ? weights[row] : 1;
    total += weight;
    squares += weight * weight;
    sum += weight * values[row];
  }
  const [mean, size] = [sum / total, (total * total) / squares];
  if (!(size > 1)) return unknownInterval('t', confidence, 'fewer than two rows count');
  let spread = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights ? weights[row] : 1;
    spread += weight * weight * (values[row] - mean) ** 2;
  }
  const error = Math.sqrt((spread / total ** 2) * (size / (size - 1)));
  const reach = studentQuantile(1 - (1 - confidence) / 2, size - 1) * error;
  return { low: mean - reach, high: mean + reach, confidence, method: 't' };
}
