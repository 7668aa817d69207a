import { betaTails } from '../distributions/beta.ts';
import { normalTail, studentTail } from '../distributions/tails.ts';
import { mean } from './describe.ts';
import { averageRanks } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/** Above this many pairs Kendall's exact distribution is left for the normal one. */
const exactLimit = 33;

/**
 * Pearson's correlation of paired values, and whether it is 0 if both are normal. Two-sided.
 *
 * NaN with fewer than two pairs or a constant; the p-value of two pairs is 1.
 *
 * @see Student 1908, Biometrika 6(2/3), for the distribution
 */
export function pearsonTest(x: ArrayLike<number>, y: ArrayLike<number>): TestResult {
  if (x.length < 2) return undefinedResult();
  const [a, b] = [unit(x), unit(y)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  if (Number.isNaN(sum)) return undefinedResult();
  const statistic = Math.max(-1, Math.min(1, sum));
  if (x.length === 2) return { statistic, pValue: 1 };
  const half = x.length / 2 - 1;
  const size = Math.abs(statistic);
  return { statistic, pValue: Math.min(1, 2 * betaTails(half, half, (1 - size) / 2, (1 + size) / 2).lower) };
}

/**
 * Spearman's correlation of ranks, and whether it is 0, by Student's t on two degrees fewer. Two-sided.
 *
 * @see Spearman 1904, American Journal of Psychology 15(1); Zar 1972, JASA 67(339), for the test
 */
export function spearmanTest(x: ArrayLike<number>, y: ArrayLike<number>): TestResult {
  const [a, b] = [averageRanks(x).ranks, averageRanks(y).ranks];
  const middle = (x.length + 1) / 2;
  let [across, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    across += (a[i] - middle) * (b[i] - middle);
    squareA += (a[i] - middle) ** 2;
    squareB += (b[i] - middle) ** 2;
  }
  const statistic = across / Math.sqrt(squareA * squareB);
  if (Number.isNaN(statistic)) return undefinedResult();
  const degrees = x.length - 2;
  const t = Math.abs(statistic) * Math.sqrt(degrees / ((1 + statistic) * (1 - statistic)));
  return { statistic, pValue: degrees > 0 ? Math.min(1, 2 * studentTail(t, degrees)) : Number.NaN };
}

/**
 * Kendall's τ-b of paired values, and whether it is 0. Two-sided.
 *
 * Exact without ties for up to 33 pairs, or when at most one pair of pairs stands the other way; else normal.
 *
 * @see Kendall 1970, Rank Correlation Methods, fourth edition; Knight 1966, JASA 61(314), for the count
 */
export function kendallTest(x: ArrayLike<number>, y: ArrayLike<number>): TestResult {
  const count = x.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((i, j) => x[i] - x[j] || y[i] - y[j]);
  const [tiesX, tiesY] = [averageRanks(x).ties, averageRanks(y).ties];
  const bothTied = pairsIn(runs(count, (i, j) => x[order[i]] === x[order[j]] && y[order[i]] === y[order[j]]));
  const discordant = inversions(Float64Array.from(order, (i) => y[i]));
  const pairs = (count * (count - 1)) / 2;
  const [tiedX, tiedY] = [pairsIn(tiesX), pairsIn(tiesY)];
  if (tiedX === pairs || tiedY === pairs) return undefinedResult();

  const excess = pairs - tiedX - tiedY + bothTied - 2 * discordant;
  const statistic = Math.max(-1, Math.min(1, excess / Math.sqrt(pairs - tiedX) / Math.sqrt(pairs - tiedY)));
  const isExact = tiedX === 0 && tiedY === 0 && (count <= exactLimit || Math.min(discordant, pairs - discordant) <= 1);
  if (isExact) return { statistic, pValue: exactShare(count, Math.min(discordant, pairs - discordant)) };

  const m = count * (count - 1);
  const sum = (ties: number[], term: (size: number) => number) => ties.reduce((total, size) => total + term(size), 0);
  const triples = (ties: number[]) => sum(ties, (t) => t * (t - 1) * (t - 2));
  const weights = (ties: number[]) => sum(ties, (t) => t * (t - 1) * (2 * t + 5));
  const spread =
    (m * (2 * count + 5) - weights(tiesX) - weights(tiesY)) / 18 +
    (2 * tiedX * tiedY) / m +
    (triples(tiesX) * triples(tiesY)) / (9 * m * (count - 2));
  return { statistic, pValue: 2 * normalTail(Math.abs(excess) / Math.sqrt(spread)) };
}

/** The values less their mean, at length 1. */
function unit(values: ArrayLike<number>): Float64Array {
  const centre = mean(values);
  const gaps = Float64Array.from(values, (value) => value - centre);
  const length = Math.sqrt(gaps.reduce((total, gap) => total + gap * gap, 0));
  return gaps.map((gap) => gap / length);
}

const pairsIn = (ties: number[]): number => ties.reduce((total, size) => total + (size * (size - 1)) / 2, 0);

/** Lengths of the runs of neighbours that are `same`. */
function runs(count: number, same: (i: number, j: number) => boolean): number[] {
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i > 0 && same(i - 1, i)) lengths[lengths.length - 1]++;
    else lengths.push(1);
  }
  return lengths;
}

/** Pairs that stand in descending order, counted while the values are merge-sorted in place. */
function inversions(values: Float64Array): number {
  if (values.length < 2) return 0;
  const half = values.length >> 1;
  const [left, right] = [values.slice(0, half), values.slice(half)];
  let count = inversions(left) + inversions(right);
  for (let i = 0, j = 0, k = 0; k < values.length; k++) {
    if (j >= right.length || (i < left.length && left[i] <= right[j])) {
      values[k] = left[i++];
    } else {
      values[k] = right[j++];
      count += left.length - i;
    }
  }
  return count;
}

/** How likely as few pairs of pairs as `least`, or as many, stand the other way in a random order. */
function exactShare(count: number, least: number): number {
  if (4 * least === count * (count - 1)) return 1;
  // shares[d]: how likely d inversions are among the first values; each next value adds 0 … i − 1 of them alike.
  let shares = new Float64Array(least + 1);
  shares[0] = 1;
  for (let i = 2; i <= count; i++) {
    const next = new Float64Array(least + 1);
    for (let d = 0; d <= least; d++) {
      for (let added = 0; added < i && added <= d; added++) next[d] += shares[d - added];
      next[d] /= i;
    }
    shares = next;
  }
  return Math.min(1, 2 * shares.reduce((total, share) => total + share, 0));
}
