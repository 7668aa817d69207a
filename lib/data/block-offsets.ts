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
  let at = 0;
  for (const [i, block] of table.blocks.entries()) {
    offsets[i] = at;
    while (at < rows.length && rows[at] < block.firstRow + block.rowCount) at++;
  }
  offsets[table.blocks.length] = at;
  return offsets;
}
