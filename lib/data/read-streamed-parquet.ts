import { arena } from '../kernels/arena.ts';
import type { ReadLimits } from './limits.ts';
import type { StreamPlan } from './memory.ts';
import type { PackedNumbers } from './packed.ts';
import { packedStride } from './packed.ts';
import { type Decoded, decodedIn, parquetTable } from './packed-parquet-table.ts';
import { spilledSource } from './packed-sources.ts';
import type { ReadOptions } from './read.ts';
import type { PackedReading } from './read-packed.ts';
import { decode, type FlatFile, isBoolean, makeRoom, rowsIn } from './read-packed-parquet.ts';
import type { SpillFile } from './spill-file.ts';
import type { Block, Column, NumberColumn, Table } from './table.ts';

/** The columns whose float64 are kept: those that are not to be rounded, and categories. */
export function exactColumns(files: readonly FlatFile[], { kinds = {}, single }: ReadOptions): Set<number> {
  const { names } = files[0].parquet;
  const isExact = (name: string, i: number) =>
    !single?.(name) || isBoolean(files[0], i) || (Object.hasOwn(kinds, name) && kinds[name] === 'category');
  return new Set(names.flatMap((name, i) => (isExact(name, i) ? [i] : [])));
}

/**
 * Decodes Parquet files one row group at a time, in memory that is used again, and writes the float32 rows to a file.
 *
 * @returns undefined when the files contain something that the kernels do not support, or no disk has room for the rows
 * @throws StoreError when the disk fills up meanwhile
 */
export async function readStreamedParquet(
  files: readonly FlatFile[],
  options: ReadOptions,
  limits: ReadLimits,
  plan: StreamPlan,
  { pool, disk, onStreamed }: PackedReading,
): Promise<Table | undefined> {
  if (!disk || plan.diskBytes > Math.min(limits.diskBytes, disk.freeBytes())) return undefined;
  onStreamed?.('spilled', plan.diskBytes);
  const exact = exactColumns(files, options);
  for (;;) {
    const file = disk.open();
    const spilled = await spill(files, limits, exact, { pool, file }).catch((error) => {
      file.close();
      throw error;
    });
    const table = spilled && parquetTable(files, spilled, options, limits.levels);
    const lacking = [...(table?.columns.keys() ?? [])].filter((i) => !exact.has(i) && !isPacked(table?.columns[i]));
    if (table && lacking.length === 0) {
      const { numbers } = spilled;
      const { spareBytes, stretchBytes: mostBytes } = plan;
      numbers.source = spilledSource(numbers, file, { mostBytes, spareBytes });
      return table;
    }
    file.close();
    if (!table) return undefined;
    // Float32 can't hold the values of some columns, which is only known now: decode again, and keep these in float64.
    for (const column of lacking) exact.add(column);
  }
}

const isPacked = (column: Column | undefined): boolean => column?.kind === 'number' && column.packed !== undefined;

/** Decodes all row groups and writes their rows to the file. Only columns in `exact` keep their float64 in memory. */
async function spill(
  files: readonly FlatFile[],
  limits: ReadLimits,
  exact: ReadonlySet<number>,
  { pool, file }: Pick<PackedReading, 'pool'> & { file: SpillFile },
): Promise<Decoded | undefined> {
  const { names } = files[0].parquet;
  const rowCount = rowsIn(files.flatMap(({ groups }) => groups));
  const numbers: PackedNumbers = { memory: pool.memory, columnCount: names.length, blocks: [] };
  const rowBytes = packedStride(numbers) * 4;
  const values = new Map([...exact].map((column) => [column, new Float64Array(rowCount)]));
  const rowHashes = new Uint32Array(rowCount);
  const blocks: Block[] = [];
  const facts: Decoded['facts'] = [];
  const memory = arena(pool.memory);
  let firstRow = 0;
  for (const part of files.flatMap((own) => own.groups.map((group) => ({ ...own, groups: [group] })))) {
    memory.reset();
    const there = { ...pool, memory };
    const room = makeRoom(there, [part], limits);
    if (!room || !(await decode(there, [part], room))) return undefined;
    const found = decodedIn(there, [part], room);
    facts.push(...found.facts);
    rowHashes.set(found.rowHashes(), firstRow);
    for (const block of found.blocks) {
      const own = { firstRow: firstRow + block.firstRow, rowCount: block.rowCount };
      blocks.push({ ...own, hash: block.hash });
      numbers.blocks.push({ ...own, address: Number.NaN });
    }
    for (const [column, all] of values) all.set(found.numberColumn(names[column], column).values, firstRow);
    file.write(new Uint8Array(memory.memory.buffer, room.matrix, room.rowCount * rowBytes), firstRow * rowBytes);
    firstRow += room.rowCount;
  }
  const numberColumn = (name: string, at: number): NumberColumn => ({
    kind: 'number',
    name,
    get values() {
      const own = values.get(at);
      if (!own) throw new RangeError(`${name}: expected a column whose values were kept`);
      return own;
    },
  });
  return { rowCount, numbers, facts, blocks, rowHashes: () => rowHashes, numberColumn };
}
