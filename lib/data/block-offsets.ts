import type { Table } from './table.ts';

/**
 * Where each canonical block of the table begins among `rows`, and their end, shape [blocks + 1].
 *
 * The rows of block `b` are `rows[offsets[b]]` to `rows[offsets[b + 1] - 1]`. A block without any keeps its place, so
 * that sums over the blocks have the same tree whichever rows were chosen.
 *
 * @param rows ascending
 */
export function blockOffsets(table: Table, rows: Int32Array): Int32Array {
  const offsets = new Int32Array(table.blocks.length + 1);
  for (const [i, { firstRow, rowCount }] of table.blocks.entries()) {
    offsets[i + 1] = firstFrom(rows, firstRow + rowCount, offsets[i]);
  }
  return offsets;
}

/** Where the first of the ascending `rows` that is not below `row` stands, at or after `from`. */
export function firstFrom(rows: Int32Array, row: number, from: number): number {
  let [low, high] = [from, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
