import { exp, log } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { blockMoments, quantile } from '../core/statistics.ts';
import { blockOffsets } from './block-offsets.ts';
import type { ColumnKind } from './column-reader.ts';
import { findColumn, listNames, placeOf } from './lookup.ts';
import { parseNumberText } from './number.ts';
import { allRows } from './number-facts.ts';
import { codeCounts } from './schema/kinds.ts';
import { spelling } from './spelling.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from './table.ts';
import { quoteText } from './text.ts';

export type TargetTask = 'regression' | 'count' | 'binary' | 'multiclass';

/** How the target becomes what a model learns, as fitted by `fitTarget`: plain JSON. */
export type TargetEncoding = RegressionTarget | ClassTarget;

/** The model learns (y − mean) / scale, of ln y where `log` is set. A count is never centred: its scale is its mean. */
export interface RegressionTarget {
  task: 'regression' | 'count';
  name: string;
  mean: number;
  scale: number;
  log: boolean;
  /** Training targets beyond these values, in the user's units, count as them; predictions are not touched. */
  clip?: { low: number; high: number };
}

/** The model learns the index of the class; the positive class of a binary target is class 1. */
export interface ClassTarget {
  task: 'binary' | 'multiclass';
  name: string;
  /** Kind of the column. */
  kind: ColumnKind;
  classes: string[];
}

export interface TargetOptions {
  task: TargetTask;
  /** Name of the column. */
  target: string;
  /** Binary: the value that counts as positive; the last in order by default. */
  positive?: string | number | boolean;
  /**
   * Regression: `standard` centres and scales, `log` takes the natural logarithm and then does the same. Count:
   * `standard` divides by the mean.
   */
  transform?: 'standard' | 'log' | 'none';
  /** Regression: the lowest and the highest value to learn from, or the quantiles of the training part that they are. */
  clip?: { values: readonly [number, number] } | { quantiles: readonly [number, number] };
}

/** Most classes that a target may have. */
export const maxClasses = 1_000;

/**
 * Fits the encoding of the target.
 *
 * Mean and scale (the population standard deviation) come from `rows`, the training part. The classes are those of all
 * rows of the table, so that a rare class can be scored even when all its rows are held out; texts stand in order of
 * UTF-16 code units, numbers in their own.
 *
 * @param rows ascending, with a target in each: see `labelledRows`
 * @throws InputError when there is no such column; for a count for a value below 0; in regression for text, a constant target, and a value ≤ 0 under
 *   `log`; in classification for one class only in `rows`, more than 1,000, not two under `binary`, and a `positive`
 *   that does not appear
 */
export function fitTarget(table: Table, rows: Int32Array, options: TargetOptions): TargetEncoding {
  const column = findColumn(table, options.target, 'target');
  if (options.task === 'regression') return fitRegression(table, rows, column, options);
  if (options.task === 'count') return fitCount(table, rows, column, options.transform ?? 'standard');
  return fitClasses(table, rows, column, options.task, options.positive);
}

/**
 * The rows that have a target, and a warning that counts the others.
 *
 * @throws InputError when there is no such column, or no row has a target
 */
export function labelledRows(table: Table, target: string): { rows: Int32Array; warnings: string[] } {
  const column = findColumn(table, target, 'target');
  const without = missingCount(table, column);
  if (without === 0) return { rows: allRows(table), warnings: [] };
  const rows = new Int32Array(table.rowCount - without);
  let count = 0;
  if (column.kind === 'number') {
    const { values } = column;
    for (let row = 0; row < values.length; row++) if (!Number.isNaN(values[row])) rows[count++] = row;
  } else {
    const { codes } = column;
    for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) rows[count++] = row;
  }
  if (count === 0) throw new InputError(`target ${JSON.stringify(target)}: expected values, found all cells missing`);

  const warning = `${without} of ${table.rowCount} rows have no ${JSON.stringify(target)} and were left out.`;
  return { rows, warnings: [warning] };
}

