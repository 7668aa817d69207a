import type { KernelMemory } from '../kernels/instantiate.ts';
import { numbersHash, textsHash, typedBlockHash } from './formats/parquet-blocks.ts';
import { sortLevels } from './levels.ts';
import { type PackedNumbers, packedNumberColumn } from './packed.ts';
import { type FlatFile, isBoolean, rowsIn, typesOf } from './parquet-files.ts';
import type { GroupFacts, Room } from './parquet-room.ts';
import type { ReadOptions } from './read.ts';
import { kindWarnings, missingWarning } from './read-warnings.ts';
import { fitsSingle } from './single.ts';
import type { Block, CategoryColumn, Column, NumberColumn, Table, TableObject } from './table.ts';

/** What was decoded from Parquet files. */
export interface Decoded {
  rowCount: number;
  numbers: PackedNumbers;
  facts: GroupFacts[][];
  blocks: Block[];
  /** Empty when they are not wanted. */
  rowHashes: Uint32Array;
  columns: DecodedColumn[];
}

/** How a column was stored. */
export type DecodedColumn =
  /** `isExact` where float32 is what the file holds. */
  | { as: 'packed'; at: number; isExact: boolean }
  | { as: 'float64'; values: Float64Array }
  | { as: 'classes'; codes: Int32Array; marks: Uint8Array };

/** What was decoded, when all of it lies in one room. */
export function decodedIn(memory: KernelMemory, files: readonly FlatFile[], room: Room): Decoded {
  const { rowCount, storage, places, marks, rowHashes } = room;
  const { buffer } = memory.memory;
  const types = typesOf(files[0]);
  const columns = storage.map((as, i): DecodedColumn => {
    if (as === 'packed') return { as, at: places[i], isExact: types[i] === 'float' };
    if (as === 'float64') return { as, values: new Float64Array(buffer, places[i], rowCount) };
    return { as, codes: new Int32Array(buffer, places[i], rowCount), marks: new Uint8Array(buffer, marks[i], 256) };
  });
  return {
    rowCount,
    numbers: room.numbers,
    facts: room.facts,
    blocks: room.blockHashes === 0 ? room.blocks : namedBlocks(buffer, files, room, columns),
    rowHashes: rowHashes === 0 ? new Uint32Array(0) : new Uint32Array(buffer, rowHashes, rowCount),
    columns,
  };
}

/** The blocks with their names. */
function namedBlocks(
  buffer: ArrayBufferLike,
  files: readonly FlatFile[],
  { blocks, blockHashes, columnCount }: Room,
  columns: readonly DecodedColumn[],
): Block[] {
  const { names } = files[0].parquet;
  return blocks.map(({ firstRow, rowCount }, block) => {
    const hashes = columns.map((column, i) => {
      if (isBoolean(files[0], i)) return textsHash(booleanTexts(column, firstRow, rowCount));
      const at = blockHashes + (block * columnCount + i) * 36;
      const [width] = new Uint32Array(buffer, at + 32, 1);
      return numbersHash(Buffer.from(buffer, at, 32).toString('hex'), width);
    });
    return { firstRow, rowCount, hash: typedBlockHash(names, hashes) };
  });
}

function booleanTexts(column: DecodedColumn, firstRow: number, rowCount: number): (string | undefined)[] {
  if (column.as !== 'classes') throw new Error('expected classes of booleans, found numbers');
  const codes = column.codes.subarray(firstRow, firstRow + rowCount);
  return Array.from(codes, (code) => (code < 0 ? undefined : booleanText(code)));
}

/**
 * The table of Parquet files that were decoded.
 *
 * @param mostLevels most distinct texts of a column
 * @returns undefined where a column has more; the numbers of columns that must be stored in another way than they were,
 *   where there are some
 */
