import { checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { checkClasses, positionsOf, presentLabels } from './labels.ts';
import { totalWeight } from './mean.ts';

/** Beyond it the matrix is read by nobody and takes more memory than the data. */
const classLimit = 4096;

export interface ConfusionMatrix {
  /** The class index of each row and column, shape [K]. */
  labels: Int32Array;
  /** `values[i * K + j]`: weight of the rows of class `labels[i]` that were predicted as `labels[j]`, shape [K, K]. */
  values: Float64Array;
}

/**
 * How many rows of each class were predicted as each class; their weights, where there are weights.
 *
 * Rows of a class that is not among the labels are left out.
 *
 * @param actual class indices, shape [n]
 * @param predicted class indices, shape [n]
 * @param labels the classes to count, in this order; by default those that occur, ascending
 * @param normalize shares instead of counts: of the `actual` class (rows sum to 1), of the `predicted` one (columns
 *   do), or of `all`. A row or column with nothing in it stays 0.
 * @throws InputError when lengths differ, a class is not an integer from 0, there are more than 4,096 classes, or a
 *   weight is negative
 * @example confusionMatrix([0, 1, 1], [0, 0, 1]).values // [1, 0, 1, 1]
 */
export function confusionMatrix(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  {
    labels,
    normalize,
    weights,
  }: { labels?: ArrayLike<number>; normalize?: 'actual' | 'predicted' | 'all'; weights?: ArrayLike<number> } = {},
): ConfusionMatrix {
  checkSameLength('actual', actual, 'predicted', predicted);
  checkClasses('actual', actual);
  checkClasses('predicted', predicted);
  totalWeight(actual.length, weights);
  const classes = Int32Array.from(labels ?? presentLabels(actual, predicted));
  const count = classes.length;
  if (count > classLimit) throw new InputError(`labels: expected at most ${classLimit} classes, found ${count}`);

  const positions = positionsOf(labels ?? classes);
  const values = new Float64Array(count * count);
  for (let row = 0; row < actual.length; row++) {
    const [i, j] = [positions[actual[row]] ?? -1, positions[predicted[row]] ?? -1];
    if (i >= 0 && j >= 0) values[i * count + j] += weights ? weights[row] : 1;
  }
  if (normalize) toShares(values, count, normalize);
  return { labels: classes, values };
}

function toShares(values: Float64Array, count: number, normalize: 'actual' | 'predicted' | 'all'): void {
  const groupOf = (cell: number) => {
    if (normalize === 'all') return 0;
    return normalize === 'actual' ? Math.floor(cell / count) : cell % count;
  };
  const totals = new Float64Array(count);
  for (let cell = 0; cell < values.length; cell++) totals[groupOf(cell)] += values[cell];
  for (let cell = 0; cell < values.length; cell++) if (values[cell] !== 0) values[cell] /= totals[groupOf(cell)];
}
