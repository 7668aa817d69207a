import * as kernel from '../kernels/distribution.generated.ts';
import { poolOf } from '../kernels/pool.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { blockOffsets } from './block-offsets.ts';
import { copyPacked } from './encode-packed.ts';
import { frequentValues } from './most-frequent.ts';
import { allRows, numberFacts, placeBlocks } from './number-facts.ts';
import { eachStretch, type PackedNumbers, packedStride, roomForRows } from './packed.ts';
import { shortestSingle } from './single.ts';
import type { NumberColumn, Table } from './table.ts';

/** How the numbers of a column are distributed, missing ones aside. */
export interface Distribution {
  /** Number of distinct values. It and the counts below are those of all rows, or of `sampled` rows. */
  distinct: number;
  /** Size of the sample of evenly spaced rows; left out when all rows were counted. */
  sampled?: number;
  /** The most frequent values, at most eight, in descending order of their counts, then in ascending order. */
  frequent: { value: number; count: number }[];
  /** Counts in bins of equal width from the smallest to the largest value; left out when these are not finite. */
  histogram?: { from: number; to: number; counts: number[] };
}

/** Most values that are listed with their counts. */
const frequentLimit = 8;

/** Bins of a histogram; fewer when there are fewer distinct values. */
const binLimit = 20;

/** Packed columns of more rows than `mostRows` are described by a sample. */
const [mostRows, sampleRows] = [100_000, 4_096];

/** Distributions of packed columns: `finish` waits for the threads that compute them, the first time. */
const known = new WeakMap<PackedNumbers, { finish(): Float64Array }>();

/** Lets other threads compute the distributions of packed columns, while this one does something else. */
export function beginDistributions(table: Table): void {
  const { numbers } = table;
  if (numbers && !numbers.source && !known.has(numbers)) known.set(numbers, describeValues(table, numbers));
}

/** How the numbers of a column are distributed. Packed columns of a table are all described at once, and remembered. */
export function distributionOf(table: Table, column: NumberColumn): Distribution {
  const { from, to, shown } = rangeOf(table, column);
  if (!column.packed) {
    return distributionOfValues(
      column.values.filter((value) => !Number.isNaN(value)),
      { from, to, shown },
    );
  }
  const { numbers, at } = column.packed;
  let found = known.get(numbers);
  if (!found) {
    found = describeValues(table, numbers);
    known.set(numbers, found);
  }
  const all = found.finish();
  const [distinct, named, binCount] = all.subarray(at * outWidth);
  const top = all.subarray(at * outWidth + 3);
  const bins = Array.from(top.subarray(2 * frequentLimit, 2 * frequentLimit + binCount));
  return {
    distinct,
    ...(table.rowCount > mostRows && { sampled: sampleRows }),
    frequent: Array.from({ length: named }, (_, i) => ({ value: shown(top[2 * i]), count: top[2 * i + 1] })),
    ...histogramOf(from, to, from === to ? [top[1]] : bins),
  };
}

/** The same in plain code, with the result of the kernel lib/kernels/assembly/distribution.ts. */
export function distributionOfValues(
  values: Float64Array,
  { from, to, shown }: { from: number; to: number; shown(value: number): number },
): Distribution {
  const { top, distinct } = frequentValues(values.toSorted(), frequentLimit);
  const counts = Array<number>(from === to ? 1 : Math.min(binLimit, distinct)).fill(0);
  for (const value of values) {
    const bin = from === to ? 0 : Math.floor(((value - from) / (to - from)) * counts.length);
    counts[Math.max(0, Math.min(counts.length - 1, bin))]++;
  }
  return {
    distinct,
    frequent: top.map(({ value, count }) => ({ value: shown(value), count })),
    ...histogramOf(from, to, counts),
  };
}

function histogramOf(from: number, to: number, counts: number[]): Pick<Distribution, 'histogram'> {
  return Number.isFinite(to - from) ? { histogram: { from, to, counts } } : {};
}

/** The smallest and the largest number, NaN when there is none, and how to show a number. */
function rangeOf(table: Table, column: NumberColumn) {
  const shown = (value: number) => (column.single ? shortestSingle(value) : value);
  const { min, max } = numberFacts(table, column, allRows(table));
  return { from: shown(min), to: shown(max), shown };
}

const outWidth = 3 + 2 * frequentLimit + binLimit;

function describeValues(table: Table, numbers: PackedNumbers): { finish(): Float64Array } {
  const { memory: home } = numbers;
  const stride = packedStride(numbers);
  const rowCount = table.rowCount > mostRows ? sampleRows : table.rowCount;
  // A small table of which not all blocks lie in memory is copied whole.
  const isPlaced = table.rowCount > mostRows || numbers.source !== undefined;
  const sample = isPlaced ? placeSample(table, numbers, rowCount) : undefined;
  const ranges = new Float64Array(2 * stride);
  for (const column of table.columns) {
    if (column.kind !== 'number' || column.packed?.numbers !== numbers) continue;
    const { from, to } = rangeOf(table, column);
    ranges.set([from, to], 2 * column.packed.at);
  }
  const out = home.allocate(stride * outWidth * 8);
  const description = writeStruct(home, {
    0: sample === undefined ? placeBlocks(numbers) : placeArray(home, Uint32Array.of(sample, 0)),
    4: sample === undefined ? numbers.blocks.length : 1,
    8: rowCount,
    12: stride * 4,
    16: placeArray(home, ranges),
    20: frequentLimit,
    24: binLimit,
    28: out,
  });
  const scratchBytes = 3 * 2048 * 4 + 5 * rowCount * 4 + 16;
  const job = poolOf(home).begin(kernel, 'describeValues', description, stride / 4, scratchBytes);
  let found: Float64Array | undefined;
  return {
    finish() {
      job.finish();
      found ??= new Float64Array(home.memory.buffer, out, stride * outWidth).slice();
      return found;
    },
  };
}

/** Copies evenly spaced rows side by side, and answers their address. */
function placeSample(table: Table, numbers: PackedNumbers, sampleCount: number): number {
  const { rowCount } = table;
  const { memory: home, blocks: all, source } = numbers;
  const chosen = roomForRows({ numbers }, sampleCount);
  for (let i = 0; i < sampleCount; i++) chosen[i] = Math.floor((i * rowCount) / sampleCount);
  if (!source) {
    const offsets = blockOffsets(table, chosen);
    return copyPacked({ numbers, blocks: all, firstBlock: 0, rows: chosen, offsets }).byteOffset;
  }
  const stride = packedStride(numbers);
  const address = home.allocate(sampleCount * stride * 4);
  const rows = new Float32Array(home.memory.buffer, address, sampleCount * stride);
  let i = 0;
  eachStretch(numbers, (blocks) => {
    for (const block of blocks) {
      for (; i < sampleCount && chosen[i] < block.firstRow + block.rowCount; i++) {
        const at = block.address + (chosen[i] - block.firstRow) * stride * 4;
        rows.set(new Float32Array(home.memory.buffer, at, stride), i * stride);
      }
    }
  });
  return address;
}
