import { checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { checkClasses, positionsOf, presentLabels } from './labels.ts';
import { meanOver, totalWeight, whyEmpty } from './mean.ts';
import type { MetricOptions, Warn } from './warn.ts';

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
  return meanOver(actual.length, (row) => (actual[row] === predicted[row] ? 1 : 0), options);
}

export interface ClassScoreOptions extends MetricOptions {
  /**
   * Which classes the number speaks of. `binary`: of `positive` alone. `micro`: of all rows' hits and misses, summed
   * before they are divided. `macro`: the mean over the classes, all alike. `weighted`: that mean by actual rows.
   */
  average?: 'binary' | 'micro' | 'macro' | 'weighted';
  /** The class that `binary` speaks of. */
  positive?: number;
  /** The classes to average over; by default those that occur in `actual` or `predicted`. */
  labels?: ArrayLike<number>;
  /**
   * 0, 1 or NaN: what stands for a quotient with nothing below the line. Not stated, it is 0 and `warn` is told. NaN
   * is left out of averages.
   */
  zeroDivision?: number;
  /** Weight of recall against precision in the F score: 1 for both alike, 2 for recall twice as important. */
  beta?: number;
}

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
export function precisionScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ClassScoreOptions = {},
): number {
  return averaged(actual, predicted, options, ['precision']).precision;
}

/**
 * Recall, the share of the positive rows that were called so: TP / (TP + FN).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`.
 *
 * @example recallScore([0, 1, 1, 1], [0, 1, 0, 1]) // 0.666…
 */
export function recallScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ClassScoreOptions = {},
): number {
  return averaged(actual, predicted, options, ['recall']).recall;
}

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
  return averaged(actual, predicted, { ...options, beta: 1 }, ['fscore']).fscore;
}

/**
 * Precision, recall and F score with `beta` at once: (1 + β²)TP / ((1 + β²)TP + FP + β²FN).
 *
 * Range, undefined cases, shapes and errors are those of `precisionScore`.
 */
export function precisionRecallFscore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ClassScoreOptions = {},
): { precision: number; recall: number; fscore: number } {
  return averaged(actual, predicted, options, ['precision', 'recall', 'fscore']);
}

export interface ClassScores {
  /** The class indices that the other arrays speak of, shape [K]. */
  labels: Int32Array;
  precision: Float64Array;
  recall: Float64Array;
  fscore: Float64Array;
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
export function precisionRecallFscoreByClass(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: Omit<ClassScoreOptions, 'average' | 'positive'> = {},
): ClassScores {
  checkLabels(actual, predicted);
  return scoresOf(tally(actual, predicted, options), options, ['precision', 'recall', 'fscore']);
}

type Measure = 'precision' | 'recall' | 'fscore';

function averaged(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ClassScoreOptions,
  told: Measure[],
): Record<Measure, number> {
  checkLabels(actual, predicted);
  const { average = 'binary', positive = 1, labels, weights, warn } = options;
  if (totalWeight(actual.length, weights) === 0) {
    warn?.(whyEmpty(actual.length));
    return { precision: Number.NaN, recall: Number.NaN, fscore: Number.NaN };
  }
  if (average === 'binary') checkTwoClasses(presentLabels(actual, predicted), positive);

  const byClass = tally(actual, predicted, { labels: average === 'binary' ? [positive] : labels, weights });
  const scores = scoresOf(average === 'micro' ? pooled(byClass) : byClass, options, told);
  const classWeights = average === 'weighted' ? scores.support : undefined;
  return {
    precision: meanDefined(scores.precision, classWeights),
    recall: meanDefined(scores.recall, classWeights),
    fscore: meanDefined(scores.fscore, classWeights),
  };
}

interface Tally {
  labels: Int32Array;
  /** Weight of the rows of each class that were predicted so, of those predicted so, and of those that are so. */
  hits: Float64Array;
  predicted: Float64Array;
  actual: Float64Array;
}

function tally(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labels = presentLabels(actual, predicted), weights }: Pick<ClassScoreOptions, 'labels' | 'weights'>,
): Tally {
  totalWeight(actual.length, weights);
  const positions = positionsOf(labels);
  const counts = [0, 1, 2].map(() => new Float64Array(labels.length));
  const [hits, called, present] = counts;
  for (let row = 0; row < actual.length; row++) {
    const weight = weights ? weights[row] : 1;
    const [is, says] = [positions[actual[row]] ?? -1, positions[predicted[row]] ?? -1];
    if (is >= 0) present[is] += weight;
    if (says >= 0) called[says] += weight;
    if (is >= 0 && is === says) hits[is] += weight;
  }
  return { labels: Int32Array.from(labels), hits, predicted: called, actual: present };
}

