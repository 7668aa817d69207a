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
  throw new InputError(
    `${where}: expected a dataset that ${mebibytes(memoryBytes)} of memory can hold, found one that needs ` +
      `${times > 1 ? 'about ' : ''}${mebibytes(needed)}: ${times > 1 ? 'about ' : ''}${whole.rows} rows of ${columns} columns`,
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
  throw new InputError(
    `${where}: expected features that ${mebibytes(memoryBytes)} of memory can hold, found ${features.columns} columns ` +
      `of ${features.rows} rows once encoded, which need ${mebibytes(needed)}`,
    { advice: `Hash columns with many levels into fewer buckets, leave them out, or raise ${limitName}` },
  );
}

/** Numbers that are held of each parameter: itself, its gradient, two moments, the best ones so far, and what is written. */
const timesParameter = 8;

/**
 * Compares a model that is about to be trained with the memory there is.
 *
 * @throws InputError when it does not fit
 */
export function checkModelMemory(where: string, parameterCount: number, memoryBytes: number): void {
  const needed = processBytes + 8 * timesParameter * parameterCount;
  if (needed <= memoryBytes) return;
  throw new InputError(
    `${where}: expected a model that ${mebibytes(memoryBytes)} of memory can train, found ${parameterCount} parameters, ` +
      `which need ${mebibytes(needed)}`,
    { advice: `Give the function more memory, make the layers narrower, or raise ${limitName}` },
  );
}

const limitName = 'data.limits.memoryBytes';

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
