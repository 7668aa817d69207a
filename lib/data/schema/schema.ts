import { nearestName } from '../../core/nearest-name.ts';
import { findColumn, listNames } from '../lookup.ts';
import { parseNumberText } from '../number.ts';
import { numberFacts } from '../number-facts.ts';
import type { Column, Table } from '../table.ts';
import { quoteText } from '../text.ts';
import { type DateOrder, dateOrderOf, parseDateTime } from './dates.ts';
import { codeCounts, describeColumns, type SchemaKind } from './kinds.ts';

/** What a model's training data looked like, column by column: plain JSON, kept in the manifest. */
export interface Schema {
  columns: ColumnSchema[];
}

export interface ColumnSchema {
  name: string;
  kind: SchemaKind;
  /** Why it is of this kind. */
  reason: string;
  /** Whether its cells were read as numbers or as texts. */
  storage: Column['kind'];
  /** A feature is needed to predict, a target and a weight to evaluate. */
  role: 'feature' | 'target' | 'weight' | 'unused';
  /** Share of the training cells that have no value, in [0, 1]. */
  missingShare: number;
  /** Of numbers, and of dates in seconds since 1970; absent where no cell has a value. */
  min?: number;
  max?: number;
  /** Of dates: how those of three numbers are read. */
  order?: DateOrder;
  /** Of texts that are not free: all that the training part holds, unless they are more than 1,000. */
  levels?: string[];
}

/** Most levels that a schema keeps of a column. */
const mostLevels = 1_000;

/**
 * Describes the training part of a table, for later data to be held against.
 *
 * @param rows the training rows, ascending
 * @param roleOf the role of each column
 */
export function fitSchema(
  table: Table,
  rows: Int32Array,
  {
    declared,
    roleOf,
  }: { declared?: Readonly<Record<string, SchemaKind>>; roleOf: (name: string) => ColumnSchema['role'] },
): Schema {
  const descriptions = describeColumns(table, { rows, declared, rowsAre: 'training rows' });
  const columns = table.columns.map(
    (column, i): ColumnSchema => ({
      ...descriptions[i],
      storage: column.kind,
      role: roleOf(column.name),
      ...statisticsOf(table, column, rows, descriptions[i].kind),
    }),
  );
  for (const { name, kind, reason, missing } of table.freeTexts ?? []) {
    columns.push({ name, kind, reason, storage: 'category', role: 'unused', missingShare: missing / table.rowCount });
  }
  return { columns };
}

type Statistics = Pick<ColumnSchema, 'missingShare' | 'min' | 'max' | 'order' | 'levels'>;

function statisticsOf(table: Table, column: Column, rows: Int32Array, kind: SchemaKind): Statistics {
  const missingAmong = (present: number) => (rows.length === 0 ? 0 : (rows.length - present) / rows.length);
  if (column.kind === 'number') {
    const { count, min, max } = numberFacts(table, column, rows);
    // Adding zero turns -0, which JSON can't hold, into 0.
    return { missingShare: missingAmong(count), ...(count > 0 && { min: min + 0, max: max + 0 }) };
  }
  const counts = codeCounts(column, rows);
  const missingShare = missingAmong(counts.reduce((sum, count) => sum + count, 0));
  const levels = column.levels.filter((_, code) => counts[code] > 0);
  if (kind === 'date-time') {
    const order = dateOrderOf(levels);
    const seconds = Float64Array.from(column.levels, (level) => parseDateTime(level, order));
    const used = Int32Array.from(counts.keys()).filter((code) => counts[code] > 0);
    return { missingShare, order, ...rangeOf(used, (code) => seconds[code]) };
  }
  const isFree = kind === 'text' || kind === 'identifier' || levels.length > mostLevels;
  return { missingShare, ...(isFree ? {} : { levels }) };
}

function rangeOf(codes: Int32Array, numberOf: (code: number) => number): { min?: number; max?: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const code of codes) {
    const value = numberOf(code);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Adding zero turns -0, which JSON can't hold, into 0.
  return min <= max ? { min: min + 0, max: max + 0 } : {};
}

