import { checkFinite, checkSameLength } from '../core/checks.ts';
import { type RankedCounts, rankedCounts } from '../kernels/order.ts';
import { rankSingles } from '../kernels/split-keys.ts';
import { checkClasses } from './labels.ts';
import { totalWeight, whyEmpty } from './mean.ts';
import { ascending, sortAscending } from './order.ts';
import type { Warn } from './warn.ts';

/**
 * What every metric and curve of scores is made of: how much of each class scores from each distinct score up.
 *
 * Rows are sorted once for it; then each metric is one pass over the distinct scores. Rows that weigh nothing are not
 * there. All arrays are empty where no row weighs anything.
 */
export interface RankedScores {
  /** Weight of the rows of class 0 with a score from the threshold up. */
  falsePositives: Float64Array;
  /** Weight of the rows of class 1 with a score from the threshold up. */
  truePositives: Float64Array;
  /** The distinct scores, descending. */
  thresholds: Float64Array;
  /** Weight of all rows of class 0, and of class 1. */
  negatives: number;
  positives: number;
  rowCount: number;
}

/** Most rows for the kernel: for more, it would need too much memory beside the data. */
const kernelRows = 1 << 21;

/**
 * Sorts rows by their score and counts both classes.
 *
 * @param actual classes, 0 or 1, shape [n]
 * @param scores higher means rather class 1; finite, shape [n]
 * @throws InputError when lengths differ, a class is neither 0 nor 1, a score is not finite, or a weight is negative
 */
export function rankScores(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
): RankedScores {
  checkSameLength('actual', actual, 'scores', scores);
  const rowCount = actual.length;
  const singles = weights ? undefined : singlesOf(actual, scores);
  if (singles) return withTotals(singles, rowCount);
  checkClasses('actual', actual, 2);
  checkFinite('scores', scores);
  totalWeight(rowCount, weights);
  const counts = weights || rowCount > kernelRows ? undefined : rankedCounts(actual, scores);
  if (counts) return withTotals(counts, rowCount);

  if (!weights) return rankAlike(actual, scores);
  const { rows, values } = ascending(scores);
  // Rows come in the order of their scores, so from all over memory: a byte each stays nearer to the processor.
  const labels = Uint8Array.from(actual);
  const [negatives, positives, thresholds] = [0, 1, 2].map(() => new Float64Array(rowCount));
  let [count, falsePositives, truePositives] = [0, 0, 0];
  // From the end, so within equal scores the last row first: scikit-learn's order of summing, hence its bits, on which
  // the choice of collinear points depends.
  for (let i = rowCount - 1; i >= 0; i--) {
    const row = rows[i];
    const weight = weights ? weights[row] : 1;
    if (weight === 0) continue;
    if (count === 0 || values[i] !== thresholds[count - 1]) thresholds[count++] = values[i];
    if (labels[row] === 1) truePositives += weight;
    else falsePositives += weight;
    negatives[count - 1] = falsePositives;
    positives[count - 1] = truePositives;
  }
  return {
    falsePositives: negatives.subarray(0, count),
    truePositives: positives.subarray(0, count),
    thresholds: thresholds.subarray(0, count),
    negatives: falsePositives,
    positives: truePositives,
    rowCount,
  };
}

/** The counts by the fastest kernel; undefined when it can't rank these, as a score is no float32, or an input is wrong. */
function singlesOf(actual: ArrayLike<number>, scores: ArrayLike<number>): RankedCounts | undefined {
  const areLabels = actual instanceof Int32Array || actual instanceof Uint8Array;
  return areLabels && scores instanceof Float64Array ? rankSingles(actual, scores) : undefined;
}

function withTotals(counts: RankedCounts, rowCount: number): RankedScores {
  const last = counts.thresholds.length - 1;
  const [negatives, positives] = [counts.falsePositives[last] ?? 0, counts.truePositives[last] ?? 0];
  return { ...counts, negatives, positives, rowCount };
}

/**
 * The same for rows without weights: the scores of each class are sorted separately, without their rows, and merged.
 *
 * Counts are whole numbers, so the order of summing does not matter.
 */
function rankAlike(actual: ArrayLike<number>, scores: ArrayLike<number>): RankedScores {
  const rowCount = actual.length;
  let positives = 0;
  for (let row = 0; row < rowCount; row++) positives += actual[row];
  const negatives = rowCount - positives;
  if (isConstant(scores)) {
    const [falsePositives, truePositives] = [Float64Array.of(negatives), Float64Array.of(positives)];
    return { falsePositives, truePositives, thresholds: Float64Array.of(scores[0]), negatives, positives, rowCount };
  }
  const sorted = new Float64Array(rowCount);
  const [own, others] = [sorted.subarray(0, positives), sorted.subarray(positives)];
  let [ownCount, otherCount] = [0, 0];
  for (let row = 0; row < rowCount; row++) {
    if (actual[row] === 1) own[ownCount++] = scores[row] + 0;
    else others[otherCount++] = scores[row] + 0;
  }
  // The sort's working memory becomes one of the results.
  const room = new Float64Array(rowCount);
  sortAscending(own, room);
  sortAscending(others, room);
  const distinct = countDistinct(own, others);
  const falsePositives = distinct === rowCount ? room : new Float64Array(distinct);
  const [truePositives, thresholds] = [new Float64Array(distinct), new Float64Array(distinct)];
  let [i, j] = [positives - 1, negatives - 1];
  for (let place = 0; place < distinct; place++) {
    const threshold = i < 0 ? others[j] : j < 0 ? own[i] : Math.max(own[i], others[j]);
    while (i >= 0 && own[i] === threshold) i--;
    while (j >= 0 && others[j] === threshold) j--;
    thresholds[place] = threshold;
    truePositives[place] = positives - 1 - i;
    falsePositives[place] = negatives - 1 - j;
  }
  return { falsePositives, truePositives, thresholds, negatives, positives, rowCount };
}

/** Whether all scores are equal, as a baseline's are. */
export function isConstant(scores: ArrayLike<number>): boolean {
  for (let row = 1; row < scores.length; row++) if (scores[row] !== scores[0]) return false;
  return true;
}

/** The number of distinct values in two sorted arrays. */
function countDistinct(a: Float64Array, b: Float64Array): number {
  let [i, j, count] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = i === a.length ? b[j] : j === b.length ? a[i] : Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    count++;
  }
  return count;
}

/** Whether both classes have rows; where not, `warn` is told what it means for `what`. */
export function hasBothClasses(
  { positives, negatives, thresholds, rowCount }: RankedScores,
  what: string,
  warn: Warn | undefined,
): boolean {
  if (thresholds.length === 0) warn?.(whyEmpty(rowCount));
  else if (positives === 0 || negatives === 0) {
    warn?.(`${what} needs rows of both classes, and class ${positives === 0 ? 1 : 0} has none`);
  }
  return positives > 0 && negatives > 0;
}
