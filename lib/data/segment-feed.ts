import { blockByteLimit } from '../core/blocks.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { Pool } from '../kernels/pool.ts';
import { defaultLimits } from './limits.ts';
import { openObject } from './open-object.ts';
import type { PlannedText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import type { DataObject, OpenFile } from './table.ts';

/** Bytes of a segment, the unit of text that a kernel parses at once. Canonical blocks begin anew in each segment. */
export const segmentBytes = blockByteLimit;

/** Consecutive segments of a text that are ready to be parsed. */
export interface SegmentBatch {
  first: number;
  count: number;
  /** Bytes of the whole text; Infinity while that is unknown. */
  size: number;
  /** Descriptor of the open file that holds it, or -1. */
  file: number;
  /** Address of a table with the segments' addresses when there is no file; else 0. */
  slots: number;
}

/**
 * An object's text, segment by segment, in order.
 *
 * A file is ready at once: each thread reads what it needs. Of an object in a store, four segments are fetched at a time,
 * each in two ranges, into slots of the pool's memory that are used in turn; compressed text is decompressed into such slots. A segment is
 * yielded when the next one has arrived as well, since its last row may end there.
 *
 * @throws ConflictError when the object changed while it was read
 */
export async function* openFeed(
  pool: Pool,
  object: DataObject,
  text: PlannedText,
  options: ReadOptions,
): AsyncGenerator<SegmentBatch, void, void> {
  if (!text.isPlain) yield* unpacked(pool, object, options);
  else if (object.openFile) yield* wholeFile(await object.openFile(), object.size);
  else yield* fetched(pool, object);
}

async function* wholeFile(file: OpenFile, size: number): AsyncGenerator<SegmentBatch, void, void> {
  try {
    yield { first: 0, count: Math.ceil(size / segmentBytes), size, file: file.descriptor, slots: 0 };
    await file.check();
  } finally {
    await file.close();
  }
}

/** Segments that are fetched at the same time. */
const ahead = 4;

/**
 * Most bytes of a range. Segments are fetched in halves: twice as many connections keep a link busy while one of them waits
 * for this thread or for the store, and take no more memory.
 */
const rangeBytes = segmentBytes / 2;

/** The ranges in which an object of `size` bytes is fetched that hold its bytes from `start` to `end`. */
export function rangesOf(start: number, end: number, size: number): { start: number; end: number }[] {
  // A store vouches for the content of a whole object alone, so that a small one is not cut.
  if (size <= segmentBytes) return [{ start, end }];
  const count = Math.ceil((end - start) / rangeBytes);
  return Array.from({ length: count }, (_, i) => {
    const from = start + i * rangeBytes;
    return { start: from, end: Math.min(end, from + rangeBytes) };
  });
}

/** Most segments that are in memory while they are fetched or decompressed. */
export const feedSegments = (threads: number): number => Math.max(ahead, 2 * threads) + 3;

async function* fetched({ memory: home, threads }: Pool, object: DataObject): AsyncGenerator<SegmentBatch, void, void> {
  const { size } = object;
  const count = Math.ceil(size / segmentBytes);
  const most = Math.max(ahead, 2 * threads);
  // Besides those that are fetched or parsed, a slot for the segment before, whose last byte is needed, and the one after.
  const ring = segmentRing(home, Math.min(count, feedSegments(threads)), Math.min(size, segmentBytes), count);
  const arrivals: { promise: Promise<void>; isHere: boolean }[] = [];
  const fetchNext = () => {
    const i = arrivals.length;
    const arrival = { promise: Promise.resolve(), isHere: false };
    const start = i * segmentBytes;
    const end = Math.min(size, start + segmentBytes);
    const room = ring.room(i, end - start);
    const halves = rangesOf(start, end, size).map(async (range) => {
      const own = room.subarray(range.start - start, range.end - start);
      const bytes = await object.readRange(range.start, range.end, own);
      if (bytes.buffer !== own.buffer) own.set(bytes);
    });
    arrival.promise = Promise.all(halves).then(() => {
      arrival.isHere = true;
    });
    // A reader that stops early never awaits it, and its failure must not end the process.
    arrival.promise.catch(() => {});
    arrivals.push(arrival);
  };
  for (let first = 0; first < count; ) {
    const until = Math.min(count, first + most + 1);
    const fetchMore = () => {
      while (arrivals.length < until && arrivals.filter(({ isHere }) => !isHere).length < ahead) fetchNext();
    };
    fetchMore();
    // The segment itself, and the next one, in which its last row may end.
    for (let i = first; i < Math.min(count, first + 2); i++) {
      while (arrivals.length <= i) {
        await arrivals[arrivals.length - 1].promise;
        fetchMore();
      }
      await arrivals[i].promise;
      fetchMore();
    }
    let end = first + 1;
    while (end < until - 1 && arrivals[end + 1]?.isHere) end++;
    if (end === count - 1 && arrivals[end].isHere) end = count;
    yield { first, count: end - first, size, file: -1, slots: ring.table };
    first = end;
  }
}

async function* unpacked(
  { memory: home, threads }: Pool,
  object: DataObject,
  { format = 'auto', separator, encoding = 'auto', limits }: ReadOptions,
): AsyncGenerator<SegmentBatch, void, void> {
  const opened = await openObject(object, { format, separator, encoding, limits: { ...defaultLimits, ...limits } });
  if (opened.kind !== 'text') return;
  const ring = segmentRing(home, threads + 3, segmentBytes, mostSegments);
  let [filled, first] = [0, 0];
  const batch = (count: number, size: number) => ({ first, count, size, file: -1, slots: ring.table });
  for await (const chunk of opened.chunks) {
    for (let at = 0; at < chunk.length; ) {
      const [segment, offset] = [Math.floor(filled / segmentBytes), filled % segmentBytes];
      const count = Math.min(chunk.length - at, segmentBytes - offset);
      ring.room(segment, count, offset).set(chunk.subarray(at, at + count));
      at += count;
      filled += count;
      const whole = Math.floor(filled / segmentBytes);
      if (whole > mostSegments - 2) throw new RangeError(`${object.key}: more text than has been foreseen`);
      if (whole - 1 - first >= threads) {
        yield batch(whole - 1 - first, Number.POSITIVE_INFINITY);
        first = whole - 1;
      }
    }
  }
  if (filled > 0) yield batch(Math.ceil(filled / segmentBytes) - first, filled);
}

/** Most segments of a text of unknown length: 512 GiB. */
const mostSegments = 65_536;

/** Slots that segments use in turn, each allocated at its first use, and the table of the segments' addresses. */
function segmentRing(home: KernelMemory, slotCount: number, slotBytes: number, segments: number) {
  const slots: number[] = [];
  const table = home.allocate(segments * 4);
  return {
    table,
    /** Assigns a segment its slot, and answers a view of `bytes` bytes of it, from `offset` on. */
    room(segment: number, bytes: number, offset = 0): Uint8Array {
      if (segment % slotCount === slots.length) slots.push(home.allocate(slotBytes));
      const slot = slots[segment % slotCount];
      new Uint32Array(home.memory.buffer, table, segments)[segment] = slot;
      return new Uint8Array(home.memory.buffer, slot + offset, bytes);
    },
  };
}
