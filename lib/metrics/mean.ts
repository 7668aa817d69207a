import { checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { MetricOptions } from './warn.ts';

/**
 * Weighted mean of `term(row)` over `rowCount` rows; NaN, with a warning, where there is nothing to average.
 *
 * @throws InputError when the weights are not `rowCount` finite numbers from 0
 */
export function meanOver(
  rowCount: number,
  term: (row: number) => number,
  { weights, warn }: MetricOptions = {},
): number {
  const total = totalWeight(rowCount, weights);
  if (total === 0) {
    warn?.(whyEmpty(rowCount));
    return Number.NaN;
  }
  return weights ? sumOver(rowCount, (row) => weights[row] * term(row)) / total : sumOver(rowCount, term) / total;
}

/**
 * Sum of `term(row)` with the rounding errors added back at the end, so that a million rows lose no more than ten.
 *
 * @see Neumaier 1974, Zeitschrift für Angewandte Mathematik und Mechanik 54(1)
 */
export function sumOver(rowCount: number, term: (row: number) => number): number {
  let [sum, lost] = [0, 0];
  for (let row = 0; row < rowCount; row++) {
    const value = term(row);
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  // Past the range of floats the correction is NaN, the sum an honest infinity.
  return Number.isFinite(sum) ? sum + lost : sum;
}

/**
 * What all rows weigh together: `rowCount` without weights.
 *
 * @throws InputError when the weights are not `rowCount` finite numbers from 0
 */
export function totalWeight(rowCount: number, weights: ArrayLike<number> | undefined): number {
  if (!weights) return rowCount;
  if (weights.length !== rowCount) {
    throw new InputError(`weights: expected one for each of ${rowCount} rows, found ${weights.length}`);
  }
  checkNotNegative('weights', weights);
  return sumOver(rowCount, (row) => weights[row]);
}

/** Why rows whose weights sum to 0 have no mean, as the end of a sentence. */
export function whyEmpty(rowCount: number): string {
  return rowCount === 0 ? 'there are no rows' : 'the weights of all rows are 0';
}
