import { checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { countClasses } from './class-counts.ts';
import { type Measure, type ScoreOptions, scoreAll, scoreEach } from './class-scores.ts';
import { checkClasses, isNonZero, presentLabels } from './labels.ts';
import { meanOver, totalWeight, whyEmpty } from './mean.ts';
import type { MetricOptions } from './warn.ts';

/**
 * Share of the rows whose class was predicted.
 *
 * Unitless, in [0, 1]; 1 is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual class indices, shape [n]
 * @param predicted class indices, shape [n]
 * @throws InputError when lengths differ, a class is not an integer from 0, or a weight is negative
 * @example accuracyScore([0, 1, 2, 2], [0, 1, 1, 2]) // 0.75
 */
export function accuracyScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkLabels(actual, predicted);
  if (!options.weights && actual instanceof Int32Array && predicted instanceof Int32Array && actual.length > 0)
    return countEqual(actual, predicted) / actual.length;
  return meanOver(actual.length, (row) => (actual[row] === predicted[row] ? 1 : 0), options);
}

/**
 * Share of the rows whose class was missed: 1 less the accuracy, where each row has one class.
 *
 * Range, undefined cases, shapes and errors are those of `accuracyScore`; 0 is perfect.
 *
 * @see Hamming 1950, Bell System Technical Journal 29(2)
 * @example hammingLoss([0, 1, 2, 2], [0, 1, 1, 2]) // 0.25
 */
export function hammingLoss(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkLabels(actual, predicted);
  return meanOver(actual.length, (row) => (actual[row] === predicted[row] ? 0 : 1), options);
}

/** How many numbers are equal: without a call for each row, or a branch that the processor can't predict. */
function countEqual(a: Int32Array, b: Int32Array): number {
  let misses = 0;
  for (let row = 0; row < a.length; row++) misses += isNonZero(a[row] ^ b[row]);
  return a.length - misses;
}

export interface ClassScoreOptions extends ScoreOptions, MetricOptions {
  /**
   * Which classes the number speaks of. `binary`: of `positive` alone. `micro`: of all rows' hits and misses, summed
   * before they are divided. `macro`: the mean over the classes, all alike. `weighted`: that mean by actual rows.
   */
  average?: 'binary' | 'micro' | 'macro' | 'weighted';
  /** The class that `binary` speaks of. */
  positive?: number;
  /** The classes to average over; by default those that occur in `actual` or `predicted`. */
  labels?: ArrayLike<number>;
}

type ClassScore = (actual: ArrayLike<number>, predicted: ArrayLike<number>, options?: ClassScoreOptions) => number;

/**
 * Precision, the share of the rows called positive that are so: TP / (TP + FP).
 *
 * Unitless, in [0, 1]; 1 is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual class indices, shape [n]
 * @param predicted class indices, shape [n]
 * @throws InputError when lengths differ, a class is not an integer from 0, a weight is negative, or `binary` is asked
 *   of more than two classes
 * @example precisionScore([0, 1, 1, 0], [0, 1, 0, 1]) // 0.5
 */
export const precisionScore: ClassScore = (actual, predicted, options) =>
  averaged('precision', actual, predicted, options);

/**
 * Recall, the share of the positive rows that were called so: TP / (TP + FN).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`.
 *
 * @example recallScore([0, 1, 1, 1], [0, 1, 0, 1]) // 0.666…
 */
export const recallScore: ClassScore = (actual, predicted, options) => averaged('recall', actual, predicted, options);

/**
 * F1, the harmonic mean of precision and recall: 2TP / (2TP + FP + FN).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`; `beta` is 1.
 *
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 * @example f1Score([0, 1, 1, 1], [0, 1, 0, 1]) // 0.8
 */
export function f1Score(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: Omit<ClassScoreOptions, 'beta'> = {},
): number {
  return averaged('fscore', actual, predicted, { ...options, beta: 1 });
}

