import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { RowTile } from './row-tile.ts';

/**
 * `linearScores` of rows of a sparse matrix: the same sums without the terms that are zero, and so the same bits.
 *
 * @param parameters coefficients [outputs, inputs], then intercepts [outputs]
 */
export function sparseScores(
  { rows, inputs, outputs, scores }: RowTile,
  count: number,
  { rowStarts, columns, data }: SparseMatrix,
  parameters: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const [start, end] = [rowStarts[rows[i]], rowStarts[rows[i] + 1]];
    for (let k = 0; k < outputs; k++) {
      const from = k * inputs;
      let [even, odd] = [0, 0];
      for (let at = start; at < end; at++) {
        const product = parameters[from + columns[at]] * data[at];
        if (columns[at] % 2 === 0) even += product;
        else odd += product;
      }
      scores[i * outputs + k] = even + odd + parameters[outputs * inputs + k];
    }
  }
}

/** `addOuterProducts` of rows of a sparse matrix, to the same bits. */
export function addSparseProducts(
  { rows, inputs, outputs, slopes }: RowTile,
  count: number,
  { rowStarts, columns, data }: SparseMatrix,
  gradient: Float64Array,
  offset: number,
): void {
  for (let i = 0; i < count; i++) {
    const [start, end] = [rowStarts[rows[i]], rowStarts[rows[i] + 1]];
    for (let k = 0; k < outputs; k++) {
      const [from, slope] = [offset + k * inputs, slopes[i * outputs + k]];
      for (let at = start; at < end; at++) gradient[from + columns[at]] += slope * data[at];
      gradient[offset + outputs * inputs + k] += slope;
    }
  }
}
