import { InputError } from '../core/errors.ts';
import type { Table } from '../data/table.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { predictRows, type RowPredictions } from './predictions.ts';

const linesTogether = 4096;

/**
 * Predictions for each row of a table as CSV: `id,prediction`, and for classes a probability each, or the margin
 * of a hinge loss.
 *
 * @param id the column whose cells name the rows; null names them by object and line
 * @throws InputError when there is no such column, or the table lacks one that the model needs
 */
export function predictionsCsv(model: LoadedModel, table: Table, id: string | null): string {
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  const predicted = predictRows(model, table, rows);
  const idOf = rowNames(table, id);
  const parts = [csvLine(['id', 'prediction', ...columnsBeside(predicted)])];
  // A million lines of their own would take more memory than their text.
  for (let first = 0; first < rows.length; first += linesTogether) {
    const lines = rows.subarray(first, first + linesTogether);
    parts.push(Array.from(lines, (row) => csvLine([idOf(row), ...predictionCells(predicted, row)])).join('\n'));
  }
  return `${parts.join('\n')}\n`;
}

/**
 * Names the rows of a table: by the cells of a column, or by object and line.
 *
 * @throws InputError when there is no such column
 */
export function rowNames(table: Table, id: string | null): (row: number) => string | number {
  if (id === null) {
    return (row) => {
      const object = table.objects.findLast(({ firstRow }) => firstRow <= row);
      return `${object?.key}:${table.lines[row]}`;
    };
  }
  const column = table.columns.find(({ name }) => name === id);
  if (!column) throw new InputError(`id: expected a column of the dataset, found "${id}"`);
  if (column.kind === 'number') return (row) => (Number.isNaN(column.values[row]) ? '' : column.values[row]);
  return (row) => column.levels[column.codes[row]] ?? '';
}

function columnsBeside(predicted: RowPredictions): string[] {
  if (predicted.kind === 'values') return [];
  return predicted.margins ? ['margin'] : predicted.classes.map((name) => `probability_${name}`);
}

function predictionCells(predicted: RowPredictions, row: number): (string | number)[] {
  if (predicted.kind === 'values') return [predicted.values[row]];
  const { classes, labels, probabilities, margins } = predicted;
  if (margins) return [classes[labels[row]], margins[row]];
  const start = row * classes.length;
  return [classes[labels[row]], ...probabilities.subarray(start, start + classes.length)];
}

const csvLine = (cells: (string | number)[]): string => cells.map(csvCell).join(',');

/**
 * A spreadsheet takes a text that begins with one of =, +, -, @, a tab or a carriage return for a formula, which may send
 * what stands beside it to somebody else: an apostrophe makes it a text. Numbers are left as they are.
 *
 * @see OWASP, CSV Injection
 */
const asText = (text: string): string =>
  /^[=+\-@\t\r＝＋－＠]/u.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;

function csvCell(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : asText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
