import { normalTail } from '../../core/distributions/tails.ts';
import { type ScoreTable, sumOf } from '../score-table.ts';
import type { Comparison } from './comparison.ts';
import { type Interval, type IntervalOptions, normalInterval, unknownInterval } from './interval.ts';

/**
 * Interval of average precision by the infinitesimal jackknife: how the metric answers to the weight of each row.
 *
 * Made for many rows, where drawing them anew would take a pass each time; the rows are taken as independent.
 *
 * @param table of the labels and scores, by scoreTable
 * @returns NaN ends when no row is positive
 * @see Jaeckel 1972, Bell Laboratories memorandum 72-1215-11; Efron 1982, The Jackknife, chapter 6
 */
export function averagePrecisionInterval(
  table: ScoreTable,
  { confidence = 0.95 }: IntervalOptions = {},
): Interval & { averagePrecision: number } {
  const { value, error } = estimate(table, { ofPositive: 0, ofNegative: 0 });
  if (Number.isNaN(value)) {
    return { ...unknownInterval('jackknife', confidence, 'no row is positive'), averagePrecision: value };
  }
  const interval = normalInterval(value, error, { confidence, method: 'jackknife', least: 0, most: 1 });
  return { ...interval, averagePrecision: value };
}

/** How average precision differs from that of constant scores, which is the share of positive rows. */
export function averagePrecisionAgainstChance(
  table: ScoreTable,
  { confidence = 0.95 }: IntervalOptions = {},
): Comparison {
  const positives = sumOf(table.positive);
  const share = positives / (positives + sumOf(table.negative));
  // The derivative of that share by the weight of a row, times the positive rows.
  const { value, error } = estimate(table, { ofPositive: share * (1 - share), ofNegative: -share * share });
  const difference = value - share;
  const interval = Number.isNaN(value)
    ? unknownInterval('jackknife', confidence, 'no row is positive')
    : normalInterval(difference, error, { confidence, method: 'jackknife', least: -1, most: 1 });
  const pValue = error > 0 ? 2 * normalTail(Math.abs(difference) / error) : difference === 0 ? 1 : Number.NaN;
  return { difference, interval, pValue, method: 'jackknife' };
}

/**
 * Average precision, and the standard error of its difference from another statistic.
 *
 * @param less how that statistic changes with the weight of a positive row, and of a negative one, times the positive rows
 */
function estimate(
  table: ScoreTable,
  less: { ofPositive: number; ofNegative: number },
): { value: number; error: number } {
  const { positive, negative } = table;
  const positives = sumOf(positive);
  if (positives === 0) return { value: Number.NaN, error: Number.NaN };
  let [right, total, value, isPerfect] = [0, 0, 0, true];
  for (let i = positive.length - 1; i >= 0; i--) {
    right += positive[i];
    total += positive[i] + negative[i];
    if (total > 0) value += (positive[i] * (right / total)) / positives;
    if (positive[i] > 0 && right < total) isPerfect = false;
  }
  // If every positive row scores above every negative one, the value is exactly 1, whatever the weights and rounding.
  if (isPerfect) value = 1;
  // A row raises or lowers the precision at each positive row with the same score or a lower one. From the lowest score up:
  // `right` and `total` are the weights of the rows that score at least as high.
  let [gain, loss, variance] = [0, 0, 0];
  for (let i = 0; i < positive.length; i++) {
    const precision = total > 0 ? right / total : 0;
    if (total > 0) {
      gain += positive[i] / total;
      loss += (positive[i] * precision) / total;
    }
    const ofPositive = isPerfect ? -less.ofPositive : precision + gain - loss - value - less.ofPositive;
    const ofNegative = isPerfect ? -less.ofNegative : -loss - less.ofNegative;
    variance += table.positiveSquares[i] * ofPositive * ofPositive + table.negativeSquares[i] * ofNegative * ofNegative;
    right -= positive[i];
    total -= positive[i] + negative[i];
  }
  return { value, error: Math.sqrt(variance) / positives };
}
