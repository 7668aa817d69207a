import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { BadListing } from './bad-listing.ts';
import type { RejectedRow } from './bad-rows.ts';
import type { FreeText } from './free-text.ts';
import type { PackedColumn, PackedNumbers } from './packed.ts';

/**
 * A dataset as it was read: typed columns, where each row came from, and the hashes that name its content.
 *
 * Rows stand in the order of the objects (byte order of their keys) and of the lines in them.
 */
export interface Table {
  rowCount: number;
  /** In the order of the first object's header. */
  columns: Column[];
  objects: TableObject[];
  blocks: Block[];
  /**
   * 32-bit hash of each row's cells, shape [rowCount]: equal rows have equal hashes, in whatever object they stand. Empty
   * when the table was read without hashes.
   */
  rowHashes: Uint32Array;
  /** Line, from 1, on which each row begins in its object, shape [rowCount]; in Parquet, the row's number from 1. */
  lines: Uint32Array;
  /** What the reader noticed and a report should say, as sentences. */
  warnings: string[];
  /** Features by index, of a dataset in LIBSVM format: its columns are then the label and what else is not a feature. */
  sparse?: SparseMatrix;
  /** The kernel memory in which to put the sparse features once they are encoded; anywhere when left out. */
  sparseMemory?: KernelMemory;
  /** Names of columns that were not asked for and not read, or turned out to be free text. */
  unread?: string[];
  /** Columns of which each cell is another, and of which nobody asked for the cells: they were let go of. */
  freeTexts?: FreeText[];
  /** The packed numbers that its packed columns belong to. */
  numbers?: PackedNumbers;
  /** Rows that were left out because they can't be read, when the policy is to skip them. */
  rejected?: RejectedRow[];
  /** What can't be read, when the policy is to tell. */
  bad?: BadListing;
}

/** A column of a table. Its kind was declared, or found from its cells. */
export type Column = NumberColumn | CategoryColumn;

/** A column of numbers. */
export interface NumberColumn {
  kind: 'number';
  name: string;
  /** Nearest float64 of each cell, or nearest float32; NaN where the cell is missing. Shape [rowCount]. */
  readonly values: Float64Array;
  /** Whether the values were rounded to float32: see `roundToSingle`. */
  single?: true;
  /** Where kernels find the values. */
  packed?: PackedColumn;
}

/** A column of texts. */
export interface CategoryColumn {
  kind: 'category';
  name: string;
  /** Index into `levels` of each cell; -1 where the cell is missing. Shape [rowCount]. */
  codes: Int32Array;
  /** The distinct texts, in order of UTF-16 code units. */
  levels: string[];
}

/** An object that a table was read from. */
export interface TableObject {
  key: string;
  /** Bytes. */
  size: number;
  firstRow: number;
  rowCount: number;
}

/**
 * A canonical block: consecutive rows of one object, at most 65,536, counted anew in each 8 MiB of decompressed text,
 * and in each row group of Parquet.
 *
 * Sums are formed per block and merged as a balanced tree (core/blocks), so a model has the same bits however the work
 * was divided.
 */
export interface Block {
  firstRow: number;
  rowCount: number;
  /**
   * SHA-256, hexadecimal, of the column names and the block's text in its halved form, or, in Parquet, its values; left out
   * when the table was read without them (`named: false`).
   */
  hash?: string;
}

/**
 * The hashes that name a table's content, block by block.
 *
 * @throws Error when the table was read without them: two datasets must never get the same name for lack of hashes
 */
export function blockHashes({ blocks }: Pick<Table, 'blocks'>): string[] {
  return blocks.map(({ hash }) => {
    if (hash === undefined)
      throw new Error('expected blocks that are named, found a table that was read without names');
    return hash;
  });
}

/** An object that holds rows, wherever it lies: in the store, or on this machine's disk. */
export interface DataObject {
  key: string;
  /** Bytes. */
  size: number;
  /** Changes whenever the content does. */
  tag: string;
  /** The object's bytes from first to last, in chunks of any size. */
  read(): AsyncIterable<Uint8Array>;
  /** The bytes from `start` to `end`, both within the object; written to `into` if that saves a copy. */
  readRange(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>;
  /** The object as an open file, where it is one: threads read it by themselves. */
  openFile?(): Promise<OpenFile>;
  /** A URL from which another thread can fetch the object for some hours; undefined when there is none. */
  presign?(): Promise<string | undefined>;
}

/** A file that stays open until it is closed. */
export interface OpenFile {
  /** Its descriptor, which all threads of the process share. */
  descriptor: number;
  /** @throws ConflictError when it is no longer the object that was opened */
  check(): Promise<void>;
  close(): Promise<void>;
}
