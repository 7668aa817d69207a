import { InputError } from '../../core/errors.ts';
import { cellText, findColumn, placeOf } from '../../data/lookup.ts';
import { quoteText } from '../../data/text.ts';
import { formatCount } from '../../report/format.ts';
import type { GivenTable } from './read-given.ts';

/** A table, and the name of its column of ids. */
interface Named {
  given: GivenTable;
  id: string;
}

/**
 * Matches the rows of two tables by their ids.
 *
 * @returns for each own row the row of the other table, shape [own rows], and a sentence on rows that only the other has
 * @throws InputError when an id is missing or occurs twice, or the other table lacks one
 */
export function matchRows(own: Named, other: Named): { rows: Int32Array; warnings: string[] } {
  const rowOf = rowsById(other);
  const wanted = rowsById(own);
  const rows = Int32Array.from(wanted, ([text, row]) => {
    const found = rowOf.get(text);
    if (found !== undefined) return found;
    throw new InputError(
      `${placeOf(own.given.table, row)}, column ${quoteText(own.id)}: expected a row of the same id at ${other.given.table.objects[0].key}, found none for ${quoteText(text)}`,
    );
  });
  const extra = rowOf.size - wanted.size;
  const left = `${formatCount(extra, 'row')} of ${other.given.table.objects[0].key} without a counterpart`;
  return { rows, warnings: extra === 0 ? [] : [`${left} ${extra === 1 ? 'was' : 'were'} left out.`] };
}

/** The row of each id, in the order of the rows. */
function rowsById({ given: { table, rows }, id }: Named): Map<string, number> {
  const column = findColumn(table, id, 'id');
  const found = new Map<string, number>();
  for (const row of rows) {
    const text = cellText(column, row);
    const first = text === null ? undefined : found.get(text);
    if (text === null || first !== undefined) {
      const what = text === null ? 'a missing value' : `${quoteText(text)} again, after ${placeOf(table, first ?? 0)}`;
      throw new InputError(
        `${placeOf(table, row)}, column ${quoteText(id)} (id): expected an id of its own, found ${what}`,
      );
    }
    found.set(text, row);
  }
  return found;
}
