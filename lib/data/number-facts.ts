import { blockMoments, type Moments, mergeMoments } from '../core/statistics.ts';
import { type Arena, arena } from '../kernels/arena.ts';
import * as kernel from '../kernels/columns.generated.ts';
import { homeOf, type KernelMemory } from '../kernels/instantiate.ts';
import { poolOf } from '../kernels/pool.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { blockOffsets } from './block-offsets.ts';
import { eachStretch, type PackedBlock, type PackedNumbers, packedStride, roomForRows } from './packed.ts';
import type { NumberColumn, Table } from './table.ts';

/** What the numbers of some rows of a column are, missing ones aside. */
export interface NumberFacts {
  count: number;
  /** How many are not whole, or too large for one to tell. */
  fractions: number;
  /** NaN when there is none. */
  min: number;
  max: number;
  /** Formed per canonical block, as `blockMoments` does. */
  moments: Moments;
}

const known = new WeakMap<Table, WeakMap<Int32Array, Map<NumberColumn, NumberFacts>>>();

/**
 * The facts of a number column over some rows; what was found once is kept.
 *
 * @param rows ascending
 */
export function numberFacts(table: Table, column: NumberColumn, rows: Int32Array): NumberFacts {
  const ofRows = knownFacts(table, rows);
  if (!ofRows.has(column)) {
    begun.get(ofRows)?.();
    if (ofRows.has(column)) return ofRows.get(column) as NumberFacts;
    if (column.packed) addPacked(table, column.packed.numbers, rows, ofRows);
    else ofRows.set(column, factsOf(table, column, rows));
  }
  return ofRows.get(column) as NumberFacts;
}

function knownFacts(table: Table, rows: Int32Array): Map<NumberColumn, NumberFacts> {
  const ofTable = known.get(table) ?? new WeakMap<Int32Array, Map<NumberColumn, NumberFacts>>();
  known.set(table, ofTable);
  const ofRows = ofTable.get(rows) ?? new Map<NumberColumn, NumberFacts>();
  ofTable.set(rows, ofRows);
  return ofRows;
}

/** For facts that other threads are computing, by the map that they will be written to: waits for them. */
const begun = new WeakMap<Map<NumberColumn, NumberFacts>, () => void>();

/** Lets other threads compute the facts of packed columns over all rows, while this one does something else. */
export function beginFacts(table: Table): void {
  const { numbers } = table;
  if (!numbers || numbers.source) return;
  const rows = allRows(table);
  const facts = knownFacts(table, rows);
  if (facts.size > 0 || begun.has(facts)) return;
  const sums = beginSums({ numbers, blocks: numbers.blocks, firstBlock: 0, rows, offsets: blockOffsets(table, rows) });
  begun.set(facts, () => {
    begun.delete(facts);
    addFacts(table, numbers, sums.finish(), facts);
  });
}

const identities = new WeakMap<Table, Int32Array>();

/** The numbers of all rows of a table; the same array each time. */
export function allRows(table: Table): Int32Array {
  let rows = identities.get(table);
  if (!rows) {
    rows = roomForRows(table, table.rowCount);
    for (let row = 0; row < rows.length; row++) rows[row] = row;
    identities.set(table, rows);
  }
  return rows;
}

function factsOf(table: Table, { values }: NumberColumn, rows: Int32Array): NumberFacts {
  let [count, fractions, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    const value = values[row];
    if (Number.isNaN(value)) continue;
    count++;
    if (!Number.isSafeInteger(value)) fractions++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    count,
    fractions,
    min: count > 0 ? min : Number.NaN,
    max: count > 0 ? max : Number.NaN,
    moments: blockMoments(values, rows, blockOffsets(table, rows)),
  };
}

/** Facts of all packed columns at once, by the kernel of lib/kernels/assembly/columns.ts. */
function addPacked(
  table: Table,
  numbers: PackedNumbers,
  rows: Int32Array,
  facts: Map<NumberColumn, NumberFacts>,
): void {
  const width = packedStride(numbers);
  const sums = new Float64Array(numbers.blocks.length * width * 6);
  const offsets = blockOffsets(table, rows);
  eachStretch(numbers, (blocks, firstBlock) => {
    sums.set(beginSums({ numbers, blocks, firstBlock, rows, offsets }).finish(), firstBlock * width * 6);
  });
  addFacts(table, numbers, sums, facts);
}

/** Begins to compute the sums of each block and column. */
function beginSums(packed: PackedRows): { finish(): Float64Array } {
  const { memory: home } = packed.numbers;
  const width = packedStride(packed.numbers);
  const { room, count, blocks, rows, offsets } = placeStretch(packed);
  const out = room.allocate(count * width * 6 * 8);
  const description = writeStruct(room, { 0: blocks, 4: width * 4, 8: rows, 12: offsets, 16: out, 20: width });
  const job = poolOf(home).begin(kernel, 'sumColumns', description, count, width * 20);
  return {
    finish() {
      job.finish();
      return new Float64Array(home.memory.buffer, out, count * width * 6);
    },
  };
}

