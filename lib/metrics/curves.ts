import { whyEmpty } from './mean.ts';
import { hasBothClasses, type RankedScores, rankScores } from './ranked-scores.ts';
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
  { weights, ...options }: MetricOptions & { dropCollinear?: boolean } = {},
): RocCurve {
  return rocOf(rankScores(actual, scores, weights), options);
}

/** The same of scores that are ranked already. */
export function rocOf(
  ranked: RankedScores,
  { dropCollinear = true, warn }: { dropCollinear?: boolean; warn?: Warn } = {},
): RocCurve {
  tellEmpty(ranked, warn);
  const { falsePositives, truePositives, thresholds } = dropCollinear ? withoutCollinear(ranked) : ranked;
  return {
    falsePositiveRate: sharesFromZero(falsePositives, 0, warn),
    truePositiveRate: sharesFromZero(truePositives, 1, warn),
    thresholds: withFirst(thresholds[0] + 1, thresholds),
  };
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
 * Without a row of class 1, recall is 1 throughout, with a warning, as in scikit-learn. Parameters and errors are those
 * of `rocCurve`.
 *
 * @see Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4
 */
export function precisionRecallCurve(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): PrecisionRecallCurve {
  return precisionRecallOf(rankScores(actual, scores, weights), warn);
}

/** The same of scores that are ranked already. */
export function precisionRecallOf(ranked: RankedScores, warn?: Warn): PrecisionRecallCurve {
  tellEmpty(ranked, warn);
  const { falsePositives, truePositives, thresholds, positives } = ranked;
  const count = thresholds.length;
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

export interface DetectionErrorCurve {
  /** Share of the rows of class 0 whose score reaches the threshold, descending. */
  falsePositiveRate: Float64Array;
  /** Share of the rows of class 1 whose score stays below it, ascending. */
  falseNegativeRate: Float64Array;
  /** Ascending. */
  thresholds: Float64Array;
}

/**
 * Detection error tradeoff: what is called positive and is not, against what is positive and missed, from the last
 * threshold that misses nothing to the first that raises no false alarm.
 *
 * Empty, with a warning, when a class has no rows. Parameters and errors are those of `rocCurve`.
 *
 * @see Martin et al. 1997, Eurospeech, 1895-1898
 */
export function detectionErrorCurve(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): DetectionErrorCurve {
  return detectionErrorOf(rankScores(actual, scores, weights), warn);
}

/** The same of scores that are ranked already. */
function detectionErrorOf(ranked: RankedScores, warn?: Warn): DetectionErrorCurve {
  const { falsePositives, truePositives, thresholds, positives, negatives } = ranked;
  if (!hasBothClasses(ranked, 'the detection error tradeoff', warn)) {
    const [falsePositiveRate, falseNegativeRate, none] = [0, 1, 2].map(() => new Float64Array(0));
    return { falsePositiveRate, falseNegativeRate, thresholds: none };
  }
  const first = falsePositives.lastIndexOf(falsePositives[0]);
  const end = truePositives.indexOf(positives) + 1;
  return {
    falsePositiveRate: falsePositives
      .slice(first, end)
      .reverse()
      .map((count) => count / negatives),
    falseNegativeRate: truePositives
      .slice(first, end)
      .reverse()
      .map((count) => (positives - count) / positives),
    thresholds: thresholds.slice(first, end).reverse(),
  };
}

export interface GainCurve {
  /** Share of all rows whose score reaches the threshold, ascending from 0 to 1. */
  rowShare: Float64Array;
  /** Gain: share of the rows of class 1 among them, ascending from 0 to 1. */
  gain: Float64Array;
  /** How many times as much of class 1 is among them as among all rows; the first, of no rows, repeats the second. */
  lift: Float64Array;
  /** Descending; the first stands above every score. */
  thresholds: Float64Array;
}

/**
 * Cumulative gain and lift: what share of class 1 is found in the best-scored share of the rows.
 *
 * Gain and lift are NaN, with a warning, without a row of class 1. Parameters and errors are those of `rocCurve`.
 *
 * @see Berry & Linoff 1999, Mastering Data Mining, chapter 4
 */
export function gainCurve(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): GainCurve {
  return gainsOf(rankScores(actual, scores, weights), warn);
}

/** The same of scores that are ranked already. */
export function gainsOf(ranked: RankedScores, warn?: Warn): GainCurve {
  tellEmpty(ranked, warn);
  const { falsePositives, truePositives, thresholds, negatives, positives } = ranked;
  const total = negatives + positives;
  const gain = sharesFromZero(truePositives, 1, warn);
  const rowShare = withFirst(
    0,
    truePositives.map((count, i) => (count + falsePositives[i]) / total),
  );
  const lift = gain.map((share, i) => share / rowShare[i]);
  if (lift.length > 0) lift[0] = lift[1];
  return { rowShare, gain, lift, thresholds: withFirst(thresholds[0] + 1, thresholds) };
}

function tellEmpty({ thresholds, rowCount }: RankedScores, warn: Warn | undefined): void {
  if (thresholds.length === 0) warn?.(whyEmpty(rowCount));
}

function withoutCollinear({
  falsePositives,
  truePositives,
  thresholds,
}: RankedScores): Pick<RankedScores, 'falsePositives' | 'truePositives' | 'thresholds'> {
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
