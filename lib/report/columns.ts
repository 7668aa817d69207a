import { allRows, numberFacts } from '../data/number-facts.ts';
import { cellReader } from '../data/packed.ts';
import { type ColumnDescription, describeColumns as describeKinds } from '../data/schema/kinds.ts';
import { shortestSingle } from '../data/single.ts';
import type { CategoryColumn, NumberColumn, Table } from '../data/table.ts';
import type { ColumnSummary } from './report.ts';

export interface ColumnRole {
  role: ColumnSummary['role'];
  reason?: string;
}

/** Bins of a column's histogram; fewer when it has fewer distinct values. */
const binLimit = 20;
/** Most frequent values that are named. */
const valueLimit = 8;

/**
 * Summarises each column of `table`, in order: what it holds and why, missing and distinct cells, and how its values are
 * distributed.
 *
 * @param roleOf role of a column by its name; a feature when left out
 * @param descriptions what the columns hold, in their order; found from all rows when left out
 */
export function describeColumns(
  table: Table,
  roleOf: (name: string) => ColumnRole = () => ({ role: 'feature' }),
  descriptions: readonly ColumnDescription[] = describeKinds(table),
): ColumnSummary[] {
  return table.columns.map((column, i) => {
    const { name } = column;
    const { kind, reason: kindReason } = descriptions[i];
    const { role, reason } = roleOf(name);
    const values = column.kind === 'number' ? describeNumbers(table, column) : describeCategories(column);
    return { name, kind, kindReason, role, ...(reason === undefined ? {} : { reason }), ...values };
  });
}

type Summary = Omit<ColumnSummary, 'name' | 'kind' | 'kindReason' | 'role' | 'reason'>;

/** Of a table with more rows than the first, distribution and distinct values are those of so many of them. */
const [mostRows, sampleRows] = [100_000, 4_096];

function describeNumbers(table: Table, column: NumberColumn): Summary {
  const { rowCount } = table;
  const { count, min, max, moments } = numberFacts(table, column, allRows(table));
  const missing = rowCount - count;
  if (count === 0) return { missing, distinct: 0 };

  const isSampled = rowCount > mostRows;
  const sorted = sortedCells(column, rowCount, isSampled ? sampleRows : rowCount);
  let distinct = sorted.length === 0 ? 0 : 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  const histogram = histogramOf(sorted, { from: min, to: max }, Math.min(binLimit, distinct));
  const shown = (value: number) => (column.single ? shortestSingle(value) : value);
  const standardDeviation = Math.sqrt((moments.variance * count) / (count - 1));
  return {
    missing,
    distinct,
    ...(isSampled && { sampled: sampleRows }),
    ...finite({ min: shown(min), max: shown(max), mean: moments.mean, standardDeviation }),
    ...(histogram && { histogram }),
  };
}

/** The values of `count` rows, evenly spaced, in ascending order, missing ones left out. */
function sortedCells(column: NumberColumn, rowCount: number, count: number): Float64Array {
  const cellAt = cellReader(column);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = cellAt(Math.floor((i * rowCount) / count));
  // Sorted, NaN, the missing cells, stand at the end.
  values.sort();
  let present = count;
  while (present > 0 && Number.isNaN(values[present - 1])) present--;
  return values.subarray(0, present);
}

function histogramOf(
  sorted: Float64Array,
  { from, to }: { from: number; to: number },
  binCount: number,
): ColumnSummary['histogram'] {
  if (!Number.isFinite(to - from)) return undefined;
  if (from === to) return { from, to, counts: [sorted.length] };
  const counts = new Array<number>(binCount).fill(0);
  for (let i = 0; i < sorted.length; i++) {
    counts[Math.min(binCount - 1, Math.floor(((sorted[i] - from) / (to - from)) * binCount))]++;
  }
  return { from, to, counts };
}

function describeCategories({ codes, levels }: CategoryColumn): Summary {
  const counts = new Array<number>(levels.length).fill(0);
  let missing = 0;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] < 0) missing++;
    else counts[codes[i]]++;
  }
  // Equal counts keep the order of the levels, since sorting is stable.
  const present = levels.map((value, code) => ({ value, count: counts[code] })).filter(({ count }) => count > 0);
  const mostFrequent = present.toSorted((a, b) => b.count - a.count).slice(0, valueLimit);
  return { missing, distinct: present.length, mostFrequent };
}

/** Leaves out what overflowed: a report holds finite numbers only. */
function finite<T extends Record<string, number>>(numbers: T): Partial<T> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value))) as Partial<T>;
}
