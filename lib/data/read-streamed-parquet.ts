import type { StoreError } from '../core/errors.ts';
import { type Arena, arena } from '../kernels/arena.ts';
import type { Pool } from '../kernels/pool.ts';
import { decode } from './decode-parquet.ts';
import type { ReadLimits } from './limits.ts';
import { feedThreadBytes, type StreamPlan } from './memory.ts';
import { type PackedNumbers, type PackedSource, packedStride } from './packed.ts';
import { type Decoded, type DecodedColumn, decodedIn } from './packed-parquet-table.ts';
import { rereadSource, spilledSource } from './packed-sources.ts';
import { type FlatFile, groupsOf, largestGroupBytes, rowsIn } from './parquet-files.ts';
import { type Asked, makeRoom, type Storage } from './parquet-room.ts';
import type { PackedReading } from './read-packed.ts';
import type { DecodedFiles } from './read-packed-parquet.ts';
import { isFetched, rereadGroups } from './reread-groups.ts';
import { type SpilledRows, spillRows } from './spill-rows.ts';
import type { Block } from './table.ts';

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
  asked: Asked,
  limits: ReadLimits,
  reading: PartsReading,
): Promise<DecodedFiles | undefined> {
  const place = await placeForRows(files, asked, limits, reading);
  if (!place) return undefined;
  let found: DecodedFiles | undefined;
  try {
    const decoded = await decodeInParts(files, asked, { pool: reading.pool, room: place.room, add: place.add });
    if (!decoded) return undefined;
    decoded.numbers.source = await place.source(decoded.numbers, decoded.rowHashes);
    found = { decoded, release: place.close };
    return found;
  } finally {
    if (!found) place.close();
  }
}

/** Where rows wait until they are needed: on a disk, or in the files that they come from. */
interface RowsPlace {
  /** Where row groups are decoded. */
  room: Arena;
  /** Takes the rows of one group after the other. */
  add: SpilledRows['add'];
  /** Loads the rows that were taken. */
  source(numbers: PackedNumbers, rowHashes: Uint32Array): Promise<PackedSource>;
  close(): void;
}

async function placeForRows(
  files: readonly FlatFile[],
  asked: Asked,
  limits: ReadLimits,
  reading: PartsReading,
): Promise<RowsPlace | undefined> {
  const { pool, onStreamed } = reading;
  const hasRoom = reading.disk && reading.plan.diskBytes <= Math.min(limits.diskBytes, reading.disk.freeBytes());
  const plan = hasRoom ? reading.plan : planToReread(files, reading);
  const { spareBytes, stretchBytes: mostBytes, diskBytes } = plan;
  const room = arena(pool.memory);
  const disk = hasRoom ? reading.disk : undefined;
  let again = disk ? undefined : await rereadGroups(pool, files, asked, room);
  if (!disk && !again) return undefined;
  onStreamed?.(disk ? 'spilled' : 're-read', diskBytes);
  let full: StoreError | undefined;
  const rowBytes = packedStride({ columnCount: packedColumns(asked) }) * 4;
  const onFull = (error: StoreError) => {
    full = error;
    onStreamed?.('re-read', diskBytes);
  };
  const spilled = spillRows(pool, disk, { rowBytes, diskBytes: limits.diskBytes, onFull });
  return {
    room,
    add: spilled.add,
    async source(numbers, rowHashes) {
      const file = spilled.file();
      if (file) return spilledSource(numbers, file, { mostBytes, spareBytes });
      again ??= await rereadGroups(pool, files, asked, room);
      if (!again) throw full;
      return rereadSource(numbers, again, { rowHashes, mostSegments: 1, spareBytes, room });
    },
    close() {
      for (const opened of [spilled, ...(again ?? [])]) opened.close();
    },
  };
}

/** To read files again that lie elsewhere takes another thread, and room for one more row group. */
function planToReread(files: readonly FlatFile[], { plan, planFor }: PartsReading): StreamPlan {
  if (!files.some(isFetched)) return plan;
  const withThread = planFor(largestGroupBytes(files) + feedThreadBytes);
  return withThread === 'memory' ? plan : withThread;
}

/** Decodes all row groups, and hands on the rows of each. Columns that are not packed stay in memory. */
async function decodeInParts(
  files: readonly FlatFile[],
  asked: Asked,
  { pool, room: memory, add }: { pool: Pool; room: Arena; add: SpilledRows['add'] },
): Promise<Decoded | undefined> {
  const rowCount = rowsIn(groupsOf(files));
  const numbers: PackedNumbers = { memory: pool.memory, columnCount: packedColumns(asked), blocks: [] };
  const rowHashes = new Uint32Array(asked.hashed ? rowCount : 0);
  const columns = keptColumns(asked.storage, rowCount);
  const blocks: Block[] = [];
  const facts: Decoded['facts'] = [];
  let firstRow = 0;
  for (const part of files.flatMap((own) => own.groups.map((group) => ({ ...own, groups: [group] })))) {
    memory.reset();
    const there = { ...pool, memory };
    const room = makeRoom(there, [part], asked);
    if (!room || !(await decode(there, [part], room))) return undefined;
    const found = decodedIn(memory, [part], room);
    facts.push(...found.facts);
    if (asked.hashed) rowHashes.set(found.rowHashes, firstRow);
    for (const block of found.blocks) {
      blocks.push({ ...block, firstRow: firstRow + block.firstRow });
      numbers.blocks.push({ address: Number.NaN, firstRow: firstRow + block.firstRow, rowCount: block.rowCount });
    }
    for (const [i, column] of found.columns.entries()) keep(column, columns[i], firstRow);
    add({ singles: room.matrix, rows: room.rowCount });
    firstRow += room.rowCount;
  }
  return { rowCount, numbers, facts, blocks, rowHashes, columns };
}

const packedColumns = ({ storage }: Asked): number => storage.filter((own) => own === 'packed').length;

/** Where the columns of all row groups go, but for those that are written to the file. */
function keptColumns(storage: readonly Storage[], rowCount: number): DecodedColumn[] {
  let packed = 0;
  return storage.map((as) => {
    // From the file, a column can only be read as one that was rounded.
    if (as === 'packed') return { as, at: packed++, isExact: false };
    if (as === 'float64') return { as, values: new Float64Array(rowCount) };
    return { as, codes: new Int32Array(rowCount), marks: new Uint8Array(256) };
  });
}

/** Copies a row group's part of a column. */
function keep(part: DecodedColumn, whole: DecodedColumn, firstRow: number): void {
  if (part.as === 'float64' && whole.as === 'float64') whole.values.set(part.values, firstRow);
  if (part.as !== 'classes' || whole.as !== 'classes') return;
  whole.codes.set(part.codes, firstRow);
  for (const [value, mark] of part.marks.entries()) if (mark === 1) whole.marks[value] = 1;
}
