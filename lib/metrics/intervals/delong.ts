import { checkFinite, checkSameLength } from '../../core/checks.ts';
import { normalTail } from '../../core/distributions/tails.ts';
import { exp, log, pow } from '../../core/elementary.ts';
import { ascendingOrder } from '../order.ts';
import { type ScoreTable, sumOf } from '../score-table.ts';
import type { Comparison } from './comparison.ts';
import { deviate, type Interval, type IntervalOptions, normalInterval, unknownInterval } from './interval.ts';

interface AucOptions extends IntervalOptions {
  weights?: ArrayLike<number>;
}

/**
 * DeLong's interval of the area under the ROC curve, on the scale of log-odds, in O(n log n).
 *
 * On that scale it stays within [0, 1] and covers better near the ends: at 95%, simulations saw it hold the truth in 93% to
 * 97% of the samples up to an area of 0.92, and in 92% at 0.98 with 50 positive rows. When the scores part the classes wholly, the
 * variance is 0, and the open end is the exact bound for as many pairs as the smaller class has rows.
 *
 * @param table of the labels and scores, by scoreTable
 * @returns NaN ends when a class has no rows, or one row only
 * @see DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44(3); Sun & Xu 2014, IEEE Signal Processing Letters 21(11)
 */
export function delongInterval(
  table: ScoreTable,
  { confidence = 0.95 }: IntervalOptions = {},
): Interval & { auc: number } {
  const { auc, variance } = areaOf(table);
  const few = Math.min(table.positiveRows, table.negativeRows);
  if (few < 2) return { ...unknownInterval('delong', confidence, 'a class has fewer than two rows'), auc };
  if (auc === 0 || auc === 1) {
    const bound = pow((1 - confidence) / 2, 1 / few);
    const [low, high] = auc === 1 ? [bound, 1] : [0, 1 - bound];
    return { low, high, confidence, method: 'delong', note: 'the scores part the classes wholly', auc };
  }
  const odds = log(auc / (1 - auc));
  const reach = (deviate(confidence) * Math.sqrt(variance)) / (auc * (1 - auc));
  const back = (x: number) => 1 / (1 + exp(-x));
  return { low: back(odds - reach), high: back(odds + reach), confidence, method: 'delong', auc };
}

/**
 * DeLong's test of the difference between two areas on the same rows, first less second.
 *
 * @returns NaN when a class has fewer than two rows; a p-value of 1 where the scores rank all rows alike
 * @see as delongInterval
 */
export function delongDifference(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  otherScores: ArrayLike<number>,
  { confidence = 0.95, weights }: AucOptions = {},
): Comparison {
  const { auc, variance, positives, negatives } = aucVariance(actual, [scores, otherScores], weights);
  // When both rank all rows alike, only rounding is left, which counts as 0.
  const spread = variance[0] + variance[3] - 2 * variance[1];
  const left = spread > 1e-15 * (variance[0] + variance[3]) ? spread : 0;
  return differenceOf(auc[0] - auc[1], left, Math.min(positives, negatives), confidence);
}

/** @param few number of rows of the smaller class */
function differenceOf(difference: number, variance: number, few: number, confidence: number): Comparison {
  if (few < 2) {
    const interval = unknownInterval('delong', confidence, 'a class has fewer than two rows');
    return { difference, interval, pValue: Number.NaN, method: 'delong' };
  }
  const error = Math.sqrt(variance);
  const interval = normalInterval(difference, error, { confidence, method: 'delong', least: -1, most: 1 });
  const pValue = error > 0 ? 2 * normalTail(Math.abs(difference) / error) : difference === 0 ? 1 : 0;
  return { difference, interval, pValue, method: 'delong' };
}

/** How the area differs from that of constant scores, which is always 1/2. */
export function delongAgainstChance(table: ScoreTable, { confidence = 0.95 }: IntervalOptions = {}): Comparison {
  const { auc, variance } = areaOf(table);
  return differenceOf(auc - 0.5, variance, Math.min(table.positiveRows, table.negativeRows), confidence);
}

const knownAreas = new WeakMap<ScoreTable, { auc: number; variance: number }>();

/** The area, and the variance of its estimate: an interval and a comparison ask for the same. */
function areaOf(table: ScoreTable): { auc: number; variance: number } {
  const area = knownAreas.get(table) ?? measureArea(table);
  knownAreas.set(table, area);
  return area;
}

