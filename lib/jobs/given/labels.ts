import { InputError } from '../../core/errors.ts';
import { listNames, placeOf } from '../../data/lookup.ts';
import { parseNumberText } from '../../data/number.ts';
import { spelling } from '../../data/spelling.ts';
import type { Column, Table } from '../../data/table.ts';
import { maxClasses } from '../../data/target.ts';
import { quoteText } from '../../data/text.ts';

/** The distinct values of columns as texts: numbers in their order, else texts in order of UTF-16 code units. */
export function classNames(columns: readonly Column[], others: readonly string[] = []): string[] {
  const found = new Set(others);
  for (const column of columns) {
    if (column.kind === 'category') for (const level of column.levels) found.add(level);
    else for (const value of distinctNumbers(column.values)) found.add(String(value));
  }
  const texts = [...found];
  if (texts.every((text) => Number.isFinite(parseNumberText(text)))) {
    return texts.sort((a, b) => Number(parseNumberText(a)) - Number(parseNumberText(b)));
  }
  return texts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function distinctNumbers(values: Float64Array): Set<number> {
  const found = new Set<number>();
  let [last, before] = [Number.NaN, Number.NaN];
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === last || value === before || Number.isNaN(value)) continue;
    [before, last] = [last, value];
    if (found.size > maxClasses) break;
    found.add(value + 0);
  }
  return found;
}

/**
 * The two classes, the positive one last. The positive class is the user's choice, else the last in order.
 *
 * @throws InputError when there are not two, or the positive one is not among them
 */
export function twoClasses(
  classes: string[],
  positive: string | number | boolean | undefined,
  where: string,
): string[] {
  if (classes.length > 2) {
    const found = classes.length > 20 ? `${classes.length}` : `${classes.length}: ${listNames(classes)}`;
    throw new InputError(`${where}: expected two labels, found ${found}`, { advice: 'Use --task multiclass' });
  }
  // Rows of a single class: the name of the other does not matter, but which of them is positive does.
  const pair = classes.length === 2 ? classes : classes[0] === '0' || classes[0] === '1' ? ['0', '1'] : classes;
  if (positive === undefined) {
    if (pair.length === 2) return pair;
    throw new InputError(`${where}: expected two labels, found only ${quoteText(classes[0] ?? '')}`, {
      advice: 'Say which label is the positive one',
    });
  }
  const text = String(positive);
  const index =
    pair.indexOf(text) >= 0 ? pair.indexOf(text) : pair.findIndex((one) => spelling(one) === spelling(text));
  if (index < 0 && pair.length === 2) {
    throw new InputError(`${where}: expected the positive label among ${listNames(pair)}, found ${quoteText(text)}`);
  }
  if (pair.length === 2) return index === 0 ? [pair[1], pair[0]] : pair;
  return index < 0 ? [pair[0], text] : [`not ${text}`, pair[0]];
}

/**
 * The class index of each row.
 *
 * @throws InputError when a cell is missing, or holds none of the classes
 */
export function classIndices(table: Table, column: Column, rows: Int32Array, classes: readonly string[]): Int32Array {
  const indices = new Int32Array(rows.length);
  const wrong = (row: number, found: string) =>
    new InputError(
      `${placeOf(table, row)}, column ${quoteText(column.name)}: expected ${classes.length > 20 ? 'a label' : `one of ${listNames(classes)}`}, found ${found}`,
    );
  if (column.kind === 'category') {
    const places = column.levels.map((level) => classes.indexOf(level));
    for (let i = 0; i < rows.length; i++) {
      const code = column.codes[rows[i]];
      if (code < 0) throw wrong(rows[i], 'a missing value');
      if (places[code] < 0) throw wrong(rows[i], quoteText(column.levels[code]));
      indices[i] = places[code];
    }
    return indices;
  }
  const places = new Map(classes.map((text, place) => [parseNumberText(text) + 0, place]));
  let [last, lastPlace] = [Number.NaN, -1];
  for (let i = 0; i < rows.length; i++) {
    const value = column.values[rows[i]];
    if (value !== last) {
      const place = places.get(value + 0);
      if (place === undefined) throw wrong(rows[i], Number.isNaN(value) ? 'a missing value' : String(value));
      [last, lastPlace] = [value, place];
    }
    indices[i] = lastPlace;
  }
  return indices;
}

/**
 * The numbers of a column on rows.
 *
 * @throws InputError when the column holds texts, or a cell is missing
 */
export function numbersOn(table: Table, column: Column, rows: Int32Array, role: string): Float64Array {
  if (column.kind !== 'number') {
    const row = rows.find((one) => column.codes[one] >= 0) ?? 0;
    const found = column.codes[row] >= 0 ? quoteText(column.levels[column.codes[row]]) : 'no value at all';
    throw new InputError(
      `${placeOf(table, row)}, column ${quoteText(column.name)} (${role}): expected a number, found ${found}`,
    );
  }
  const { values } = column;
  const all = rows.length === table.rowCount && rows.every((row, i) => row === i);
  const numbers = all ? values : new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    if (Number.isNaN(value)) {
      throw new InputError(
        `${placeOf(table, rows[i])}, column ${quoteText(column.name)} (${role}): expected a number, found a missing value`,
      );
    }
    if (!all) numbers[i] = value;
  }
  return numbers;
}
