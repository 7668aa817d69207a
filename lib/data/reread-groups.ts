import type { Arena } from '../kernels/arena.ts';
import type { Pool } from '../kernels/pool.ts';
import { decodeGroups } from './decode-parquet.ts';
import type { FlatGroup } from './formats/parquet.ts';
import { blockRanges } from './formats/parquet-blocks.ts';
import { joinRanges, type Range } from './formats/parquet-ranges.ts';
import { decodedIn } from './packed-parquet-table.ts';
import type { RereadObject } from './packed-sources.ts';
import type { FlatFile } from './parquet-files.ts';
import { type Asked, makeRoom, slackBytes } from './parquet-room.ts';
import { type FeedRing, feedRing, rereadSegments } from './reread-segments.ts';
import type { SegmentBatch } from './segment-feed.ts';

/**
 * Parquet files whose row groups are decoded again, one at a time, whenever their rows are needed.
 *
 * @param room where to decode them
 * @returns undefined when one of the files can't be read by another thread
 */
export async function rereadGroups(
  pool: Pool,
  files: readonly FlatFile[],
  asked: Asked,
  room: Arena,
): Promise<RereadObject[] | undefined> {
  const fetched = files.filter(isFetched);
  const slotBytes = fetched.flatMap(partsOf).reduce((most, ranges) => Math.max(most, lengthOf(ranges)), 0);
  // One row group is decoded while the next one is fetched.
  const ring = feedRing(pool.memory, fetched.length > 0 ? 2 : 0, slotBytes + slackBytes);
  const objects: RereadObject[] = [];
  for (const file of files) {
    const again = await rereadFile(pool, file, asked, { room, ring });
    if (!again) {
      for (const { close } of objects) close();
      return undefined;
    }
    objects.push(again);
  }
  return objects;
}

/** Whether another thread must fetch a file, since it is none of this machine's. */
export const isFetched = ({ object }: FlatFile): boolean => !object.openFile;

/** The ranges that make up each row group. */
const partsOf = ({ groups }: FlatFile): Range[][] => groups.map(({ chunks }) => joinRanges(chunks));

const lengthOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0);

async function rereadFile(
  pool: Pool,
  file: FlatFile,
  asked: Asked,
  { room, ring }: { room: Arena; ring: FeedRing },
): Promise<RereadObject | undefined> {
  const { object, groups } = file;
  // What was unpacked in memory lies nowhere else in that form.
  if (file.file.size !== object.size) return undefined;
  const parts = partsOf(file);
  const again = await rereadSegments(pool, object, { isPlain: true, parts }, {}, ring);
  if (!again) return undefined;
  const there = { ...pool, memory: room };
  return {
    key: object.key,
    segmentBlocks: groups.map(({ rowCount }) => blockRanges(rowCount).length),
    read(first, count) {
      const batch = again.open(first, count);
      const own = { ...file, groups: groups.slice(first, first + count) };
      const place = makeRoom(there, [own], { ...asked, named: false });
      const placed =
        batch.file < 0 ? addressesOf(pool, batch, own.groups, parts.slice(first, first + count)) : undefined;
      const source = { from: { row: 0, block: 0 }, descriptor: batch.file, placed };
      if (!place || !decodeGroups(there, own.groups, place, source)) return undefined;
      const { blocks, rowHashes } = decodedIn(room, [own], place);
      return [{ singles: place.matrix, blocks, hashes: rowHashes }];
    },
    close: () => again.close(),
  };
}

/** Where the column chunks of row groups lie whose ranges were fetched to slots. */
function addressesOf(
  { memory: { memory } }: Pool,
  { first, count, slots }: SegmentBatch,
  groups: readonly FlatGroup[],
  parts: readonly (readonly Range[])[],
): number[] {
  const starts = new Uint32Array(memory.buffer, slots, first + count).subarray(first);
  return groups.flatMap(({ chunks }, i) =>
    chunks.map((chunk) => {
      let address = starts[i];
      for (const { start, end } of parts[i]) {
        if (start <= chunk.start && chunk.end <= end) return address + chunk.start - start;
        address += end - start;
      }
      throw new RangeError(`expected bytes ${chunk.start} to ${chunk.end} to have been fetched`);
    }),
  );
}
