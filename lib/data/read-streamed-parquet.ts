import type { StoreError } from '../core/errors.ts';
import { type Arena, arena } from '../kernels/arena.ts';
import type { Pool } from '../kernels/pool.ts';
import type { ReadLimits } from './limits.ts';
import { feedThreadBytes, type StreamPlan } from './memory.ts';
import type { PackedNumbers, PackedSource } from './packed.ts';
import { packedStride } from './packed.ts';
import { type Decoded, decodedIn, parquetTable } from './packed-parquet-table.ts';
import { rereadSource, spilledSource } from './packed-sources.ts';
import type { ReadOptions } from './read.ts';
import type { PackedReading } from './read-packed.ts';
import { decode, type FlatFile, isBoolean, largestGroupBytes, makeRoom, rowsIn } from './read-packed-parquet.ts';
import { isFetched, rereadGroups } from './reread-groups.ts';
import { type SpilledRows, spillRows } from './spill-rows.ts';
import type { Block, Column, NumberColumn, Table } from './table.ts';

/** The columns whose float64 are kept: those that are not to be rounded, and categories. */
export function exactColumns(files: readonly FlatFile[], { kinds = {}, single }: ReadOptions): Set<number> {
  const { names } = files[0].parquet;
  const isExact = (name: string, i: number) =>
    !single?.(name) || isBoolean(files[0], i) || (Object.hasOwn(kinds, name) && kinds[name] === 'category');
  return new Set(names.flatMap((name, i) => (isExact(name, i) ? [i] : [])));
}

/** How to read Parquet files in parts. */
interface PartsReading extends Omit<PackedReading, 'plan'> {
  plan: StreamPlan;
  /** Plans anew when so many bytes more are needed. */
  planFor(moreBytes: number): 'memory' | StreamPlan;
}

/**
 * Decodes Parquet files one row group at a time, in memory that is used again. The float32 rows are written to a file; if no
 * disk has room for them, they are decoded again when they are needed.
 *
 * @returns undefined when the files contain something that the kernels do not support, or neither is possible
 * @throws InputError when memory can't hold what it takes to read them again
 * @throws StoreError when the disk fills up meanwhile, and the files can't be read again
 */
export async function readStreamedParquet(
  files: readonly FlatFile[],
  options: ReadOptions,
  limits: ReadLimits,
  reading: PartsReading,
): Promise<Table | undefined> {
  const place = await placeForRows(files, limits, reading);
  if (!place) return undefined;
  let table: Table | undefined;
  try {
    table = await readInParts(files, options, limits, { pool: reading.pool, place });
    return table;
  } finally {
    if (!table) place.close();
  }
}

/** Where rows wait until they are needed: on a disk, or in the files that they come from. */
interface RowsPlace {
  /** Where row groups are decoded. */
  room: Arena;
  /** Begins to take rows, those of one group after the other, and forgets those that it took before. */
  begin(): SpilledRows['add'];
  /** Loads the rows that were taken. */
  source(numbers: PackedNumbers, rowHashes: Uint32Array): Promise<PackedSource>;
  close(): void;
}

async function placeForRows(
  files: readonly FlatFile[],
  limits: ReadLimits,
  reading: PartsReading,
): Promise<RowsPlace | undefined> {
  const { pool, onStreamed } = reading;
  const hasRoom = reading.disk && reading.plan.diskBytes <= Math.min(limits.diskBytes, reading.disk.freeBytes());
  const plan = hasRoom ? reading.plan : planToReread(files, reading);
  const { spareBytes, stretchBytes: mostBytes, diskBytes } = plan;
  const room = arena(pool.memory);
  let disk = hasRoom ? reading.disk : undefined;
  let again = disk ? undefined : await rereadGroups(pool, files, limits, room);
  if (!disk && !again) return undefined;
  onStreamed?.(disk ? 'spilled' : 're-read', diskBytes);
  let [spilled, full]: [SpilledRows | undefined, StoreError | undefined] = [undefined, undefined];
  const rowBytes = packedStride({ columnCount: files[0].parquet.names.length }) * 4;
  const onFull = (error: StoreError) => {
    [disk, full] = [undefined, error];
    onStreamed?.('re-read', diskBytes);
  };
  return {
    room,
    begin() {
      spilled?.close();
      spilled = spillRows(pool, disk, { rowBytes, diskBytes: limits.diskBytes, onFull });
      return spilled.add;
    },
    async source(numbers, rowHashes) {
      const file = spilled?.file();
      if (file) return spilledSource(numbers, file, { mostBytes, spareBytes });
      again ??= await rereadGroups(pool, files, limits, room);
      if (!again) throw full;
      return rereadSource(numbers, again, { rowHashes, mostSegments: 1, spareBytes, room });
    },
    close() {
      for (const opened of [spilled, ...(again ?? [])]) opened?.close();
    },
  };
}

/** To read files again that lie elsewhere takes another thread, and room for one more row group. */
function planToReread(files: readonly FlatFile[], { plan, planFor }: PartsReading): StreamPlan {
  if (!files.some(isFetched)) return plan;
  const withThread = planFor(largestGroupBytes(files) + feedThreadBytes);
  return withThread === 'memory' ? plan : withThread;
}

async function readInParts(
  files: readonly FlatFile[],
  options: ReadOptions,
  limits: ReadLimits,
  { pool, place }: { pool: Pool; place: RowsPlace },
): Promise<Table | undefined> {
  const exact = exactColumns(files, options);
  for (;;) {
    const parts = { pool, room: place.room, add: place.begin(), named: options.named !== false };
    const decoded = await decodeInParts(files, limits, exact, parts);
    const table = decoded && parquetTable(files, decoded, options, limits.levels);
    if (!table) return undefined;
    const lacking = [...table.columns.keys()].filter((i) => !exact.has(i) && !isPacked(table.columns[i]));
    if (lacking.length === 0) {
      decoded.numbers.source = await place.source(decoded.numbers, table.rowHashes);
      return table;
    }
    // Float32 can't hold the values of some columns, which is only known now: decode again, and keep these in float64.
    for (const column of lacking) exact.add(column);
  }
}

const isPacked = (column: Column): boolean => column.kind === 'number' && column.packed !== undefined;

/** Decodes all row groups, and hands on the rows of each. Only columns in `exact` keep their float64 in memory. */
async function decodeInParts(
  files: readonly FlatFile[],
  limits: ReadLimits,
  exact: ReadonlySet<number>,
  { pool, room: memory, add, named }: { pool: Pool; add: SpilledRows['add']; room: Arena; named: boolean },
): Promise<Decoded | undefined> {
  const { names } = files[0].parquet;
  const rowCount = rowsIn(files.flatMap(({ groups }) => groups));
  const numbers: PackedNumbers = { memory: pool.memory, columnCount: names.length, blocks: [] };
  const values = new Map([...exact].map((column) => [column, new Float64Array(rowCount)]));
  const rowHashes = new Uint32Array(rowCount);
  const blocks: Block[] = [];
  const facts: Decoded['facts'] = [];
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
      blocks.push({ ...own, ...(named && { hash: block.hash }) });
      numbers.blocks.push({ ...own, address: Number.NaN });
    }
    for (const [column, all] of values) all.set(found.numberColumn(names[column], column).values, firstRow);
    add({ singles: room.matrix, rows: room.rowCount });
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
