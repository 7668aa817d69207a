import { InputError } from '../core/errors.ts';
import type { Column } from '../data/table.ts';
import type { SliceColumn } from '../metrics/slices/slice-rows.ts';
import type { GroupColumn } from './assess/fairness.ts';

/** The cells of a column on some rows, to slice by. */
export function sliceColumn(column: Column, rows: Int32Array): SliceColumn {
  const { name } = column;
  return column.kind === 'number'
    ? { name, kind: 'number', values: Float64Array.from(rows, (row) => column.values[row]) }
    : { name, kind: 'category', codes: Int32Array.from(rows, (row) => column.codes[row]), levels: column.levels };
}

/** Most groups of a column of numbers. */
const groupLimit = 50;

/**
 * The groups of a column, whose treatment is compared; the groups of numbers are their values.
 *
 * @throws InputError when a column holds more than 50 distinct numbers
 */
export function groupColumn(column: SliceColumn): GroupColumn {
  if (column.kind === 'category') return column;
  const { name, values } = column;
  const groups = [...new Set(Array.from(values))].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (groups.length > groupLimit) {
    throw new InputError(
      `evaluate.fairness, column "${name}": expected at most ${groupLimit} groups, found ${groups.length} numbers`,
    );
  }
  const places = new Map(groups.map((value, place) => [value, place]));
  return { name, codes: Int32Array.from(values, (value) => places.get(value) ?? -1), levels: groups.map(String) };
}
