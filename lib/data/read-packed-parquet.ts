import { InputError } from '../core/errors.ts';
import * as kernel from '../kernels/parquet.generated.ts';
import type { Pool } from '../kernels/pool.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { type FlatChunk, type FlatGroup, openParquet, type ParquetFile } from './formats/parquet.ts';
import { fetchRanges } from './formats/parquet-ranges.ts';
import { defaultLimits, type ReadLimits } from './limits.ts';
import { type PackedSize, planPacked } from './memory.ts';
import { openObject, type RangedFile } from './open-object.ts';
import { type PackedNumbers, packedStride } from './packed.ts';
import { decodedIn, parquetTable } from './packed-parquet-table.ts';
import type { ReadOptions } from './read.ts';
import type { PackedReading } from './read-packed.ts';
import { exactColumns, readStreamedParquet } from './read-streamed-parquet.ts';
import type { DataObject, Table } from './table.ts';

/**
 * Reads Parquet files of flat columns of numbers and booleans by kernels, on all threads of the pool. The table is the one
 * that the plain reader makes, except that number columns which are rounded to float32 are packed, and that hashes are
 * computed when they are first asked for.
 *
 * @param objects in byte order of their keys
 * @returns undefined when there is something that the kernels do not support, such as an error in the data. Nothing has
 *   changed then, and the plain reader reads the data or reports the error
 * @throws InputError when memory can't even hold a part of the rows
 * @throws ConflictError when an object changed while it was read
 */
export async function readPackedParquet(
  objects: readonly DataObject[],
  options: ReadOptions,
  reading: PackedReading,
): Promise<Table | undefined> {
  const { pool, leastBytes = 1 << 20, plan: decide = planPacked } = reading;
  if (objects.length === 0 || objects.reduce((sum, { size }) => sum + size, 0) < leastBytes) return undefined;
  const limits = { ...defaultLimits, ...options.limits };
  const files = await openFiles(objects, options, limits);
  const first = files?.[0];
  if (!files || !first) return undefined;
  if (first.parquet.names.some((name, i) => isBoolean(first, i) && options.kinds?.[name] === 'number'))
    return undefined;
  const size = sizeOf(files, options);
  const planFor = (moreBytes: number) => {
    const own = { ...size, feedBytes: size.feedBytes + moreBytes };
    return decide(first.object.key, own, { ...limits, threads: pool.threads });
  };
  const plan = planFor(0);
  if (plan !== 'memory') return readStreamedParquet(files, options, limits, { ...reading, plan, planFor });
  const room = makeRoom(pool, files, limits);
  if (!room || !(await decode(pool, files, room))) return undefined;
  return parquetTable(files, decodedIn(pool, files, room), options, limits.levels);
}

function sizeOf(files: readonly FlatFile[], options: ReadOptions): PackedSize {
  const groups = files.flatMap(({ groups: own }) => own);
  const types = groups[0].chunks.map(({ of }) => of);
  const rows = rowsIn(groups);
  const most = groups.reduce((rowCount, group) => Math.max(rowCount, group.rowCount), 0);
  const wide = types.filter((of) => of !== 'float').length;
  const { names } = files[0].parquet;
  return {
    rows,
    columns: names.length,
    rowBytes: packedStride({ columnCount: names.length }) * 4,
    doubles: exactColumns(files, options).size,
    categories: 0,
    besideBytes: 8 * rows * wide,
    segmentRows: most,
    // A group's compressed pages, and its columns in float64.
    feedBytes: largestGroupBytes(files) + 8 * most * wide,
  };
}

/** Bytes of the column chunks of the largest row group. */
export const largestGroupBytes = (files: readonly FlatFile[]): number =>
  files
    .flatMap(({ groups }) => groups)
    .reduce(
      (most, { chunks }) =>
        Math.max(
          most,
          chunks.reduce((sum, { start, end }) => sum + end - start, 0),
        ),
      0,
    );

/** An object, its Parquet metadata, and where its columns lie. */
export interface FlatFile {
  object: DataObject;
  file: RangedFile;
  parquet: ParquetFile;
  groups: FlatGroup[];
}

/** Whether a column holds booleans, which are classes rather than numbers. */
export const isBoolean = ({ groups }: FlatFile, column: number): boolean => groups[0].chunks[column].of === 'boolean';