function missingCount(table: Table, column: Column): number {
  if (column.kind === 'category')
    return codeCounts(column, allRows(table)).reduce((left, n) => left - n, table.rowCount);
  let count = 0;
  const { values } = column;
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) count++;
  return count;
}

/**
 * What the model learns of each row: the transformed value, or the class index. Shape [rows.length].
 *
 * @param out where it is written
 * @throws InputError when the column is not there, or a cell is missing, of another kind, or of an unknown class
 */
export function encodeTarget(
  encoding: TargetEncoding,
  table: Table,
  rows: Int32Array,
  out: Float64Array = new Float64Array(rows.length),
): Float64Array {
  const values = actualValues(encoding, table, rows, out);
  if ('classes' in encoding) return values;

  const name = encoding.name;
  for (let i = 0; i < rows.length; i++) {
    if (encoding.clip) values[i] = Math.min(encoding.clip.high, Math.max(encoding.clip.low, values[i]));
    if (encoding.log && !(values[i] > 0)) throw notPositiveError(table, rows[i], name, values[i]);
    values[i] = ((encoding.log ? log(values[i]) : values[i]) - encoding.mean) / encoding.scale;
  }
  return values;
}

/** The target of each row in the user's units, or its class index. Shape [rows.length]. Errors: see `encodeTarget`. */
export function actualValues(
  encoding: TargetEncoding,
  table: Table,
  rows: Int32Array,
  out: Float64Array = new Float64Array(rows.length),
): Float64Array {
  const column = findColumn(table, encoding.name, 'target');
  const missing = column.kind === 'number' ? firstMissingNumber(column, rows) : firstMissingText(column, rows);
  if (missing >= 0) {
    throw new InputError(`${cellPlace(table, missing, encoding.name)}: expected a target, found a missing value`);
  }
  if (!('classes' in encoding)) {
    const { values } = numbersOf(table, column, rows);
    for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
    return out;
  }
  return classIndices(encoding, table, { column, rows, out });
}

/**
 * How many of the rows belong to each class of the encoding, shape [classes].
 *
 * @throws InputError as `encodeTarget` does
 */
export function classSizes(encoding: ClassTarget, table: Table, rows: Int32Array): Float64Array {
  const column = findColumn(table, encoding.name, 'target');
  const sizes = new Float64Array(encoding.classes.length);
  if (column.kind === 'category') {
    const counts = codeCounts(column, rows);
    const codes = encoding.classes.map((text) => column.levels.indexOf(text));
    for (const [k, code] of codes.entries()) sizes[k] = code < 0 ? 0 : counts[code];
    if (sizes.reduce((sum, size) => sum + size, 0) === rows.length) return sizes;
    sizes.fill(0);
  }
  // Row by row, so that the error names the row whose class is unknown.
  for (const index of actualValues(encoding, table, rows)) sizes[index]++;
  return sizes;
}

/** A prediction of a regression model or one for counts, in the user's units; the score of a classifier is answered as it is. */
export function decodeValue(encoding: TargetEncoding, score: number): number {
  if ('classes' in encoding) return score;
  const value = score * encoding.scale + encoding.mean;
  return encoding.log ? exp(value) : value;
}

/** The first of the rows without a value, or -1. */
function firstMissingNumber({ values }: NumberColumn, rows: Int32Array): number {
  for (let i = 0; i < rows.length; i++) if (Number.isNaN(values[rows[i]])) return rows[i];
  return -1;
}

function firstMissingText(column: CategoryColumn, rows: Int32Array): number {
  // The counts are remembered, so this is often free.
  if (codeCounts(column, rows).reduce((sum, count) => sum + count, 0) === rows.length) return -1;
  const { codes } = column;
  for (let i = 0; i < rows.length; i++) if (codes[rows[i]] < 0) return rows[i];
  return -1;
}