function addFacts(
  table: Table,
  numbers: PackedNumbers,
  sums: Float64Array,
  facts: Map<NumberColumn, NumberFacts>,
): void {
  const width = packedStride(numbers);
  for (const column of table.columns) {
    if (column.kind === 'number' && column.packed?.numbers === numbers) {
      facts.set(column, mergedFacts(sums, width, column.packed.at, numbers.blocks.length));
    }
  }
}

/** @param sums count, fractions, min, max, mean and squares, each of all columns, of each block */
function mergedFacts(sums: Float64Array, width: number, column: number, blockCount: number): NumberFacts {
  const parts = new Float64Array(3 * blockCount);
  const facts = { count: 0, fractions: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  for (let block = 0; block < blockCount; block++) {
    const at = block * 6 * width + column;
    facts.count += sums[at];
    facts.fractions += sums[at + width];
    facts.min = Math.min(facts.min, sums[at + 2 * width]);
    facts.max = Math.max(facts.max, sums[at + 3 * width]);
    parts[3 * block] = sums[at];
    parts[3 * block + 1] = sums[at + 4 * width];
    parts[3 * block + 2] = sums[at + 5 * width];
  }
  mergeMoments(parts, blockCount);
  const { count } = facts;
  if (count === 0) {
    const none = { count, mean: Number.NaN, variance: Number.NaN };
    return { count, fractions: 0, min: Number.NaN, max: Number.NaN, moments: none };
  }
  return { ...facts, moments: { count, mean: parts[1], variance: parts[2] / count } };
}

/** Rows of packed blocks, of which consecutive ones lie in memory. */
export interface PackedRows {
  numbers: PackedNumbers;
  /** The blocks in memory, from block `firstBlock` of the table on. */
  blocks: readonly PackedBlock[];
  firstBlock: number;
  /** Rows of the whole table, ascending, and where each block of the table begins among them: see `blockOffsets`. */
  rows: Int32Array;
  offsets: Int32Array;
}

/** `PackedRows` as kernels read them, by addresses: blocks and rows are counted from the first block in memory. */
interface PlacedRows {
  /** Where to put what else a kernel must know of these blocks. For stretches, it is reset when the next one is placed. */
  room: KernelMemory;
  /** Number of blocks. */
  count: number;
  /** Address of the blocks' addresses and first rows. */
  blocks: number;
  /** Address of the row numbers, and of where each block begins among them. */
  rows: number;
  offsets: number;
}

const rooms = new WeakMap<PackedNumbers, Arena>();

/**
 * Writes rows of packed blocks to the memory where kernels read them.
 *
 * If all blocks lie in memory, the same copies are used each time; those of a stretch last until the next one is placed.
 */
export function placeStretch({ numbers, blocks, firstBlock, rows, offsets }: PackedRows): PlacedRows {
  const { memory, source } = numbers;
  const count = blocks.length;
  if (!source) {
    const placed = {
      blocks: placeBlocks(numbers),
      rows: placeRows(numbers, rows),
      offsets: placeArray(memory, offsets),
    };
    return { room: memory, count, ...placed };
  }
  const room = rooms.get(numbers) ?? arena(memory);
  rooms.set(numbers, room);
  room.reset();
  const own = offsets.slice(firstBlock, firstBlock + count + 1);
  const [from, end] = [own[0], own[count]];
  for (let i = 0; i <= count; i++) own[i] -= from;
  return {
    room,
    count,
    blocks: placeArray(room, Uint32Array.from(blocks.flatMap((block) => [block.address, block.firstRow]))),
    rows: placeArray(room, rows.subarray(from, end)),
    offsets: placeArray(room, own),
  };
}

const placedBlocks = new WeakMap<PackedNumbers, number>();

/** Address of the blocks' addresses and first rows, as kernels read them. */
export function placeBlocks(numbers: PackedNumbers): number {
  let address = placedBlocks.get(numbers);
  if (address === undefined) {
    const words = numbers.blocks.flatMap((block) => [block.address, block.firstRow]);
    address = placeArray(numbers.memory, Uint32Array.from(words));
    placedBlocks.set(numbers, address);
  }
  return address;
}

const placedRows = new WeakMap<Int32Array, { numbers: PackedNumbers; address: number }>();

/** Address of a copy of row numbers beside packed numbers; the same for the same array. */
function placeRows(numbers: PackedNumbers, rows: Int32Array): number {
  if (homeOf(rows) === numbers.memory) return rows.byteOffset;
  const placed = placedRows.get(rows);
  if (placed?.numbers === numbers) return placed.address;
  const address = placeArray(numbers.memory, rows);
  placedRows.set(rows, { numbers, address });
  return address;
}
