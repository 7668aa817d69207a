import { blockOffsets, firstFrom } from './block-offsets.ts';
import { encodePacked } from './encode-packed.ts';
import { type PackedNumbers, packedNumberColumn, packedStride } from './packed.ts';
import type { Column, Table } from './table.ts';

/**
 * Copies rows of a table to a table of their own, which does not refer to the memory of the first.
 *
 * Rows stay in their objects and canonical blocks, some of which may then be empty, so that sums over them have the same
 * bits. The blocks have no names.
 *
 * @param rows ascending
 * @throws Error when packed numbers do not all lie in memory
 */
export function takeRows(table: Table, rows: Int32Array): Table {
  const offsets = blockOffsets(table, rows);
  const numbers = table.numbers && takeNumbers(table.numbers, rows, offsets);
  let lines: Uint32Array | undefined;
  let rowHashes: Uint32Array | undefined;
  const { objects, unread } = table;
  return {
    rowCount: rows.length,
    columns: table.columns.map((column) => takeCells(column, rows, numbers)),
    objects: objects.map((object) => {
      const [firstRow, end] = [object.firstRow, object.firstRow + object.rowCount].map((row) =>
        firstFrom(rows, row, 0),
      );
      return { ...object, firstRow, rowCount: end - firstRow };
    }),
    blocks: table.blocks.map((_, i) => ({ firstRow: offsets[i], rowCount: offsets[i + 1] - offsets[i] })),
    ...(numbers && { numbers }),
    get lines() {
      lines ??= Uint32Array.from(rows, (row) => table.lines[row]);
      return lines;
    },
    get rowHashes() {
      rowHashes ??= Uint32Array.from(table.rowHashes.length > 0 ? rows : [], (row) => table.rowHashes[row]);
      return rowHashes;
    },
    warnings: [],
    ...(unread && { unread }),
  };
}

function takeCells(column: Column, rows: Int32Array, numbers: PackedNumbers | undefined): Column {
  if (column.kind === 'category') {
    const codes = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i]];
    return { ...column, codes };
  }
  if (column.packed && numbers) return packedNumberColumn(column.name, { numbers, at: column.packed.at });
  const { kind, name, single, values } = column;
  return { kind, name, ...(single && { single }), values: Float64Array.from(rows, (row) => values[row]) };
}

/** Copies packed rows side by side. The kernel that encodes does it: with mean 0 and scale 1, numbers stay as they are. */
function takeNumbers(numbers: PackedNumbers, rows: Int32Array, offsets: Int32Array): PackedNumbers {
  const { memory, columnCount, blocks, source } = numbers;
  if (source) throw new Error('expected packed numbers that all lie in memory, found some that are brought there');
  const stride = packedStride(numbers);
  const address = memory.allocate(rows.length * stride * 4);
  const data = new Float32Array(memory.memory.buffer, address, rows.length * stride);
  const same = { mean: 0, scale: 1, impute: Number.NaN };
  const columns = Array.from({ length: columnCount }, (_, at) => ({ feature: same, from: at, to: at }));
  encodePacked({ numbers, blocks, firstBlock: 0, rows, offsets }, columns, { data, columnCount: stride });
  return {
    memory,
    columnCount,
    blocks: blocks.map((_, i) => ({
      address: address + offsets[i] * stride * 4,
      firstRow: offsets[i],
      rowCount: offsets[i + 1] - offsets[i],
    })),
  };
}
