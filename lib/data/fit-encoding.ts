import { InputError } from '../core/errors.ts';
import { blockMoments } from '../core/statistics.ts';
import { blockOffsets } from './block-offsets.ts';
import type { CategoryEncoding, EncodedColumn, Encoding, FeatureEncoding, NumberEncoding } from './encode.ts';
import { findColumn } from './lookup.ts';
import { mostFrequentCode, mostFrequentValue } from './most-frequent.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from './table.ts';

/** Most levels of a category that are encoded; one with more is left out. */
export const maxLevels = 1_000;

/** A category with more levels than this may be taken for an identifier. */
export const identifierLevels = 10;

export interface EncodingOptions {
  /** Columns to encode; all by default. */
  features?: readonly string[];
  /** Columns not to encode: the target, and what the user excludes. */
  exclude?: readonly string[];
  scale?: 'standard' | 'none';
  /** For missing numbers; missing categories always become the most frequent level. */
  impute?: 'mean' | 'mostFrequent';
}

/**
 * Fits the encoding of a table's columns to some of its rows, the training part.
 *
 * Missing cells are imputed first; then numbers are scaled by their mean and population standard deviation, imputed
 * cells included. Features stand in the table's order, levels in order of UTF-16 code units. Of equally frequent values
 * the first in order is imputed. Left out are columns that are constant or missing in all of the rows, and categories
 * of more than 1,000 levels, or, where that is more than ten, of more levels than half of their cells: those look like
 * identifiers.
 *
 * @param rows ascending
 * @throws InputError when a named column is not there, when no feature is left, and when a column's spread overflows
 * @see scikit-learn 1.2, SimpleImputer, StandardScaler and OneHotEncoder (handle_unknown="ignore"), in this order
 */
export function fitEncoding(
  table: Table,
  rows: Int32Array,
  { features, exclude = [], scale = 'standard', impute = 'mean' }: EncodingOptions = {},
): Encoding {
  for (const name of exclude) findColumn(table, name, 'excluded');
  for (const name of features ?? []) findColumn(table, name, 'feature');
  const [chosen, excluded] = [features && new Set(features), new Set(exclude)];

  const encoding: Encoding = { features: [], columns: [], leftOut: [] };
  for (const column of table.columns) {
    if (excluded.has(column.name) || (chosen && !chosen.has(column.name))) continue;
    const present = presentRows(column, rows);
    const reason = reasonToLeaveOut(column, present);
    if (reason !== undefined) {
      encoding.leftOut.push({ name: column.name, reason });
      continue;
    }
    const feature =
      column.kind === 'number' ? fitNumber(table, column, rows, scale, impute) : fitCategory(column, present);
    encoding.features.push(feature);
    encoding.columns.push(...encodedColumns(feature));
  }
  if (encoding.features.length === 0) throw noFeatureError(encoding);
  return encoding;
}

/** The rows in which the column has a value. */
function presentRows(column: Column, rows: Int32Array): Int32Array {
  if (column.kind === 'number') return rows.filter((row) => !Number.isNaN(column.values[row]));
  return rows.filter((row) => column.codes[row] >= 0);
}

function reasonToLeaveOut(column: Column, present: Int32Array): string | undefined {
  if (present.length === 0) return 'missing in all training rows';
  const cells: ArrayLike<number> = column.kind === 'number' ? column.values : column.codes;
  if (present.every((row) => cells[row] === cells[present[0]])) return 'constant in the training rows';
  if (column.kind === 'number') return undefined;

  const levelCount = new Set(Array.from(present, (row) => column.codes[row])).size;
  if (levelCount > identifierLevels && levelCount * 2 > present.length) {
    return `${levelCount} different values in ${present.length} training rows: it looks like an identifier`;
  }
  return levelCount > maxLevels ? `${levelCount} different values, more than ${maxLevels}` : undefined;
}

function fitNumber(
  table: Table,
  { name, values }: NumberColumn,
  rows: Int32Array,
  scale: 'standard' | 'none',
  impute: 'mean' | 'mostFrequent',
): NumberEncoding {
  const offsets = blockOffsets(table, rows);
  const imputed = impute === 'mean' ? blockMoments(values, rows, offsets).mean : mostFrequentValue(values, rows);
  // Adding zero turns -0, which JSON can't hold, into 0.
  const encoding: NumberEncoding = { kind: 'number', name, impute: imputed + 0, mean: 0, scale: 1 };
  if (scale === 'standard') {
    const filled = Float64Array.from(rows, (row) => (Number.isNaN(values[row]) ? imputed : values[row]));
    const { mean, variance } = blockMoments(filled, undefined, offsets);
    encoding.mean = mean + 0;
    encoding.scale = isRoundingNoise(variance, mean, rows.length) ? 1 : Math.sqrt(variance);
  }
  if (![encoding.impute, encoding.mean, encoding.scale].every(Number.isFinite)) {
    throw new InputError(
      `column ${JSON.stringify(name)}: expected numbers whose squares can be summed, found larger ones`,
      {
        advice: 'Mend the cells, divide them by a constant, or leave the column out',
      },
    );
  }
  return encoding;
}

/** Whether a variance may be nothing but the rounding of its sums; such a column is centred and not scaled. */
function isRoundingNoise(variance: number, mean: number, count: number): boolean {
  const noise = count * mean * Number.EPSILON;
  return variance < Number.POSITIVE_INFINITY && variance <= count * Number.EPSILON * variance + noise * noise;
}

function fitCategory(column: CategoryColumn, present: Int32Array): CategoryEncoding {
  const used = new Set(Array.from(present, (row) => column.codes[row]));
  const levels = column.levels.filter((_, code) => used.has(code));
  return { kind: 'category', name: column.name, impute: column.levels[mostFrequentCode(column, present)], levels };
}

function encodedColumns(feature: FeatureEncoding): EncodedColumn[] {
  const { name } = feature;
  if (feature.kind === 'number') return [{ name, feature: name }];
  return feature.levels.map((level) => ({ name: `${name}=${level}`, feature: name, level }));
}

function noFeatureError({ leftOut }: Encoding): InputError {
  const reasons = leftOut.slice(0, 20).map(({ name, reason }) => `${JSON.stringify(name)} (${reason})`);
  return new InputError(
    `expected a feature to learn from, found ${reasons.length > 0 ? `none that can serve: ${reasons.join(', ')}` : 'none'}`,
  );
}