function measureArea(table: ScoreTable): { auc: number; variance: number } {
  const { positive, negative, positiveSquares, negativeSquares } = table;
  const [positives, negatives] = [sumOf(positive), sumOf(negative)];
  let [auc, below] = [0, 0];
  for (let i = 0; i < positive.length; i++) {
    auc += (positive[i] * (below + negative[i] / 2)) / (positives * negatives);
    below += negative[i];
  }
  auc = Math.min(1, auc);
  const squares = [0, 0];
  let beside = 0;
  below = 0;
  for (let i = 0; i < positive.length; i++) {
    const gapOfPositive = (below + negative[i] / 2) / negatives - auc;
    const gapOfNegative = (positives - beside - positive[i] / 2) / positives - auc;
    squares[1] += positiveSquares[i] * gapOfPositive * gapOfPositive;
    squares[0] += negativeSquares[i] * gapOfNegative * gapOfNegative;
    below += negative[i];
    beside += positive[i];
  }
  const { positiveRows, negativeRows } = table;
  const variance =
    (squares[1] / positives ** 2) * (positiveRows / (positiveRows - 1)) +
    (squares[0] / negatives ** 2) * (negativeRows / (negativeRows - 1));
  return { auc, variance };
}

/** The areas of several scores on the same rows, and the covariances of their estimates. */
function aucVariance(
  actual: ArrayLike<number>,
  scores: readonly ArrayLike<number>[],
  weights: ArrayLike<number> | undefined,
): { auc: number[]; variance: Float64Array; positives: number; negatives: number } {
  const placements = scores.map((one) => {
    checkSameLength('actual', actual, 'scores', one);
    checkFinite('scores', one);
    return placementsOf(actual, one, weights);
  });
  const auc = placements.map((own) => weightedMean(own, actual, 1, weights));
  const count = scores.length;
  const variance = new Float64Array(count * count);
  const rows = [0, 0];
  for (let row = 0; row < actual.length; row++) if (!weights || weights[row] > 0) rows[actual[row]]++;
  const totals = [0, 1].map((label) => weightOf(actual, label, weights));
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      const sums = [0, 0];
      for (let row = 0; row < actual.length; row++) {
        const weight = weights ? weights[row] : 1;
        sums[actual[row]] += weight * weight * (placements[a][row] - auc[a]) * (placements[b][row] - auc[b]);
      }
      for (const label of [0, 1]) {
        variance[a * count + b] += (sums[label] / totals[label] ** 2) * (rows[label] / (rows[label] - 1));
      }
    }
  }
  return { auc, variance, positives: rows[1], negatives: rows[0] };
}

/** Of each row, the weighted share of the other class on its right side: below a positive, above a negative; ties half. */
function placementsOf(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): Float64Array {
  const order = ascendingOrder(scores);
  const placements = new Float64Array(actual.length);
  const totals = [weightOf(actual, 0, weights), weightOf(actual, 1, weights)];
  const below = [0, 0];
  for (let start = 0; start < order.length; ) {
    const tied = [0, 0];
    let end = start;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++) {
      tied[actual[order[end]]] += weights ? weights[order[end]] : 1;
    }
    const shareBelow = (below[0] + tied[0] / 2) / totals[0];
    const shareAbove = (totals[1] - below[1] - tied[1] / 2) / totals[1];
    for (let i = start; i < end; i++) placements[order[i]] = actual[order[i]] === 1 ? shareBelow : shareAbove;
    below[0] += tied[0];
    below[1] += tied[1];
    start = end;
  }
  return placements;
}

function weightOf(actual: ArrayLike<number>, label: number, weights: ArrayLike<number> | undefined): number {
  let total = 0;
  for (let row = 0; row < actual.length; row++) if (actual[row] === label) total += weights ? weights[row] : 1;
  return total;
}

function weightedMean(
  values: Float64Array,
  actual: ArrayLike<number>,
  label: number,
  weights: ArrayLike<number> | undefined,
): number {
  let total = 0;
  for (let row = 0; row < actual.length; row++) {
    if (actual[row] === label) total += (weights ? weights[row] : 1) * values[row];
  }
  return total / weightOf(actual, label, weights);
}
