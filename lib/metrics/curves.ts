import { checkFinite, checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { doubleRocArea } from '../kernels/order.ts';
import { checkClasses } from './labels.ts';
import { totalWeight, whyEmpty } from './mean.ts';
import { ascendingOrder } from './order.ts';
import type { MetricOptions, Warn } from './warn.ts';

export interface RocCurve {
  /** Share of the rows of class 0 whose score reaches the threshold, ascending from 0 to 1. */
  falsePositiveRate: Float64Array;
  /** Share of the rows of class 1 whose score reaches the threshold, ascending from 0 to 1. */
  truePositiveRate: Float64Array;
  /** Descending; the first stands above every score, at which nothing is positive. */
  thresholds: Float64Array;
}

/**
 * Receiver operating characteristic: both rates at every distinct score, from the highest down.
 *
 * The first point is (0, 0) at the highest score + 1, as in scikit-learn 1.2. With one class only, the other's rate is
 * NaN, with a warning; without rows the arrays are empty.
 *
 * @param actual classes, 0 or 1, shape [n]
 * @param scores higher means rather class 1; finite, shape [n]
 * @param dropCollinear leaves out points at which the curve goes straight on: same picture, fewer points
 * @throws InputError when lengths differ, a class is neither 0 nor 1, a score is not finite, or a weight is negative
 * @see Fawcett 2006, Pattern Recognition Letters 27(8), algorithm 1
 */
export function rocCurve(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { dropCollinear = true, weights, warn }: MetricOptions & { dropCollinear?: boolean } = {},
): RocCurve {
  let counts = countAtThresholds(actual, scores, { weights, warn });
  if (dropCollinear) counts = withoutCollinear(counts);
  const { falsePositives, truePositives, thresholds } = counts;
  return {
    falsePositiveRate: sharesFromZero(falsePositives, 0, warn),
    truePositiveRate: sharesFromZero(truePositives, 1, warn),
    thresholds: withFirst(thresholds[0] + 1, thresholds),
  };
}

/**
 * Area under the ROC curve: how likely a row of class 1 scores above one of class 0, ties counting one half.
 *
 * Unitless, in [0, 1]; 1 is perfect, 0.5 is chance. NaN, with a warning, when a class has no rows.
 *
 * @param actual class indices, shape [n]
 * @param scores higher means rather that class; finite. Shape [n]: of class 1, with classes 0 and 1. Shape [n, K],
 *   row-major: of each class; the answer is then the average of each class's area against the rest
 * @param average over the classes, with K columns: `macro` counts all alike, `weighted` by their rows
 * @throws InputError when the shapes do not fit, a class has no column, a score is not finite, or a weight is negative
 * @see Hanley & McNeil 1982, Radiology 143(1)
 * @example rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.75
 */
export function rocAucScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { average = 'macro', weights, warn }: MetricOptions & { average?: 'macro' | 'weighted' } = {},
): number {
  const rowCount = actual.length;
  if (scores.length === rowCount) return binaryAuc(actual, scores, { weights, warn });

  const classCount = columnCount(rowCount, scores);
  checkClasses('actual', actual, classCount);
  const [isClass, column] = [new Uint8Array(rowCount), new Float64Array(rowCount)];
  let [sum, total] = [0, 0];
  for (let k = 0; k < classCount; k++) {
    let rows = 0;
    for (let row = 0; row < rowCount; row++) {
      isClass[row] = actual[row] === k ? 1 : 0;
      column[row] = scores[row * classCount + k];
      if (isClass[row]) rows += weights ? weights[row] : 1;
    }
    const area = binaryAuc(isClass, column, {
      weights,
      warn: warn && ((why) => warn(`class ${k} against the rest: ${why}`)),
    });
    sum += (average === 'weighted' ? rows : 1) * area;
    total += average === 'weighted' ? rows : 1;
  }
  return sum / total;
}

export interface PrecisionRecallCurve {
  /** Share of class 1 among the rows whose score reaches the threshold; ends with 1. Shape [thresholds + 1]. */
  precision: Float64Array;
  /** Share of the rows of class 1 whose score reaches the threshold; descends to an added 0. Shape [thresholds + 1]. */
  recall: Float64Array;
  /** The distinct scores, ascending. */
  thresholds: Float64Array;
}

/**
 * Precision and recall at every distinct score, from the lowest up, and a last point (1, 0) without a threshold.
 *
 * Without a row of class 1, recall is 1 throughout, with a warning, as in scikit-learn.
 *
 * @param actual classes, 0 or 1, shape [n]
 * @param scores higher means rather class 1; finite, shape [n]
 * @throws InputError when lengths differ, a class is neither 0 nor 1, a score is not finite, or a weight is negative
 */
export function precisionRecallCurve(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): PrecisionRecallCurve {
  const { falsePositives, truePositives, thresholds } = countAtThresholds(actual, scores, { weights, warn });
  const count = thresholds.length;
  const positives = count === 0 ? 0 : truePositives[count - 1];
  if (count > 0 && positives === 0) warn?.('class 1 has no rows: its recall is set to 1');

  const [precision, recall] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  for (let i = 0; i < count; i++) {
    const hits = truePositives[count - 1 - i];
    precision[i] = hits / (hits + falsePositives[count - 1 - i]);
    recall[i] = positives === 0 ? 1 : hits / positives;
  }
  precision[count] = 1;
  return { precision, recall, thresholds: thresholds.toReversed() };
}

