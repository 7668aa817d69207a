import type { Pool } from '../kernels/pool.ts';
import { decode } from './decode-parquet.ts';
import { defaultLimits, type ReadLimits } from './limits.ts';
import { type PackedSize, planPacked } from './memory.ts';
import { packedStride } from './packed.ts';
import { type Decoded, decodedIn, parquetTable } from './packed-parquet-table.ts';
import { type FlatFile, groupsOf, isBoolean, largestGroupBytes, openFiles, rowsIn } from './parquet-files.ts';
import { type DecodingPlan, makeRoom, planDecoding, type Storage, storageOf } from './parquet-room.ts';
import type { ReadOptions } from './read.ts';
import type { PackedReading } from './read-packed.ts';
import { readStreamedParquet } from './read-streamed-parquet.ts';
import type { DataObject, Table } from './table.ts';

/**
 * Reads Parquet files of flat columns of numbers and booleans by kernels, on all threads of the pool. The table is the one
 * that the plain reader makes, except that number columns which are rounded to float32 are packed.
 *
 * @param objects in byte order of their keys
 * @returns undefined when there is something that the kernels do not support, such as an error in the data. Nothing has
 *   changed then, and the plain reader reads the data or reports the error
 * @throws InputError when memory can't even hold a part of the rows
 * @throws ConflictError when an object changed while it was read
 */
export async function readPackedParquet(
  objects: readonly DataObject[],
  options: ReadOptions,
  reading: PackedReading,
): Promise<Table | undefined> {
  const { pool, leastBytes = 1 << 20 } = reading;
  if (objects.length === 0 || objects.reduce((sum, { size }) => sum + size, 0) < leastBytes) return undefined;
  const limits = { ...defaultLimits, ...options.limits };
  const files = await openFiles(objects, options, limits);
  const first = files?.[0];
  if (!files || !first) return undefined;
  if (first.parquet.names.some((name, i) => isBoolean(first, i) && options.kinds?.[name] === 'number'))
    return undefined;
  const storage = storageOf(first, options);
  for (;;) {
    const read = await decodeFiles(files, storage, options, limits, reading);
    pool.releaseScratch();
    if (!read) return undefined;
    const table = parquetTable(files, read.decoded, options, limits.levels);
    if (!Array.isArray(table)) {
      if (!table) read.release();
      return table;
    }
    // What can't be stored as it was is only known now.
    read.release();
    for (const column of table) storage[column] = 'float64';
  }
}

/** Decoded files, and how to let go of them. */
export interface DecodedFiles {
  decoded: Decoded;
  release(): void;
}

/** Decodes all files: into memory as a whole if they fit, else streamed. */
async function decodeFiles(
  files: readonly FlatFile[],
  storage: readonly Storage[],
  options: ReadOptions,
  limits: ReadLimits,
  reading: PackedReading,
): Promise<DecodedFiles | undefined> {
  const { pool, plan: decide = planPacked } = reading;
  const decoding = planDecoding(files, storage, limits);
  if (!decoding) return undefined;
  const size = sizeOf(files, storage, decoding, pool);
  const planFor = (moreBytes: number) => {
    const own = { ...size, feedBytes: size.feedBytes + moreBytes };
    return decide(files[0].object.key, own, { ...limits, threads: pool.threads });
  };
  const plan = planFor(0);
  const { named = true, hashed = true } = options;
  const asked = { storage, plan: decoding, named, hashed };
  if (plan !== 'memory') return readStreamedParquet(files, asked, limits, { ...reading, plan, planFor });
  const room = makeRoom(pool, files, asked);
  if (!room) return undefined;
  if (await decode(pool, files, room)) return { decoded: decodedIn(pool.memory, files, room), release: room.release };
  room.release();
  return undefined;
}

function sizeOf(
  files: readonly FlatFile[],
  storage: readonly Storage[],
  { most, scratchBytes }: DecodingPlan,
  { threads }: Pool,
): PackedSize {
  const groups = groupsOf(files);
  const of = (kind: Storage) => storage.filter((own) => own === kind).length;
  return {
    rows: rowsIn(groups),
    columns: storage.length,
    rowBytes: packedStride({ columnCount: of('packed') }) * 4,
    doubles: of('float64'),
    categories: of('classes'),
    segmentRows: most.rows,
    feedBytes: largestGroupBytes(files) + threads * scratchBytes,
  };
}
