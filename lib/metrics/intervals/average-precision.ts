import { type ScoreTable, sumOf } from '../score-table.ts';
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
  const { scores, positive, negative } = table;
  const positives = sumOf(positive);
  if (positives === 0) {
    return { ...unknownInterval('jackknife', confidence, 'no row is positive'), averagePrecision: Number.NaN };
  }
  // Share of positives, and weight of all, among the rows that score at least as high.
  const [precision, all] = [new Float64Array(scores.length), new Float64Array(scores.length)];
  let [right, total, value] = [0, 0, 0];
  for (let i = scores.length - 1; i >= 0; i--) {
    right += positive[i];
    total += positive[i] + negative[i];
    all[i] = total;
    precision[i] = total > 0 ? right / total : 0;
    value += (positive[i] * precision[i]) / positives;
  }
  // A row raises the precision at each positive that it stands above or beside, or lowers it.
  let [gain, loss, variance] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (all[i] > 0) {
      gain += positive[i] / all[i];
      loss += (positive[i] * precision[i]) / all[i];
    }
    const ofPositive = precision[i] + gain - loss - value;
    variance += table.positiveSquares[i] * ofPositive * ofPositive + table.negativeSquares[i] * loss * loss;
  }
  const error = Math.sqrt(variance) / positives;
  const interval = normalInterval(value, error, { confidence, method: 'jackknife', least: 0, most: 1 });
  return { ...interval, averagePrecision: value };
}
