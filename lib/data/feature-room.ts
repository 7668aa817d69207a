import { checkPackedFeatures, fitsPacked, type PackedTableSize } from './memory.ts';
import { packedStride } from './packed.ts';
import { heldSource } from './packed-sources.ts';
import type { Block, Table } from './table.ts';

/**
 * Makes sure that the encoded features of a table with packed numbers will fit in memory: if they do not fit as a whole,
 * they will be encoded one block at a time, anew for each pass.
 *
 * @param columns number of columns of the encoded features
 * @throws InputError when there is not even room for the features of one block
 */
export function makeFeatureRoom(table: Table, columns: number, memoryBytes: number): void {
  const { numbers, rowCount, blocks } = table;
  if (!numbers) throw new RangeError('expected a table with packed numbers');
  const where = table.objects[0].key;
  const size: PackedTableSize = {
    rows: rowCount,
    rowBytes: 4 * packedStride(numbers),
    doubles: table.columns.filter((column) => column.kind === 'number' && !column.packed).length,
    categories: table.columns.filter(({ kind }) => kind === 'category').length,
  };
  if (numbers.source) {
    const rows = longestStretch(blocks, numbers.source.stretches);
    checkPackedFeatures(where, size, { columns, rows, isHeld: false }, memoryBytes);
    return;
  }
  if (fitsPacked(size, { columns, rows: rowCount, isHeld: true }, memoryBytes)) return;
  const largest = blocks.reduce((rows, block) => Math.max(rows, block.rowCount), 0);
  checkPackedFeatures(where, size, { columns, rows: largest, isHeld: true }, memoryBytes);
  numbers.source = heldSource(numbers.blocks, { blocksAtATime: 1, spareBytes: 0 });
}

/** Number of rows in the longest stretch of blocks. */
function longestStretch(blocks: readonly Block[], stretches: Int32Array): number {
  let longest = 0;
  for (let i = 0; i + 1 < stretches.length; i++) {
    const own = blocks.slice(stretches[i], stretches[i + 1]);
    longest = Math.max(
      longest,
      own.reduce((rows, block) => rows + block.rowCount, 0),
    );
  }
  return longest;
}
