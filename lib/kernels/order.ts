import { instantiate, type KernelMemory, kernelMemory } from './instantiate.ts';
import * as kernel from './order.generated.ts';

interface Exports {
  makeRecords(values: number, labels: number, count: number, records: number, counts: number): number;
  sortRecords(records: number, room: number, count: number, counts: number): number;
  orderRuns(records: number, count: number, values: number): number;
  writeRows(records: number, count: number, rows: number): void;
  doubleArea(records: number, count: number, values: number): number;
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

/**
 * Twice the area under the ROC curve, in pairs of rows: 2 for a row of label 1 above one of label 0, 1 for a tie. Exact
 * below 2^53. Undefined where `orderOf` is.
 *
 * @param labels 0 or 1, shape [n]
 * @param values finite, shape [n], fewer than 2^31
 */
export function doubleRocArea(labels: ArrayLike<number>, values: ArrayLike<number>): number | undefined {
  return withSorted(values, labels, ({ exports, records, values: at, isRounded }) =>
    exports.doubleArea(records, values.length, isRounded ? at : 0),
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
}

/** Bytes of memory that is kept for the next time: fresh memory is slow, and much of it is not to be held. */
const keptBytes = 64 * 1024 * 1024;
let kept: { memory: KernelMemory; exports: Exports; start: number; bytes: number } | undefined;

function withSorted<Answer>(
  values: ArrayLike<number>,
  labels: ArrayLike<number> | undefined,
  answer: (sorted: Sorted) => Answer,
): Answer | undefined {
  const count = values.length;
  const countsBytes = 3 * 2048 * 4;
  const bytes = countsBytes + 25 * count + 64;
  const room = kept && kept.bytes >= bytes ? kept : makeRoom(bytes);
  const { memory, exports, start } = room;
  const counts = start;
  const at = counts + countsBytes;
  const [records, other] = [at + 8 * count, at + 16 * count];
  const labelsAt = at + 24 * count;
  new Float64Array(memory.memory.buffer, at, count).set(values);
  if (labels) new Uint8Array(memory.memory.buffer, labelsAt, count).set(labels);

  const isRounded = exports.makeRecords(at, labels ? labelsAt : 0, count, records, counts) === 1;
  const sorted = exports.sortRecords(records, other, count, counts);
  if (isRounded && exports.orderRuns(sorted, count, at) === 0) return undefined;
  const spare = sorted === records ? other : records;
  return answer({ exports, memory, records: sorted, spare, values: at, isRounded });
}

function makeRoom(bytes: number): NonNullable<typeof kept> {
  const memory = kernelMemory();
  const room = { memory, exports: instantiate<Exports>(kernel, memory.memory), start: memory.allocate(bytes), bytes };
  if (bytes <= keptBytes) kept = room;
  return room;
}
