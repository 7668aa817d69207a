import { type ColumnProfile, profileTable } from '../data/profile.ts';
import type { ColumnDescription } from '../data/schema/kinds.ts';
import type { Table } from '../data/table.ts';
import type { ColumnSummary } from './report.ts';

export interface ColumnRole {
  role: ColumnSummary['role'];
  reason?: string;
}

/**
 * Summarises each column of `table`, in order: what it holds and why, missing and distinct cells, and how its values are
 * distributed.
 *
 * @param roleOf role of a column by its name; a feature when left out
 * @param descriptions what the columns hold, in their order; found from all rows when left out
 * @param profiles those of the columns, if they are known already
 */
export function describeColumns(
  table: Table,
  roleOf: (name: string) => ColumnRole = () => ({ role: 'feature' }),
  descriptions?: readonly ColumnDescription[],
  profiles: readonly ColumnProfile[] = profileTable(table, descriptions),
): ColumnSummary[] {
  const isNumber = new Map(table.columns.map(({ name, kind }) => [name, kind === 'number']));
  return profiles.map((profile) => {
    const { name, kind, reason: kindReason } = profile;
    const { role, reason } = roleOf(name);
    const values = summaryOf(profile, isNumber.get(name) ?? false);
    return { name, kind, kindReason, role, ...(reason === undefined ? {} : { reason }), ...values };
  });
}

type Summary = Omit<ColumnSummary, 'name' | 'kind' | 'kindReason' | 'role' | 'reason'>;

function summaryOf(profile: ColumnProfile, isNumber: boolean): Summary {
  const { missing, distinct, sampled, min, max, mean, standardDeviation, frequent, histogram } = profile;
  if (!isNumber) {
    return { missing, distinct, mostFrequent: frequent.map(({ value, count }) => ({ value: String(value), count })) };
  }
  if (distinct === 0) return { missing, distinct };
  return {
    missing,
    distinct,
    ...(sampled !== undefined && { sampled }),
    ...finite({ min, max, mean, standardDeviation }),
    ...(histogram && { histogram }),
  };
}

/** Leaves out what overflowed: a report holds finite numbers only. */
function finite<T extends Record<string, number>>(numbers: T): Partial<T> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value))) as Partial<T>;
}
