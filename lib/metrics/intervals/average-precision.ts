import type { RankedScores } from '../ranked-scores.ts';
import { type Interval, type IntervalOptions, normalInterval, unknownInterval } from './interval.ts';

/**
 * Interval of average precision by the infinitesimal jackknife: how the metric answers to the weight of each row.
 *
 * Made for many rows, where drawing them anew would take a pass each time; the rows are taken as independent.
 *
 * @param ranked labels and scores, by rankScores
 * @returns NaN ends when no row is positive
 * @see Jaeckel 1972, Bell Laboratories memorandum 72-1215-11; Efron 1982, The Jackknife, chapter 6
 */
export function averagePrecisionInterval(
  ranked: RankedScores,
  { confidence = 0.95 }: IntervalOptions = {},
): Interval & { averagePrecision: number } {
  const { truePositives, falsePositives, trueSquares, falseSquares, positives } = ranked;
  if (positives === 0) {
    return { ...unknownInterval('jackknife', confidence, 'no row is positive'), averagePrecision: Number.NaN };
  }
  const precisionAt = (i: number) => truePositives[i] / (truePositives[i] + falsePositives[i]);
  const atOf = (sums: Float64Array, i: number) => sums[i] - (i > 0 ? sums[i - 1] : 0);
  let value = 0;
  for (let i = 0; i < truePositives.length; i++) value += (atOf(truePositives, i) * precisionAt(i)) / positives;
  // A row raises the precision at each positive that it stands above or beside, or lowers it. From the lowest score up.
  let [gain, loss, variance] = [0, 0, 0];
  for (let i = truePositives.length - 1; i >= 0; i--) {
    const share = atOf(truePositives, i) / (truePositives[i] + falsePositives[i]);
    gain += share;
    loss += share * precisionAt(i);
    const ofPositive = precisionAt(i) + gain - loss - value;
    variance += atOf(trueSquares, i) * ofPositive * ofPositive + atOf(falseSquares, i) * loss * loss;
  }
  const error = Math.sqrt(variance) / positives;
  const interval = normalInterval(value, error, { confidence, method: 'jackknife', least: 0, most: 1 });
  return { ...interval, averagePrecision: value };
}