function fitRegression(
  table: Table,
  rows: Int32Array,
  column: Column,
  { transform = 'standard', clip }: TargetOptions,
): RegressionTarget {
  const { name, values } = numbersOf(table, column, rows);
  const first = values[rows[0]];
  if (rows.every((row) => values[row] === first)) {
    throw new InputError(`target ${JSON.stringify(name)}: expected values that differ, found ${first} in every row`);
  }

  const encoding: RegressionTarget = { task: 'regression', name, mean: 0, scale: 1, log: transform === 'log' };
  if (clip) encoding.clip = clipOf(clip, values, rows, name);
  if (transform === 'none') return encoding;
  const raw = encodeTarget(encoding, table, rows);
  const { mean, variance } = blockMoments(raw, undefined, blockOffsets(table, rows));
  encoding.mean = mean + 0;
  if (variance > 0) encoding.scale = Math.sqrt(variance);
  if (!Number.isFinite(encoding.mean) || !Number.isFinite(encoding.scale)) {
    throw new InputError(
      `target ${JSON.stringify(name)}: expected numbers whose squares can be summed, found larger ones`,
    );
  }
  return encoding;
}

function fitCount(table: Table, rows: Int32Array, column: Column, transform: string): RegressionTarget {
  const { name, values } = numbersOf(table, column, rows);
  const negative = rows.find((row) => values[row] < 0);
  if (negative !== undefined) {
    throw new InputError(
      `${cellPlace(table, negative, name)}: expected a count or an amount, from 0, found ${values[negative]}`,
      { advice: 'Use the task regression' },
    );
  }
  const encoding: RegressionTarget = { task: 'count', name, mean: 0, scale: 1, log: false };
  const { mean } = blockMoments(actualValues(encoding, table, rows), undefined, blockOffsets(table, rows));
  if (!(mean > 0 && mean < Infinity)) {
    throw new InputError(`target ${JSON.stringify(name)}: expected counts above 0 among them, found a mean of ${mean}`);
  }
  if (transform !== 'none') encoding.scale = mean;
  return encoding;
}

function clipOf(
  clip: NonNullable<TargetOptions['clip']>,
  values: Float64Array,
  rows: Int32Array,
  name: string,
): { low: number; high: number } {
  const sorted = 'quantiles' in clip ? Float64Array.from(rows, (row) => values[row]).sort() : undefined;
  const [low, high] =
    'quantiles' in clip ? clip.quantiles.map((q) => quantile(sorted as Float64Array, q)) : clip.values;
  if (low < high) return { low: low + 0, high: high + 0 };
  throw new InputError(
    `target ${JSON.stringify(name)}, clip: expected a low value below the high one, found ${low} and ${high}`,
  );
}

function fitClasses(
  table: Table,
  rows: Int32Array,
  column: Column,
  task: 'binary' | 'multiclass',
  positive: TargetOptions['positive'],
): ClassTarget {
  const { name, kind } = column;
  const classes = column.kind === 'number' ? numberClasses(column) : [...column.levels];
  const where = `target ${JSON.stringify(name)}`;
  // The target of classes is read as texts, so the kind of the column does not tell.
  const areNumbers = classes.length > 20 && classes.every((text) => Number.isFinite(parseNumberText(text)));
  const forQuantity = areNumbers ? 'For a quantity, use the task regression' : undefined;
  if (task === 'binary' && classes.length > 2) {
    // Of many, the names say nothing.
    const found = classes.length > 20 ? `${classes.length}` : `${classes.length}: ${listNames(classes)}`;
    throw new InputError(`${where}: expected two classes, found ${found}`, {
      advice: forQuantity ?? 'Use the task multiclass',
    });
  }
  if (classes.length > maxClasses) {
    throw new InputError(`${where}: expected at most ${maxClasses} classes, found ${classes.length}`, {
      advice: forQuantity,
    });
  }
  const encoding: ClassTarget = { task, name, kind, classes };
  const present = presentClasses(encoding, table, column, rows);
  if (present.length < 2) {
    const only = present.length > 0 ? `only ${quoteText(present[0])}` : 'none';
    throw new InputError(`${where}: expected at least two classes in the training rows, found ${only}`);
  }
  if (task === 'binary' && positive !== undefined) {
    const index = positiveIndex(encoding, String(positive));
    if (index < 0) {
      throw new InputError(
        `${where}: expected the positive value among ${listNames(classes)}, found ${quoteText(String(positive))}`,
      );
    }
    if (index === 0) classes.reverse();
  }
  return encoding;
}

