import type { CategoryColumn } from './table.ts';

/** The value that most of these rows hold, missing ones aside; of equally frequent ones the smallest. */
export function mostFrequentValue(values: Float64Array, rows: Int32Array): number {
  const present = Float64Array.from(rows, (row) => values[row]).filter((value) => !Number.isNaN(value));
  return longestRun(present.sort()).value;
}

/** The code that most of these rows hold, none of them missing; of equally frequent ones the first. */
export function mostFrequentCode({ codes, levels }: CategoryColumn, rows: Int32Array): number {
  const counts = new Int32Array(levels.length);
  for (const row of rows) counts[codes[row]]++;
  let most = 0;
  for (let code = 1; code < counts.length; code++) if (counts[code] > counts[most]) most = code;
  return most;
}

/** The longest run of equal values in ascending order, the first of several; and how many runs there are. */
export function longestRun(sorted: Float64Array): { value: number; count: number; runCount: number } {
  const longest = { value: Number.NaN, count: 0, runCount: 0 };
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    longest.runCount++;
    if (end - start > longest.count) [longest.value, longest.count] = [sorted[start], end - start];
  }
  return longest;
}
