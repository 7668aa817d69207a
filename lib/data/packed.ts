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
  blocks: PackedBlock[];
}

export interface PackedBlock {
  /** Of the first row. */
  address: number;
  firstRow: number;
  rowCount: number;
}

/** Where a column lies, of a table that was packed. */
export interface PackedColumn {
  numbers: PackedNumbers;
  /** Its place in a row. */
  at: number;
}

/** Numbers from the beginning of a row to that of the next. */
export const packedStride = ({ columnCount }: PackedNumbers): number => Math.ceil(columnCount / 4) * 4;

/** The memory that a table's numbers lie in, where they were packed. */
export function memoryOf({ columns }: Pick<Table, 'columns'>): KernelMemory | undefined {
  for (const column of columns) if (column.kind === 'number' && column.packed) return column.packed.numbers.memory;
  return undefined;
}

/** A column of packed numbers. Its values are copied out when somebody asks for them: kernels don't. */
export function packedNumberColumn(name: string, packed: PackedColumn): NumberColumn {
  let values: Float64Array | undefined;
  return {
    kind: 'number',
    name,
    single: true,
    packed,
    get values() {
      values ??= valuesOf(packed);
      return values;
    },
  };
}

function valuesOf({ numbers, at }: PackedColumn): Float64Array {
  const { memory, blocks } = numbers;
  const stride = packedStride(numbers);
  const values = new Float64Array(blocks.reduce((sum, { rowCount }) => sum + rowCount, 0));
  for (const { address, firstRow, rowCount } of blocks) {
    const data = new Float32Array(memory.memory.buffer, address, rowCount * stride);
    for (let row = 0, from = at; row < rowCount; row++, from += stride) values[firstRow + row] = data[from];
  }
  return values;
}

/** Reads single cells of a column: where it is packed without copying it. */
export function cellReader(column: NumberColumn): (row: number) => number {
  if (!column.packed) {
    const { values } = column;
    return (row) => values[row];
  }
  const { numbers, at } = column.packed;
  const stride = packedStride(numbers);
  const parts = numbers.blocks.map(({ address, rowCount }) => {
    return new Float32Array(numbers.memory.memory.buffer, address, rowCount * stride);
  });
  let block = 0;
  return (row) => {
    while (row < numbers.blocks[block].firstRow) block--;
    while (row >= numbers.blocks[block].firstRow + numbers.blocks[block].rowCount) block++;
    return parts[block][(row - numbers.blocks[block].firstRow) * stride + at];
  };
}