export function parquetTable(
  files: readonly FlatFile[],
  decoded: Decoded,
  options: ReadOptions,
  mostLevels: number,
): Table | number[] | undefined {
  const { names } = files[0].parquet;
  const { rowCount, numbers, blocks, rowHashes } = decoded;
  const facts = names.map((_, column) => mergeFacts(decoded.facts.map((group) => group[column])));
  const made = names.map((name, i) => columnOf(name, i, isBoolean(files[0], i), facts[i], decoded, options));
  const lacking = made.flatMap((column, i) => (column ? [] : [i]));
  if (lacking.length > 0) return lacking;
  const columns = made as Column[];
  if (columns.some((column) => column.kind === 'category' && column.levels.length > mostLevels)) return undefined;
  const unread = new Set(files.flatMap(({ parquet }) => parquet.unread));
  const objects = tableObjects(files);
  let lines: Uint32Array | undefined;
  return {
    rowCount,
    columns,
    objects,
    blocks,
    numbers,
    rowHashes,
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
  /** Whether all are whole numbers from 0 to 255. */
  areSmall: boolean;
}

/** Bits of the kernel's flags. */
const [hasFractions, hasTiny, notSmall] = [1, 2, 4];

function mergeFacts(groups: readonly GroupFacts[]): Facts {
  const all = groups.reduce((flags, own) => flags | own.flags, 0);
  return {
    min: groups.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
    max: groups.reduce((greatest, { max }) => Math.max(greatest, max), Number.NEGATIVE_INFINITY),
    count: groups.reduce((sum, { count }) => sum + count, 0),
    isWhole: (all & hasFractions) === 0,
    hasTiny: (all & hasTiny) !== 0,
    areSmall: (all & notSmall) === 0,
  };
}

/** The column; undefined where it can't be made of what was stored. */
function columnOf(
  name: string,
  at: number,
  isBooleanColumn: boolean,
  facts: Facts,
  { numbers, columns, rowCount }: Decoded,
  { kinds = {}, single }: ReadOptions,
): Column | undefined {
  const column = columns[at];
  if (column.as === 'classes') {
    if (!facts.areSmall) return undefined;
    const isDeclared = Object.hasOwn(kinds, name) && kinds[name] === 'category';
    if (facts.count > 0 || isDeclared) return smallCategories(name, column, isBooleanColumn);
    return { kind: 'number', name, values: new Float64Array(rowCount).fill(Number.NaN) };
  }
  if (column.as === 'float64') {
    const isCategory = Object.hasOwn(kinds, name) && kinds[name] === 'category';
    return isCategory ? categoryColumn(name, column.values) : { kind: 'number', name, values: column.values };
  }
  const packed = packedNumberColumn(name, { numbers, at: column.at });
  if (single?.(name) && fitsSingle(facts)) return packed;
  return column.isExact ? exactNumberColumn(name, packed) : undefined;
}

/** A column that is stored as float32, and not rounded, so nobody may take it for one that is. */
const exactNumberColumn = (name: string, packed: NumberColumn): NumberColumn => ({
  kind: 'number',
  name,
  get values() {
    return packed.values;
  },
});

/** Classes that are small whole numbers: each is its own code at first. */
function smallCategories(
  name: string,
  { codes, marks }: Extract<DecodedColumn, { as: 'classes' }>,
  areBooleans: boolean,
): CategoryColumn {
  const values = Array.from(marks.keys()).filter((value) => marks[value] === 1);
  const texts = values.map((value) => (areBooleans ? booleanText(value) : String(value)));
  const order = texts.map((_, i) => i).sort((a, b) => (texts[a] < texts[b] ? -1 : 1));
  const codeOf = new Int32Array(256);
  for (const [code, i] of order.entries()) codeOf[values[i]] = code;
  if (values.some((value) => codeOf[value] !== value)) {
    for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) codes[row] = codeOf[codes[row]];
  }
  return { kind: 'category', name, codes, levels: order.map((i) => texts[i]) };
}

function categoryColumn(name: string, values: Float64Array): CategoryColumn {
  const codes = new Int32Array(values.length);
  const codeOf = new Map<number, number>();
  for (let row = 0; row < codes.length; row++) {
    const value = values[row];
    let code = Number.isNaN(value) ? -1 : codeOf.get(value);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(value, code);
    }
    codes[row] = code;
  }
  return { kind: 'category', name, codes, levels: sortLevels(Array.from(codeOf.keys(), String), codes) };
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
