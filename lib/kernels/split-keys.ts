import { type OrderRoom, orderRoom, type RankedCounts } from './order.ts';

/** Rows that are copied to the kernel at once, and distinct scores that are copied back: few enough to stay in the cache. */
const chunkRows = 16_384;
const tableBytes = 2 * 3 * 2048 * 4;
const splitBytes = 64;

/**
 * Ranks the scores of unweighted rows, where each score is a float32: by keys of four bytes, which are sorted for each
 * label separately and merged from the highest down.
 *
 * @param labels 0 or 1, shape [n]
 * @param values scores, shape [n], n below 2^28
 * @returns undefined when a score is not finite or no float32, or a label is neither 0 nor 1
 */
export function rankSingles(labels: Int32Array | Uint8Array, values: Float64Array): RankedCounts | undefined {
  const count = values.length;
  const keyBytes = 4 * count + 64;
  const room = orderRoom(splitBytes + tableBytes + 24 * chunkRows + 2 * keyBytes);
  const { exports, start } = room;
  const tables = start + splitBytes;
  const chunk = tables + tableBytes;
  const keys = chunk + 24 * chunkRows;
  const spare = keys + keyBytes;
  new Int32Array(room.memory.memory.buffer, tables, tableBytes / 4).fill(0);
  const split = splitAt(room);
  split.set([keys, keys, keys + 4 * count, keys + 4 * count, 0, 0]);
  if (!splitAll(room, labels, values, chunk, tables)) return undefined;

  const sort = (first: number, count: number, counts: number) => {
    const sorted = exports.sortKeys(first, spare + (first - keys), count, counts);
    return [sorted, sorted + 4 * count];
  };
  const [own, ownEnd, others, othersEnd] = split;
  const sorted = [
    ...sort(own, (ownEnd - own) / 4, tables + tableBytes / 2),
    ...sort(others, (othersEnd - others) / 4, tables),
  ];
  split.set(sorted);
  // A score that both labels have is counted twice.
  const most = exports.countDistinct(sorted[0], sorted[1]) + exports.countDistinct(sorted[2], sorted[3]);
  return mergeAll(room, chunk, most);
}

/** The fields of SplitKeys, as assembly/order.ts lays them out: four addresses and two counts. */
const splitAt = ({ memory, start }: OrderRoom): Uint32Array => new Uint32Array(memory.memory.buffer, start, 6);

function splitAll(
  { exports, memory, start }: OrderRoom,
  labels: Int32Array | Uint8Array,
  values: Float64Array,
  chunk: number,
  tables: number,
): boolean {
  const labelsAt = chunk + 8 * chunkRows;
  const [stagedValues, stagedLabels] = [
    new Float64Array(memory.memory.buffer, chunk, chunkRows),
    new Int32Array(memory.memory.buffer, labelsAt, chunkRows),
  ];
  for (let from = 0; from < values.length; from += chunkRows) {
    const end = Math.min(values.length, from + chunkRows);
    stagedValues.set(values.subarray(from, end));
    stagedLabels.set(labels.subarray(from, end));
    if (exports.splitKeys(start, chunk, labelsAt, end - from, tables) === 0) return false;
  }
  return true;
}

/** @param most an upper bound of the number of distinct scores */
function mergeAll({ exports, memory, start }: OrderRoom, chunk: number, most: number): RankedCounts {
  const [thresholds, falsePositives, truePositives] = [0, 1, 2].map(() => new Float64Array(most));
  const staged = [0, 1, 2].map((i) => new Float64Array(memory.memory.buffer, chunk + 8 * i * chunkRows, chunkRows));
  const [numbersAt, negativesAt, positivesAt] = staged.map(({ byteOffset }) => byteOffset);
  for (let from = 0; ; ) {
    const written = exports.mergeDown(start, numbersAt, negativesAt, positivesAt, chunkRows);
    for (const [i, target] of [thresholds, falsePositives, truePositives].entries())
      target.set(staged[i].subarray(0, written), from);
    from += written;
    if (written < chunkRows) {
      const whole = (counts: Float64Array) => counts.subarray(0, from);
      return {
        thresholds: whole(thresholds),
        falsePositives: whole(falsePositives),
        truePositives: whole(truePositives),
      };
    }
  }
}