/** Kinds to read later features in: texts as texts, so that `1` and `1.0` stay levels; numbers are looked for. */
export function schemaKinds({ columns }: Schema): Record<string, 'category'> {
  const texts = columns.filter(({ storage, role }) => storage === 'category' && role === 'feature');
  return Object.fromEntries(texts.map(({ name }) => [name, 'category' as const]));
}

/** The missing share may rise by so much before it is told. */
const missingRise = 0.1;

/**
 * How a table breaks a schema, as sentences; none when it does not.
 *
 * Told are, of the columns that the model uses: numbers further outside the training range than that range is wide;
 * levels that training did not hold; cells of another type, which are no number or no date; columns without any value;
 * a missing share that rose by more than a tenth; and a new column, when training had no such column.
 *
 * @param isWanted whether a new column of a name is worth telling: it would have been a feature
 * @throws InputError naming a feature that the table does not have
 */
export function checkSchema(schema: Schema, table: Table, isWanted: (name: string) => boolean = () => true): string[] {
  const sentences: string[] = [];
  for (const column of schema.columns) {
    if (column.role === 'feature') findColumn(table, column.name, 'feature');
    const found = table.columns.find(({ name }) => name === column.name);
    if (!found || column.role === 'unused') continue;
    const place = `Column ${JSON.stringify(column.name)}: `;
    sentences.push(...[...findingsOf(column, found, table.rowCount)].map((text) => `${place}${text}.`));
  }
  const known = new Set(schema.columns.map(({ name }) => name));
  const found = [...table.columns.map(({ name }) => name), ...(table.unread ?? [])];
  const extra = found.filter((name) => !known.has(name) && isWanted(name));
  if (extra.length > 0) {
    const [columns, were] = extra.length === 1 ? ['Column', 'was'] : ['Columns', 'were'];
    sentences.push(`${columns} ${listNames(extra)} ${were} not in the training data, and ${were} ignored.`);
  }
  return sentences;
}

function* findingsOf(schema: ColumnSchema, column: Column, rowCount: number): Generator<string> {
  const { values, other } = valuesOf(schema, column);
  const present = values ? values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0) : presentCount(column);
  if (other.cells > 0) {
    const expected = schema.kind === 'date-time' ? 'dates' : 'numbers';
    yield `expected ${expected} as in the training data, found ${quoted(other.texts)} in ${other.cells} of ${rowCount} cells, which count as missing`;
  }
  const missing = rowCount - present;
  if (rowCount > 0 && missing === rowCount && schema.missingShare < 1) yield 'no cell has a value';
  else if (missing / Math.max(1, rowCount) > schema.missingShare + missingRise) {
    yield `${percent(missing / rowCount)} of the cells have no value, ${percent(schema.missingShare)} in the training data`;
  }
  if (values && schema.min !== undefined && schema.max !== undefined) yield* rangeFindings(schema, values);
  if (schema.levels && column.kind === 'category') yield* levelFindings(schema.levels, column);
}

function* rangeFindings({ min = 0, max = 0, kind }: ColumnSchema, values: Float64Array): Generator<string> {
  const width = max - min;
  const far = values.filter((value) => value < min - width || value > max + width);
  if (far.length === 0) return;
  const show = (value: number) => (kind === 'date-time' ? isoText(value) : String(value));
  const farthest = far.reduce((worst, value) => (Math.abs(value - min) > Math.abs(worst - min) ? value : worst));
  yield `${far.length === 1 ? 'a value is' : `${far.length} values are`} far outside the training range of ` +
    `${show(min)} to ${show(max)}, such as ${show(farthest)}`;
}

function* levelFindings(
  levels: readonly string[],
  { codes, levels: found }: Column & { kind: 'category' },
): Generator<string> {
  const known = new Set(levels);
  const isNew = found.map((level) => !known.has(level));
  const fresh = found.filter((_, code) => isNew[code]);
  if (fresh.length === 0) return;
  const cells = codes.reduce((sum, code) => sum + (code >= 0 && isNew[code] ? 1 : 0), 0);
  if (cells > 0) yield `${cells} of ${codes.length} cells hold what the training data did not: ${quoted(fresh)}`;
}

