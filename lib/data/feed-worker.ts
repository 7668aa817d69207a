// The script of the thread that fetches an object again, while the main thread waits for it. The build bundles it
// into feed-worker.generated.ts, as text.
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { type FeedTask, feedControl, noteBytes } from './feed-thread.ts';
import type { Range } from './formats/parquet-ranges.ts';
import { openObject } from './open-object.ts';
import type { DataObject } from './table.ts';

const task = workerData as FeedTask;
const { words, notes, memory, slots, segmentBytes, parts } = task;
const lengths = parts?.map((ranges) => ranges.reduce((sum, { start, end }) => sum + end - start, 0));
const readFile = promisify(read);

/** Bytes of one request, the number of requests under way, and how often each is tried. */
const [pieceBytes, ahead, attempts] = [2 ** 20, 6, 4];

parentPort?.on('message', async (generation: number) => {
  // Only this thread writes them, so the state of an abandoned generation can't be mistaken for that of the next.
  Atomics.store(words, feedControl.produced, 0);
  Atomics.store(words, feedControl.status, 0);
  Atomics.store(words, feedControl.begun, generation);
  Atomics.notify(words, feedControl.begun);
  try {
    await feed(generation);
  } catch (error) {
    if (!isCurrent(generation)) return;
    const { name, message } = error as Error;
    const note = new TextEncoder().encode(JSON.stringify({ name, message: message.slice(0, 2000) }));
    notes.set(note.subarray(0, noteBytes - 4), 4);
    new DataView(notes.buffer, notes.byteOffset).setUint32(0, note.length, true);
    end(2);
  }
});

const isCurrent = (generation: number): boolean => Atomics.load(words, feedControl.generation) === generation;

function end(status: number): void {
  Atomics.store(words, feedControl.status, status);
  Atomics.add(words, feedControl.produced, 1);
  Atomics.notify(words, feedControl.produced);
}

async function feed(generation: number): Promise<void> {
  let [segment, offset, filled] = [0, 0, 0];
  for await (const chunk of await bytesOf()) {
    for (let at = 0; at < chunk.length; ) {
      if (offset === 0 && !(await slotIsFree(segment, generation))) return;
      if (!isCurrent(generation)) return;
      const length = lengths?.[segment] ?? segmentBytes;
      const count = Math.min(chunk.length - at, length - offset);
      const address = slots[segment % slots.length] + offset;
      new Uint8Array(memory.buffer, address, count).set(chunk.subarray(at, at + count));
      at += count;
      offset += count;
      filled += count;
      if (offset < length) continue;
      segment++;
      offset = 0;
      Atomics.store(words, feedControl.produced, segment);
      Atomics.notify(words, feedControl.produced);
    }
  }
  if (!isCurrent(generation)) return;
  Atomics.store(words, feedControl.sizeLow, filled % 2 ** 30);
  Atomics.store(words, feedControl.sizeHigh, Math.floor(filled / 2 ** 30));
  end(1);
}

/** Waits until a segment's slot may be overwritten; false when a new generation has begun. */
async function slotIsFree(segment: number, generation: number): Promise<boolean> {
  for (;;) {
    const released = Atomics.load(words, feedControl.released);
    if (!isCurrent(generation)) return false;
    if (segment < released + slots.length) return true;
    const waiting = Atomics.waitAsync(words, feedControl.released, released, 1000);
    if (waiting.async) await waiting.value;
  }
}

/** The bytes of all segments, in order. */
async function bytesOf(): Promise<AsyncIterable<Uint8Array>> {
  const { key, size } = task.object;
  const readRange = (start: number, stop: number) => tried(() => range(start, stop));
  if (parts) return pieces(parts.flat(), readRange);
  const read = () => pieces([{ start: 0, end: size }], readRange);
  if (task.isPlain) return read();
  const opened = await openObject({ key, size, tag: '', read, readRange }, task.options);
  if (opened.kind !== 'text') throw new Error(`${key}: expected the text that was read first`);
  return opened.chunks;
}

/** The bytes of ranges, some requests ahead. */
async function* pieces(
  ranges: readonly Range[],
  readRange: DataObject['readRange'],
): AsyncGenerator<Uint8Array, void, void> {
  const wanted = piecesOf(ranges);
  const underWay: Promise<Uint8Array>[] = [];
  for (;;) {
    while (underWay.length < ahead) {
      const { value } = wanted.next();
      if (!value) break;
      const piece = readRange(value.start, value.end);
      // A reader that stops early never awaits it, and its failure must not end the process.
      piece.catch(() => {});
      underWay.push(piece);
    }
    const piece = await underWay.shift();
    if (!piece) return;
    yield piece;
  }
}

function* piecesOf(ranges: readonly Range[]): Generator<Range, void, void> {
  for (const { start, end } of ranges) {
    for (let at = start; at < end; at += pieceBytes) yield { start: at, end: Math.min(end, at + pieceBytes) };
  }
}

async function tried<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (attempt === attempts || (error as Error).name === 'ConflictError') throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt ** 2));
    }
  }
}

async function range(start: number, stop: number): Promise<Uint8Array> {
  const { object } = task;
  const into = new Uint8Array(stop - start);
  if ('descriptor' in object) {
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await readFile(object.descriptor, into, done, into.length - done, start + done);
      if (bytesRead === 0) throw changed();
      done += bytesRead;
    }
    return into;
  }
  const headers = { range: `bytes=${start}-${stop - 1}`, 'if-match': `"${object.tag}"` };
  const response = await fetch(object.url, { headers, signal: AbortSignal.timeout(60_000) });
  if (response.status === 412 || response.status === 404) throw changed();
  if (!response.ok) throw new Error(`${object.key}: expected bytes ${start} to ${stop}, found ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length === into.length) return bytes;
  throw new Error(`${object.key}: expected bytes ${start} to ${stop}, found ${bytes.length} bytes`);
}

function changed(): Error {
  const error = new Error(`${task.object.key}: the object was changed or removed while it was read again`);
  error.name = 'ConflictError';
  return error;
}
