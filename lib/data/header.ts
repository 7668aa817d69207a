import { InputError } from '../core/errors.ts';
import { notUtf8Error, type Place } from './column-reader.ts';
import { listNames } from './lookup.ts';
import type { Table } from './table.ts';
import { decodeText, type TextRow } from './text.ts';

/**
 * The column names in a header row.
 *
 * An empty first name, as R's write.csv leaves it above row names, becomes `column 1`. Blanks around a name belong
 * to it.
 *
 * @throws InputError when another name is empty or blank, and when two columns share a name
 */
export function headerNames(row: TextRow, place: Place): string[] {
  const names: string[] = [];
  const positions = new Map<string, number>();
  for (let i = 0; i < row.count; i++) {
    let name = decodeText(row.bytes, row.starts[i], row.ends[i]);
    if (name === undefined)
      throw notUtf8Error(place, `name of column ${i + 1}`, row.bytes.subarray(row.starts[i], row.ends[i]));
    if (i === 0 && name.trim() === '') name = 'column 1';
    if (name.trim() === '') {
      throw new InputError(`${where(place)}: expected a name for column ${i + 1} of ${row.count}, found none`, {
        advice: 'A separator at the end of each line makes an empty last column',
      });
    }
    const other = positions.get(name);
    if (other !== undefined) {
      throw new InputError(
        `${where(place)}: expected each name once, found ${JSON.stringify(name)} as columns ${other} and ${i + 1}`,
        { advice: looksLikeData(textsOf(row)) ? headerAdvice : undefined },
      );
    }
    positions.set(name, i + 1);
    names.push(name);
  }
  return names;
}

/** What to do if what was taken for a header is none. */
export const headerAdvice =
  'If the first line is data, write data.header: false (hone inspect --no-header); the columns are then named 0, 1, 2 and so on';

/** Whether the names in a header are rather cells of a row: most are numbers, and they do not count up. */
export function looksLikeData(names: readonly string[]): boolean {
  const numbers = names.map((name) => (name.trim() === '' ? Number.NaN : Number(name)));
  const countsUp = numbers.every((number, i) => Number.isInteger(number) && (i === 0 || number === numbers[i - 1] + 1));
  return !countsUp && 2 * numbers.filter((number) => !Number.isNaN(number)).length >= names.length;
}

/** The cells of a row. */
const textsOf = ({ bytes, starts, ends, count }: TextRow): string[] =>
  Array.from({ length: count }, (_, i) => decodeText(bytes, starts[i], ends[i]) ?? '');

/**
 * A sentence for a table whose column names look so much like a row of data that they probably are one: among them are
 * numbers with a fraction or a sign.
 */
export function headerWarnings({ columns, unread = [], objects, sparse }: Table): string[] {
  const names = [...columns.map(({ name }) => name), ...unread];
  const isText = !sparse && objects.every(({ key }) => !/\.(parquet|parq|json|jsonl|ndjson)(\.(gz|zst))?$/i.test(key));
  const hasCell = names.some((name) => /^\s*(-\d|[+-]?\d*\.\d)/.test(name) && Number.isFinite(Number(name)));
  return isText && hasCell && looksLikeData(names)
    ? [`The names of the columns look like data (${listNames(names.slice(0, 3))}, …). ${headerAdvice}.`]
    : [];
}

/** `0`, `1`, … for an object without a header. */
export function positionNames(row: TextRow): string[] {
  return Array.from({ length: row.count }, (_, i) => String(i));
}

/**
 * For each of the dataset's columns, its position in a later object.
 *
 * @throws InputError when the object lacks some of the columns or has others
 */
export function columnOrder(expected: readonly string[], found: readonly string[], place: Place, first: string) {
  const positions = new Map(found.map((name, i) => [name, i]));
  const known = new Set(expected);
  const missing = expected.filter((name) => !positions.has(name));
  const extra = found.filter((name) => !known.has(name));
  if (missing.length > 0 || extra.length > 0) {
    const differences = [
      missing.length > 0 ? `without ${listNames(missing)}` : '',
      extra.length > 0 ? `with ${listNames(extra)}` : '',
    ].filter((text) => text !== '');
    throw new InputError(`${where(place)}: expected the columns of ${first}, found them ${differences.join(' and ')}`);
  }
  return Int32Array.from(expected, (name) => positions.get(name) as number);
}

function where({ key, line }: Place): string {
  return `${key}, line ${line}`;
}
