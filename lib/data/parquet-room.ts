import type { KernelMemory } from '../kernels/instantiate.ts';
import { placeArray } from '../kernels/struct.ts';
import { blockRanges } from './formats/parquet-blocks.ts';
import type { ReadLimits } from './limits.ts';
import { type PackedNumbers, packedStride } from './packed.ts';
import { type FlatFile, groupsOf, rowsIn, typesOf } from './parquet-files.ts';
import type { ReadOptions } from './read.ts';
import { cellHash } from './row-hash.ts';

/**
 * What becomes of a column: float32 in the rows that are packed, float64 of its own, or classes of its own, which are small
 * whole numbers. Of the first and the last it turns out only when they are decoded whether a column can be stored so.
 */
export type Storage = 'packed' | 'float64' | 'classes';

/** How to store each column of some files, by what is asked for. */
export function storageOf(file: FlatFile, { kinds = {}, single }: Pick<ReadOptions, 'kinds' | 'single'>): Storage[] {
  return file.parquet.names.map((name, i) => {
    const { of } = file.groups[0].chunks[i];
    if (of === 'boolean' || (Object.hasOwn(kinds, name) && kinds[name] === 'category')) return 'classes';
    // Float32 loses nothing of what is stored as such.
    return (single ? single(name) : of === 'float') ? 'packed' : 'float64';
  });
}

/** How decoding is divided, and what each thread needs for it. */
export interface DecodingPlan {
  /** The first column of each share of a row group, then the number of columns. */
  shares: number[];
  /** Most columns of a share. */
  slots: number;
  /** Most rows of a group, a multiple of four; bytes of a compressed column chunk, and of a decompressed page. */
  most: { rows: number; chunk: number; page: number };
  /** Bytes of scratch for a thread. */
  scratchBytes: number;
}

/** Bytes behind each buffer, which kernels may read and write beyond its end. */
export const slackBytes = 64;
/** Columns of a share: as many float32 as a cache line has; fewer of large row groups, whose columns would need much room. */
const [shareColumns, leastShareColumns, shareBytes] = [16, 4, 32 * 2 ** 20];
/** Larger pages are left to the plain reader, which enforces the limits. */
const pageLimitBytes = 64 * 2 ** 20;
/** Of a tile of 256 rows: three words of each. */
const tileBytes = 3 * 4 * 256;

/** How to decode files; undefined when the kernels do not support a codec, or a page is of no size. */
export function planDecoding(
  files: readonly FlatFile[],
  storage: readonly Storage[],
  limits: ReadLimits,
): DecodingPlan | undefined {
  const groups = groupsOf(files);
  const most = { rows: 0, chunk: 0, page: 0 };
  for (const { rowCount, chunks } of groups) {
    most.rows = Math.max(most.rows, Math.ceil(rowCount / 4) * 4);
    for (const { start, end, unpackedBytes, codec } of chunks) {
      if (!Object.hasOwn(codecs, codec)) return undefined;
      most.chunk = Math.max(most.chunk, end - start);
      most.page = Math.max(most.page, unpackedBytes);
    }
  }
  most.page = Math.min(most.page, pageLimitBytes, limits.decompressedBytes);
  if (!(most.page >= 0)) return undefined;
  const valueBytes = 4 * most.rows + slackBytes;
  const bytesOf = typesOf(files[0]).map((of, i) =>
    of === 'float' || storage[i] === 'float64' ? valueBytes : 3 * valueBytes,
  );
  const shares = sharesOf(storage, bytesOf);
  const widths = shares.slice(1).map((end, i) => end - shares[i]);
  const columnBytes = widths.map((width, i) => sum(bytesOf.slice(shares[i], shares[i] + width)));
  const slots = Math.max(...widths);
  const pageBytes = most.chunk + 3 * most.page + 2 * valueBytes + 4 * slackBytes;
  const scratchBytes = tileBytes + 4 * slots + pageBytes + Math.max(...columnBytes) + 2 * slackBytes;
  return { shares, slots, most, scratchBytes };
}