/**
 * The F score with `beta`, how many times as important recall is: (1 + β²)TP / ((1 + β²)TP + FP + β²FN).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`.
 *
 * @see van Rijsbergen 1979, Information Retrieval, chapter 7
 * @example fBetaScore([0, 1, 1, 1], [0, 1, 0, 1], { beta: 2 }) // 0.714…
 */
export const fBetaScore: ClassScore = (actual, predicted, options) => averaged('fscore', actual, predicted, options);

/**
 * Specificity, the share of the rows that are not positive and were not called so: TN / (TN + FP).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`; of several classes, each is held against
 * all the others.
 *
 * @see Yerushalmy 1947, Public Health Reports 62(40)
 * @example specificityScore([0, 0, 0, 1], [0, 0, 1, 1]) // 0.666…
 */
export const specificityScore: ClassScore = (actual, predicted, options) =>
  averaged('specificity', actual, predicted, options);

/**
 * Jaccard index, the rows that are positive and were called so among those that are one of the two: TP / (TP + FP + FN).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`.
 *
 * @see Jaccard 1901, Bulletin de la Société vaudoise des sciences naturelles 37
 * @example jaccardScore([0, 1, 1, 1], [0, 1, 0, 1]) // 0.666…
 */
export const jaccardScore: ClassScore = (actual, predicted, options) => averaged('jaccard', actual, predicted, options);

export interface ClassScores {
  /** The class indices that the other arrays speak of, shape [K]. */
  labels: Int32Array;
  precision: Float64Array;
  recall: Float64Array;
  fscore: Float64Array;
  specificity: Float64Array;
  jaccard: Float64Array;
  /** Weight of the rows of each class in `actual`; their number without weights. */
  support: Float64Array;
}

/**
 * The same, one number for each class, and how many rows it rests on.
 *
 * @param actual class indices, shape [n]
 * @param predicted class indices, shape [n]
 * @throws InputError when lengths differ, a class is not an integer from 0, or a weight is negative
 */
export function scoresByClass(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labels, weights, ...options }: Omit<ClassScoreOptions, 'average' | 'positive'> = {},
): ClassScores {
  checkLabels(actual, predicted);
  const counts = countClasses(actual, predicted, { labels, weights });
  const of = (measure: Measure) => scoreEach(measure, counts, options);
  return {
    labels: counts.labels,
    precision: of('precision'),
    recall: of('recall'),
    fscore: of('fscore'),
    specificity: of('specificity'),
    jaccard: of('jaccard'),
    support: counts.actual,
  };
}

function averaged(
  measure: Measure,
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { average = 'binary', positive = 1, labels, weights, ...options }: ClassScoreOptions = {},
): number {
  checkLabels(actual, predicted);
  if (totalWeight(actual.length, weights) === 0) {
    options.warn?.(whyEmpty(actual.length));
    return Number.NaN;
  }
  if (average === 'binary') checkTwoClasses(presentLabels(actual, predicted), positive);
  const counts = countClasses(actual, predicted, { labels: average === 'binary' ? [positive] : labels, weights });
  return scoreAll(measure, counts, { ...options, average: average === 'binary' ? 'macro' : average });
}

function checkTwoClasses(present: Int32Array, positive: number): void {
  if (present.length > 2) {
    throw new InputError(`actual and predicted: expected two classes, found ${present.length}`, {
      advice: 'State average: micro, macro or weighted',
    });
  }
  if (present.length === 2 && !present.includes(positive)) {
    throw new InputError(`positive: expected one of the classes ${present.join(' and ')}, found ${positive}`);
  }
}

/** @throws InputError when the lengths differ, or a label is no class index: a whole number from 0 */
export function checkLabels(actual: ArrayLike<number>, predicted: ArrayLike<number>): void {
  checkSameLength('actual', actual, 'predicted', predicted);
  checkClasses('actual', actual);
  checkClasses('predicted', predicted);
}
