import { blockMoments } from '../core/statistics.ts';
import { blockOffsets } from './block-offsets.ts';
import { longestRun, mostFrequentCode } from './most-frequent.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from './table.ts';

/** What a report says of one column. Statistics leave missing cells out; NaN means undefined. */
export interface ColumnProfile {
  name: string;
  kind: Column['kind'];
  rows: number;
  missing: number;
  distinct: number;
  /** In the column's units; these four are NaN for a category. */
  min: number;
  max: number;
  mean: number;
  /** Of a sample: the sum of squares is divided by one less than the count. */
  standardDeviation: number;
  /** Of equally frequent values the first in order; undefined when all are missing. */
  mostFrequent: { value: number | string; count: number } | undefined;
  /** The first different values, at most five. */
  examples: (number | string)[];
}

/** Profiles of a table's columns, in their order. */
export function profileTable(table: Table): ColumnProfile[] {
  return table.columns.map((column) =>
    column.kind === 'number' ? profileNumbers(table, column) : profileCategories(column),
  );
}

function profileNumbers(table: Table, { name, values }: NumberColumn): ColumnProfile {
  const rows = rowsWhere(values.length, (row) => !Number.isNaN(values[row]));
  const sorted = Float64Array.from(rows, (row) => values[row]).sort();
  const { value, count, runCount } = longestRun(sorted);
  const { mean, variance } = blockMoments(values, rows, blockOffsets(table, rows));
  return {
    name,
    kind: 'number',
    rows: values.length,
    missing: values.length - rows.length,
    distinct: runCount,
    min: rows.length > 0 ? sorted[0] : Number.NaN,
    max: rows.length > 0 ? sorted[rows.length - 1] : Number.NaN,
    mean,
    standardDeviation: rows.length > 1 ? Math.sqrt((variance * rows.length) / (rows.length - 1)) : Number.NaN,
    mostFrequent: count > 0 ? { value, count } : undefined,
    examples: firstDifferent(rows, (row) => values[row]),
  };
}

function profileCategories(column: CategoryColumn): ColumnProfile {
  const { name, codes, levels } = column;
  const rows = rowsWhere(codes.length, (row) => codes[row] >= 0);
  const most = mostFrequentCode(column, rows);
  return {
    name,
    kind: 'category',
    rows: codes.length,
    missing: codes.length - rows.length,
    distinct: levels.length,
    min: Number.NaN,
    max: Number.NaN,
    mean: Number.NaN,
    standardDeviation: Number.NaN,
    mostFrequent:
      rows.length > 0 ? { value: levels[most], count: rows.filter((row) => codes[row] === most).length } : undefined,
    examples: firstDifferent(rows, (row) => codes[row]).map((code) => levels[code]),
  };
}

function rowsWhere(rowCount: number, holds: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (holds(row)) rows[count++] = row;
  return rows.slice(0, count);
}

function firstDifferent(rows: Int32Array, cellOf: (row: number) => number): number[] {
  const values = new Set<number>();
  for (const row of rows) {
    values.add(cellOf(row));
    if (values.size === 5) break;
  }
  return [...values];
}
