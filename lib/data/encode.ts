import { InputError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import type { ColumnKind } from './column-reader.ts';
import { findColumn, listNames, placeOf } from './lookup.ts';
import { isMissingText, parseNumberText } from './number.ts';
import { spelling } from './spelling.ts';
import type { CategoryColumn, NumberColumn, Table } from './table.ts';
import { quoteText } from './text.ts';

export { type EncodingOptions, fitEncoding } from './fit-encoding.ts';

/** How columns become numbers, as fitted by `fitEncoding`: plain JSON, whose floats survive being written and read. */
export interface Encoding {
  features: FeatureEncoding[];
  /** The columns of the encoded matrix, in order: a number feature has one, a category one for each of its levels. */
  columns: EncodedColumn[];
  /** Features that were not encoded, and why. */
  leftOut: { name: string; reason: string }[];
}

export type FeatureEncoding = NumberEncoding | CategoryEncoding;

/** A cell becomes (cell − mean) / scale; a missing cell counts as `impute`. */
export interface NumberEncoding {
  kind: 'number';
  name: string;
  impute: number;
  mean: number;
  scale: number;
}

/** A cell becomes 1 in its level's column and 0 in the others; a missing cell counts as `impute`. */
export interface CategoryEncoding {
  kind: 'category';
  name: string;
  impute: string;
  levels: string[];
}

export interface EncodedColumn {
  /** `carat`, or `cut=Ideal`. */
  name: string;
  feature: string;
  level?: string;
}

/** Kinds of the encoded features, for `readTable` to read other data as the training data was read. */
export function encodingKinds(encoding: Encoding): Record<string, ColumnKind> {
  return Object.fromEntries(encoding.features.map(({ name, kind }) => [name, kind]));
}

/**
 * Encodes rows of a table, in float64 rounded once to float32.
 *
 * Columns are found by name; those that the encoding does not name are ignored. A level that was not in the training
 * data leaves its columns at zero.
 *
 * @param warnings receives a sentence for each feature with such levels
 * @returns shape [rows.length, encoding.columns.length]
 * @throws InputError when a column is not there, or holds cells of another kind than in training, and when an encoded
 *   value is too large for a float32
 */
export function encodeRows(encoding: Encoding, table: Table, rows: Int32Array, warnings: string[] = []): Matrix {
  const columnCount = encoding.columns.length;
  const data = new Float32Array(rows.length * columnCount);
  let at = 0;
  for (const feature of encoding.features) {
    if (feature.kind === 'number') {
      const column = columnOfKind(table, feature.name, 'number');
      const values = column?.values;
      for (let i = 0; i < rows.length; i++) {
        const encoded = encodeNumber(feature, values ? values[rows[i]] : Number.NaN);
        if (!Number.isFinite(encoded)) throw tooLargeError(placeOf(table, rows[i]), feature, values?.[rows[i]]);
        data[i * columnCount + at] = encoded;
      }
    } else {
      const unknown = encodeCategories(feature, table, rows, (i, level) => {
        data[i * columnCount + at + level] = 1;
      });
      if (unknown.size > 0) warnings.push(unknownLevelsWarning(feature, unknown));
    }
    at += widthOf(feature);
  }
  return { rowCount: rows.length, columnCount, data };
}

/**
 * Encodes one JSON object, to the same bits as `encodeRows` gives for the same cells.
 *
 * A number feature takes numbers and numeric text, a category texts, numbers and booleans; null, an absent field and
 * the texts of `missingTokens` count as missing. A number or boolean means the level that spells the same value, be it
 * `1.0` or `True`.
 *
 * @param out receives encoding.columns.length values from `offset` on
 * @returns warnings, as sentences: unknown fields and levels
 * @throws InputError when a value is of a wrong type or not finite
 */
export function encodeRecord(
  encoding: Encoding,
  record: Readonly<Record<string, unknown>>,
  out: Float32Array,
  offset: number,
): string[] {
  const { names, levels, spellings } = lookupOf(encoding);
  const warnings: string[] = [];
  for (const name of Object.keys(record)) {
    if (!names.has(name)) warnings.push(`Field ${JSON.stringify(name)} is not known to the model and was ignored.`);
  }

  out.fill(0, offset, offset + encoding.columns.length);
  let at = offset;
  for (const [i, feature] of encoding.features.entries()) {
    const value = Object.hasOwn(record, feature.name) ? record[feature.name] : undefined;
    if (feature.kind === 'number') {
      const encoded = encodeNumber(feature, numberIn(value, feature.name));
      if (!Number.isFinite(encoded)) throw tooLargeError('the record', feature, value);
      out[at] = encoded;
    } else {
      const text = textIn(value, feature.name) ?? feature.impute;
      const level = levels[i].get(text) ?? (typeof value === 'string' ? undefined : spellings[i].get(spelling(text)));
      if (level === undefined) warnings.push(unknownLevelsWarning(feature, new Map([[text, 1]])));
      else out[at + level] = 1;
    }
    at += widthOf(feature);
  }
  return warnings;
}

/** The encoded value of a cell (NaN: missing); not finite when a float32 can't hold it. */
function encodeNumber({ impute, mean, scale }: NumberEncoding, value: number): number {
  return Math.fround(((Number.isNaN(value) ? impute : value) - mean) / scale);
}

/** Calls `set` with the position and level of each row that has a known one; answers how often others were seen. */
function encodeCategories(
  feature: CategoryEncoding,
  table: Table,
  rows: Int32Array,
  set: (i: number, level: number) => void,
): Map<string, number> {
  const column = columnOfKind(table, feature.name, 'category');
  const positions = new Map(feature.levels.map((level, i) => [level, i]));
  const imputed = positions.get(feature.impute) ?? -1;
  const levelOfCode = column ? column.levels.map((level) => positions.get(level) ?? -1) : [];
  const unknown = new Map<string, number>();
  for (let i = 0; i < rows.length; i++) {
    const code = column ? column.codes[rows[i]] : -1;
    const level = code < 0 ? imputed : levelOfCode[code];
    if (level >= 0) set(i, level);
    else if (column) unknown.set(column.levels[code], (unknown.get(column.levels[code]) ?? 0) + 1);
  }
  return unknown;
}

/** The column when it is of this kind; undefined when it is of the other and has no value in any row. */
function columnOfKind(table: Table, name: string, kind: 'number'): NumberColumn | undefined;
function columnOfKind(table: Table, name: string, kind: 'category'): CategoryColumn | undefined;
function columnOfKind(table: Table, name: string, kind: ColumnKind): NumberColumn | CategoryColumn | undefined {
  const column = findColumn(table, name, 'feature');
  if (column.kind === kind) return column;
  const hasValue = column.kind === 'number' ? !column.values.every(Number.isNaN) : column.levels.length > 0;
  if (!hasValue) return undefined;
  const [expected, found] = kind === 'number' ? ['numbers', 'categories'] : ['categories', 'numbers'];
  throw new InputError(
    `${table.objects[0]?.key}, column ${JSON.stringify(name)}: expected ${expected} as in the training data, found ${found}`,
    { advice: `Declare it a ${kind} column when reading` },
  );
}

function widthOf(feature: FeatureEncoding): number {
  return feature.kind === 'number' ? 1 : feature.levels.length;
}

function numberIn(value: unknown, name: string): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'string' && isMissingText(value)) return Number.NaN;
  const number = typeof value === 'string' ? parseNumberText(value) : typeof value === 'number' ? value : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new InputError(`field ${JSON.stringify(name)}: expected a finite number, found ${describe(value)}`);
}

