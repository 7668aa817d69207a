import { InputError } from '../../core/errors.ts';
import { cellText, placeOf } from '../../data/lookup.ts';
import type { Column } from '../../data/table.ts';
import { quoteText } from '../../data/text.ts';
import type { TextPredictions } from '../../metrics/predictions.ts';
import type { PredictionsDocument } from '../../pipeline/predictions-schema.ts';
import type { GivenTable } from './read-given.ts';
import { weightsOf } from './rows.ts';

/**
 * Generated texts and their references. A cell that is a JSON list of texts holds several references, and so do several
 * columns; empty ones are left out. A row without a reference has the empty text as its only one.
 */
export function textPredictions(
  given: GivenTable,
  { pattern }: Pick<PredictionsDocument['predictions'], 'pattern'>,
): TextPredictions {
  const { table, rows, columns } = given;
  const [prediction] = columns('prediction');
  const labels = columns('label');
  const [logs] = columns('logProbabilities');
  return {
    kind: 'texts',
    hypotheses: Array.from(rows, (row) => cellText(prediction, row) ?? ''),
    references: Array.from(rows, (row) => {
      const cells = labels.flatMap((column) => referencesIn(cellText(column, row)));
      return cells.length > 0 ? cells : [''];
    }),
    ...(logs && { logProbabilities: Array.from(rows, (row) => numbersIn(given, logs, row)) }),
    ...(pattern !== undefined && { pattern }),
    weights: weightsOf({ ...given, table }),
  };
}

function referencesIn(cell: string | null): string[] {
  if (cell === null || cell === '') return [];
  if (!cell.startsWith('[')) return [cell];
  const list = parsed(cell);
  const isTexts = Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === 'string');
  return isTexts ? (list as string[]) : [cell];
}

function numbersIn({ table }: GivenTable, column: Column, row: number): number[] {
  const list = parsed(cellText(column, row) ?? '[]');
  if (Array.isArray(list) && list.every((one) => typeof one === 'number' && one <= 0)) return list as number[];
  throw new InputError(
    `${placeOf(table, row)}, column ${quoteText(column.name)}: expected a JSON list of log-probabilities up to 0, found ${quoteText(cellText(column, row) ?? '')}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