/**
 * Average precision: Σ(Rₙ − Rₙ₋₁)·Pₙ over the precision-recall curve, without interpolation.
 *
 * Unitless, in [0, 1]; 1 is perfect, the share of class 1 is chance. NaN when there are no rows; 0, with a warning,
 * when none is of class 1. Parameters and errors are those of `precisionRecallCurve`.
 *
 * @example averagePrecisionScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.8333…
 */
export function averagePrecisionScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  const { precision, recall, thresholds } = precisionRecallCurve(actual, scores, options);
  if (thresholds.length === 0) return Number.NaN;
  let area = 0;
  for (let i = 0; i < thresholds.length; i++) area += (recall[i] - recall[i + 1]) * precision[i];
  return area;
}

/**
 * Number of columns of scores in shape [rowCount, K], K from 2.
 *
 * @throws InputError when the length is no such multiple
 */
export function columnCount(rowCount: number, scores: ArrayLike<number>): number {
  const count = scores.length / rowCount;
  if (Number.isInteger(count) && count >= 2) return count;
  throw new InputError(
    `scores: expected one number for each of ${rowCount} rows, or one for each row and class, found ${scores.length}`,
  );
}

interface ThresholdCounts {
  /** Weight of the rows of class 0 with a score from the threshold up. */
  falsePositives: Float64Array;
  /** Weight of the rows of class 1 with a score from the threshold up. */
  truePositives: Float64Array;
  /** The distinct scores, descending. */
  thresholds: Float64Array;
}

/** Both counts at each distinct score; empty, with a warning, where no row weighs anything. */
function countAtThresholds(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, warn }: MetricOptions,
): ThresholdCounts {
  checkSameLength('actual', actual, 'scores', scores);
  checkClasses('actual', actual, 2);
  checkFinite('scores', scores);
  const rowCount = actual.length;
  if (totalWeight(rowCount, weights) === 0) warn?.(whyEmpty(rowCount));

  const order = ascendingOrder(scores);
  const [negatives, positives, thresholds] = [0, 1, 2].map(() => new Float64Array(rowCount));
  let [count, falsePositives, truePositives] = [0, 0, 0];
  // From the end, so within equal scores the last row first: scikit-learn's order of summing, hence its bits, on which
  // the choice of collinear points depends.
  for (let i = rowCount - 1; i >= 0; i--) {
    const row = order[i];
    const weight = weights ? weights[row] : 1;
    if (weight === 0) continue;
    if (count === 0 || scores[row] !== thresholds[count - 1]) thresholds[count++] = scores[row];
    if (actual[row] === 1) truePositives += weight;
    else falsePositives += weight;
    negatives[count - 1] = falsePositives;
    positives[count - 1] = truePositives;
  }
  return {
    falsePositives: negatives.slice(0, count),
    truePositives: positives.slice(0, count),
    thresholds: thresholds.slice(0, count),
  };
}

function withoutCollinear({ falsePositives, truePositives, thresholds }: ThresholdCounts): ThresholdCounts {
  const bends = (counts: Float64Array, i: number) => counts[i + 1] - counts[i] !== counts[i] - counts[i - 1];
  const last = thresholds.length - 1;
  const kept = (_: number, i: number) => i === 0 || i === last || bends(falsePositives, i) || bends(truePositives, i);
  return {
    falsePositives: falsePositives.filter(kept),
    truePositives: truePositives.filter(kept),
    thresholds: thresholds.filter(kept),
  };
}

/** A zero, then each count's share of the last. */
function sharesFromZero(counts: Float64Array, label: number, warn: Warn | undefined): Float64Array {
  if (counts.length === 0) return counts;
  const total = counts[counts.length - 1];
  if (total === 0) {
    warn?.(`class ${label} has no rows: its rate is undefined`);
    return new Float64Array(counts.length + 1).fill(Number.NaN);
  }
  return withFirst(
    0,
    counts.map((count) => count / total),
  );
}

/** `values` with `first` before them; an empty curve stays empty. */
function withFirst(first: number, values: Float64Array): Float64Array {
  if (values.length === 0) return values;
  const longer = new Float64Array(values.length + 1);
  longer[0] = first;
  longer.set(values, 1);
  return longer;
}

function binaryAuc(actual: ArrayLike<number>, scores: ArrayLike<number>, { weights, warn }: MetricOptions): number {
  if (!weights) {
    const area = unweightedAuc(actual, scores);
    if (area !== undefined) return area;
  }
  const { falsePositives, truePositives, thresholds } = countAtThresholds(actual, scores, { weights, warn });
  const last = thresholds.length - 1;
  if (last < 0) return Number.NaN;
  const [negatives, positives] = [falsePositives[last], truePositives[last]];
  if (negatives === 0 || positives === 0) {
    warn?.(`the area under the ROC curve needs rows of both classes, and class ${positives === 0 ? 1 : 0} has none`);
    return Number.NaN;
  }
  let [area, left, below] = [0, 0, 0];
  for (let i = 0; i <= last; i++) {
    area += (falsePositives[i] - left) * (truePositives[i] + below);
    left = falsePositives[i];
    below = truePositives[i];
  }
  return area / 2 / negatives / positives;
}

/** Without a curve: all counts are whole numbers, so the bits are the same. Undefined where there is something to warn of. */
function unweightedAuc(actual: ArrayLike<number>, scores: ArrayLike<number>): number | undefined {
  checkSameLength('actual', actual, 'scores', scores);
  checkClasses('actual', actual, 2);
  checkFinite('scores', scores);
  let positives = 0;
  for (let row = 0; row < actual.length; row++) positives += actual[row];
  const negatives = actual.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  const area = doubleRocArea(actual, scores);
  return area === undefined ? undefined : area / 2 / negatives / positives;
}
