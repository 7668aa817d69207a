import { blockOffsets, firstFrom } from './block-offsets.ts';
import { copyPacked } from './encode-packed.ts';
import { type PackedBlock, type PackedNumbers, type PackedSource, packedNumberColumn, packedStride } from './packed.ts';
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

/** Copies packed rows side by side. */
function takeNumbers(numbers: PackedNumbers, rows: Int32Array, offsets: Int32Array): PackedNumbers {
  const { memory, columnCount, blocks, source } = numbers;
  if (source) throw new Error('expected packed numbers that all lie in memory, found some that are brought there');
  const stride = packedStride(numbers);
  const address = copyPacked({ numbers, blocks, firstBlock: 0, rows, offsets }).byteOffset;
  const taken = blocks.map((_, i) => ({
    address: address + offsets[i] * stride * 4,
    firstRow: offsets[i],
    rowCount: offsets[i + 1] - offsets[i],
  }));
  return { memory, columnCount, blocks: taken, ...(rows.length > stretchRows && { source: byStretches(taken) }) };
}

/** More rows than this are scored a stretch at a time: encoding all of them at once would take as much memory again. */
const stretchRows = 32_768;

/** Blocks in memory, as a source that loads them in stretches of at most `stretchRows` rows. */
function byStretches(blocks: readonly PackedBlock[]): PackedSource {
  const starts = [0];
  for (const [i, { firstRow, rowCount }] of blocks.entries()) {
    if (firstRow + rowCount - blocks[starts[starts.length - 1]].firstRow > stretchRows && i > 0) starts.push(i);
  }
  const stretches = Int32Array.of(...starts, blocks.length);
  const source = {
    stretches,
    current: -1,
    load(stretch: number) {
      source.current = stretch;
      return blocks.slice(stretches[stretch], stretches[stretch + 1]);
    },
    spareBytes: 0,
    close() {},
  };
  return source;
}
