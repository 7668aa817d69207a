import { InputError } from '../../core/errors.ts';
import { listNames, placeOf } from '../../data/lookup.ts';
import type { Table } from '../../data/table.ts';
import type { SliceCondition } from '../../pipeline/slice-conditions.ts';

/**
 * The indices in `rows` of the rows that meet all conditions.
 *
 * @throws InputError when a condition names a column that the data lacks, or compares texts by size
 */
export function rowsWhere(conditions: readonly SliceCondition[], table: Table, rows: Int32Array): Int32Array {
  const holds = conditions.map((condition) => testOf(condition, table));
  return Int32Array.from(rows.keys()).filter((place) => holds.every((isMet) => isMet(rows[place])));
}

function testOf({ column: name, is, value }: SliceCondition, table: Table): (row: number) => boolean {
  const column = table.columns.find((one) => one.name === name);
  if (!column) {
    const names = listNames(table.columns.map((one) => one.name));
    throw new InputError(`evaluate.gates, slice: expected a column of the dataset, found "${name}"; it has ${names}`);
  }
  if (column.kind === 'category') {
    if (is !== '=') {
      throw new InputError(
        `evaluate.gates, slice, column "${name}": expected "=" for texts such as ${placeOf(table, 0)} holds, found "${is}"`,
      );
    }
    const code = column.levels.indexOf(value);
    const wanted = code < 0 && value === 'missing' ? -1 : code < 0 ? -2 : code;
    return (row) => column.codes[row] === wanted;
  }
  const { values } = column;
  if (is === '=' && value === 'missing') return (row) => Number.isNaN(values[row]);
  const bound = Number(value);
  const tests: Record<SliceCondition['is'], (cell: number) => boolean> = {
    '=': (cell) => cell === bound,
    '<': (cell) => cell < bound,
    '<=': (cell) => cell <= bound,
    '>': (cell) => cell > bound,
    '>=': (cell) => cell >= bound,
  };
  return (row) => tests[is](values[row]);
}
