/** How much a dataset may ask of the reader where a pipeline says nothing else. */
export const usualReadLimits = {
  /** Most columns of a dataset. */
  columns: 4_096,
  /** Most features of a dataset in LIBSVM format: its largest index. */
  features: 1_000_000,
  /** Most bytes of one row of text. */
  lineBytes: 16 * 2 ** 20,
  /** Most bytes of one object, as it lies in the store. */
  objectBytes: 64 * 2 ** 30,
  /** Most bytes that one object may decompress to. */
  decompressedBytes: 64 * 2 ** 30,
  /** Most bytes of output for each byte of a compressed object, looked at from 16 MiB of output on. */
  ratio: 200,
  /** Deepest nesting of objects and arrays in JSON. */
  depth: 64,
  /** Most distinct texts in one column. */
  levels: 10_000_000,
};
