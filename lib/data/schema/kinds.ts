import { allRows, numberFacts } from '../number-facts.ts';
import { shortestSingle } from '../single.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../table.ts';
import { quoteText } from '../text.ts';
import { dateOrderOf, parseDateTime } from './dates.ts';

/** What a column holds. A user may declare each of them but `constant`. */
export type SchemaKind =
  | 'number'
  | 'integer'
  | 'category'
  | 'boolean'
  | 'date-time'
  | 'text'
  | 'identifier'
  | 'constant';

/** What a column was found to hold. */
export interface ColumnDescription {
  name: string;
  kind: SchemaKind;
  /** Why it is of this kind, without a full stop: `all of 714 cells are numbers, 3 of them not whole`. */
  reason: string;
}

/** How a column of a kind is read: as numbers or as texts. A constant column may be either. */
export function storageOf(kind: SchemaKind): Column['kind'] {
  return kind === 'number' || kind === 'integer' ? 'number' : 'category';
}

/** A category with more levels than this may be taken for an identifier or for text. */
const identifierLevels = 10;

/** From this share of a column's cells on, dates make it a date-time column. */
const dateShare = 0.95;

/** From so many words a cell on, on average, a column of mostly different texts is text, not identifiers. */
const textWords = 3;

/**
 * Finds what each column holds, in the table's order, from the cells of `rows` alone. The first rule that fits counts:
 *
 * 1. the user's word, in `declared`;
 * 2. `constant`: no cell has a value, or all have the same;
 * 3. of columns of numbers: `identifier` where all are whole and different, there are more than 20, and the name says
 *    so (`id`, `customer_id`, `rownames`, `index`, …); `integer` where all are whole; else `number`;
 * 4. of columns of texts: `boolean` for two values such as `true` and `false` or `yes` and `no`, in any case;
 *    `date-time` when 95 % of the cells are dates (see `parseDateTime`); with more than ten different values, and more
 *    of them than half of the cells, `text` when a cell has three words or more on average, else `identifier`; and
 *    `category` for what is left.
 *
 * @param rows which rows to look at; all by default
 * @param rowsAre what to call them in reasons
 */
export function describeColumns(
  table: Table,
  {
    rows,
    declared = {},
    rowsAre = 'rows',
  }: { rows?: Int32Array; declared?: Readonly<Record<string, SchemaKind>>; rowsAre?: string } = {},
): ColumnDescription[] {
  const looked = rows ?? allRows(table);
  return table.columns.map((column) => {
    const { name } = column;
    if (Object.hasOwn(declared, name)) return { name, kind: declared[name], reason: 'declared by the request' };
    return {
      name,
      ...(column.kind === 'number' ? kindOfNumbers(table, column, looked) : describeTexts(column, looked, rowsAre)),
    };
  });
}

/** A description without the column's name. */
export type Finding = Omit<ColumnDescription, 'name'>;

function kindOfNumbers(table: Table, column: NumberColumn, rows: Int32Array): Finding {
  const { name } = column;
  const { count, fractions, min, max } = numberFacts(table, column, rows);
  if (count === 0) return { kind: 'constant', reason: 'no cell has a value' };
  if (min === max) return { kind: 'constant', reason: `every value is ${column.single ? shortestSingle(min) : min}` };
  if (fractions > 0) return { kind: 'number', reason: `${cells(count)} are numbers, ${fractions} of them not whole` };
  if (
    count > 20 &&
    (identifierName.test(name) || camelCaseIdentifier.test(name)) &&
    allDifferent(column.values, rows, count)
  ) {
    return { kind: 'identifier', reason: `${count} different whole numbers, and the name says so` };
  }
  return { kind: 'integer', reason: `${cells(count)} are whole numbers` };
}

// `id`, `ID`, `customer_id`, `customerId`, `rownames`, `row number`, `index`, `Unnamed: 0`, and the name that a header
// without one becomes.
const identifierName =
  /(?:^|[_ .-])(?:id|uuid|guid|key|index|idx|rownames?|row[_ .-]?(?:names?|numbers?|no|nr|ids?))$|^unnamed: 0$|^column 1$/i;
const camelCaseIdentifier = /[a-z](?:Id|ID|UUID)$/;

function allDifferent(values: Float64Array, rows: Int32Array, count: number): boolean {
  const seen = new Set<number>();
  for (const row of rows) if (!Number.isNaN(values[row])) seen.add(values[row]);
  return seen.size === count;
}

/** What a column of texts holds, by rules 2 and 4 of `describeColumns`. */
export function describeTexts(column: CategoryColumn, rows: Int32Array, rowsAre: string): Finding {
  const counts = codeCounts(column, rows);
  const count = counts.reduce((sum, own) => sum + own, 0);
  const levels = column.levels.filter((_, code) => counts[code] > 0);
  if (count === 0) return { kind: 'constant', reason: 'no cell has a value' };
  if (levels.length === 1) return { kind: 'constant', reason: `every value is ${quoteText(levels[0])}` };
  if (isBoolean(levels)) return { kind: 'boolean', reason: `two values, ${levels.map(quoteText).join(' and ')}` };

  const order = dateOrderOf(levels);
  let dates = 0;
  for (const [code, level] of column.levels.entries()) {
    if (counts[code] > 0 && !Number.isNaN(parseDateTime(level, order))) dates += counts[code];
  }
  if (dates >= dateShare * count) {
    return { kind: 'date-time', reason: `${dates} of ${cells(count)} are dates, such as ${quoteText(levels[0])}` };
  }
  if (levels.length > identifierLevels && levels.length * 2 > count) {
    const words = meanWords(column, counts, count);
    const reason = `${levels.length} different values in ${count} ${rowsAre}`;
    if (words >= textWords) return { kind: 'text', reason: `${reason}, of ${words.toFixed(1)} words on average` };
    return { kind: 'identifier', reason: `${reason}: it looks like an identifier` };
  }
  return { kind: 'category', reason: `${levels.length} different values in ${cells(count)}` };
}

const known = new WeakMap<CategoryColumn, WeakMap<Int32Array, Int32Array>>();

/** How many of the rows hold each level of a column; what was counted once is kept. */
export function codeCounts(column: CategoryColumn, rows: Int32Array): Int32Array {
  const ofColumn = known.get(column) ?? new WeakMap<Int32Array, Int32Array>();
  known.set(column, ofColumn);
  let counts = ofColumn.get(rows);
  if (!counts) {
    counts = countCodes(column, rows);
    ofColumn.set(rows, counts);
  }
  return counts;
}

function countCodes({ codes, levels }: CategoryColumn, rows: Int32Array): Int32Array {
  const counts = new Int32Array(levels.length + 1);
  // The last counts what is missing, so that no row asks for a branch.
  const last = levels.length;
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]];
    counts[code < 0 ? last : code]++;
  }
  return counts.subarray(0, last);
}

const booleanPairs = ['false true', 'no yes', 'f t', 'n y', 'off on'];

function isBoolean(levels: readonly string[]): boolean {
  if (levels.length !== 2) return false;
  const pair = levels.map((level) => level.trim().toLowerCase()).sort();
  return booleanPairs.includes(pair.join(' '));
}

function meanWords({ levels }: CategoryColumn, counts: Int32Array, count: number): number {
  let words = 0;
  for (const [code, level] of levels.entries()) {
    if (counts[code] > 0) words += counts[code] * (level.match(/[^\s,;]+/g)?.length ?? 0);
  }
  return words / count;
}

const cells = (count: number): string => (count === 1 ? 'one cell' : `${count} cells`);
