import { instantiate, type KernelMemory, kernelMemory } from './instantiate.ts';
import * as kernel from './order.generated.ts';

interface Exports {
  makeRecords(values: number, labels: number, count: number, records: number, counts: number): number;
  sortRecords(records: number, room: number, count: number, counts: number): number;
  orderRuns(records: number, count: number, values: number): number;
  writeRows(records: number, count: number, rows: number): void;
  writeCounts(
    records: number,
    count: number,
    values: number,
    numbers: number,
    negatives: number,
    positives: number,
  ): number;
  splitKeys(split: number, values: number, labels: number, count: number, counts: number): number;
  sortKeys(keys: number, room: number, count: number, counts: number): number;
  countDistinct(keys: number, end: number): number;
  mergeDown(split: number, numbers: number, negatives: number, positives: number, room: number): number;
}

/**
 * Row numbers in ascending order of their values; equal values keep the order of their rows.
 *
 * Undefined where too many numbers differ by less than float32 can tell: then another way must be taken.
 *
 * @param values finite, shape [n], fewer than 2^31; −0 and 0 are equal
 */
export function orderOf(values: ArrayLike<number>): Uint32Array | undefined {
  return withSorted(values, undefined, ({ exports, memory, records, spare }) => {
    exports.writeRows(records, values.length, spare);
    return new Uint32Array(memory.memory.buffer, spare, values.length).slice();
  });
}

/** Each distinct score, and how many rows of each class reach it. */
export interface RankedCounts {
  /** Descending. */
  thresholds: Float64Array;
  /** Rows of label 0, and of label 1, with a score from the threshold up. */
  falsePositives: Float64Array;
  truePositives: Float64Array;
}

/**
 * What every curve of scores is made of, where rows have no weights. Undefined where `orderOf` is.
 *
 * @param labels 0 or 1, shape [n]
 * @param values finite, shape [n], fewer than 2^31
 */
export function rankedCounts(labels: ArrayLike<number>, values: ArrayLike<number>): RankedCounts | undefined {
  const most = values.length;
  return withSorted(
    values,
    labels,
    ({ exports, memory, records, spare, values: at, isRounded, extra }) => {
      const addresses = [extra, spare, extra + 8 * most] as const;
      const distinct = exports.writeCounts(records, most, isRounded ? at : 0, ...addresses);
      const [thresholds, falsePositives, truePositives] = addresses.map((address) =>
        new Float64Array(memory.memory.buffer, address, distinct).slice(),
      );
      return { thresholds, falsePositives, truePositives };
    },
    16 * most,
  );
}

interface Sorted {
  exports: Exports;
  memory: KernelMemory;
  records: number;
  /** Room for as many records that nobody needs. */
  spare: number;
  values: number;
  isRounded: boolean;
  /** Room that was asked for. */
  extra: number;
}

function withSorted<Answer>(
  values: ArrayLike<number>,
  labels: ArrayLike<number> | undefined,
  answer: (sorted: Sorted) => Answer,
  extraBytes = 0,
): Answer | undefined {
  const count = values.length;
  const countsBytes = 3 * 2048 * 4;
  const bytes = countsBytes + 25 * count + 64 + extraBytes;
  const { memory, exports, start } = orderRoom(bytes);
  const counts = start;
  const at = counts + countsBytes;
  const [records, other] = [at + 8 * count, at + 16 * count];
  const [labelsAt, extra] = [at + 24 * count, at + 25 * count + ((7 * count) % 8)];
  new Float64Array(memory.memory.buffer, at, count).set(values);
  if (labels) new Uint8Array(memory.memory.buffer, labelsAt, count).set(labels);

  const isRounded = exports.makeRecords(at, labels ? labelsAt : 0, count, records, counts) === 1;
  const sorted = exports.sortRecords(records, other, count, counts);
  if (isRounded && exports.orderRuns(sorted, count, at) === 0) return undefined;
  const spare = sorted === records ? other : records;
  return answer({ exports, memory, records: sorted, spare, values: at, isRounded, extra });
}

/** The kernel, and `bytes` bytes from `start` on for it to work in, which may hold remains of an earlier use. */
export interface OrderRoom {
  memory: KernelMemory;
  exports: Exports;
  start: number;
  bytes: number;
}

/** Most bytes that are kept for the next call, since fresh memory is slow; more is kept only until it is collected. */
const keptBytes = 64 * 1024 * 1024;
let kept: { room: OrderRoom | undefined; last: WeakRef<OrderRoom> } | undefined;

/** The room in each memory that was lent. */
const lentRooms = new WeakMap<KernelMemory, OrderRoom>();
let lender: WeakRef<KernelMemory> | undefined;

/** From now on, rooms are taken from this memory where it has enough, for as long as somebody else holds it. */
export function lendOrderRoom(memory: KernelMemory): void {
  lender = new WeakRef(memory);
}

/** A room for one use: the next call may be given the same. */
export function orderRoom(bytes: number): OrderRoom {
  const lent = lender?.deref();
  return (lent && roomIn(lent, bytes)) ?? ownRoom(bytes);
}

/** A room in a memory; undefined when the memory has no more. */
function roomIn(memory: KernelMemory, bytes: number): OrderRoom | undefined {
  const last = lentRooms.get(memory);
  if (last && last.bytes >= bytes) return last;
  if (last) memory.release(last.start, last.bytes);
  lentRooms.delete(memory);
  try {
    const start = memory.allocate(bytes);
    const room = { memory, exports: instantiate<Exports>(kernel, memory.memory), start, bytes };
    lentRooms.set(memory, room);
    return room;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

function ownRoom(bytes: number): OrderRoom {
  const last = kept?.last.deref();
  if (last && last.bytes >= bytes) return last;
  const memory = kernelMemory();
  const room = { memory, exports: instantiate<Exports>(kernel, memory.memory), start: memory.allocate(bytes), bytes };
  kept = { room: bytes <= keptBytes ? room : undefined, last: new WeakRef(room) };
  return room;
}
