import { makeFeatureRoom } from '../data/feature-room.ts';
import { readTable } from '../data/read.ts';
import type { Table } from '../data/table.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { putJson, readIfThere, readJson } from '../store/json.ts';
import { putText } from '../store/text.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { withoutEndings } from './file-name.ts';
import { conformed, featureKinds, laterSingles } from './later-data.ts';
import { openModel, resolveVersion, type VersionChoice } from './open-model.ts';
import { packedReading, type ReadingContext } from './packed-reading.ts';
import { predictionsCsv } from './predictions-csv.ts';
import { predictionColumns, readOptions } from './read-options.ts';
import { recordedRequest } from './recorded-request.ts';
import { identityOf, objectFinder, runKey, shortHash } from './runs.ts';
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

/** What came of a scoring, kept as runs/<scoring>/result.json. */
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
 *
 * @param options.id the column whose cells name the rows of the output
 * @throws NotFoundError when there is no such alias
 * @throws InputError when there is no data at `input`
 */
export async function openScoring(
  context: Context,
  { input, id = null, ...choice }: VersionChoice & { input: string; id?: string | null },
): Promise<ScoringRequest> {
  const { name } = choice;
  const version = await resolveVersion(context, choice);
  const objects = await listDataset(context, input);
  const names = outputNames(
    objects.map(({ key }) => key),
    input,
  );
  const scoring = shortHash({ kind: 'scoring', name, version, id, objects: identityOf(objects), names });
  const request: ScoringRequest = {
    scoring,
    model: name,
    version,
    input,
    id,
    objects: objects.map(({ key, size, tag }, i) => ({
      key,
      size,
      tag,
      output: `predictions/${name}/${scoring}/${names[i]}`,
    })),
  };
  await putJson(context.store, runKey(scoring, 'request.json'), request);
  return request;
}

/**
 * Scores a scoring's objects until all have their output or the deadline nears; the next call goes on.
 *
 * @throws InputError when an object that is still to be scored is gone or has changed, or can't be scored
 */
export async function score(
  context: Context,
  { scoring }: { scoring: string },
): Promise<{ scoring: string; done: boolean }> {
  const { store } = context;
  if (await store.head(runKey(scoring, 'result.json'))) return { scoring, done: true };
  const request = await readJson<ScoringRequest>(store, runKey(scoring, 'request.json'));
  const { model: name, version } = request;
  const model = await openModel(context, { name, version });
  const find = await objectFinder(context, request.input, 'scoring');
  const parts: ScoredPart[] = [];
  // Each call scores one object at the least, so that calling again and again comes to an end.
  let hasScored = false;
  for (const [index, object] of request.objects.entries()) {
    const partKey = runKey(scoring, `scored-${String(index).padStart(6, '0')}.json`);
    let part = await readIfThere<ScoredPart>(store, partKey);
    if (!part) {
      if (hasScored && context.remainingMs() < deadlineReserveMs) return { scoring, done: false };
      part = await scoreObject(context, model, { object: find(object), output: object.output, id: request.id });
      await putJson(store, partKey, part);
      hasScored = true;
    }
    parts.push(part);
  }
  const result: ScoringResult = {
    scoring,
    model: name,
    version,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    outputs: request.objects.map(({ output }) => output),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
  await putJson(store, runKey(scoring, 'result.json'), result);
  return { scoring, done: true };
}

/** A scoring's result; undefined while it goes on. */
export const readScoring = ({ store }: Context, scoring: string): Promise<ScoringResult | undefined> =>
  readIfThere<ScoringResult>(store, runKey(scoring, 'result.json'));

/**
 * Reads rows that need no labels, as the training data was read. How they differ from it stands in the table's warnings.
 *
 * @param options.id the column that names the rows: read as text, for `007` and twenty digits are names and no numbers
 * @param options.context what to read with; without it, rows are read one by one, into memory
 * @returns the table; closing the source of its numbers, if there is one, gives back what it keeps on a disk
 * @throws InputError when the data lacks a column that the model needs, or does not fit in memory
 */
export async function readForScoring(
  { manifest }: LoadedModel,
  objects: SourceObject[],
  { id = null, context }: { id?: string | null; context?: ReadingContext } = {},
): Promise<Table> {
  const options = readOptions(context ?? {}, recordedRequest(manifest).data);
  const kinds = { ...(id === null ? {} : { [id]: 'category' as const }), ...featureKinds(manifest) };
  const wanted = predictionColumns(manifest, [id]);
  const table = await readTable(objects, {
    ...options,
    named: false,
    hashed: false,
    kinds,
    wanted,
    mayLetGo: (name) => !wanted(name),
    single: laterSingles(manifest),
    forModel: true,
    ...(context && { packed: await packedReading(context, objects) }),
  });
  const { memoryBytes } = options.limits;
  if (table.numbers && memoryBytes !== undefined) makeFeatureRoom(table, manifest.encoding.columns.length, memoryBytes);
  return conformed(manifest, table, { id });
}

/** What is kept of each object once it is scored: runs/<scoring>/scored-<index>.json. */
interface ScoredPart {
  rows: number;
  warnings: string[];
}

async function scoreObject(
  context: Context,
  model: LoadedModel,
  { object, output, id }: { object: SourceObject; output: string; id: string | null },
): Promise<ScoredPart> {
  const table = await readForScoring(model, [object], { id, context });
  try {
    await putText(context.store, output, predictionsCsv(model, table, id), 'text/csv');
    return { rows: table.rowCount, warnings: table.warnings };
  } finally {
    table.numbers?.source?.close();
  }
}

/** A name for each output: what stands below the input prefix, without its ending unless that tells two apart. */
function outputNames(keys: readonly string[], input: string): string[] {
  const below = keys.map((key) => {
    const isBelow = key.startsWith(input) && key !== input;
    return isBelow ? key.slice(input.length).replace(/^\//, '') : (key.split('/').at(-1) ?? key);
  });
  const short = below.map(withoutEndings);
  return (new Set(short).size === short.length ? short : below).map((name) => `${name}.csv`);
}
