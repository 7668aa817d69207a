import { type ColumnDescription, describeColumns as describeKinds } from '../data/schema/kinds.ts';
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
    const values = column.kind === 'number' ? describeNumbers(column) : describeCategories(column);
    return { name, kind, kindReason, role, ...(reason === undefined ? {} : { reason }), ...values };
  });
}

type Summary = Omit<ColumnSummary, 'name' | 'kind' | 'kindReason' | 'role' | 'reason'>;

function describeNumbers({ values }: NumberColumn): Summary {
  // Sorted, equal values stand together, and NaN, the missing cells, at the end.
  const sorted = Float64Array.from(values).sort();
  let present = sorted.length;
  while (present > 0 && Number.isNaN(sorted[present - 1])) present--;
  const missing = sorted.length - present;
  if (present === 0) return { missing, distinct: 0 };

  let distinct = 1;
  for (let i = 1; i < present; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  const [min, max] = [sorted[0], sorted[present - 1]];
  const moments = momentsOf(sorted.subarray(0, present));
  const histogram = histogramOf(sorted.subarray(0, present), Math.min(binLimit, distinct));
  return { missing, distinct, ...finite({ min, max, ...moments }), ...(histogram && { histogram }) };
}

/** Mean, and standard deviation of a sample, as `hone inspect` prints it. The second pass keeps digits that a sum of squares would lose. */
function momentsOf(values: Float64Array): { mean: number; standardDeviation: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) * (values[i] - mean);
  return { mean, standardDeviation: Math.sqrt(squares / (values.length - 1)) };
}

function histogramOf(sorted: Float64Array, binCount: number): ColumnSummary['histogram'] {
  const [from, to] = [sorted[0], sorted[sorted.length - 1]];
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
