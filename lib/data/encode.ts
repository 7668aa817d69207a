import { InputError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import type { StreamedMatrix } from '../core/streamed-matrix.ts';
import { blockOffsets } from './block-offsets.ts';
import type { ColumnKind } from './column-reader.ts';
import { encodePacked, type PackedFeature, packedMatrix } from './encode-packed.ts';
import type { Encoding, FeatureEncoding } from './feature-encoding.ts';
import { cellEncoder } from './features/cell-encoder.ts';
import type { CellEncoder, EncodedCell } from './features/encoded-cell.ts';
import { findColumn, listNames, placeOf } from './lookup.ts';
import { isMissingText, parseNumberText } from './number.ts';
import type { PackedRows } from './number-facts.ts';
import { cellReader, type PackedNumbers } from './packed.ts';
import { streamedRows } from './streamed-rows.ts';
import type { CategoryColumn, NumberColumn, Table } from './table.ts';
import { quoteText } from './text.ts';

export type { Encoding, EncodingOptions, FeatureEncoding } from './feature-encoding.ts';
export { fitEncoding } from './fit-encoding.ts';

/** Kinds of the encoded features, for `readTable` to read other data as the training data was read. */
export function encodingKinds(encoding: Encoding): Record<string, ColumnKind> {
  return Object.fromEntries(encoding.features.map((feature) => [feature.name, storageOfFeature(feature)]));
}

/**
 * Encodes rows of a table, in float64 rounded once to float32.
 *
 * Columns are found by name; those that the encoding does not name are ignored. A level that was not in the training
 * data leaves its columns at zero, or belongs to the column `other`; a text that is no date counts as missing.
 *
 * @param warnings receives a sentence for each feature with cells that the encoding does not know
 * @returns shape [rows.length, encoding.columns.length]; streamed where the table's packed numbers are
 * @throws InputError when a column is not there, or holds cells of another kind than in training, and when an encoded
 *   value is too large for a float32
 */
export function encodeRows(
  encoding: Encoding,
  table: Table,
  rows: Int32Array,
  warnings: string[] = [],
): Matrix | StreamedMatrix {
  const columnCount = encoding.columns.length;
  const { encoders } = lookupOf(encoding);
  const packed = packedFeatures(encoding, encoders, table);
  const numbers = numbersOf(table);
  const offsets = blockOffsets(table, rows);
  if (numbers?.source) {
    return streamedRows({ numbers, rows, offsets, columnCount }, (data, own) => {
      // Plain encoders write only the cells that are not zero.
      if (packed.size < columnCount) data.fill(0);
      encodeInto(encoding, encoders, packed, table, own, { data, columnCount }, warnings);
    });
  }
  const data = numbers ? packedMatrix(numbers, rows.length, columnCount) : new Float32Array(rows.length * columnCount);
  const all = numbers && { numbers, blocks: numbers.blocks, firstBlock: 0, rows, offsets };
  encodeInto(encoding, encoders, packed, table, all ?? rows, { data, columnCount }, warnings);
  return { rowCount: rows.length, columnCount, data };
}

/** The packed numbers that a table's columns belong to, if any. */
function numbersOf({ numbers, columns }: Table): PackedNumbers | undefined {
  if (numbers) return numbers;
  for (const column of columns) if (column.kind === 'number' && column.packed) return column.packed.numbers;
  return undefined;
}

function encodeInto(
  encoding: Encoding,
  encoders: readonly CellEncoder[],
  packed: ReadonlyMap<FeatureEncoding, PackedFeature>,
  table: Table,
  all: Int32Array | PackedRows,
  { data, columnCount }: Omit<Target, 'at'>,
  warnings: string[],
): void {
  const byKernel = 'blocks' in all && packed.size > 0 && encodePacked(all, [...packed.values()], { data, columnCount });
  const rows = 'blocks' in all ? rowsAmong(all) : all;
  let at = 0;
  for (const [i, feature] of encoding.features.entries()) {
    const target: Target = { data, columnCount, at };
    const encoder = encoders[i];
    // When the kernel met a number that is too large, the plain encoder names the cell in its error.
    if (encoder.number && !(byKernel && packed.has(feature))) encodeNumbers(feature, encoder, table, rows, target);
    else if (!encoder.number) {
      const unknown = encodeTexts(feature, encoder, table, rows, target);
      if (unknown.size > 0) warnings.push(unknownWarning(feature, unknown));
    }
    at += widthOf(feature, encoder);
  }
}

const rowsAmong = ({ rows, offsets, blocks, firstBlock }: PackedRows): Int32Array =>
  rows.subarray(offsets[firstBlock], offsets[firstBlock + blocks.length]);

/** The features that a kernel can encode, and where their numbers lie. */
function packedFeatures(
  { features }: Encoding,
  encoders: readonly CellEncoder[],
  table: Table,
): Map<FeatureEncoding, PackedFeature> {
  const found = new Map<FeatureEncoding, PackedFeature>();
  let to = 0;
  for (const [i, feature] of features.entries()) {
    const column = table.columns.find(({ name }) => name === feature.name);
    if (feature.kind === 'number' && !feature.quantiles && !feature.missingIndicator && column?.kind === 'number') {
      if (column.packed) found.set(feature, { feature, from: column.packed.at, to });
    }
    to += widthOf(feature, encoders[i]);
  }
  return found;
}

/** All features, each of which is then one column, if a kernel can encode all of them; else undefined. */
export function kernelFeatures(encoding: Encoding, table: Table): PackedFeature[] | undefined {
  const packed = packedFeatures(encoding, lookupOf(encoding).encoders, table);
  return packed.size > 0 && packed.size === encoding.columns.length ? [...packed.values()] : undefined;
}

/**
 * Encodes one JSON object, to the same bits as `encodeRows` gives for the same cells.
 *
 * A number feature takes numbers and numeric text, all others texts, numbers and booleans; null, an absent field and
 * the texts of `missingTokens` count as missing. A number or boolean means the level that spells the same value, be it
 * `1.0` or `True`; where texts are hashed or read as dates, it counts as JavaScript writes it.
 *
 * @param out receives encoding.columns.length values from `offset` on
 * @param options.isSparse whether the model learned from sparse features, of which what is not written is zero
 * @returns warnings, as sentences: unknown and absent fields, and unknown levels
 * @throws InputError when a value is of a wrong type or not finite
 */
export function encodeRecord(
  encoding: Encoding,
  record: Readonly<Record<string, unknown>>,
  out: Float32Array,
  offset: number,
  { isSparse = false } = {},
): string[] {
  const { names, encoders } = lookupOf(encoding);
  const warnings: string[] = [];
  for (const name of Object.keys(record)) {
    if (!names.has(name)) warnings.push(`Field ${JSON.stringify(name)} is not known to the model and was ignored.`);
  }

  const isAbsent = ({ name }: FeatureEncoding) => !Object.hasOwn(record, name);
  const absent = isSparse ? [] : encoding.features.filter(isAbsent).map(({ name }) => name);
  if (absent.length > 0) {
    const [noun, verb] = absent.length === 1 ? ['Field', 'is'] : ['Fields', 'are'];
    warnings.push(
      `${noun} ${listNames(absent)} ${verb} not there and taken as missing; null says that without a warning.`,
    );
  }

  out.fill(0, offset, offset + encoding.columns.length);
  let at = offset;
  for (const [i, feature] of encoding.features.entries()) {
    const value = Object.hasOwn(record, feature.name) ? record[feature.name] : undefined;
    const encoder = encoders[i];
    let missing: boolean;
    if (encoder.number) {
      const number = numberIn(value, feature.name);
      missing = Number.isNaN(number);
      const encoded = encoder.number(number);
      if (!Number.isFinite(encoded)) throw tooLargeError('the record', feature, value);
      out[at] = encoded;
    } else {
      const text = textIn(value, feature.name);
      missing = text === undefined;
      const known = typeof value === 'string' || text === undefined ? text : (encoder.levelOf?.(text) ?? text);
      const cell = (encoder.text as TextMethod)(known);
      if (cell.unknown && text !== undefined) warnings.push(unknownWarning(feature, new Map([[text, 1]])));
      put(cell, out, at);
    }
    if (feature.missingIndicator && missing) out[at + encoder.width] = 1;
    at += widthOf(feature, encoder);
  }
  return warnings;
}

type TextMethod = NonNullable<CellEncoder['text']>;

/** Where a feature's columns stand in the encoded matrix. */
interface Target {
  data: Float32Array;
  columnCount: number;
  at: number;
}

function put({ columns, values }: EncodedCell, out: Float32Array, at: number): void {
  for (let j = 0; j < columns.length; j++) out[at + columns[j]] = values[j];
}

function encodeNumbers(
  feature: FeatureEncoding,
  encoder: CellEncoder,
  table: Table,
  rows: Int32Array,
  { data, columnCount, at }: Target,
): void {
  const column = columnOfKind(table, feature.name, 'number');
  const cellAt = column && cellReader(column);
  const encode = encoder.number as NonNullable<CellEncoder['number']>;
  for (let i = 0; i < rows.length; i++) {
    const value = cellAt ? cellAt(rows[i]) : Number.NaN;
    const encoded = encode(value);
    if (!Number.isFinite(encoded)) throw tooLargeError(placeOf(table, rows[i]), feature, value);
    data[i * columnCount + at] = encoded;
    if (feature.missingIndicator && Number.isNaN(value)) data[i * columnCount + at + encoder.width] = 1;
  }
}

/** Encodes each different text once; answers how often those were seen that the encoding does not know. */
function encodeTexts(
  feature: FeatureEncoding,
  encoder: CellEncoder,
  table: Table,
  rows: Int32Array,
  { data, columnCount, at }: Target,
): Map<string, number> {
  const column = columnOfKind(table, feature.name, 'category');
  const encode = encoder.text as TextMethod;
  const missing = encode(undefined);
  const cells: (EncodedCell | undefined)[] = new Array(column?.levels.length ?? 0);
  const unknown = new Map<string, number>();
  for (let i = 0; i < rows.length; i++) {
    const code = column ? column.codes[rows[i]] : -1;
    const start = i * columnCount + at;
    if (!column || code < 0) {
      put(missing, data, start);
      if (feature.missingIndicator) data[start + encoder.width] = 1;
      continue;
    }
    const cell = cells[code] ?? encode(column.levels[code]);
    cells[code] = cell;
    put(cell, data, start);
    if (cell.unknown) unknown.set(column.levels[code], (unknown.get(column.levels[code]) ?? 0) + 1);
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

const storageOfFeature = ({ kind }: FeatureEncoding): ColumnKind => (kind === 'number' ? 'number' : 'category');

function widthOf({ missingIndicator }: FeatureEncoding, { width }: CellEncoder): number {
  return missingIndicator ? width + 1 : width;
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

function tooLargeError(where: string, feature: FeatureEncoding, value: unknown): InputError {
  return new InputError(
    `${where}, column ${JSON.stringify(feature.name)}: expected a number that fits a float32 once encoded, ` +
      `found ${describe(value)}`,
  );
}

function unknownWarning({ name, kind }: FeatureEncoding, unknown: ReadonlyMap<string, number>): string {
  let cells = 0;
  for (const count of unknown.values()) cells += count;
  const shown = listNames([...unknown.keys()].map((level) => level.slice(0, 60)));
  const what = kind === 'date' ? `${cells === 1 ? 'is' : 'are'} no date` : 'not in the training data';
  return `Column ${JSON.stringify(name)}: ${cells === 1 ? 'a value' : `${cells} values`} ${what} (${shown}).`;
}

interface Lookup {
  /** Fields that a record may have without a warning. */
  names: Set<string>;
  /** Of each feature. */
  encoders: CellEncoder[];
}

// An encoding is plain JSON and serves many predictions; what finds its levels is made once.
const lookups = new WeakMap<Encoding, Lookup>();

function lookupOf(encoding: Encoding): Lookup {
  const known = lookups.get(encoding);
  if (known) return known;

  const names = new Set([...encoding.features, ...encoding.leftOut].map(({ name }) => name));
  const lookup = { names, encoders: encoding.features.map(cellEncoder) };
  lookups.set(encoding, lookup);
  return lookup;
}
