import { InputError } from '../core/errors.ts';
import { blockOffsets } from './block-offsets.ts';
import {
  type ColumnPreparation,
  type EncodedColumn,
  type Encoding,
  type EncodingOptions,
  type FeatureEncoding,
  type ImputeOption,
  maxLevels,
} from './feature-encoding.ts';
import { fitCategory, fitHash, fitOrdinal } from './features/categories.ts';
import { fitDate } from './features/date-time.ts';
import type { Choices, FitContext } from './features/fit-context.ts';
import { fitText } from './features/ngrams.ts';
import { fitNumber } from './features/number.ts';
import { findColumn } from './lookup.ts';
import { numberFacts } from './number-facts.ts';
import { type ColumnDescription, describeColumns } from './schema/kinds.ts';
import type { CategoryColumn, Column, Table } from './table.ts';

/**
 * Fits the encoding of a table's columns to some of its rows, the training part.
 *
 * Missing cells are imputed first; then numbers are scaled, by default by their mean and population standard deviation,
 * imputed cells included. Features stand in the table's order, levels in order of UTF-16 code units. Of equally
 * frequent values the first in order is imputed. What a column holds is found by `describeColumns` in the same rows:
 * numbers have one column, categories one for each level (hashed, where there are more than 1,000), dates one for each
 * part. Left out are columns that are constant or missing in all of the rows, identifiers, and texts for which no
 * n-grams are asked.
 *
 * @param rows ascending
 * @throws InputError when a named column is not there, when a choice does not fit what a column holds, when no feature
 *   is left, and when a column's spread overflows
 * @see scikit-learn 1.2, SimpleImputer, StandardScaler and OneHotEncoder (handle_unknown="ignore"), in this order
 */
export function fitEncoding(table: Table, rows: Int32Array, options: EncodingOptions = {}): Encoding {
  const { features, exclude = [], kinds, columns = {} } = options;
  for (const name of exclude) findColumn(table, name, 'excluded');
  for (const name of features ?? []) findColumn(table, name, 'feature');
  for (const name of Object.keys(columns)) findColumn(table, name, 'prepare.columns');
  const [chosen, excluded] = [features && new Set(features), new Set(exclude)];
  const context: FitContext = { table, rows, offsets: blockOffsets(table, rows) };
  const descriptions = describeColumns(table, { rows, declared: kinds, rowsAre: 'training rows' });

  const encoding: Encoding = { features: [], columns: [], leftOut: [] };
  for (const [i, column] of table.columns.entries()) {
    const { name } = column;
    if (excluded.has(name) || (chosen && !chosen.has(name))) continue;
    const choices = choicesOf(name, options);
    const reason = reasonToLeaveOut(context, column, descriptions[i], choices);
    if (reason !== undefined) {
      encoding.leftOut.push({ name, reason });
      continue;
    }
    const feature = fitFeature(context, column, descriptions[i], choices);
    const width = ownColumns(feature).length;
    if (width === 0) {
      encoding.leftOut.push({ name, reason: 'constant in the training rows' });
      continue;
    }
    if (choices.missingIndicator && hasMissing(context, column)) feature.missingIndicator = true;
    encoding.features.push(feature);
    encoding.columns.push(...encodedColumns(feature));
  }
  for (const { name, kind, reason } of table.freeTexts ?? []) {
    if (!excluded.has(name) && (!chosen || chosen.has(name))) {
      encoding.leftOut.push({ name, reason: kind === 'text' ? textReason(reason) : reason });
    }
  }
  if (encoding.features.length === 0) throw noFeatureError(encoding);
  return encoding;
}

/** A column's choices, and what it says itself of missing cells. */
interface ColumnChoices extends Choices {
  ownImpute?: ImputeOption;
}

function choicesOf(name: string, options: EncodingOptions): ColumnChoices {
  const {
    scale = 'standard',
    impute = 'mean',
    missingIndicator,
    dates = 'both',
    minFrequency,
    maxLevels: most,
  } = options;
  const own = options.columns && Object.hasOwn(options.columns, name) ? options.columns[name] : {};
  return { scale, impute, missingIndicator, dates, minFrequency, maxLevels: most, ...own, ownImpute: own.impute };
}

function reasonToLeaveOut(
  context: FitContext,
  column: Column,
  { kind, reason }: ColumnDescription,
  { encode, dates }: Choices,
): string | undefined {
  const variety = varietyOf(context, column);
  if (variety === 'none') return 'missing in all training rows';
  if (variety === 'one value') return 'constant in the training rows';
  if (encode === 'none') return 'by the request';
  // Whoever says how to encode a column wants it.
  if (encode !== undefined) return undefined;
  if (kind === 'identifier') return reason === 'declared by the request' ? 'declared an identifier' : reason;
  if (kind === 'text') return textReason(reason);
  return kind === 'date-time' && dates === 'none' ? 'dates are left out by the request' : undefined;
}