function textIn(value: unknown, name: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return isMissingText(value) ? undefined : value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  throw new InputError(`field ${JSON.stringify(name)}: expected a text, number or boolean, found ${describe(value)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return quoteText(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : String(value);
}

function tooLargeError(where: string, feature: NumberEncoding, value: unknown): InputError {
  return new InputError(
    `${where}, column ${JSON.stringify(feature.name)}: expected a number that fits a float32 once encoded, ` +
      `found ${describe(value)}`,
  );
}

function unknownLevelsWarning({ name }: CategoryEncoding, unknown: ReadonlyMap<string, number>): string {
  let cells = 0;
  for (const count of unknown.values()) cells += count;
  const shown = listNames([...unknown.keys()].map((level) => level.slice(0, 60)));
  return `Column ${JSON.stringify(name)}: ${cells === 1 ? 'a value' : `${cells} values`} not in the training data (${shown}).`;
}

interface Lookup {
  /** Fields that a record may have without a warning. */
  names: Set<string>;
  /** Position by level, for each feature. */
  levels: Map<string, number>[];
  /** Position by `spelling`, for each feature; the first level wins. */
  spellings: Map<string, number>[];
}

// An encoding is plain JSON and serves many predictions; what finds its levels is made once.
const lookups = new WeakMap<Encoding, Lookup>();

function lookupOf(encoding: Encoding): Lookup {
  const known = lookups.get(encoding);
  if (known) return known;

  const names = new Set([...encoding.features, ...encoding.leftOut].map(({ name }) => name));
  const levelsOf = (feature: FeatureEncoding) => (feature.kind === 'category' ? feature.levels : []);
  const lookup = {
    names,
    levels: encoding.features.map((feature) => new Map(levelsOf(feature).map((level, i) => [level, i]))),
    spellings: encoding.features.map(
      (feature) =>
        new Map(
          levelsOf(feature)
            .map((level, i): [string, number] => [spelling(level), i])
            .reverse(),
        ),
    ),
  };
  lookups.set(encoding, lookup);
  return lookup;
}
