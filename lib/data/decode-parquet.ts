import * as kernel from '../kernels/parquet.generated.ts';
import type { Pool } from '../kernels/pool.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import type { FlatGroup } from './formats/parquet.ts';
import { blockRanges } from './formats/parquet-blocks.ts';
import { fetchRanges } from './formats/parquet-ranges.ts';
import type { RangedFile } from './open-object.ts';
import { type FlatFile, rowsIn } from './parquet-files.ts';
import { codecs, type Room, slackBytes } from './parquet-room.ts';

/** Bytes that are fetched at once, when threads can't read a file by themselves. */
const fetchBytes = 32 * 2 ** 20;

/** Decodes all files; false when they contain something that the kernels do not support. */
export async function decode(pool: Pool, files: readonly FlatFile[], room: Room): Promise<boolean> {
  const from = { row: 0, block: 0 };
  for (const { object, file, groups } of files) {
    const open = await object.openFile?.();
    try {
      const batches: FlatGroup[][] = open ? [groups] : batchesOf(groups);
      for (const own of batches) {
        const placed = open ? undefined : await placeChunks(pool, file, own);
        const isDone = decodeGroups(pool, own, room, { from, descriptor: open?.descriptor, placed });
        await open?.check();
        if (!isDone) return false;
        from.row += rowsIn(own);
        from.block += own.reduce((count, { rowCount }) => count + blockRanges(rowCount).length, 0);
      }
    } finally {
      await open?.close();
    }
  }
  return true;
}

/** The groups in batches of at most `fetchBytes`, or of one group. */
function batchesOf(groups: readonly FlatGroup[]): FlatGroup[][] {
  const batches: FlatGroup[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    const own = group.chunks.reduce((sum, { start, end }) => sum + end - start, 0);
    bytes += own;
    if (bytes > fetchBytes) {
      batches.push([]);
      bytes = own;
    }
    batches[batches.length - 1].push(group);
  }
  return batches;
}

const fetched = new WeakMap<Pool, { address: number; bytes: number }>();

/** Fetches the chunks of groups into the memory of the pool, to the same place each time, and answers their addresses. */
async function placeChunks(pool: Pool, file: RangedFile, groups: readonly FlatGroup[]): Promise<number[]> {
  const chunks = groups.flatMap(({ chunks: own }) => own);
  const bytes = chunks.reduce((sum, { start, end }) => sum + end - start + slackBytes, 0);
  let place = fetched.get(pool);
  if (!place || place.bytes < bytes) {
    place = { address: pool.memory.allocate(bytes), bytes };
    fetched.set(pool, place);
  }
  const slice = await fetchRanges(file, chunks);
  const all = new Uint8Array(pool.memory.memory.buffer);
  let address = place.address;
  return chunks.map(({ start, end }) => {
    const at = address;
    all.set(new Uint8Array(slice(start, end)), at);
    address += end - start + slackBytes;
    return at;
  });
}

/** The status of a share that was decoded. */
const succeeded = 1;
/** Bytes of a group's and a column's facts. */
const factBytes = 16;

/**
 * Decodes row groups to rows and blocks from `from` on; false when they contain something that the kernels do not support.
 *
 * @param source.descriptor of the file that holds them, unless `placed` says where their column chunks lie in memory
 */
export function decodeGroups(
  pool: Pool,
  groups: readonly FlatGroup[],
  room: Room,
  { from, descriptor = 0, placed }: { from: { row: number; block: number }; descriptor?: number; placed?: number[] },
): boolean {
  const { memory: home, threads } = pool;
  const { columnCount, plan } = room;
  const shareCount = plan.shares.length - 1;
  const statuses = shareCount * groups.length;
  const [status, facts] = [home.allocate(statuses * 4), home.allocate(groups.length * columnCount * factBytes)];
  // With many groups, a thread takes a whole one at a time, and never waits for the shares before its own.
  const span = threads === 1 || groups.length >= 4 * threads ? shareCount : 1;
  const description = writeStruct(home, {
    ...room.description,
    ...{ 0: descriptor, 16: placeGroups(pool, groups, from), 20: placeChunkRecords(pool, groups, placed) },
    ...{ 28: facts, 32: status, 56: span },
  });
  pool.run(kernel, 'decodeShares', description, statuses / span, plan.scratchBytes);
  if (new Uint32Array(home.memory.buffer, status, statuses).some((word) => word !== succeeded)) return false;
  const view = new DataView(home.memory.buffer, facts, groups.length * columnCount * factBytes);
  for (let group = 0; group < groups.length; group++) {
    const own = Array.from({ length: columnCount }, (_, column) => {
      const at = (group * columnCount + column) * factBytes;
      const [min, max] = [view.getFloat32(at, true), view.getFloat32(at + 4, true)];
      return { min, max, count: view.getUint32(at + 8, true), flags: view.getUint32(at + 12, true) };
    });
    room.facts.push(own);
  }
  return true;
}

function placeGroups(
  { memory: home }: Pool,
  groups: readonly FlatGroup[],
  from: { row: number; block: number },
): number {
  let { row, block } = from;
  const words = groups.flatMap(({ rowCount }) => {
    const own = [rowCount, row, block];
    row += rowCount;
    block += blockRanges(rowCount).length;
    return own;
  });
  return placeArray(home, Uint32Array.from(words));
}

function placeChunkRecords({ memory: home }: Pool, groups: readonly FlatGroup[], placed?: readonly number[]): number {
  const chunks = groups.flatMap(({ chunks: own }) => own);
  const address = home.allocate(chunks.length * 32);
  const view = new DataView(home.memory.buffer, address, chunks.length * 32);
  for (const [i, { start, end, codec, isNullable }] of chunks.entries()) {
    view.setFloat64(i * 32, start, true);
    view.setUint32(i * 32 + 8, end - start, true);
    view.setUint32(i * 32 + 12, placed?.[i] ?? 0, true);
    view.setUint32(i * 32 + 16, codecs[codec], true);
    view.setUint32(i * 32 + 20, isNullable ? 1 : 0, true);
  }
  return address;
}
