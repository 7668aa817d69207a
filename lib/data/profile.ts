import type { SparseMatrix } from '../core/sparse-matrix.ts';
import { distributionOf } from './distribution.ts';
import { maxLevels } from './feature-encoding.ts';
import type { FreeText } from './free-text.ts';
import { allRows, numberFacts } from './number-facts.ts';
import { cellReader } from './packed.ts';
import { type ColumnDescription, codeCounts, describeColumns, type SchemaKind } from './schema/kinds.ts';
import { shortestSingle } from './single.ts';
import type { CategoryColumn, NumberColumn, Table } from './table.ts';

/** What a report says of one column. Statistics leave missing cells out; NaN means undefined. */
export interface ColumnProfile {
  name: string;
  /** What the column holds, and why: see `describeColumns`. */
  kind: SchemaKind;
  reason: string;
  rows: number;
  missing: number;
  /** Number of distinct values. It, `frequent` and `histogram` count all rows, or `sampled` evenly spaced rows. */
  distinct: number;
  sampled?: number;
  /** In the column's units; these four are NaN for a column of texts. */
  min: number;
  max: number;
  mean: number;
  /** Of a sample: the sum of squares is divided by one less than the count. */
  standardDeviation: number;
  /** Of equally frequent values the first in order; undefined when all are missing. */
  mostFrequent: { value: number | string; count: number } | undefined;
  /** The most frequent values, at most eight, from the most frequent on; of equally frequent ones the first in order. */
  frequent: { value: number | string; count: number }[];
  /** Numbers only: counts in bins of equal width from the smallest to the largest value, when these are finite. */
  histogram?: { from: number; to: number; counts: number[] };
  /** The first different values, at most five. */
  examples: (number | string)[];
  /** What deserves a look before training, as sentences. */
  warnings: string[];
}

/**
 * Profiles of a table's columns, in their order, those among them that were let go of as they were read.
 *
 * @param descriptions what the columns hold, in the same order; found from all rows by default
 */
export function profileTable(
  table: Table,
  descriptions: readonly ColumnDescription[] = describeColumns(table),
): ColumnProfile[] {
  const profiles = table.columns.map((column, i) => {
    const { kind, reason } = descriptions[i];
    const statistics = column.kind === 'number' ? profileNumbers(table, column) : profileCategories(table, column);
    const profile = { name: column.name, kind, reason, rows: table.rowCount, ...statistics };
    return { ...profile, warnings: warningsOf(profile) };
  });
  // In order of their positions, so that each finds those before it in place.
  for (const text of table.freeTexts ?? []) profiles.splice(text.position, 0, profileFreeText(text, table.rowCount));
  return profiles;
}

/** Of a column that was let go of: the first rows tell what it is, and its different values were not counted further. */
function profileFreeText({ name, kind, reason, missing, distinct, examples }: FreeText, rows: number): ColumnProfile {
  const none = { min: Number.NaN, max: Number.NaN, mean: Number.NaN, standardDeviation: Number.NaN };
  const statistics = { missing, distinct, ...none, mostFrequent: undefined, frequent: [], examples };
  const profile = { name, kind, reason, rows, ...statistics };
  const counted = `Its different values were counted up to ${distinct}: there are too many to keep.`;
  return { ...profile, warnings: [...warningsOf(profile), counted] };
}

/** What a report says of sparse features together, which are too many to tell of each. */
export interface SparseProfile {
  /** How many there are: the largest index. */
  features: number;
  /** Cells that are neither zero nor missing. */
  nonzeros: number;
  missing: number;
  /** Of the cells that are not missing. */
  sum: number;
  /** Of the nonzeros, in their units; NaN when there are none. */
  min: number;
  max: number;
}

/** Describes the stored cells of a sparse matrix, all columns together. */
export function profileSparse({ columnCount, data }: SparseMatrix): SparseProfile {
  const profile: SparseProfile = {
    features: columnCount,
    nonzeros: 0,
    missing: 0,
    sum: 0,
    min: Number.NaN,
    max: Number.NaN,
  };
  for (const value of data) {
    if (Number.isNaN(value)) {
      profile.missing++;
      continue;
    }
    profile.nonzeros++;
    profile.sum += value;
    if (!(profile.min <= value)) profile.min = value;
    if (!(profile.max >= value)) profile.max = value;
  }
  return profile;
}

/** Most values that are shown as examples. */
const exampleLimit = 5;

/** Most values that are told with their counts. */
const frequentLimit = 8;

/** A column with this share of its cells missing deserves a look. */
const muchMissing = 0.3;

function warningsOf({ kind, reason, rows, missing, distinct }: Omit<ColumnProfile, 'warnings'>): string[] {
  const warnings: string[] = [];
  if (missing < rows && missing >= muchMissing * rows) warnings.push(`${missing} of ${rows} cells are missing.`);
  if (kind === 'constant') warnings.push(`It can teach nothing: ${reason}.`);
  if (kind === 'identifier') warnings.push(`It is left out of training: ${reason}.`);
  if (kind === 'text') warnings.push('It is left out of training, unless its preparation asks for n-grams.');
  if (kind === 'category' && distinct > 50) {
    warnings.push(
      distinct > maxLevels
        ? `It has ${distinct} different values: they are hashed.`
        : `It has ${distinct} different values: each becomes a column.`,
    );
  }
  return warnings;
}

type Statistics = Omit<ColumnProfile, 'name' | 'kind' | 'reason' | 'rows' | 'warnings'>;

function profileNumbers(table: Table, column: NumberColumn): Statistics {
  const { count, min, max, moments } = numberFacts(table, column, allRows(table));
  const { mean, variance } = moments;
  const distribution = distributionOf(table, column);
  const shown = (value: number) => (column.single ? shortestSingle(value) : value);
  return {
    missing: table.rowCount - count,
    min: shown(min),
    max: shown(max),
    mean,
    standardDeviation: count > 1 ? Math.sqrt((variance * count) / (count - 1)) : Number.NaN,
    ...distribution,
    mostFrequent: distribution.frequent[0],
    examples: firstNumbers(table, column).map(shown),
  };
}

/** The first different values, at most five. */
function firstNumbers({ rowCount }: Table, column: NumberColumn): number[] {
  const cellAt = cellReader(column);
  const values = new Set<number>();
  for (let row = 0; row < rowCount && values.size < exampleLimit; row++) {
    const value = cellAt(row);
    if (!Number.isNaN(value)) values.add(value);
  }
  return [...values];
}

function profileCategories(table: Table, column: CategoryColumn): Statistics {
  const { codes, levels } = column;
  const counts = codeCounts(column, allRows(table));
  // Equal counts keep the order of the levels, since sorting is stable.
  const used = Array.from(levels, (_, code) => code).filter((code) => counts[code] > 0);
  const order = used.toSorted((a, b) => counts[b] - counts[a]);
  const frequent = order.slice(0, frequentLimit).map((code) => ({ value: levels[code], count: counts[code] }));
  return {
    missing: counts.reduce((missing, count) => missing - count, table.rowCount),
    distinct: used.length,
    min: Number.NaN,
    max: Number.NaN,
    mean: Number.NaN,
    standardDeviation: Number.NaN,
    mostFrequent: frequent[0],
    frequent,
    examples: firstCodes(codes, Math.min(exampleLimit, used.length)).map((code) => levels[code]),
  };
}

/** The first `count` distinct codes, of which there must be as many. */
function firstCodes(codes: Int32Array, count: number): number[] {
  const found = new Set<number>();
  for (let row = 0; found.size < count; row++) if (codes[row] >= 0) found.add(codes[row]);
  return [...found];
}
