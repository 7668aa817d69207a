/**
 * A sparse matrix of float32 by rows: only the elements that are not zero are kept (compressed sparse rows).
 *
 * Row `r` has the elements `rowStarts[r]` to `rowStarts[r + 1] - 1`, each with its column, ascending, and its value.
 * Distinguished from a dense `Matrix` by `rowStarts`.
 */
export interface SparseMatrix {
  rowCount: number;
  columnCount: number;
  /** Shape [rowCount + 1]. */
  rowStarts: Float64Array;
  /** Shape [elements]. */
  columns: Int32Array;
  /** Shape [elements]. In float64 as read, in float32 once encoded. */
  data: Float32Array | Float64Array;
}

export const isSparse = (matrix: object): matrix is SparseMatrix => 'rowStarts' in matrix;
