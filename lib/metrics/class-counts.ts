import { checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { checkClasses, isNonZero, positionsOf, presentLabels } from './labels.ts';
import { totalWeight } from './mean.ts';

/** What quotients such as precision are made of, for each class (or label, or row) by itself; shape [K]. */
export interface ClassCounts {
  /** The class indices that the other arrays speak of; −1 for all together. */
  labels: Int32Array;
  /** Weight of the rows of each class that were predicted so, of those predicted so, and of those that are so. */
  hits: Float64Array;
  predicted: Float64Array;
  actual: Float64Array;
  /** Weight of the rows that are not so: exactly 0 where there is none. */
  others: Float64Array;
}

type Weights = ArrayLike<number> | undefined;

/**
 * Counts of each class.
 *
 * @param actual checked class indices, shape [n]; `predicted` likewise
 * @param labels the classes to count; by default those that occur
 * @throws InputError when a weight is negative, or a label is no class index
 */
export function countClasses(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labels = presentLabels(actual, predicted), weights }: { labels?: ArrayLike<number>; weights?: Weights } = {},
): ClassCounts {
  const total = totalWeight(actual.length, weights);
  const positions = positionsOf(labels);
  if (!weights && labels.length === 1 && actual instanceof Int32Array && predicted instanceof Int32Array)
    return countOne(actual, predicted, labels[0]);
  const counts = emptyCounts(Int32Array.from(labels));
  const rowsOf = new Float64Array(labels.length);
  let rowCount = 0;
  for (let row = 0; row < actual.length; row++) {
    const weight = weights ? weights[row] : 1;
    if (weight === 0) continue;
    rowCount++;
    const [is, says] = [positions[actual[row]] ?? -1, positions[predicted[row]] ?? -1];
    if (is >= 0) {
      counts.actual[is] += weight;
      rowsOf[is]++;
    }
    if (says >= 0) counts.predicted[says] += weight;
    if (is >= 0 && is === says) counts.hits[is] += weight;
  }
  // A difference of sums need not be 0 where nothing is left over, so the rows are counted as well.
  for (let k = 0; k < labels.length; k++) counts.others[k] = rowsOf[k] === rowCount ? 0 : total - counts.actual[k];
  return counts;
}

/** The counts of one class, for rows without weights: whole numbers, so the order of summing does not matter. */
function countOne(actual: Int32Array, predicted: Int32Array, label: number): ClassCounts {
  const rowCount = actual.length;
  let [others, unsaid, missed] = [0, 0, 0];
  for (let row = 0; row < rowCount; row++) {
    const [a, b] = [actual[row] ^ label, predicted[row] ^ label];
    others += isNonZero(a);
    unsaid += isNonZero(b);
    missed += isNonZero(a | b);
  }
  const counts = emptyCounts(Int32Array.of(label));
  counts.actual[0] = rowCount - others;
  counts.predicted[0] = rowCount - unsaid;
  counts.hits[0] = rowCount - missed;
  counts.others[0] = others;
  return counts;
}

/**
 * Counts of each label of rows that may have several.
 *
 * @param actual 0 or 1, shape [n, labelCount], row-major; `predicted` likewise
 * @param weights of rows, shape [n]
 * @throws InputError when shapes do not fit, a cell is neither 0 nor 1, or a weight is negative
 */
export function countLabels(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { labelCount, weights }: { labelCount: number; weights?: Weights },
): ClassCounts {
  const rowCount = checkLabelSets(actual, predicted, labelCount);
  totalWeight(rowCount, weights);
  const counts = emptyCounts(Int32Array.from({ length: labelCount }, (_, label) => label));
  for (let row = 0; row < rowCount; row++) {
    const weight = weights ? weights[row] : 1;
    for (let label = 0; label < labelCount; label++)
      addCell(counts, label, actual, predicted, row * labelCount + label, weight);
  }
  return counts;
}

/** Counts of each row by itself: how many of its labels are so, and were predicted so; unweighted. */
export function countRows(actual: ArrayLike<number>, predicted: ArrayLike<number>, labelCount: number): ClassCounts {
  const rowCount = checkLabelSets(actual, predicted, labelCount);
  const counts = emptyCounts(Int32Array.from({ length: rowCount }, (_, row) => row));
  for (let cell = 0; cell < actual.length; cell++) {
    addCell(counts, Math.floor(cell / labelCount), actual, predicted, cell, 1);
  }
  return counts;
}

/** All classes as one. */
export function pooledCounts({ hits, predicted, actual, others }: ClassCounts): ClassCounts {
  const sum = (counts: Float64Array) => Float64Array.of(counts.reduce((total, count) => total + count, 0));
  return {
    labels: Int32Array.of(-1),
    hits: sum(hits),
    predicted: sum(predicted),
    actual: sum(actual),
    others: sum(others),
  };
}

/** How many rows there are. @throws InputError when shapes do not fit, or a cell is neither 0 nor 1 */
export function checkLabelSets(actual: ArrayLike<number>, predicted: ArrayLike<number>, labelCount: number): number {
  checkSameLength('actual', actual, 'predicted', predicted);
  if (!Number.isInteger(labelCount) || labelCount < 1 || actual.length % labelCount !== 0) {
    throw new InputError(`labelCount: expected a whole number that divides ${actual.length}, found ${labelCount}`);
  }
  checkClasses('actual', actual, 2);
  checkClasses('predicted', predicted, 2);
  return actual.length / labelCount;
}

function emptyCounts(labels: Int32Array): ClassCounts {
  const [hits, predicted, actual, others] = [0, 1, 2, 3].map(() => new Float64Array(labels.length));
  return { labels, hits, predicted, actual, others };
}

function addCell(
  counts: ClassCounts,
  k: number,
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  cell: number,
  weight: number,
): void {
  if (actual[cell] === 1) counts.actual[k] += weight;
  else counts.others[k] += weight;
  if (predicted[cell] === 1) counts.predicted[k] += weight;
  if (actual[cell] === 1 && predicted[cell] === 1) counts.hits[k] += weight;
}
