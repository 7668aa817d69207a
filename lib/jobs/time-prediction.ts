import type { Table } from '../data/table.ts';
import type { LoadedModel } from '../registry/versions.ts';
import type { Context } from './context.ts';
import { predictRows } from './predictions.ts';

/** Number of single predictions that are timed. */
const timedRows = 100;

/**
 * Milliseconds that the prediction of one row takes, from its cells on: the mean of a hundred.
 *
 * @param rows row numbers to predict, at least one
 */
export function timePrediction(
  { now }: Pick<Context, 'now'>,
  model: LoadedModel,
  { table, rows }: { table: Table; rows: Int32Array },
): number {
  const single = Array.from({ length: timedRows }, (_, i) => rows.subarray(i % rows.length, (i % rows.length) + 1));
  for (const row of single.slice(0, 10)) predictRows(model, table, row);
  const startMs = now();
  for (const row of single) predictRows(model, table, row);
  return (now() - startMs) / timedRows;
}
