import { type ColumnProfile, profileTable, sampleOf } from '../data/profile.ts';
import type { ColumnDescription } from '../data/schema/kinds.ts';
import type { Column, Table } from '../data/table.ts';
import type { ColumnSummary } from './report.ts';

export interface ColumnRole {
  role: ColumnSummary['role'];
  reason?: string;
}

/** Bins of a column's histogram; fewer when it has fewer distinct values. */
const binLimit = 20;

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
  descriptions?: readonly ColumnDescription[],
): ColumnSummary[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return profileTable(table, descriptions).map((profile) => {
    const { name, kind, reason: kindReason } = profile;
    const { role, reason } = roleOf(name);
    const values = summaryOf(profile, table, byName.get(profile.name));
    return { name, kind, kindReason, role, ...(reason === undefined ? {} : { reason }), ...values };
  });
}

type Summary = Omit<ColumnSummary, 'name' | 'kind' | 'kindReason' | 'role' | 'reason'>;

/** @param column undefined when it was let go of as it was read */
function summaryOf(profile: ColumnProfile, table: Table, column: Column | undefined): Summary {
  const { missing, distinct, sampled, min, max, mean, standardDeviation, frequent } = profile;
  if (column?.kind !== 'number') {
    return { missing, distinct, mostFrequent: frequent.map(({ value, count }) => ({ value: String(value), count })) };
  }
  if (distinct === 0) return { missing, distinct };
  const histogram = histogramOf(sampleOf(table, column), profile);
  return {
    missing,
    distinct,
    ...(sampled !== undefined && { sampled }),
    ...finite({ min, max, mean, standardDeviation }),
    ...(histogram && { histogram }),
  };
}

/** How many values are in each of equal stretches from the least to the greatest. */
function histogramOf(
  values: Float64Array,
  { min: from, max: to, distinct }: ColumnProfile,
): ColumnSummary['histogram'] {
  if (!Number.isFinite(to - from)) return undefined;
  if (from === to) return { from, to, counts: [values.length] };
  const binCount = Math.min(binLimit, distinct);
  const counts = new Array<number>(binCount).fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor(((values[i] - from) / (to - from)) * binCount);
    counts[Math.max(0, Math.min(binCount - 1, bin))]++;
  }
  return { from, to, counts };
}

/** Leaves out what overflowed: a report holds finite numbers only. */
function finite<T extends Record<string, number>>(numbers: T): Partial<T> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value))) as Partial<T>;
}