const textReason = (reason: string): string => `text (${reason}); it is used when its preparation says encode: ngrams`;

function fitFeature(
  context: FitContext,
  column: Column,
  { kind }: ColumnDescription,
  choices: ColumnChoices,
): FeatureEncoding {
  const { name } = column;
  const encode = choices.encode ?? defaultEncode(context, column, kind, choices);
  if (column.kind === 'category')
    return fitTexts(context, column, encode, { ...choices, impute: imputeOfTexts(choices) });
  if (encode === undefined) return fitNumber(context, column, choices);
  throw new InputError(
    `prepare.columns, ${JSON.stringify(name)}, encode: expected a column of texts for ${encode}, found numbers`,
    { advice: `Declare ${JSON.stringify(name)} a category, a date-time or text in data.columns` },
  );
}

/** A constant for all columns is one for numbers: texts and dates take one of their own only. */
function imputeOfTexts({ impute, ownImpute }: ColumnChoices): ImputeOption {
  return ownImpute ?? (typeof impute === 'object' ? 'mean' : impute);
}

function fitTexts(
  context: FitContext,
  column: CategoryColumn,
  encode: ColumnPreparation['encode'],
  choices: Choices,
): FeatureEncoding {
  switch (encode) {
    case 'ordinal':
      return fitOrdinal(context, column, choices);
    case 'hash':
      return fitHash(context, column, choices);
    case 'ngrams':
      return fitText(column.name, choices);
    case 'parts':
    case 'epoch':
    case 'both':
      return fitDate(context, column, { ...choices, dates: encode });
    default:
      return fitCategory(context, column, choices);
  }
}

function defaultEncode(
  { rows }: FitContext,
  column: Column,
  kind: ColumnDescription['kind'],
  { dates }: Choices,
): ColumnPreparation['encode'] {
  if (column.kind === 'number') return undefined;
  if (kind === 'date-time') return dates;
  return levelCount(column, rows) > maxLevels ? 'hash' : 'oneHot';
}

function levelCount({ codes }: CategoryColumn, rows: Int32Array): number {
  const used = new Set<number>();
  for (const row of rows) if (codes[row] >= 0) used.add(codes[row]);
  return used.size;
}

function varietyOf({ table, rows }: FitContext, column: Column): 'none' | 'one value' | 'values' {
  if (column.kind === 'number') {
    const { count, min, max } = numberFacts(table, column, rows);
    if (count === 0) return 'none';
    return min === max ? 'one value' : 'values';
  }
  const { codes } = column;
  const first = rows.find((row) => codes[row] >= 0);
  if (first === undefined) return 'none';
  return rows.every((row) => codes[row] === codes[first] || codes[row] < 0) ? 'one value' : 'values';
}

function hasMissing({ table, rows }: FitContext, column: Column): boolean {
  if (column.kind === 'number') return numberFacts(table, column, rows).count < rows.length;
  return rows.some((row) => column.codes[row] < 0);
}

function encodedColumns(feature: FeatureEncoding): EncodedColumn[] {
  const columns = ownColumns(feature);
  const { name } = feature;
  return feature.missingIndicator ? [...columns, { name: `${name} (missing)`, feature: name }] : columns;
}

function ownColumns(feature: FeatureEncoding): EncodedColumn[] {
  const { name } = feature;
  switch (feature.kind) {
    case 'number':
    case 'ordinal':
      return [{ name, feature: name }];
    case 'category': {
      const columns = feature.levels.map((level) => ({ name: `${name}=${level}`, feature: name, level }));
      return feature.other ? [...columns, { name: `${name} (other)`, feature: name }] : columns;
    }
    case 'date':
      return feature.parts.map(({ part }) => ({ name: `${name} (${part})`, feature: name }));
    case 'hash':
    case 'text':
      return Array.from({ length: feature.buckets }, (_, i) => ({ name: `${name} (#${i})`, feature: name }));
  }
}

function noFeatureError({ leftOut }: Encoding): InputError {
  const reasons = leftOut.slice(0, 20).map(({ name, reason }) => `${JSON.stringify(name)} (${reason})`);
  return new InputError(
    `expected a feature to learn from, found ${reasons.length > 0 ? `none that can serve: ${reasons.join(', ')}` : 'none'}`,
  );
}
