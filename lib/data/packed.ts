import type { KernelMemory } from '../kernels/instantiate.ts';
import type { NumberColumn, Table } from './table.ts';

/**
 * Number columns of a table as kernels read and write them: float32, row-major, in one memory.
 *
 * Each canonical block lies somewhere else. A row has `columnCount` numbers, filled up with zeros to a multiple of four.
 */
export interface PackedNumbers {
  memory: KernelMemory;
  columnCount: number;
  /** All blocks. With a `source`, their addresses are unknown, and `eachStretch` must be used to read them. */
  blocks: PackedBlock[];
  /** Present when not all blocks lie in memory. */
  source?: PackedSource;
  /** The part of the memory that holds all blocks, in their order, and nothing else, if there is one. */
  room?: PackedRoom;
}

/** A part of a kernel memory. */
export interface PackedRoom {
  address: number;
  bytes: number;
}

/** Consecutive rows that lie one behind the other. */
export interface PackedBlock {
  /** Address of the first row; NaN when the block is not in memory. */
  address: number;
  firstRow: number;
  rowCount: number;
}

/** Loads packed blocks into memory, one stretch of consecutive blocks at a time. */
export interface PackedSource {
  /** The first block of each stretch, then the number of blocks, shape [stretches + 1]. */
  readonly stretches: Int32Array;
  /** The stretch that is in memory; -1 if there is none. */
  readonly current: number;
  /** Loads a stretch, and answers its blocks, which stay in memory until another one is loaded. */
  load(stretch: number): readonly PackedBlock[];
  /** Bytes of memory that are free for rows that must lie side by side. */
  readonly spareBytes: number;
  /** Closes the files and threads behind it. */
  close(): void;
}

/** Where a column lies, of a table that was packed. */
export interface PackedColumn {
  numbers: PackedNumbers;
  /** Its place in a row. */
  at: number;
}

/** Numbers from the beginning of a row to that of the next. */
export const packedStride = ({ columnCount }: Pick<PackedNumbers, 'columnCount'>): number =>
  Math.ceil(columnCount / 4) * 4;

/** Room for so many row numbers: beside packed numbers, where kernels read them, if these all lie in memory. */
export function roomForRows({ numbers }: Pick<Table, 'numbers'>, count: number): Int32Array<ArrayBufferLike> {
  if (!numbers || numbers.source) return new Int32Array(count);
  const address = numbers.memory.allocate(count * 4);
  return new Int32Array(numbers.memory.memory.buffer, address, count);
}

/** The memory that a table's numbers lie in, where they were packed. */
export function memoryOf({ columns }: Pick<Table, 'columns'>): KernelMemory | undefined {
  for (const column of columns) if (column.kind === 'number' && column.packed) return column.packed.numbers.memory;
  return undefined;
}

/** Calls `visit` with blocks that are in memory, and the number of the first: all blocks at once, or stretch by stretch. */
export function eachStretch(
  { blocks, source }: PackedNumbers,
  visit: (blocks: readonly PackedBlock[], firstBlock: number) => void,
): void {
  if (!source) {
    visit(blocks, 0);
    return;
  }
  for (let stretch = 0; stretch + 1 < source.stretches.length; stretch++) {
    visit(source.load(stretch), source.stretches[stretch]);
  }
}

/** A column of packed numbers. Its values are copied out when somebody asks for them: kernels don't. */
export function packedNumberColumn(name: string, packed: PackedColumn): NumberColumn {
  let values: Float64Array | undefined;
  // When not all columns fit in memory, the garbage collector may free a copy that is no longer used.
  let lately: WeakRef<Float64Array> | undefined;
  return {
    kind: 'number',
    name,
    single: true,
    packed,
    get values() {
      const found = values ?? lately?.deref() ?? valuesOf(packed);
      if (packed.numbers.source) lately = new WeakRef(found);
      else values = found;
      return found;
    },
  };
}

function valuesOf({ numbers, at }: PackedColumn): Float64Array {
  const { memory, blocks } = numbers;
  const stride = packedStride(numbers);
  const values = new Float64Array(blocks.reduce((sum, { rowCount }) => sum + rowCount, 0));
  eachStretch(numbers, (there) => {
    for (const { address, firstRow, rowCount } of there) {
      const data = new Float32Array(memory.memory.buffer, address, rowCount * stride);
      for (let row = 0, from = at; row < rowCount; row++, from += stride) values[firstRow + row] = data[from];
    }
  });
  return values;
}

/** Reads single cells of a column without copying it; fastest in ascending order of the rows. */
export function cellReader(column: NumberColumn): (row: number) => number {
  if (!column.packed) {
    const { values } = column;
    return (row) => values[row];
  }
  const { numbers, at } = column.packed;
  const stride = packedStride(numbers);
  const { source } = numbers;
  if (source) return streamedReader(column.packed, source);
  const parts = numbers.blocks.map((block) => partOf(numbers, block));
  let block = 0;
  return (row) => {
    while (row < numbers.blocks[block].firstRow) block--;
    while (row >= numbers.blocks[block].firstRow + numbers.blocks[block].rowCount) block++;
    return parts[block][(row - numbers.blocks[block].firstRow) * stride + at];
  };
}

const partOf = (numbers: PackedNumbers, { address, rowCount }: PackedBlock): Float32Array =>
  new Float32Array(numbers.memory.memory.buffer, address, rowCount * packedStride(numbers));

/** Reads cells, and loads the stretch of a row when it is not in memory. */
function streamedReader({ numbers, at }: PackedColumn, source: PackedSource): (row: number) => number {
  const { blocks } = numbers;
  const stride = packedStride(numbers);
  let [stretch, block, first, end] = [-1, 0, 0, 0];
  let there: readonly PackedBlock[] = [];
  let part: Float32Array = new Float32Array(0);
  return (row) => {
    if (row < first || row >= end || source.current !== stretch) {
      while (row < blocks[block].firstRow) block--;
      while (row >= blocks[block].firstRow + blocks[block].rowCount) block++;
      const wanted = stretchOf(source, block);
      if (wanted !== stretch || source.current !== stretch) there = source.load(wanted);
      stretch = wanted;
      part = partOf(numbers, there[block - source.stretches[stretch]]);
      first = blocks[block].firstRow;
      end = first + blocks[block].rowCount;
    }
    return part[(row - first) * stride + at];
  };
}

/** The stretch that a block belongs to. */
function stretchOf({ stretches }: PackedSource, block: number): number {
  let [low, high] = [0, stretches.length - 1];
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (stretches[middle] <= block) low = middle;
    else high = middle;
  }
  return low;
}
