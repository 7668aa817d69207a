import * as kernel from '../kernels/parquet-hashes.generated.ts';
import type { Pool } from '../kernels/pool.ts';
import { placeArray } from '../kernels/struct.ts';
import { blockRanges, numbersHash, textsHash, typedBlockHash } from './formats/parquet-blocks.ts';
import { sortLevels } from './levels.ts';
import { eachStretch, type PackedNumbers, packedNumberColumn, packedStride } from './packed.ts';
import type { ReadOptions } from './read.ts';
import { describeRoom, type FlatFile, isBoolean, type Room, rowsIn } from './read-packed-parquet.ts';
import { kindWarnings, missingWarning } from './read-warnings.ts';
import { cellHash } from './row-hash.ts';
import { fitsSingle } from './single.ts';
import type { Block, CategoryColumn, Column, NumberColumn, Table, TableObject } from './table.ts';

/** What was decoded from Parquet files. */
export interface Decoded {
  rowCount: number;
  numbers: PackedNumbers;
  facts: Room['facts'];
  blocks: Block[];
  /** A hash of each row, computed when it is first asked for. */
  rowHashes(): Uint32Array;
  /** Column `at` in float64. */
  numberColumn(name: string, at: number): NumberColumn;
}

/** What was decoded, when all of it lies in one room. */
export function decodedIn(pool: Pool, files: readonly FlatFile[], room: Room): Decoded {
  const ranges = placeBlocks(files, room);
  const onDemand = hashesOnDemand(pool, files, room, ranges);
  return {
    rowCount: room.rowCount,
    numbers: room.numbers,
    facts: room.facts,
    blocks: ranges.map(({ firstRow, rowCount }, i) => ({
      firstRow,
      rowCount,
      get hash() {
        return onDemand.blocks()[i];
      },
    })),
    rowHashes: onDemand.rows,
    numberColumn: (name, at) => numberColumn(name, at, room),
  };
}

/**
 * The table of Parquet files that were decoded.
 *
 * @param mostLevels most distinct texts of a column
 * @returns undefined where a column has more
 */
export function parquetTable(
  files: readonly FlatFile[],
  decoded: Decoded,
  options: ReadOptions,
  mostLevels: number,
): Table | undefined {
  const { names } = files[0].parquet;
  const { rowCount, numbers, blocks } = decoded;
  const facts = names.map((_, column) => mergeFacts(decoded.facts.map((group) => group[column])));
  const columns: Column[] = [];
  for (const [i, name] of names.entries()) {
    const column = columnOf(name, i, isBoolean(files[0], i), facts[i], decoded, options);
    if (column.kind === 'category' && column.levels.length > mostLevels) return undefined;
    columns.push(column);
  }
  const unread = new Set(files.flatMap(({ parquet }) => parquet.unread));
  const objects = tableObjects(files);
  let lines: Uint32Array | undefined;
  return {
    rowCount,
    columns,
    objects,
    blocks,
    numbers,
    get rowHashes() {
      return decoded.rowHashes();
    },
    get lines() {
      lines ??= linesOf(objects, rowCount);
      return lines;
    },
    warnings: [
      ...(options.forModel ? [] : kindWarnings(names, options.kinds ?? {}, unread)),
      ...files.flatMap(leftOutWarnings),
      ...names.filter((_, i) => facts[i].count === 0).map(missingWarning),
    ],
    ...(unread.size > 0 && { unread: [...unread] }),
  };
}

interface BlockRange {
  firstRow: number;
  rowCount: number;
}

/** The canonical blocks of all row groups. Adds their addresses to the packed numbers. */
function placeBlocks(files: readonly FlatFile[], { numbers, matrix }: Room): BlockRange[] {
  const blocks: BlockRange[] = [];
  let groupRow = 0;
  for (const { rowCount } of files.flatMap(({ groups }) => groups)) {
    for (const [first, end] of blockRanges(rowCount))
      blocks.push({ firstRow: groupRow + first, rowCount: end - first });
    groupRow += rowCount;
  }
  const rowBytes = packedStride(numbers) * 4;
  for (const block of blocks) numbers.blocks.push({ address: matrix + block.firstRow * rowBytes, ...block });
  return blocks;
}

/** What is known of a column's values. */
interface Facts {
  /** Extremes, as float32. */
  min: number;
  max: number;
  /** How many are not missing. */
  count: number;
  isWhole: boolean;
  /** Whether one is so near to 0 that float32 would lose its digits. */
  hasTiny: boolean;
}

/** Bits of the kernel's flags. */
const [hasFractions, hasTiny] = [1, 2];

function mergeFacts(groups: readonly { min: number; max: number; count: number; flags: number }[]): Facts {
  return {
    min: groups.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
    max: groups.reduce((greatest, { max }) => Math.max(greatest, max), Number.NEGATIVE_INFINITY),
    count: groups.reduce((sum, { count }) => sum + count, 0),
    isWhole: groups.every(({ flags }) => (flags & hasFractions) === 0),
    hasTiny: groups.some(({ flags }) => (flags & hasTiny) !== 0),
  };
}

