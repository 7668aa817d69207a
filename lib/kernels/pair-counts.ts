import { instantiate, kernelMemory } from './instantiate.ts';
import * as kernel from './pair-counts.generated.ts';

/** Fewer rows are counted before the kernel is compiled. */
const leastRows = 32_768;

/** More classes than this make a table that no cache holds. */
const mostClasses = 256;

/**
 * How many rows have each pair of classes, shape [classCount, classCount]: of actual class i and predicted class j at
 * i · classCount + j. Undefined where there are more than 256 classes, or a row has none of them.
 *
 * @param actual shape [n]
 * @param predicted shape [n]
 */
export function pairCounts(actual: Int32Array, predicted: Int32Array, classCount: number): Uint32Array | undefined {
  if (classCount > mostClasses) return undefined;
  const count = actual.length < leastRows ? pairCountsPlainly : pairCountsByKernel;
  return count(actual, predicted, classCount);
}

/** The same, whatever the number of rows: the kernel's reference. */
export function pairCountsPlainly(
  actual: Int32Array,
  predicted: Int32Array,
  classCount: number,
): Uint32Array | undefined {
  const counts = new Uint32Array(classCount * classCount);
  for (let row = 0; row < actual.length; row++) {
    const [a, b] = [actual[row], predicted[row]];
    if (!(a >= 0 && a < classCount && b >= 0 && b < classCount)) return undefined;
    counts[a * classCount + b]++;
  }
  return counts;
}

/** Rows that are copied to the kernel's memory at once: what it counts is in the cache. */
const chunkRows = 16_384;

/** Bytes of a table beyond which there is one, not four. */
const mostFourfold = 4096;

/** assembly/pair-counts.ts at work. */
export function pairCountsByKernel(
  actual: Int32Array,
  predicted: Int32Array,
  classCount: number,
): Uint32Array | undefined {
  room ??= openRoom();
  const { exports, classes, others, tables } = room;
  const pairCount = classCount * classCount;
  const apart = 4 * pairCount <= mostFourfold ? 4 * pairCount : 0;
  const used = tables.subarray(0, apart === 0 ? pairCount : 4 * pairCount).fill(0);
  for (let from = 0; from < actual.length; from += chunkRows) {
    const end = Math.min(actual.length, from + chunkRows);
    classes.set(actual.subarray(from, end));
    others.set(predicted.subarray(from, end));
    const addresses = [
      classes.byteOffset,
      others.byteOffset,
      end - from,
      classCount,
      tables.byteOffset,
      apart,
    ] as const;
    if (exports.countPairs(...addresses) === 0) return undefined;
  }
  const counts = used.slice(0, pairCount);
  for (let i = pairCount; i < used.length; i++) counts[i % pairCount] += used[i];
  return counts;
}

interface Exports {
  countPairs(
    actual: number,
    predicted: number,
    count: number,
    classCount: number,
    tables: number,
    tableBytes: number,
  ): number;
}

let room: ReturnType<typeof openRoom> | undefined;

/** Less than half a megabyte, for as long as the process lives. */
function openRoom() {
  const memory = kernelMemory();
  const ints = (length: number) => [memory.allocate(4 * length), length] as const;
  const [a, b, c] = [ints(chunkRows), ints(chunkRows), ints(mostClasses * mostClasses)];
  const { buffer } = memory.memory;
  return {
    exports: instantiate<Exports>(kernel, memory.memory),
    classes: new Int32Array(buffer, ...a),
    others: new Int32Array(buffer, ...b),
    tables: new Uint32Array(buffer, ...c),
  };
}
