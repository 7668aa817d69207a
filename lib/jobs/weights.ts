import { InputError } from '../core/errors.ts';
import { placeOf } from '../data/lookup.ts';
import type { Table } from '../data/table.ts';

/**
 * The weights of `rows` in a column; undefined when there is no such column.
 *
 * @throws InputError when a weight is missing or negative, or all are zero
 */
export function weightsOf(table: Table, column: string | null, rows: Int32Array): Float64Array | undefined {
  if (column === null) return undefined;
  const weights = table.columns.find(({ name }) => name === column);
  if (weights?.kind !== 'number') {
    throw new InputError(
      `data.weight: expected column "${column}" to hold numbers, found ${weights?.kind ?? 'no such column'}`,
    );
  }
  const values = Float64Array.from(rows, (row) => weights.values[row]);
  const wrong = values.findIndex((weight) => !(weight >= 0));
  if (wrong >= 0) {
    const row = rows[wrong];
    throw new InputError(
      `${placeOf(table, row)}, column "${column}": expected a weight of zero or more, found ` +
        (Number.isNaN(values[wrong]) ? 'nothing' : values[wrong]),
    );
  }
  if (values.every((weight) => weight === 0)) {
    throw new InputError(`data.weight: expected a weight above zero in column "${column}", found none`);
  }
  return values;
}
