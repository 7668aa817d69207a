import { isSparse } from '../core/sparse-matrix.ts';
import { isStreamed } from '../core/streamed-matrix.ts';
import { homeOf, releaseArray } from '../kernels/instantiate.ts';
import type { Examples, Features } from './model.ts';
import { eachLoaded } from './rows-at-hand.ts';

/** Some rows of others, side by side. */
export interface SampledExamples {
  examples: Examples;
  /** Gives back the memory that they take. */
  release(): void;
}

/** Neighbouring rows that are taken together: one by one, they would take longer to copy than to learn from. */
const runRows = 64;
/** Small enough for several threads to share a sample's pass. */
const blockRows = 4096;

/**
 * About so many rows of dense examples, in runs of neighbours at equal distances: whatever the order of the rows, each part
 * of it is there. Which rows these are depends on the numbers of rows alone, not on where they lie.
 *
 * Rows that lie in a kernel memory are copied to the same memory.
 *
 * @param rowCount at least 64, at most half of the rows
 * @returns undefined for sparse rows, and where all rows of the sample have no weight
 */
export function sampleExamples(
  { features, targets, weights }: Examples,
  rowCount: number,
): SampledExamples | undefined {
  if (isSparse(features)) return undefined;
  const runCount = Math.floor(rowCount / runRows);
  const count = runCount * runRows;
  const firstRows = Int32Array.from({ length: runCount }, (_, run) => Math.floor((run * features.rowCount) / runCount));
  const ownWeights = weights && new Float64Array(count);
  if (weights && ownWeights) {
    copyRuns(weights, 1, firstRows, ownWeights);
    if (!ownWeights.some((weight) => weight > 0)) return undefined;
  }
  const ownTargets = roomLike(targets, count);
  copyRuns(targets, 1, firstRows, ownTargets);
  const { columnCount } = features;
  const data = roomLike(features.data, count * columnCount);
  copyFeatures(features, firstRows, data);
  const blockCount = Math.ceil(count / blockRows);
  return {
    examples: {
      features: { rowCount: count, columnCount, data },
      targets: ownTargets,
      weights: ownWeights,
      blockOffsets: Int32Array.from({ length: blockCount + 1 }, (_, block) => Math.min(block * blockRows, count)),
    },
    release() {
      releaseArray(ownTargets);
      releaseArray(data);
    },
  };
}

type Numbers = Float32Array | Float64Array;

/** Copies the runs of rows that begin at `firstRows`, of `width` numbers each, one after the other. */
function copyRuns(from: Numbers, width: number, firstRows: Int32Array, to: Numbers): void {
  for (let run = 0; run < firstRows.length; run++) {
    const first = firstRows[run] * width;
    to.set(from.subarray(first, first + runRows * width), run * runRows * width);
  }
}

function copyFeatures(features: Exclude<Features, { rowStarts: unknown }>, firstRows: Int32Array, to: Numbers): void {
  const { columnCount } = features;
  if (!isStreamed(features)) {
    copyRuns(features.data, columnCount, firstRows, to);
    return;
  }
  eachLoaded(features, (data, first, count) => {
    for (let run = 0; run < firstRows.length; run++) {
      // A run may begin in one stretch and end in the next.
      const from = Math.max(firstRows[run], first);
      const end = Math.min(firstRows[run] + runRows, first + count);
      if (from >= end) continue;
      const place = run * runRows + from - firstRows[run];
      to.set(data.subarray((from - first) * columnCount, (end - first) * columnCount), place * columnCount);
    }
  });
}

/** An array of the same kind, in the same kernel memory if that lies in one. */
function roomLike<View extends Numbers>(view: View, length: number): View {
  const Kind = view.constructor as new (buffer: ArrayBufferLike | number, address?: number, length?: number) => View;
  const home = homeOf(view);
  if (!home) return new Kind(length);
  const address = home.allocate(length * view.BYTES_PER_ELEMENT);
  return new Kind(home.memory.buffer, address, length);
}
