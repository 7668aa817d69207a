/**
 * A dense float32 matrix that does not fit in memory: one stretch of its rows is loaded at a time.
 *
 * A stretch is a run of whole canonical blocks, so sums over blocks are the same as if all rows were in memory. The
 * field `stretches` tells it from a dense `Matrix`.
 */
export interface StreamedMatrix {
  rowCount: number;
  columnCount: number;
  /** The first block of each stretch, then the number of blocks, shape [stretches + 1]. */
  stretches: Int32Array;
  /** The first row of each stretch, then the number of rows, shape [stretches + 1]. */
  firstRows: Int32Array;
  /** The rows that were loaded last, row-major, in a kernel memory; as long as the longest stretch. */
  data: Float32Array;
  /**
   * Loads the rows of a stretch to the beginning of `data`. They stay until another stretch is loaded, which may be one
   * of another matrix with the same `data`.
   */
  load(stretch: number): void;
  /** Bytes that a caller may allocate besides, to hold rows of several stretches side by side. */
  spareBytes: number;
}

/** Whether the rows of a matrix must be loaded before they can be read. */
export const isStreamed = (matrix: object): matrix is StreamedMatrix => 'stretches' in matrix;
