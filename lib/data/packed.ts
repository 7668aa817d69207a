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
  /** All blocks, where they lie in memory; else nothing but their rows, and whoever wants more goes by `eachStretch`. */
  blocks: PackedBlock[];
  /** There where not all blocks lie in memory. */
  source?: PackedSource;
  /** A part of the memory that holds these blocks, in their order, and nothing else; where there is one. */
  room?: PackedRoom;
}

export interface PackedRoom {
  address: number;
  bytes: number;
}

/** Some consecutive rows, one behind the other. */
export interface PackedBlock {
  /** Of the first row; NaN of one that is not in memory. */
  address: number;
  firstRow: number;
  rowCount: number;
}

/** Brings packed blocks to memory, a stretch of consecutive ones at a time, from wherever they are kept. */
export interface PackedSource {
  /** The first block of each stretch, then the number of blocks, shape [stretches + 1]. */
  readonly stretches: Int32Array;
  /** The stretch that is there; -1 before the first. */
  readonly current: number;
  /** The blocks of a stretch, there until another one is brought. */
  bring(stretch: number): readonly PackedBlock[];
  /** Bytes of memory that are free besides. */
  readonly spareBytes: number;
  /** Lets go of what it holds open. */
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

/** The memory that a table's numbers lie in, where they were packed. */
export function memoryOf({ columns }: Pick<Table, 'columns'>): KernelMemory | undefined {
  for (const column of columns) if (column.kind === 'number' && column.packed) return column.packed.numbers.memory;
  return undefined;
}

/** Calls with the blocks that lie in memory together, and the number of the first: all at once, or stretch by stretch. */
export function eachStretch(
  { blocks, source }: PackedNumbers,
  visit: (blocks: readonly PackedBlock[], firstBlock: number) => void,
): void {
  if (!source) {
    visit(blocks, 0);
    return;
  }
  for (let stretch = 0; stretch + 1 < source.stretches.length; stretch++) {
    visit(source.bring(stretch), source.stretches[stretch]);
  }
}

/** A column of packed numbers. Its values are copied out when somebody asks for them: kernels don't. */
export function packedNumberColumn(name: string, packed: PackedColumn): NumberColumn {
  let values: Float64Array | undefined;
  // Where there is no room for all columns, one is let go of when nobody looks at it.
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

/** Reads single cells of a column, best in the order of the rows: where it is packed without copying it. */
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

/** Brings the stretch of a row where it is not there. */
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
      if (wanted !== stretch || source.current !== stretch) there = source.bring(wanted);
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
