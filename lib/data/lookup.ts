import { InputError } from '../core/errors.ts';
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

/** The name that fewest edits turn `name` into; undefined when none is within a third of its length. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let [nearest, fewest] = [undefined as string | undefined, Math.floor(Math.max(name.length, 3) / 3) + 1];
  for (const candidate of names) {
    const same = candidate.trim().toLowerCase() === name.trim().toLowerCase();
    const distance = same ? 0 : editDistance(name, candidate, fewest);
    if (distance < fewest) [nearest, fewest] = [candidate, distance];
  }
  return nearest;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, no letter touched twice; `limit`
 * when there are as many.
 *
 * @see Damerau 1964, Communications of the ACM 7(3), for swaps beside the edits of Levenshtein 1966
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let [beforeLast, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? beforeLast[j - 2] + 1 : replaced;
      current.push(Math.min(replaced, swapped, last[j] + 1, current[j - 1] + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return Math.min(last[b.length], limit);
}