function columnOf(
  name: string,
  at: number,
  isBooleanColumn: boolean,
  facts: Facts,
  { numbers, numberColumn: exact }: Decoded,
  { kinds = {}, single }: ReadOptions,
): Column {
  const isCategory = Object.hasOwn(kinds, name) ? kinds[name] === 'category' : isBooleanColumn && facts.count > 0;
  const number = exact(name, at);
  if (isCategory) return categoryColumn(name, number.values, isBooleanColumn);
  if (single?.(name) && fitsSingle(facts)) return packedNumberColumn(name, { numbers, at });
  return number;
}

/** A column of float64, copied when its values are first asked for. */
function numberColumn(name: string, at: number, { numbers, doubles, rowCount }: Room): NumberColumn {
  // A column that is stored as float32 has its exact values in the packed numbers.
  const exact = packedNumberColumn(name, { numbers, at });
  let values: Float64Array | undefined;
  return {
    kind: 'number',
    name,
    get values() {
      values ??= doubles[at] ? new Float64Array(numbers.memory.memory.buffer, doubles[at], rowCount) : exact.values;
      return values;
    },
  };
}

function categoryColumn(name: string, values: Float64Array, isBooleanColumn: boolean): CategoryColumn {
  const codes = new Int32Array(values.length);
  const codeOf = new Map<number, number>();
  // Most classes are small whole numbers, which need no map: the code of each, -1 if it has not occurred yet.
  const smallCodes = new Int32Array(256).fill(-1);
  for (let row = 0; row < codes.length; row++) {
    const value = values[row];
    const isSmall = value === (value & 255);
    let code = isSmall ? smallCodes[value] : Number.isNaN(value) ? -1 : codeOf.get(value);
    if (code === undefined || (isSmall && code < 0)) {
      code = codeOf.size;
      codeOf.set(value, code);
      if (isSmall) smallCodes[value] = code;
    }
    codes[row] = code;
  }
  const texts = Array.from(codeOf.keys(), isBooleanColumn ? booleanText : String);
  return { kind: 'category', name, codes, levels: sortLevels(texts, codes) };
}

const booleanText = (value: number): string => String(value === 1);

function tableObjects(files: readonly FlatFile[]): TableObject[] {
  let firstRow = 0;
  return files.map(({ object: { key, size }, groups }) => {
    const rowCount = rowsIn(groups);
    firstRow += rowCount;
    return { key, size, firstRow: firstRow - rowCount, rowCount };
  });
}

/** In Parquet a row's line is its number in the object. */
function linesOf(objects: readonly TableObject[], rowCount: number): Uint32Array {
  const lines = new Uint32Array(rowCount);
  for (const { firstRow, rowCount: own } of objects) {
    for (let row = 0; row < own; row++) lines[firstRow + row] = row + 1;
  }
  return lines;
}

function leftOutWarnings({ object: { key }, parquet }: FlatFile): string[] {
  const leftOut = parquet.leftOut.map(({ name, reason }) => {
    return `${key}: column ${JSON.stringify(name)} was not read: ${reason}.`;
  });
  return [...leftOut, ...parquet.warnings()];
}

/** The hashes of rows and blocks, computed by all threads when they are first asked for. */
function hashesOnDemand(
  pool: Pool,
  files: readonly FlatFile[],
  room: Room,
  ranges: readonly BlockRange[],
): { rows(): Uint32Array; blocks(): string[] } {
  const { memory: home } = pool;
  const { names } = files[0].parquet;
  /** Runs a task for each block; numbers that have given up their memory refuse it. */
  const runOnBlocks = (task: string, fields: Readonly<Record<number, number>>, scratchBytes: number): void =>
    eachStretch(room.numbers, () => {
      const blocks = placeArray(
        home,
        Uint32Array.from(ranges.flatMap(({ firstRow, rowCount }) => [firstRow, rowCount])),
      );
      pool.run(kernel, task, describeRoom(room, { 48: blocks, ...fields }), ranges.length, scratchBytes);
    });
  let [rows, blocks]: [Uint32Array | undefined, string[] | undefined] = [undefined, undefined];
  return {
    rows() {
      if (rows) return rows;
      const hashes = home.allocate(room.rowCount * 4);
      const texts = { 60: textHash(''), 64: textHash('false'), 68: textHash('true') };
      runOnBlocks('hashRows', { 52: hashes, ...texts }, 4096);
      rows = new Uint32Array(home.memory.buffer, hashes, room.rowCount);
      return rows;
    },
    blocks() {
      if (blocks) return blocks;
      const hashes = home.allocate(ranges.length * room.columnCount * 36);
      const most = Math.max(...ranges.map(({ rowCount }) => rowCount));
      runOnBlocks('hashColumns', { 56: hashes }, 4 * most + 64);
      blocks = ranges.map(({ firstRow, rowCount }, block) => {
        const ofColumns = names.map((_, column) => {
          if (isBoolean(files[0], column)) {
            const values = new Float64Array(home.memory.buffer, room.doubles[column] + firstRow * 8, rowCount);
            return textsHash(Array.from(values, (value) => (Number.isNaN(value) ? undefined : booleanText(value))));
          }
          const at = hashes + (block * room.columnCount + column) * 36;
          const [width] = new Uint32Array(home.memory.buffer, at + 32, 1);
          return numbersHash(Buffer.from(home.memory.buffer, at, 32).toString('hex'), width);
        });
        return typedBlockHash(names, ofColumns);
      });
      return blocks;
    },
  };
}

function textHash(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return cellHash(bytes, 0, bytes.length);
}