/** A column's cells as the numbers or instants that the schema expects, and the texts that are none. */
function valuesOf(
  { kind, storage, order }: ColumnSchema,
  column: Column,
): { values: Float64Array | undefined; other: { cells: number; texts: string[] } } {
  const none = { cells: 0, texts: [] };
  if (column.kind === 'number') return { values: storage === 'number' ? column.values : undefined, other: none };
  if (storage !== 'number' && kind !== 'date-time') return { values: undefined, other: none };
  const parse = kind === 'date-time' ? (text: string) => parseDateTime(text, order) : finiteNumber;
  const ofLevel = Float64Array.from(column.levels, parse);
  const cells = column.codes.reduce((sum, code) => sum + (code >= 0 && Number.isNaN(ofLevel[code]) ? 1 : 0), 0);
  const values = Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : ofLevel[code]));
  return { values, other: { cells, texts: column.levels.filter((_, code) => Number.isNaN(ofLevel[code])) } };
}

/**
 * The table with the features that it lacks, as columns without any value, and a sentence for each.
 *
 * @throws InputError naming the first feature when the table has none of them: it is other data
 */
export function withMissingFeatures(schema: Schema, table: Table): { table: Table; sentences: string[] } {
  const names = table.columns.map(({ name }) => name);
  const features = schema.columns.filter(({ role }) => role === 'feature');
  const lacking = features.filter(({ name }) => !names.includes(name));
  if (lacking.length > 0 && lacking.length === features.length) findColumn(table, lacking[0].name, 'feature');
  const columns = lacking.map(({ name, storage }): Column => {
    if (storage === 'number')
      return { kind: 'number', name, values: new Float64Array(table.rowCount).fill(Number.NaN) };
    return { kind: 'category', name, codes: new Int32Array(table.rowCount).fill(-1), levels: [] };
  });
  const known = new Set(schema.columns.map(({ name }) => name));
  const others = names.filter((name) => !known.has(name));
  const sentences = lacking.map(({ name }) => {
    const near = nearestName(name, others);
    const hint = near === undefined ? '' : ` Is it ${JSON.stringify(near)} now?`;
    return `Column ${JSON.stringify(name)} is not there: it counts as missing in every row.${hint}`;
  });
  return { table: { ...table, columns: [...table.columns, ...columns] }, sentences };
}

/**
 * The table with its columns in the storage that a schema expects: texts where numbers were are read as numbers, and
 * what is none is missing; numbers where texts were are written as JavaScript does. `checkSchema` tells of both.
 */
export function conformTable(schema: Schema, table: Table): Table {
  const wanted = new Map(schema.columns.filter(({ role }) => role !== 'unused').map((column) => [column.name, column]));
  if (table.columns.every((column) => (wanted.get(column.name)?.storage ?? column.kind) === column.kind)) return table;
  const columns = table.columns.map((column): Column => {
    const expected = wanted.get(column.name);
    if (!expected || expected.storage === column.kind) return column;
    const { name } = column;
    if (column.kind === 'category')
      return { kind: 'number', name, values: valuesOf(expected, column).values as Float64Array };
    return textsOf(name, column.values);
  });
  return { ...table, columns };
}

function textsOf(name: string, values: Float64Array): Column {
  const texts = Array.from(values, (value) => (Number.isNaN(value) ? undefined : String(value)));
  const levels = [...new Set(texts.filter((text) => text !== undefined))].sort();
  const codes = new Map(levels.map((level, code) => [level, code]));
  return { kind: 'category', name, levels, codes: Int32Array.from(texts, (text) => codes.get(text ?? '') ?? -1) };
}

function finiteNumber(text: string): number {
  const value = parseNumberText(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

function presentCount(column: Column): number {
  if (column.kind === 'number') return column.values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  return column.codes.reduce((sum, code) => sum + (code < 0 ? 0 : 1), 0);
}

const quoted = (texts: readonly string[]): string => {
  const shown = texts.slice(0, 5).map((text) => quoteText(text));
  return `${shown.join(', ')}${texts.length > 5 ? ` and ${texts.length - 5} more` : ''}`;
};

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`;

function isoText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}
