/**
 * A dense matrix of float32, row-major: the features of `rowCount` rows, `columnCount` to a row.
 *
 * `data[row * columnCount + column]`, length `rowCount * columnCount`.
 */
export interface Matrix {
  rowCount: number;
  columnCount: number;
  data: Float32Array;
}