/** The classes that some of the rows belong to. */
function presentClasses(encoding: ClassTarget, table: Table, column: Column, rows: Int32Array): string[] {
  if (column.kind === 'category') {
    const counts = codeCounts(column, rows);
    return column.levels.filter((_, code) => counts[code] > 0);
  }
  const indices = classIndices(encoding, table, { column, rows, out: new Float64Array(rows.length) });
  return [...new Set(indices)].map((index) => encoding.classes[index]);
}

/** Where the positive class stands: as it is written, else the only one that spells the same number or boolean. */
function positiveIndex({ classes }: ClassTarget, positive: string): number {
  const exact = classes.indexOf(positive);
  if (exact >= 0) return exact;
  const alike = classes.filter((text) => spelling(text) === spelling(positive));
  return alike.length === 1 ? classes.indexOf(alike[0]) : -1;
}

/** The distinct numbers as texts, in numeric order. */
function numberClasses({ values }: NumberColumn): string[] {
  const distinct = new Set<number>();
  for (const value of values) if (!Number.isNaN(value)) distinct.add(value);
  return [...distinct].sort((a, b) => a - b).map(String);
}

function classIndices(
  encoding: ClassTarget,
  table: Table,
  { column, rows, out: indices }: { column: Column; rows: Int32Array; out: Float64Array },
): Float64Array {
  const positions = new Map(encoding.classes.map((text, i) => [text, i]));
  let row: number | undefined;
  if (column.kind === 'category') {
    const { codes } = column;
    const ofCode = Float64Array.from(column.levels, (text) => positions.get(text) ?? Number.NaN);
    for (let i = 0; i < rows.length; i++) indices[i] = ofCode[codes[rows[i]]];
    const unknown = ofCode.some(Number.isNaN) ? indices.findIndex(Number.isNaN) : -1;
    row = rows[unknown];
  } else {
    for (let i = 0; i < rows.length && row === undefined; i++) {
      const index = positions.get(String(column.values[rows[i]]));
      if (index === undefined) row = rows[i];
      else indices[i] = index;
    }
  }
  if (row === undefined) return indices;
  const found = column.kind === 'number' ? String(column.values[row]) : column.levels[column.codes[row]];
  const expected = `one of ${listNames(encoding.classes)}`;
  throw new InputError(`${cellPlace(table, row, encoding.name)}: expected ${expected}, found ${quoteText(found)}`);
}

/** The column if it is one of numbers, or has no value at all; else an error that names the first text among `rows`. */
function numbersOf(table: Table, column: Column, rows: Int32Array): NumberColumn {
  if (column.kind === 'number') return column;
  const { name, codes, levels } = column;
  const isText = levels.map((level) => !Number.isFinite(parseNumberText(level)));
  const row = rows.find((candidate) => isText[codes[candidate]]);
  if (row === undefined) {
    throw new InputError(
      `target ${JSON.stringify(name)}: expected numbers, found a column that is declared a category`,
    );
  }
  throw new InputError(
    `${cellPlace(table, row, name)}: expected a number as target, found ${quoteText(levels[codes[row]])}`,
    { advice: 'To predict classes, use the task binary or multiclass' },
  );
}

function cellPlace(table: Table, row: number, name: string): string {
  return `${placeOf(table, row)}, column ${JSON.stringify(name)}`;
}

function notPositiveError(table: Table, row: number, name: string, value: number): InputError {
  return new InputError(`${cellPlace(table, row, name)}: expected a value above 0 for its logarithm, found ${value}`, {
    advice: 'Use prepare.target: standard, or mend the cell',
  });
}