/** All classes as one; its label is −1. */
function pooled({ hits, predicted, actual }: Tally): Tally {
  const sum = (counts: Float64Array) => Float64Array.of(counts.reduce((total, count) => total + count, 0));
  return { labels: Int32Array.of(-1), hits: sum(hits), predicted: sum(predicted), actual: sum(actual) };
}

function scoresOf(
  { labels, hits, predicted, actual }: Tally,
  { beta = 1, zeroDivision, warn }: ClassScoreOptions,
  told: Measure[],
): ClassScores {
  if (zeroDivision !== undefined && zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision)) {
    throw new InputError(`zeroDivision: expected 0, 1 or NaN, found ${zeroDivision}`);
  }
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) {
    throw new InputError(`beta: expected a finite number from 0, found ${beta}`);
  }
  const square = beta * beta;
  const quotient = (measure: Measure, numerator: (k: number) => number, denominator: (k: number) => number) => {
    const undefinedFor: number[] = [];
    const values = Float64Array.from(labels, (label, k) => {
      if (denominator(k) !== 0) return numerator(k) / denominator(k);
      undefinedFor.push(label);
      return zeroDivision ?? 0;
    });
    if (undefinedFor.length > 0 && zeroDivision === undefined && told.includes(measure)) {
      tellZeroDivision(measure, undefinedFor, warn);
    }
    return values;
  };
  return {
    labels,
    precision: quotient(
      'precision',
      (k) => hits[k],
      (k) => predicted[k],
    ),
    recall: quotient(
      'recall',
      (k) => hits[k],
      (k) => actual[k],
    ),
    // From the counts, so that it is undefined only where the class is neither present nor predicted.
    fscore: quotient(
      'fscore',
      (k) => (1 + square) * hits[k],
      (k) => square * actual[k] + predicted[k],
    ),
    support: actual,
  };
}

function tellZeroDivision(measure: Measure, labels: number[], warn: Warn | undefined): void {
  const [name, never] = {
    precision: ['precision', 'never predicted'],
    recall: ['recall', 'without actual rows'],
    fscore: ['the F score', 'neither present nor predicted'],
  }[measure];
  const who = labels[0] === -1 ? 'the chosen classes are' : `class ${labels.join(', ')} is`;
  warn?.(`${who} ${never}, so ${name} there is undefined and set to 0`);
}

/** Mean of the numbers that are not NaN; where those weigh nothing together, they count alike. */
function meanDefined(values: Float64Array, weights: Float64Array | undefined): number {
  let [sum, total, plainSum, count] = [0, 0, 0, 0];
  for (let k = 0; k < values.length; k++) {
    if (Number.isNaN(values[k])) continue;
    const weight = weights ? weights[k] : 1;
    sum += weight * values[k];
    total += weight;
    plainSum += values[k];
    count++;
  }
  return total > 0 ? sum / total : plainSum / count;
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

function checkLabels(actual: ArrayLike<number>, predicted: ArrayLike<number>): void {
  checkSameLength('actual', actual, 'predicted', predicted);
  checkClasses('actual', actual);
  checkClasses('predicted', predicted);
}
