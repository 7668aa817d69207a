/**
 * A dense matrix of float32 whose rows do not all lie in memory: stretches of them are brought there, one at a time.
 *
 * Rows belong to canonical blocks, and a stretch is some consecutive blocks, so that sums over blocks are the same as if
 * all rows were there. Distinguished from a dense `Matrix` by `stretches`.
 */
export interface StreamedMatrix {
  rowCount: number;
  columnCount: number;
  /** The first block of each stretch, then the number of blocks, shape [stretches + 1]. */
  stretches: Int32Array;
  /** The first row of each stretch, then the number of rows, shape [stretches + 1]. */
  firstRows: Int32Array;
  /** Room for the rows of the longest stretch, row-major, in a kernel memory: the rows that were brought last. */
  data: Float32Array;
  /**
   * Brings the rows of a stretch to the beginning of `data`; there they are until another stretch is brought, be it
   * of another matrix.
   */
  bring(stretch: number): void;
  /** Bytes that whoever wants rows of several stretches side by side may take for them. */
  spareBytes: number;
}

/** Whether a matrix must be brought to memory. */
export const isStreamed = (matrix: object): matrix is StreamedMatrix => 'stretches' in matrix;
