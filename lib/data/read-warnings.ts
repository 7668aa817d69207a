import type { ColumnKind } from './column-reader.ts';

/** A sentence for each column that is declared, but not in the data. */
export function kindWarnings(
  names: readonly string[],
  kinds: Readonly<Record<string, ColumnKind>>,
  unread: ReadonlySet<string>,
): string[] {
  const absent = Object.entries(kinds).filter(([name]) => !names.includes(name) && !unread.has(name));
  return absent.map(([name, kind]) => {
    return `Column ${JSON.stringify(name)} is declared a ${kind} column, but the data has no such column.`;
  });
}

/** The sentence for a column whose cells are all missing. */
export const missingWarning = (name: string): string => `Column ${JSON.stringify(name)} has no value in any row.`;