/** Divides columns into shares, between which the packed ones are divided by fours. */
function sharesOf(storage: readonly Storage[], bytesOf: readonly number[]): number[] {
  const shares = [0];
  let [bytes, packed] = [0, 0];
  for (const [i, own] of storage.entries()) {
    bytes += bytesOf[i];
    if (own === 'packed') packed++;
    const count = i + 1 - shares[shares.length - 1];
    const isFull = count >= shareColumns || (count >= leastShareColumns && bytes >= shareBytes);
    if (!isFull || packed % 4 !== 0 || i + 1 === storage.length) continue;
    shares.push(i + 1);
    bytes = 0;
  }
  return [...shares, storage.length];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The numbers of codecs and physical types in the Parquet format, and those of the kernel for storage. */
export const codecs: Readonly<Record<string, number>> = { UNCOMPRESSED: 0, SNAPPY: 1, ZSTD: 6 };
const physical = { boolean: 0, int32: 1, uint32: 1, int64: 2, uint64: 2, float: 4, double: 5 } as const;
const storages = { packed: 0, float64: 1, classes: 2 } as const;

/** What is known of a column in a row group. */
export interface GroupFacts {
  /** Extremes, as float32. */
  min: number;
  max: number;
  /** How many are not missing. */
  count: number;
  flags: number;
}

/** How to store columns, how to decode them, and whether blocks and rows are hashed. */
export interface Asked {
  storage: readonly Storage[];
  plan: DecodingPlan;
  named: boolean;
  hashed: boolean;
}

/** Where decoded rows lie in a kernel memory. */
export interface Room {
  rowCount: number;
  columnCount: number;
  plan: DecodingPlan;
  storage: readonly Storage[];
  numbers: PackedNumbers;
  matrix: number;
  /** Place of each packed column in a row, address of the array of any other. */
  places: number[];
  /** Address of the 256 marks of each column of classes: 1 for one that occurs. */
  marks: number[];
  blocks: { firstRow: number; rowCount: number }[];
  /** Addresses of the hashes; 0 where they are not wanted. */
  rowHashes: number;
  blockHashes: number;
  /** Of each group and column. */
  facts: GroupFacts[][];
  /** The fields of the kernel's description that are the same for all groups. */
  description: Readonly<Record<number, number>>;
  /** Gives the memory back. */
  release(): void;
}

/** Most bytes of memory for decoded rows: kernels address 4 GiB, some of which the training needs. */
const roomBytes = 2.5 * 2 ** 30;

/** Allocates memory for the decoded row groups of some files; undefined when kernels can't address so much. */
export function makeRoom(
  { memory: home, threads }: { memory: KernelMemory; threads: number },
  files: readonly FlatFile[],
  { storage, plan, named, hashed }: Asked,
): Room | undefined {
  const groups = groupsOf(files);
  const rowCount = rowsIn(groups);
  const columnCount = storage.length;
  const blocks = blocksOf(groups);
  const numbers: PackedNumbers = {
    memory: home,
    columnCount: storage.filter((own) => own === 'packed').length,
    blocks: [],
  };
  const rowBytes = packedStride(numbers) * 4;
  const ownBytes = { packed: 0, float64: rowCount * 8, classes: rowCount * 4 };
  const hashBytes = (hashed ? rowCount * 4 : 0) + (named ? blocks.length * columnCount * 36 : 0);
  const all = rowCount * rowBytes + sum(storage.map((own) => ownBytes[own])) + hashBytes;
  if (!(home.memory.buffer.byteLength + all + threads * plan.scratchBytes <= roomBytes)) return undefined;

  const held: [address: number, bytes: number][] = [];
  const hold = (bytes: number): number => {
    const address = home.allocate(bytes);
    held.push([address, bytes]);
    return address;
  };
  const matrix = hold(rowCount * rowBytes);
  numbers.room = { address: matrix, bytes: rowCount * rowBytes };
  for (const block of blocks) numbers.blocks.push({ address: matrix + block.firstRow * rowBytes, ...block });
  let packed = 0;
  const places = storage.map((own) => (own === 'packed' ? packed++ : hold(ownBytes[own] + slackBytes)));
  const marks = storage.map((own) => (own === 'classes' ? home.allocate(256) : 0));
  const rowHashes = hashed ? hold(rowCount * 4) : 0;
  const blockHashes = named ? hold(blocks.length * columnCount * 36) : 0;
  const kinds = typesOf(files[0]).flatMap((of, i) => [
    physical[of],
    of.startsWith('u') ? 1 : 0,
    storages[storage[i]],
    storage[i] === 'packed' ? 0 : places[i],
    storage[i] === 'packed' ? places[i] : marks[i],
  ]);
  const description = {
    ...{ 4: columnCount, 8: rowBytes, 12: matrix, 24: placeArray(home, Uint32Array.from(kinds)) },
    ...{ 36: plan.most.page, 40: plan.most.chunk, 44: plan.most.rows },
    ...{ 48: placeArray(home, Uint32Array.from(plan.shares)), 52: plan.shares.length - 1, 60: plan.slots },
    ...{ 64: rowHashes, 68: blockHashes },
    ...{ 72: textHash(''), 76: textHash('false'), 80: textHash('true') },
  };
  return {
    ...{
      rowCount,
      columnCount,
      plan,
      storage,
      numbers,
      matrix,
      places,
      marks,
      blocks,
      rowHashes,
      blockHashes,
      description,
    },
    facts: [],
    release() {
      for (const [address, bytes] of held.splice(0)) home.release(address, bytes);
    },
  };
}

/** The canonical blocks of row groups. */
function blocksOf(groups: readonly { rowCount: number }[]): Room['blocks'] {
  let groupRow = 0;
  return groups.flatMap(({ rowCount }) => {
    groupRow += rowCount;
    const start = groupRow - rowCount;
    return blockRanges(rowCount).map(([first, end]) => ({ firstRow: start + first, rowCount: end - first }));
  });
}

function textHash(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return cellHash(bytes, 0, bytes.length);
}
