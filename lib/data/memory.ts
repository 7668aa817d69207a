import { InputError } from '../core/errors.ts';

// The one place that says how much data is too much for the memory there is.

/** Of the process itself, and of what it reads ahead and has not let go of. */
const processBytes = 256 * 2 ** 20;

/**
 * While columns grow, are sorted, described and encoded, they take this many times what they take in the end: measured
 * on tables of numbers that were read, prepared, trained on and reported.
 */
const timesHeld = 2;

/** Of a cell, as it was read and as the model takes it: a float64 and a float32, of sparse ones the column besides. */
const cellBytes = 8 + 4;
const sparseCellBytes = cellBytes + 4 + 4;
/** Of a row its hash and its line. */
const rowBytes = 4 + 4;

/** A different text lies in memory as bytes and as a string. */
const timesText = 2;

/** How far a table has come. */
export interface TableSize {
  rows: number;
  columns: number;
  /** Cells of sparse features. */
  sparseCells?: number;
  /** Of the different texts of its columns. */
  textBytes?: number;
}

/** Bytes of memory that a process needs to read a table of this size and to train on it. */
export function neededBytes({ rows, columns, sparseCells = 0, textBytes = 0 }: TableSize): number {
  const cells = rows * (rowBytes + columns * cellBytes) + sparseCells * sparseCellBytes;
  return processBytes + timesHeld * cells + timesText * textBytes;
}

/** How much of a dataset was read, in bytes as they are stored. */
export interface ReadShare {
  read: number;
  of: number;
}

/** Bytes from which on the rest of a dataset can be foreseen, and by how much that may err. */
const foreseenFromBytes = 4 * 2 ** 20;
const foreseenSlack = 1.25;

/**
 * Compares a table that is being read with the memory there is, and what it will be when the rest is like its beginning.
 *
 * @param where names the dataset in errors
 * @param share how much of it was read; left out where `size` is that of the whole
 * @throws InputError when it does not fit
 */
export function checkMemory(where: string, size: TableSize, memoryBytes: number, share?: ReadShare): void {
  const times = share && share.read >= foreseenFromBytes ? Math.max(1, share.of / share.read) : 1;
  const { rows, columns, sparseCells = 0 } = size;
  // Different texts need not come on as they began.
  const whole = { ...size, rows: Math.round(rows * times), sparseCells: sparseCells * times };
  const needed = neededBytes(whole);
  if (neededBytes(size) <= memoryBytes && needed <= memoryBytes * foreseenSlack) return;
  const [has, needs] = mebibytes(memoryBytes, needed);
  throw new InputError(
    `${where}: expected a dataset that ${has} of memory can hold, found one that needs ` +
      `${times > 1 ? 'about ' : ''}${needs}: ${times > 1 ? 'about ' : ''}${whole.rows} rows of ${columns} columns`,
    { advice: `Give the function more memory, leave out rows or columns, or raise ${limitName}` },
  );
}

/**
 * Compares a table and its encoded features, of which a column of texts may have many, with the memory there is.
 *
 * @param features shape of the encoded matrix
 * @throws InputError when they do not fit
 */
export function checkFeatureMemory(
  where: string,
  size: TableSize,
  features: { rows: number; columns: number },
  memoryBytes: number,
): void {
  // One encoded column for each of the table's is in the table's need already.
  const more = 4 * (features.rows * features.columns - timesHeld * size.rows * size.columns);
  const needed = neededBytes(size) + Math.max(0, more);
  if (needed <= memoryBytes) return;
  const [has, needs] = mebibytes(memoryBytes, needed);
  throw new InputError(
    `${where}: expected features that ${has} of memory can hold, found ${features.columns} columns ` +
      `of ${features.rows} rows once encoded, which need ${needs}`,
    { advice: `Hash columns with many levels into fewer buckets, leave them out, or raise ${limitName}` },
  );
}

/** Copies of the parameters in memory: values, gradient, two moments, the best so far, and those being written. */
const timesParameter = 8;

/**
 * Checks that a model can be trained in the memory that there is.
 *
 * @throws InputError when it does not fit
 */
export function checkModelMemory(where: string, parameterCount: number, memoryBytes: number): void {
  const needed = kernelProcessBytes + 8 * timesParameter * parameterCount;
  if (needed <= memoryBytes) return;
  const [has, needs] = mebibytes(memoryBytes, needed);
  throw new InputError(
    `${where}: expected a model that ${has} of memory can train, found ${parameterCount} parameters, which need ${needs}`,
    { advice: `Give the function more memory, make the layers narrower, or raise ${limitName}` },
  );
}

const limitName = 'data.limits.memoryBytes';

/** What there is and what is needed, with as many digits as it takes to tell them apart. */
function mebibytes(has: number, needs: number): [has: string, needs: string] {
  for (let unit = 1; unit <= 1000; unit *= 10) {
    const [lower, upper] = [has, needs].map((bytes) => `${Math.ceil((bytes / 2 ** 20) * unit) / unit} MiB`);
    if (lower !== upper) return [lower, upper];
  }
  return [`${has} bytes`, `${Math.ceil(needs)} bytes`];
}

// How much memory packed data takes is known before it is read, and what does not fit can be kept elsewhere.

