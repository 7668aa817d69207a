import { ConflictError, StoreError } from '../core/errors.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { Pool } from '../kernels/pool.ts';
import { placeArray } from '../kernels/struct.ts';
import { type FeedTask, feedControl, noteBytes } from './feed-thread.ts';
import { defaultLimits } from './limits.ts';
import type { ReadOptions } from './read.ts';
import { type SegmentBatch, segmentBytes } from './segment-feed.ts';
import type { DataObject, OpenFile } from './table.ts';

/** The segments of an object, which can be read any number of times. */
export interface RereadSegments {
  /** Waits for `count` segments from `first` on. They stay where kernels can read them until others are opened. */
  open(first: number, count: number): SegmentBatch;
  close(): void;
}

/** What the segments of an object are. */
export interface SegmentsOf {
  /** Whether its bytes are what is read: neither compressed nor in another encoding. */
  isPlain: boolean;
  /** The ranges of its bytes that make up each segment; without them, segments of text follow one another. */
  parts?: FeedTask['parts'];
}

/** Slots for segments, which one object at a time uses; `stop` ends the thread that fills them at present. */
export interface FeedRing {
  slots: number[];
  stop?: () => void;
}

/**
 * The segments of an object that is to be read again. A file of plain bytes is ready at once; what must be fetched or
 * decompressed, another thread writes to the ring, a few segments ahead, while this one computes.
 *
 * @returns undefined for an object that another thread can't read
 */
export async function rereadSegments(
  pool: Pool,
  object: DataObject,
  { isPlain, parts }: SegmentsOf,
  options: ReadOptions,
  ring: FeedRing,
): Promise<RereadSegments | undefined> {
  const file = await object.openFile?.();
  if (file && isPlain) {
    const { descriptor } = file;
    return holding(file, (first, count) => ({ first, count, size: object.size, file: descriptor, slots: 0 }));
  }
  const { key, size, tag } = object;
  const url = file ? undefined : await object.presign?.();
  const from = file
    ? { key, size, descriptor: file.descriptor }
    : url === undefined
      ? undefined
      : { key, size, url, tag };
  if (!from) return undefined;
  const { startFeed } = await import('./start-feed.ts');
  let fed: { open: RereadSegments['open']; stop(): void } | undefined;
  const begin = () => {
    ring.stop?.();
    const { format = 'auto', separator, encoding = 'auto', limits } = options;
    const task: FeedTask = {
      words: new Int32Array(new SharedArrayBuffer(4 * feedControl.words)),
      notes: new Uint8Array(new SharedArrayBuffer(noteBytes)),
      memory: pool.memory.memory,
      slots: ring.slots,
      segmentBytes,
      parts,
      object: from,
      isPlain,
      options: { format, separator, encoding, limits: { ...defaultLimits, ...limits } },
    };
    const thread = startFeed(task);
    const stop = () => {
      thread.end();
      fed = undefined;
      ring.stop = undefined;
    };
    ring.stop = stop;
    return { open: openerOf(pool, task, thread.begin), stop };
  };
  return holding(
    file,
    (first, count) => {
      fed ??= begin();
      return fed.open(first, count);
    },
    () => fed?.stop(),
  );
}

/** As many slots, of so many bytes each. */
export const feedRing = (room: KernelMemory, count: number, slotBytes: number): FeedRing => ({
  slots: Array.from({ length: count }, () => room.allocate(slotBytes)),
});

/** Milliseconds to wait for the next segment. */
const patienceMs = 300_000;

function openerOf(
  { memory: home }: Pool,
  { words, notes, slots, object, parts }: FeedTask,
  begin: (generation: number) => void,
): RereadSegments['open'] {
  // Rows of text may end in the next segment, and the last byte of the one before says where they begin.
  const beside = parts ? 0 : 1;
  let generation = 0;
  let table = { address: 0, length: 0 };
  return (first, count) => {
    if (generation === 0 || first - beside < Atomics.load(words, feedControl.released)) beginAnew();
    if (first > beside) {
      Atomics.store(words, feedControl.released, first - beside);
      Atomics.notify(words, feedControl.released);
    }
    while (Atomics.load(words, feedControl.status) === 0) {
      const produced = Atomics.load(words, feedControl.produced);
      if (produced >= first + count + beside) break;
      if (Atomics.wait(words, feedControl.produced, produced, patienceMs) === 'timed-out') throw late(object.key);
    }
    const status = Atomics.load(words, feedControl.status);
    if (status === 2) throw failure(notes);
    const size = Atomics.load(words, feedControl.sizeHigh) * 2 ** 30 + Atomics.load(words, feedControl.sizeLow);
    placeTable(first + count + 1);
    const where = new Uint32Array(home.memory.buffer, table.address, table.length);
    for (let i = Math.max(0, first - beside); i < first + count + beside; i++) where[i] = slots[i % slots.length];
    return { first, count, size: status === 1 ? size : Number.POSITIVE_INFINITY, file: -1, slots: table.address };
  };

  function beginAnew(): void {
    generation++;
    Atomics.store(words, feedControl.generation, generation);
    Atomics.store(words, feedControl.released, 0);
    Atomics.notify(words, feedControl.released);
    begin(generation);
    const before = generation - 1;
    if (Atomics.wait(words, feedControl.begun, before, patienceMs) === 'timed-out') throw late(object.key);
  }

  function placeTable(length: number): void {
    if (length <= table.length) return;
    const wanted = Math.max(1024, 2 * length);
    table = { address: placeArray(home, new Uint32Array(wanted)), length: wanted };
  }
}

const late = (key: string) => new StoreError(`${key}: expected bytes within ${patienceMs / 1000} s, found none`);

function failure(notes: Uint8Array): Error {
  const length = new DataView(notes.buffer, notes.byteOffset).getUint32(0, true);
  // Copied: a decoder takes no shared memory.
  const { name, message } = JSON.parse(new TextDecoder().decode(notes.slice(4, 4 + length)));
  return name === 'ConflictError' ? new ConflictError(message) : new StoreError(message);
}

/** Closes the files of segments that were garbage-collected without `close`. */
const abandoned = new FinalizationRegistry<OpenFile>((file) => void file.close());

function holding(file: OpenFile | undefined, open: RereadSegments['open'], end = () => {}): RereadSegments {
  const segments: RereadSegments = {
    open,
    close() {
      end();
      abandoned.unregister(segments);
      void file?.close();
    },
  };
  if (file) abandoned.register(segments, file, segments);
  return segments;
}