/** Opens the objects; undefined when the kernels do not support one of them, or its columns are not those of the first. */
async function openFiles(
  objects: readonly DataObject[],
  options: ReadOptions,
  limits: ReadLimits,
): Promise<FlatFile[] | undefined> {
  const { encoding = 'auto', wanted = () => true } = options;
  const files: FlatFile[] = [];
  try {
    for (const object of objects) {
      const opened = await openObject(object, { format: 'parquet', encoding, limits });
      if (opened.kind !== 'parquet') return undefined;
      const parquet = await openParquet(object.key, opened.file, { wanted, limits });
      const groups = parquet.flatGroups();
      if (!groups || groups.length === 0 || parquet.names.length === 0) return undefined;
      files.push({ object, file: opened.file, parquet, groups });
      if (shapeOf(files[files.length - 1]) !== shapeOf(files[0])) return undefined;
    }
  } catch (error) {
    // The plain reader will say what is wrong.
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return files;
}

const shapeOf = ({ parquet, groups }: FlatFile): string =>
  JSON.stringify([parquet.names, groups[0].chunks.map(({ of }) => of)]);

/** Number of rows of all groups together. */
export const rowsIn = (groups: readonly FlatGroup[]): number => groups.reduce((sum, { rowCount }) => sum + rowCount, 0);

/** Columns in one share of the work. */
const shareColumns = 16;
/** Bytes behind each buffer, which kernels may read beyond its end. */
export const slackBytes = 64;
/** Most bytes for decoded rows: kernels address 4 GiB, some of which the training needs. */
const roomBytes = 2.5 * 2 ** 30;
/** Larger pages are left to the plain reader, which enforces the limits. */
const pageLimitBytes = 64 * 2 ** 20;
/** Bytes that are fetched at once, when threads can't read a file by themselves. */
const fetchBytes = 32 * 2 ** 20;

/** The numbers of codecs and physical types in the Parquet format, as the kernel takes them. */
const codecs: Readonly<Record<string, number>> = { UNCOMPRESSED: 0, SNAPPY: 1, ZSTD: 6 };
const physical = { boolean: 0, int32: 1, uint32: 1, int64: 2, uint64: 2, float: 4, double: 5 } as const;

/** Where decoded rows lie in the memory of the pool. */
export interface Room {
  rowCount: number;
  columnCount: number;
  numbers: PackedNumbers;
  matrix: number;
  /** Address of each column's float64; 0 for a column that is stored as float32. */
  doubles: number[];
  /** Address of the columns' types, as the kernel takes them. */
  kinds: number;
  /** Most rows of a group, most bytes of a compressed column chunk, and of a decompressed page. */
  most: { rows: number; chunk: number; page: number };
  scratchBytes: number;
  /** For each group and column: the smallest and the largest value, their number, and flags. */
  facts: { min: number; max: number; count: number; flags: number }[][];
}

/**
 * Allocates memory for the decoded row groups of some files.
 *
 * @returns undefined when the kernels do not support a codec, or can't address so much memory
 */
export function makeRoom(
  { memory: home, threads }: Pool,
  files: readonly FlatFile[],
  limits: ReadLimits,
): Room | undefined {
  const groups = files.flatMap(({ groups: own }) => own);
  const chunks = groups.flatMap(({ chunks: own }) => own);
  if (!chunks.every(({ codec }) => Object.hasOwn(codecs, codec))) return undefined;
  const most = { rows: 0, chunk: 0, page: 0 };
  for (const { rowCount } of groups) most.rows = Math.max(most.rows, Math.ceil(rowCount / 4) * 4);
  for (const { start, end, unpackedBytes } of chunks) {
    most.chunk = Math.max(most.chunk, end - start);
    most.page = Math.max(most.page, unpackedBytes);
  }
  most.page = Math.min(most.page, pageLimitBytes, limits.decompressedBytes);
  if (!(most.page >= 0)) return undefined;
  const rowCount = rowsIn(groups);
  const { chunks: types } = groups[0];
  const numbers: PackedNumbers = { memory: home, columnCount: types.length, blocks: [] };
  const valueBytes = 4 * most.rows + slackBytes;
  const scratchBytes = most.chunk + 3 * most.page + (shareColumns + 3) * valueBytes + 16 * slackBytes;
  const doubleColumns = types.filter(({ of }) => of !== 'float').length;
  const rowBytes = packedStride(numbers) * 4 + 8 * doubleColumns + 4;
  const all = home.memory.buffer.byteLength + rowCount * rowBytes + threads * scratchBytes + 2 * fetchBytes;
  if (!(all <= roomBytes)) return undefined;
  const bytes = rowCount * packedStride(numbers) * 4;
  const matrix = home.allocate(bytes);
  numbers.room = { address: matrix, bytes };
  const doubles = types.map(({ of }) => (of === 'float' ? 0 : home.allocate(rowCount * 8)));
  const kinds = types.flatMap(({ of }, i) => [
    physical[of],
    of.startsWith('u') ? 1 : 0,
    doubles[i],
    of === 'boolean' ? 1 : 0,
  ]);
  return {
    ...{ rowCount, columnCount: types.length, numbers, matrix, doubles, most, scratchBytes },
    kinds: placeArray(home, Uint32Array.from(kinds)),
    facts: [],
  };
}

/** Decodes all files; false when they contain something that the kernels do not support. */
export async function decode(pool: Pool, files: readonly FlatFile[], room: Room): Promise<boolean> {
  let firstRow = 0;
  for (const { object, file, groups } of files) {
    const open = await object.openFile?.();
    try {
      const batch: FlatGroup[][] = open ? [groups] : batchesOf(groups);
      for (const own of batch) {
        const placed = open ? undefined : await placeChunks(pool, file, own);
        const isDone = decodeGroups(pool, own, room, { firstRow, descriptor: open?.descriptor, placed });
        await open?.check();
        if (!isDone) return false;
        firstRow += rowsIn(own);
      }
    } finally {
      await open?.close();
    }
  }
  return true;
}

/** The groups in batches of at most `fetchBytes`, or of one group. */
function batchesOf(groups: readonly FlatGroup[]): FlatGroup[][] {
  const batches: FlatGroup[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    const own = group.chunks.reduce((sum, { start, end }) => sum + end - start, 0);
    bytes += own;
    if (bytes > fetchBytes) {
      batches.push([]);
      bytes = own;
    }
    batches[batches.length - 1].push(group);
  }
  return batches;
}

const fetched = new WeakMap<Pool, { address: number; bytes: number }>();

/** Fetches the chunks of groups into the memory of the pool, to the same place each time, and answers their addresses. */
async function placeChunks(pool: Pool, file: RangedFile, groups: readonly FlatGroup[]): Promise<number[]> {
  const chunks = groups.flatMap(({ chunks: own }) => own);
  const bytes = chunks.reduce((sum, { start, end }) => sum + end - start + slackBytes, 0);
  let place = fetched.get(pool);
  if (!place || place.bytes < bytes) {
    place = { address: pool.memory.allocate(bytes), bytes };
    fetched.set(pool, place);
  }
  const slice = await fetchRanges(file, chunks);
  const all = new Uint8Array(pool.memory.memory.buffer);
  let address = place.address;
  return chunks.map(({ start, end }) => {
    const at = address;
    all.set(new Uint8Array(slice(start, end)), at);
    address += end - start + slackBytes;
    return at;
  });
}

/**
 * Decodes row groups to rows from `firstRow` on; false when they contain something that the kernels do not support.
 *
 * @param source.descriptor of the file that holds them, unless `placed` says where their column chunks lie in memory
 */
export function decodeGroups(
  pool: Pool,
  groups: readonly FlatGroup[],
  room: Room,
  { firstRow, descriptor = 0, placed }: { firstRow: number; descriptor?: number; placed?: number[] },
): boolean {
  const { memory: home } = pool;
  const { columnCount, most } = room;
  const shares = Math.ceil(columnCount / shareColumns) * groups.length;
  const [status, facts] = [home.allocate(shares * 4), home.allocate(groups.length * columnCount * 16)];
  let row = firstRow;
  const rows = groups.flatMap(({ rowCount }) => {
    row += rowCount;
    return [rowCount, row - rowCount];
  });
  const description = describeRoom(room, {
    0: descriptor,
    16: placeArray(home, Uint32Array.from(rows)),
    20: placeChunkRecords(pool, groups, placed),
    28: facts,
    32: status,
    36: most.page,
    40: most.chunk,
    44: most.rows,
  });
  pool.run(kernel, 'decodeShare', description, shares, room.scratchBytes);
  if (new Uint32Array(home.memory.buffer, status, shares).some((word) => word !== 0)) return false;
  const view = new DataView(home.memory.buffer, facts, groups.length * columnCount * 16);
  for (let group = 0; group < groups.length; group++) {
    const own = Array.from({ length: columnCount }, (_, column) => {
      const at = (group * columnCount + column) * 16;
      const [min, max] = [view.getFloat32(at, true), view.getFloat32(at + 4, true)];
      return { min, max, count: view.getUint32(at + 8, true), flags: view.getUint32(at + 12, true) };
    });
    room.facts.push(own);
  }
  return true;
}

function placeChunkRecords({ memory: home }: Pool, groups: readonly FlatGroup[], placed?: readonly number[]): number {
  const chunks: FlatChunk[] = groups.flatMap(({ chunks: own }) => own);
  const address = home.allocate(chunks.length * 32);
  const view = new DataView(home.memory.buffer, address, chunks.length * 32);
  for (const [i, { start, end, codec, isNullable }] of chunks.entries()) {
    view.setFloat64(i * 32, start, true);
    view.setUint32(i * 32 + 8, end - start, true);
    view.setUint32(i * 32 + 12, placed?.[i] ?? 0, true);
    view.setUint32(i * 32 + 16, codecs[codec], true);
    view.setUint32(i * 32 + 20, isNullable ? 1 : 0, true);
  }
  return address;
}

/** Writes a description for the kernel: the fields that all of its tasks read, and those of one task. */
export function describeRoom(
  { columnCount, numbers, matrix, kinds }: Room,
  fields: Readonly<Record<number, number>>,
): number {
  const common = { 4: columnCount, 8: packedStride(numbers) * 4, 12: matrix, 24: kinds };
  return writeStruct(numbers.memory, { ...common, ...fields });
}
