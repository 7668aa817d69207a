import { checkLabelSets, countLabels, countRows } from './class-counts.ts';
import { type Measure, meanDefined, type ScoreOptions, scoreAll, scoreEach } from './class-scores.ts';
import { meanOver, totalWeight, whyEmpty } from './mean.ts';
import type { MetricOptions } from './warn.ts';

export interface LabelSetOptions extends MetricOptions {
  /** L, how many labels there are. */
  labelCount: number;
}

/**
 * Share of the rows of which every label was predicted, and no other.
 *
 * Unitless, in [0, 1]; 1 is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual 1 where the row has the label, else 0; shape [n, labelCount], row-major
 * @param predicted likewise, what the model said
 * @throws InputError when shapes do not fit, a cell is neither 0 nor 1, or a weight is negative
 * @example subsetAccuracyScore([0, 1, 1, 1], [0, 1, 1, 0], { labelCount: 2 }) // 0.5
 */
export function subsetAccuracyScore(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labelCount, ...options }: LabelSetOptions,
): number {
  const rowCount = checkLabelSets(actual, predicted, labelCount);
  const misses = (row: number) => missCount(actual, predicted, row, labelCount);
  return meanOver(rowCount, (row) => (misses(row) === 0 ? 1 : 0), options);
}

/**
 * Share of the cells, a row's labels each, that were missed.
 *
 * Range, undefined cases, shapes and errors are those of `subsetAccuracyScore`; 0 is perfect.
 *
 * @see Schapire & Singer 1999, Machine Learning 37(3)
 * @example labelHammingLoss([0, 1, 1, 1], [0, 1, 1, 0], { labelCount: 2 }) // 0.25
 */
export function labelHammingLoss(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labelCount, ...options }: LabelSetOptions,
): number {
  const rowCount = checkLabelSets(actual, predicted, labelCount);
  return meanOver(rowCount, (row) => missCount(actual, predicted, row, labelCount) / labelCount, options);
}

export interface LabelSetScoreOptions extends LabelSetOptions, ScoreOptions {
  /** Over all cells together, over labels alike, over labels by the rows that have them, or over rows. */
  average?: 'micro' | 'macro' | 'weighted' | 'samples';
}

/**
 * Precision, recall, F score, specificity or Jaccard index of rows that may have several labels.
 *
 * Range, undefined cases, shapes and errors are those of `subsetAccuracyScore`; what has nothing below the line is
 * `zeroDivision`, or else 0 with a warning.
 *
 * @example labelSetScore('recall', [0, 1, 1, 1], [0, 1, 1, 0], { labelCount: 2, average: 'samples' }) // 0.75
 */
export function labelSetScore(
  measure: Measure,
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labelCount, average = 'macro', weights, ...options }: LabelSetScoreOptions,
): number {
  const rowCount = checkLabelSets(actual, predicted, labelCount);
  if (totalWeight(rowCount, weights) === 0) {
    options.warn?.(whyEmpty(rowCount));
    return Number.NaN;
  }
  if (average !== 'samples') {
    return scoreAll(measure, countLabels(actual, predicted, { labelCount, weights }), { ...options, average });
  }
  return meanDefined(scoreEach(measure, countRows(actual, predicted, labelCount), options), weights);
}

/**
 * For each label, how many rows have it and were said to: [[TN, FP], [FN, TP]], shape [labelCount, 2, 2].
 *
 * @param samples for each row instead, how many of its labels; shape [n, 2, 2], unweighted
 * @throws InputError when shapes do not fit, a cell is neither 0 nor 1, or a weight is negative
 */
export function labelConfusion(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labelCount, samples = false, weights }: LabelSetOptions & { samples?: boolean },
): Float64Array {
  const counts = samples
    ? countRows(actual, predicted, labelCount)
    : countLabels(actual, predicted, { labelCount, weights });
  const values = new Float64Array(4 * counts.labels.length);
  for (let k = 0; k < counts.labels.length; k++) {
    const falsePositives = counts.predicted[k] - counts.hits[k];
    values[4 * k] = counts.others[k] - falsePositives;
    values[4 * k + 1] = falsePositives;
    values[4 * k + 2] = counts.actual[k] - counts.hits[k];
    values[4 * k + 3] = counts.hits[k];
  }
  return values;
}

function missCount(actual: ArrayLike<number>, predicted: ArrayLike<number>, row: number, labelCount: number): number {
  let misses = 0;
  for (let cell = row * labelCount; cell < (row + 1) * labelCount; cell++) {
    if (actual[cell] !== predicted[cell]) misses++;
  }
  return misses;
}
