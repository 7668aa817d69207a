import { InputError } from '../core/errors.ts';
import { listNames, placeOf } from '../data/lookup.ts';
import type { Column, Table } from '../data/table.ts';
import type { SliceColumn } from '../metrics/slices/slice-rows.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { LoadedModel } from '../registry/versions.ts';
import type { AssessOptions } from './assess/assess.ts';
import type { GroupColumn } from './assess/fairness.ts';

/** Most cells of a row with a large loss that a report shows. */
const cellLimit = 100;

/**
 * What an evaluation is asked to examine: slices, groups for fairness, and the rows with the largest losses.
 *
 * @param rows row numbers of the predictions, shape [rowCount]
 * @throws InputError when a column is not there
 */
export function looksAt(
  { evaluate: { slices, fairness, worstRows } }: Pick<Request, 'evaluate'>,
  { manifest }: Pick<LoadedModel, 'manifest'>,
  table: Table,
  rows: Int32Array,
): Pick<AssessOptions, 'slices' | 'fairness' | 'worst'> {
  const features = manifest.encoding.features.map(({ name }) => name).slice(0, cellLimit);
  const cells = table.columns.filter(({ name }) => features.includes(name));
  return {
    ...(slices && { slices: { columns: slices.map((name) => sliceColumn(found(table, name, 'slices'), rows)) } }),
    ...(fairness && { fairness: fairness.map((name) => groupColumn(found(table, name, 'fairness'), rows)) }),
    ...(worstRows && {
      worst: {
        count: worstRows,
        describe: (row: number) => ({
          place: placeOf(table, rows[row]),
          features: Object.fromEntries(cells.map((column) => [column.name, cellText(column, rows[row])])),
        }),
      },
    }),
  };
}

function found(table: Table, name: string, field: 'slices' | 'fairness'): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column) return column;
  const names = listNames(table.columns.map((one) => one.name));
  throw new InputError(`evaluate.${field}: expected a column of the dataset, found "${name}"; it has ${names}`);
}

function sliceColumn(column: Column, rows: Int32Array): SliceColumn {
  const { name } = column;
  if (column.kind === 'number') {
    return { name, kind: 'number', values: Float64Array.from(rows, (row) => column.values[row]) };
  }
  return { name, kind: 'category', codes: Int32Array.from(rows, (row) => column.codes[row]), levels: column.levels };
}

/** The groups of numbers are their values. */
function groupColumn(column: Column, rows: Int32Array): GroupColumn {
  const { name } = column;
  if (column.kind === 'category') {
    return { name, codes: Int32Array.from(rows, (row) => column.codes[row]), levels: column.levels };
  }
  const values = [...new Set(Array.from(rows, (row) => column.values[row]).filter((value) => !Number.isNaN(value)))];
  if (values.length > groupLimit) {
    throw new InputError(
      `evaluate.fairness, column "${name}": expected at most ${groupLimit} groups, found ${values.length} numbers`,
    );
  }
  values.sort((a, b) => a - b);
  const places = new Map(values.map((value, place) => [value, place]));
  return {
    name,
    codes: Int32Array.from(rows, (row) => places.get(column.values[row]) ?? -1),
    levels: values.map(String),
  };
}

const groupLimit = 50;

function cellText(column: Column, row: number): string | null {
  if (column.kind === 'number') return Number.isNaN(column.values[row]) ? null : String(column.values[row]);
  return column.codes[row] < 0 ? null : column.levels[column.codes[row]];
}
