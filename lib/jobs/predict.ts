import { InputError } from '../core/errors.ts';
import { encodeRecord } from '../data/encode.ts';
import type { Table } from '../data/table.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { predictFeatures, predictRows, type RowPredictions } from './predictions.ts';
import { rowNames } from './predictions-csv.ts';

/** Most rows that one request may ask about. */
export const rowLimit = 10_000;

/**
 * Answer for one row: a number in the target's units, or the likeliest class and each class's probability. A model of a
 * hinge loss has no probabilities, and answers how far the row is on the side of the positive class.
 */
export type Prediction =
  | number
  | { label: string; probabilities: Record<string, number> }
  | { label: string; margin: number };

/** What `predictRecords` answers, a prediction for each row in their order. */
export interface PredictionAnswer {
  model: string;
  version: string;
  predictions: Prediction[];
  /** What was noticed about the rows, such as a category that training had not seen. */
  warnings: string[];
}

/**
 * What a model says of rows given as JSON objects, one property a feature.
 *
 * @throws InputError naming the row and the property that is wrong
 */
export function predictRecords(loaded: LoadedModel, records: unknown): PredictionAnswer {
  const { manifest } = loaded;
  if (!Array.isArray(records)) throw new InputError(`rows: expected a list of objects, found ${typeOf(records)}`);
  if (records.length === 0 || records.length > rowLimit) {
    throw new InputError(`rows: expected 1 to ${rowLimit} rows, found ${records.length}`, {
      advice: 'Score a larger dataset from the store instead',
    });
  }
  const { encoding } = manifest;
  const width = encoding.columns.length;
  const data = new Float32Array(records.length * width);
  const warnings: string[] = [];
  const isSparse = learnedSparse(manifest);
  records.forEach((record: unknown, row) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new InputError(`rows[${row}]: expected an object, found ${typeOf(record)}`);
    }
    const place = (text: string) => `rows[${row}]: ${text}`;
    try {
      for (const text of encodeRecord(encoding, record as Record<string, unknown>, data, row * width, { isSparse })) {
        warnings.push(place(text));
      }
    } catch (error) {
      if (error instanceof InputError) throw new InputError(place(error.message), { cause: error });
      throw error;
    }
  });
  const predicted = predictFeatures(loaded, { rowCount: records.length, columnCount: width, data });
  return {
    model: manifest.name,
    version: manifest.version,
    predictions: toAnswers(predicted),
    warnings: firstWarnings(warnings),
  };
}

/** Whether a model's features are sparse, as those of LIBSVM are: they are no columns, so its schema knows none of them. */
const learnedSparse = ({ schema }: Manifest): boolean =>
  schema?.columns.every(({ role }) => role !== 'feature') ?? false;

/** Most warnings that an answer holds: a field too many in each of ten thousand rows is one thing to know, not as many. */
const warningLimit = 100;

/** The first hundred, and how many there were besides. */
export function firstWarnings(warnings: readonly string[]): string[] {
  if (warnings.length <= warningLimit) return [...warnings];
  return [...warnings.slice(0, warningLimit), `${warnings.length - warningLimit} more warnings were left out.`];
}

/**
 * What a model says of each row of a table.
 *
 * @param id the column whose cells name the rows; null names them by object and line
 * @returns `ids` name the rows, in their order
 * @throws InputError when there is no such column, or the table lacks one that the model needs
 */
export function predictTable(
  loaded: LoadedModel,
  table: Table,
  id: string | null,
): PredictionAnswer & { ids: (string | number)[] } {
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  const nameOf = rowNames(table, id);
  const { name: model, version } = loaded.manifest;
  const predictions = toAnswers(predictRows(loaded, table, rows));
  return { model, version, ids: Array.from(rows, nameOf), predictions, warnings: table.warnings };
}

function toAnswers(predicted: RowPredictions): Prediction[] {
  if (predicted.kind === 'values') return [...predicted.values];
  const { classes, labels, probabilities, margins } = predicted;
  if (margins) return Array.from(labels, (label, row) => ({ label: classes[label], margin: margins[row] }));
  return Array.from(labels, (label, row) => ({
    label: classes[label],
    probabilities: Object.fromEntries(classes.map((name, k) => [name, probabilities[row * classes.length + k]])),
  }));
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value);
