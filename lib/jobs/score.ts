import { InputError } from '../core/errors.ts';
import { readTable } from '../data/read.ts';
import type { Table } from '../data/table.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { putJson } from '../store/json.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { conformed, featureKinds, requestOf } from './evaluate-model.ts';
import { openModel, resolveVersion } from './predict.ts';
import { predictRows, type RowPredictions } from './predictions.ts';
import { readIfThere, readJson, runKey, shortHash } from './runs.ts';
import { listDataset, type SourceObject } from './sources.ts';

/** What a scoring works on, kept as runs/<scoring>/request.json. */
export interface ScoringRequest {
  scoring: string;
  model: string;
  version: string;
  input: string;
  /** The column whose cells name the rows of the output; null names them by object and line. */
  id: string | null;
  objects: { key: string; size: number; tag: string; output: string }[];
}

export interface ScoringResult {
  scoring: string;
  model: string;
  version: string;
  rows: number;
  /** Keys of the objects that were written, one for each object read. */
  outputs: string[];
  warnings: string[];
}

/**
 * Names the scoring of a whole dataset, object by object, and keeps its request.
 *
 * The output of `<input>/part.csv` is `predictions/<model>/<scoring>/part.csv`: a CSV of row ids and predictions.
 */
export async function openScoring(
  context: Context,
  {
    name,
    version,
    alias,
    input,
    id = null,
  }: { name: string; version?: string; alias?: string; input: string; id?: string | null },
): Promise<ScoringRequest> {
  const resolved = await resolveVersion(context, { name, version, alias });
  const objects = await listDataset(context, input);
  const named = objects.map(({ key, tag }) => ({ key, tag }));
  const scoring = shortHash({ kind: 'scoring', name, version: resolved, id, objects: named });
  const request: ScoringRequest = {
    scoring,
    model: name,
    version: resolved,
    input,
    id,
    objects: objects.map(({ key, size, tag }) => ({
      key,
      size,
      tag,
      output: `predictions/${name}/${scoring}/${outputName(key, input)}`,
    })),
  };
  await putJson(context.store, runKey(scoring, 'request.json'), request);
  return request;
}

/** Scores a scoring's objects until all have their output or the deadline nears; the next call goes on. */
export async function score(
  context: Context,
  { scoring }: { scoring: string },
): Promise<{ scoring: string; done: boolean }> {
  const { store } = context;
  if (await store.head(runKey(scoring, 'result.json'))) return { scoring, done: true };
  const request = await readJson<ScoringRequest>(store, runKey(scoring, 'request.json'));
  const model = await openModel(context, { name: request.model, version: request.version });
  const there = new Map((await listDataset(context, request.input)).map((object) => [object.key, object]));
  const result: ScoringResult = {
    scoring,
    model: request.model,
    version: request.version,
    rows: 0,
    outputs: [],
    warnings: [],
  };
  for (const [index, { key, tag, output }] of request.objects.entries()) {
    const partKey = runKey(scoring, `scored-${String(index).padStart(6, '0')}.json`);
    let part = await readIfThere<{ rows: number; warnings: string[] }>(store, partKey);
    if (!part) {
      if (context.remainingMs() < deadlineReserveMs) return { scoring, done: false };
      const object = there.get(key);
      if (object?.tag !== tag) {
        throw new InputError(
          `${key}: expected the object that the scoring began with, found ${object ? 'another' : 'none'}`,
        );
      }
      part = await scoreObject(context, model, object, output, request);
      await putJson(store, partKey, part);
    }
    result.rows += part.rows;
    result.outputs.push(output);
    result.warnings.push(...part.warnings);
  }
  await putJson(store, runKey(scoring, 'result.json'), result);
  return { scoring, done: true };
}

/** A scoring's result; undefined while it goes on. */
export const readScoring = ({ store }: Context, scoring: string): Promise<ScoringResult | undefined> =>
  readIfThere<ScoringResult>(store, runKey(scoring, 'result.json'));

/** Predictions for each row of a table as CSV: `id,prediction`, and for classes a probability each, or the margin of a hinge loss. */
export function predictionsCsv(model: LoadedModel, table: Table, id: string | null): string {
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  const predicted = predictRows(model, table, rows);
  const idOf = rowNames(table, id);
  const lines = [csvLine(['id', 'prediction', ...columnsBeside(predicted)])];
  for (const row of rows) lines.push(csvLine([idOf(row), ...predictionCells(predicted, row)]));
  return `${lines.join('\n')}\n`;
}

async function scoreObject(
  { store }: Context,
  model: LoadedModel,
  object: SourceObject,
  output: string,
  { id }: ScoringRequest,
): Promise<{ rows: number; warnings: string[] }> {
  const table = await readForScoring(model, [object]);
  await store.put(output, new TextEncoder().encode(predictionsCsv(model, table, id)), { contentType: 'text/csv' });
  return { rows: table.rowCount, warnings: table.warnings };
}

/**
 * Reads rows that need no labels, as the training data was read. How they differ from it stands in the table's warnings.
 *
 * @throws InputError when the data lacks a column that the model needs
 */
export async function readForScoring({ manifest }: LoadedModel, objects: SourceObject[]): Promise<Table> {
  const { header, limits } = requestOf(manifest, '').data;
  const table = await readTable(objects, { header, kinds: featureKinds(manifest), maxColumns: limits.columns });
  return conformed(manifest, table);
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

function rowNames(table: Table, id: string | null): (row: number) => string | number {
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

const csvLine = (cells: (string | number)[]): string => cells.map(csvCell).join(',');

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An output's name: the object's key below the input prefix, or its last segment when the input is one object. */
function outputName(key: string, input: string): string {
  const below = key.startsWith(input) && key !== input ? key.slice(input.length).replace(/^\//, '') : undefined;
  return `${(below ?? key.split('/').at(-1) ?? key).replace(/(\.[a-z0-9]{1,7}){1,2}$/i, '')}.csv`;
}
