import type { CategoryColumn } from './table.ts';

/** The value that most of these rows hold, missing ones aside; of equally frequent ones the smallest. */
export function mostFrequentValue(values: Float64Array, rows: Int32Array): number {
  const present = Float64Array.from(rows, (row) => values[row]).filter((value) => !Number.isNaN(value));
  return frequentValues(present.sort(), 1).top[0]?.value ?? Number.NaN;
}

/** The code that most of these rows hold, none of them missing; of equally frequent ones the first. */
export function mostFrequentCode({ codes, levels }: CategoryColumn, rows: Int32Array): number {
  const counts = new Int32Array(levels.length);
  for (const row of rows) counts[codes[row]]++;
  let most = 0;
  for (let code = 1; code < counts.length; code++) if (counts[code] > counts[most]) most = code;
  return most;
}

/** Equal values in ascending order, the most frequent first and of equally frequent ones the smallest; and how many there are. */
export function frequentValues(
  sorted: Float64Array,
  limit: number,
): { top: { value: number; count: number }[]; distinct: number } {
  const top: { value: number; count: number }[] = [];
  let distinct = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    distinct++;
    const count = end - start;
    if (top.length === limit && count <= top[limit - 1].count) continue;
    const place = top.findIndex((other) => other.count < count);
    top.splice(place < 0 ? top.length : place, 0, { value: sorted[start], count });
    if (top.length > limit) top.pop();
  }
  return { top, distinct };
}
