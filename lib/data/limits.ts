/** How much a dataset may ask of the reader before it is refused, so that no object can exhaust the machine. */
export interface ReadLimits {
  /** Most columns of a dataset. */
  columns: number;
  /** Most features of a dataset in LIBSVM format: its largest index. */
  features: number;
  /** Most bytes of one row of text. */
  lineBytes: number;
  /** Most bytes of one object, as it lies in the store. */
  objectBytes: number;
  /** Most bytes that one object may decompress to. */
  decompressedBytes: number;
  /** Most bytes of output for each byte of a compressed object, looked at from 16 MiB of output on. */
  ratio: number;
  /** Deepest nesting of objects and arrays in JSON. */
  depth: number;
  /** Most distinct texts in one column. */
  levels: number;
  /** Most bytes of memory to work in. */
  memoryBytes: number;
}

export const defaultLimits: Readonly<ReadLimits> = {
  columns: 4_096,
  features: 1_000_000,
  lineBytes: 16 * 2 ** 20,
  objectBytes: 64 * 2 ** 30,
  decompressedBytes: 64 * 2 ** 30,
  ratio: 200,
  depth: 64,
  levels: 10_000_000,
  memoryBytes: Number.POSITIVE_INFINITY,
};

/** Bytes of output below which the ratio is not looked at: a small object of one repeated row is no bomb. */
export const ratioFloorBytes = 16 * 2 ** 20;
