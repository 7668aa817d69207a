import { InputError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { Column, Table } from './table.ts';

/**
 * The column of this name.
 *
 * @param role what the column is wanted for, in messages: `target`, `feature`
 * @throws InputError when there is none; it names the object, lists the columns and suggests the nearest name
 */
export function findColumn(table: Table, name: string, role: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column) return column;

  const names = table.columns.map((candidate) => candidate.name);
  const nearest = nearestName(name, names);
  const [first, ...others] = table.objects.map(({ key }) => key);
  const where = first === undefined ? '' : `${first}${others.length > 0 ? ` and ${others.length} more` : ''}: `;
  throw new InputError(
    `${where}expected a column ${JSON.stringify(name)} (${role}), found the columns ${listNames(names)}`,
    {
      advice: nearest === undefined ? undefined : `Did you mean ${JSON.stringify(nearest)}?`,
    },
  );
}

/** Where a row stands, for messages: `datasets/houses.csv, line 4812`. */
export function placeOf(table: Table, row: number): string {
  const object = table.objects.findLast((candidate) => candidate.firstRow <= row && candidate.rowCount > 0);
  return `${object?.key ?? 'the data'}, line ${table.lines[row]}`;
}

/** The cell of a row as a text; null when it is missing. */
export function cellText(column: Column, row: number): string | null {
  if (column.kind === 'category') return column.codes[row] < 0 ? null : column.levels[column.codes[row]];
  return Number.isNaN(column.values[row]) ? null : String(column.values[row]);
}

/** Names in quotes, separated by commas; of more than 20 the first 20 and how many follow. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name));
  if (names.length > 20) shown.push(`and ${names.length - 20} more`);
  return shown.length === 0 ? 'none' : shown.join(', ');
}
