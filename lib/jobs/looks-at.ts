import { InputError } from '../core/errors.ts';
import { cellText, listNames, placeOf } from '../data/lookup.ts';
import type { Column, Table } from '../data/table.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { LoadedModel } from '../registry/versions.ts';
import type { AssessOptions } from './assess/assess.ts';
import { groupColumn, sliceColumn } from './slice-columns.ts';

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
    ...(fairness && {
      fairness: fairness.map((name) => groupColumn(sliceColumn(found(table, name, 'fairness'), rows))),
    }),
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
