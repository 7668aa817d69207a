/**
 * A dense matrix, row-major: the features of `rowCount` rows, `columnCount` to a row.
 *
 * `data[row * columnCount + column]`, length `rowCount * columnCount`. Data that was read is float32.
 */
export interface Matrix<Data extends Float32Array | Float64Array = Float32Array> {
  rowCount: number;
  columnCount: number;
  data: Data;
}

/** Features in either width: float64 is for whoever brings rows of his own and needs all their digits. */
export type AnyMatrix = Matrix<Float32Array | Float64Array>;