/** Bytes of the process with its kernels and threads, and of what an evaluation needs for a while. */
const kernelProcessBytes = 160 * 2 ** 20;

/** What is known of packed data before it is read. */
export interface PackedSize {
  rows: number;
  columns: number;
  /** Bytes of a row of float32. */
  rowBytes: number;
  /** Columns that are kept in float64, and columns of texts. */
  doubles: number;
  categories: number;
  /** Most rows of a segment of text, or of a row group. */
  segmentRows: number;
  /** Bytes of buffers for what is fetched. */
  feedBytes: number;
}

/** How to divide memory and disk for data that does not fit in memory as a whole. */
export interface StreamPlan {
  /** About how many rows there are. */
  rows: number;
  /** Segments of text that are parsed at once. */
  segments: number;
  /** Most bytes of packed rows that are loaded at once. */
  stretchBytes: number;
  /** Bytes of memory that are left for rows that must lie side by side. */
  spareBytes: number;
  /** Bytes of a file with all rows. */
  diskBytes: number;
}

/** Bytes of a row besides its cells: its hash, its number in lists of rows, its target and its prediction. */
const packedRowBytes = 40;
/** Bytes that stay in memory in any case: a float64 twice, in its segment and its column; a text as a byte, then a code. */
const keptBytes = ({ rows, doubles, categories }: PackedTableSize): number =>
  rows * (packedRowBytes + 16 * doubles + 5 * categories);

/** Bytes of memory that packed data takes with its encoded features. */
const packedBytes = (size: PackedSize): number =>
  kernelProcessBytes + keptBytes(size) + size.rows * (1.1 * size.rowBytes + 4 * size.columns) + size.feedBytes;

/** Bytes of a thread that fetches and decompresses what is read again. */
export const feedThreadBytes = 192 * 2 ** 20;

/** Most segments for each thread: more would not be parsed faster. */
const segmentsPerThread = 2;
/** Most bytes for rows that must lie side by side. */
const mostSpareBytes = 256 * 2 ** 20;

/**
 * Decides how to read packed data: as a whole if it fits in memory, else in parts.
 *
 * @throws InputError when memory can't even hold one part and the few bytes that are kept of each row
 */
export function planPacked(
  where: string,
  size: PackedSize,
  { memoryBytes, threads }: { memoryBytes: number; threads: number },
): 'memory' | StreamPlan {
  if (packedBytes(size) <= memoryBytes) return 'memory';
  const { rows, columns, rowBytes, doubles, categories, segmentRows, feedBytes } = size;
  // As parsed, as loaded again, and as encoded.
  const segmentBytes = segmentRows * (2 * rowBytes + 8 * doubles + categories + 8 + 4 * columns);
  const fixed = kernelProcessBytes + keptBytes(size) + feedBytes;
  const most = Math.min(segmentsPerThread * threads, Math.floor((memoryBytes - fixed) / (2 * segmentBytes)));
  const segments = Math.max(1, most);
  const needed = fixed + segments * segmentBytes;
  if (needed > memoryBytes) {
    const [has, needs] = mebibytes(memoryBytes, needed);
    throw new InputError(
      `${where}: expected a dataset that ${has} of memory can hold a part of, found one that needs ` +
        `about ${needs} even when its features lie on a disk: about ${Math.round(rows)} rows of ${columns} columns`,
      { advice: `Give the function more memory, leave out rows or columns, or raise ${limitName}` },
    );
  }
  return {
    rows,
    segments,
    stretchBytes: segments * segmentRows * rowBytes,
    spareBytes: Math.min(mostSpareBytes, Math.floor((memoryBytes - needed) / 2)),
    diskBytes: rows * rowBytes,
  };
}

/** What is known of packed data once it is read. */
export type PackedTableSize = Pick<PackedSize, 'rows' | 'rowBytes' | 'doubles' | 'categories'>;

/** The shape of encoded features, as far as they are in memory at the same time. */
export interface EncodedSize {
  columns: number;
  rows: number;
  /** Whether all packed rows are in memory beside them. */
  isHeld: boolean;
}

/** Bytes of memory for packed data and its encoded features. */
const neededWith = (size: PackedTableSize, { columns, rows, isHeld }: EncodedSize): number =>
  kernelProcessBytes + keptBytes(size) + (isHeld ? size.rows : rows) * size.rowBytes + 4 * rows * columns;

/** Whether encoded features fit in memory beside packed data. */
export const fitsPacked = (size: PackedTableSize, features: EncodedSize, memoryBytes: number): boolean =>
  neededWith(size, features) <= memoryBytes;

/**
 * Checks that packed data and encoded features fit in the memory that there is.
 *
 * @throws InputError when they do not fit
 */
export function checkPackedFeatures(
  where: string,
  size: PackedTableSize,
  features: EncodedSize,
  memoryBytes: number,
): void {
  if (fitsPacked(size, features, memoryBytes)) return;
  const [has, needs] = mebibytes(memoryBytes, neededWith(size, features));
  throw new InputError(
    `${where}: expected features that ${has} of memory can hold, found ${features.columns} columns once ` +
      `encoded, which need ${needs} for ${features.rows} rows at a time`,
    { advice: `Hash columns with many levels into fewer buckets, leave them out, or raise ${limitName}` },
  );
}
