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
 * A file is ready at once: each thread reads what it needs. An object in a store is fetched in ranges, eight at a time, into
 * slots of the pool's memory that segments use in turn; compressed text is decompressed into such slots. A segment is yielded
 * when the next one has arrived as well, since its last row may end there.
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

/** Ranges that are fetched at the same time. */
const ahead = 8;

/**
 * Most bytes of a range. The ranges of a segment are asked for together and share the link, so that segments arrive one after
 * the other and the next ones are under way while one is parsed. With larger ranges as many segments would be under way
 * as there are threads, arrive at the same time, and leave the link idle until they are parsed; smaller ones would spend more of their
 * time waiting for the store's first byte.
 */
const rangeBytes = segmentBytes / 4;

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

/** Most segments of a text that are fetched and not parsed yet. */
const unparsedSegments = (threads: number): number => Math.max(4, 2 * threads);

/** Most segments that are in memory while they are fetched or decompressed: there, those before and after the unparsed ones, too. */
export const feedSegments = (threads: number): number => unparsedSegments(threads) + 3;

async function* fetched({ memory: home, threads }: Pool, object: DataObject): AsyncGenerator<SegmentBatch, void, void> {
  const { size } = object;
  const count = Math.ceil(size / segmentBytes);
  const ring = segmentRing(home, Math.min(count, feedSegments(threads)), Math.min(size, segmentBytes), count);
  const segments = Array.from({ length: count }, (_, i) => arrivalOf(rangesIn(i, size).length));
  const ranges = segments.flatMap((_, i) => rangesIn(i, size).map((range) => ({ ...range, segment: i })));
  const underWay = new Set<Promise<void>>();
  let [asked, until] = [0, 0];
  const fetchMore = () => {
    while (underWay.size < ahead && asked < ranges.length && ranges[asked].segment < until) {
      const { segment, start, end } = ranges[asked++];
      const arrival = fetchRange(segment, start, end).then(segments[segment].rangeIsHere, segments[segment].failed);
      underWay.add(arrival);
      void arrival.then(() => {
        underWay.delete(arrival);
        fetchMore();
      });
    }
  };
  const fetchRange = async (segment: number, start: number, end: number) => {
    const own = ring.room(segment, end - start, start - segment * segmentBytes);
    const bytes = await object.readRange(start, end, own);
    if (bytes.buffer !== own.buffer) own.set(bytes);
  };
  try {
    for (let first = 0; first < count; ) {
      until = Math.min(count, first + unparsedSegments(threads) + 1);
      fetchMore();
      await segments[first].whole;
      // In the next one its last row may end.
      await segments[first + 1]?.whole;
      let end = first + 1;
      while (end < until - 1 && segments[end + 1]?.isHere()) end++;
      if (end === count - 1 && segments[end].isHere()) end = count;
      yield { first, count: end - first, size, file: -1, slots: ring.table };
      first = end;
    }
  } finally {
    // Who stops early may use the slots for something else.
    until = 0;
    await Promise.all(underWay);
  }
}

/** The ranges of the `i`th segment of an object of `size` bytes. */
const rangesIn = (i: number, size: number) => rangesOf(i * segmentBytes, Math.min(size, (i + 1) * segmentBytes), size);

/** A segment that arrives in some ranges. */
function arrivalOf(rangeCount: number) {
  const { promise: whole, resolve, reject } = Promise.withResolvers<void>();
  // A reader that stops early never awaits it, and its failure must not end the process.
  whole.catch(() => {});
  let awaited = rangeCount;
  return {
    whole,
    isHere: () => awaited === 0,
    rangeIsHere() {
      if (--awaited === 0) resolve();
    },
    failed: reject,
  };
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
