import { ConflictError, InputError } from '../core/errors.ts';
import { readTable } from '../data/read.ts';
import { blockHashes } from '../data/table.ts';
import { scheduleSeconds } from '../pipeline/resolve.ts';
import { champion, readAlias } from '../registry/aliases.ts';
import type { Manifest } from '../registry/manifest.ts';
import { readManifest } from '../registry/versions.ts';
import { getJson, putJson } from '../store/json.ts';
import { type Context, deadlineReserveMs } from './context.ts';
import { type EvaluationResult, evaluateModel } from './evaluate-model.ts';
import type { PredictionsResult } from './evaluate-predictions.ts';
import { evaluateNewPredictions } from './new-predictions.ts';
import { packedReading } from './packed-reading.ts';
import { type ListedPipeline, listPipelines, type ResolvedPipeline } from './pipelines.ts';
import { neededColumns, readOptions } from './read-options.ts';
import { recordedRequest } from './recorded-request.ts';
import { findDataset, type SourceObject } from './sources.ts';

/** What came of one pipeline's schedule at a tick. */
export type ScheduledOutcome = { pipeline: string } & Outcome;

type Outcome =
  | { status: 'evaluated'; on: 'new objects' | 'held-out rows'; result: EvaluationResult | PredictionsResult }
  | { status: 'nothing-new' | 'no-champion' | 'not-due' | 'busy'; sentence: string }
  | { status: 'failed'; error: { name: string; message: string } };

/** Milliseconds after which a slot that was begun and not finished is taken over: longer than a function may run. */
const abandonedAfterMs = 16 * 60_000;

/** One span of a schedule, kept as runs/slots/<pipeline>/<seconds>-<number>.json. */
interface Slot {
  state: 'begun' | 'done';
  /** Milliseconds since 1970. */
  atMs: number;
}

/**
 * Runs what is due: evaluates the champion of each pipeline with a schedule, once per slot of that schedule, on
 * objects that the champion's manifest does not name, else on its own held-out rows; and the predictions that documents
 * with a schedule name, on objects that were not evaluated before.
 *
 * One pipeline's failure does not keep the others from their turn. Stops before the deadline; what is left is done at
 * the next tick.
 */
export async function runScheduled(context: Context): Promise<ScheduledOutcome[]> {
  const outcomes: ScheduledOutcome[] = [];
  for (const entry of await listPipelines(context.store)) {
    const due = dueWork(entry);
    if (!due) continue;
    if (context.remainingMs() < 2 * deadlineReserveMs) break;
    outcomes.push(await runSlot(context, entry.name, due));
  }
  return outcomes;
}

/** Scheduled work, and how often it is done. */
interface DueWork {
  everySeconds: number;
  work(context: Context): Promise<Outcome>;
}

function dueWork(entry: ListedPipeline): DueWork | undefined {
  if ('pipeline' in entry) {
    const { pipeline } = entry;
    const { schedule } = pipeline.request;
    return schedule ? { ...schedule, work: (context) => evaluateChampion(context, pipeline) } : undefined;
  }
  if (!('predictions' in entry) || !entry.predictions.schedule) return undefined;
  const { predictions } = entry;
  const everySeconds = scheduleSeconds(entry.predictions.schedule);
  return { everySeconds, work: (context) => evaluateNewPredictions(context, predictions) };
}

/** Serves the slot of this moment, unless it was served before or is being served. */
async function runSlot(context: Context, name: string, { everySeconds, work }: DueWork): Promise<ScheduledOutcome> {
  const slot = Math.floor(context.now() / 1000 / everySeconds);
  const key = `runs/slots/${name}/${everySeconds}-${slot}.json`;
  const claimed = await claim(context, key);
  if (claimed === 'done') return { pipeline: name, status: 'not-due', sentence: 'This slot was served before.' };
  if (claimed === 'busy') return { pipeline: name, status: 'busy', sentence: 'Another call serves this slot.' };
  let outcome: Outcome;
  try {
    outcome = await work(context);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    outcome = { status: 'failed', error: { name: error.name, message: error.message } };
    // A store that did not answer may answer when the tick is delivered again: the slot is given back for it. Should
    // that fail as well, the slot is taken over once it counts as abandoned.
    if (error.name === 'StoreError') {
      await context.store.delete(key, { ifMatch: claimed.tag }).catch(() => {});
      return { pipeline: name, ...outcome };
    }
  }
  const done: Slot & { outcome: ScheduledOutcome } = {
    state: 'done',
    atMs: context.now(),
    outcome: { pipeline: name, ...outcome },
  };
  await putJson(context.store, key, done);
  return done.outcome;
}

/** Takes a slot, and answers the tag of what it wrote there; or why it was not to be had. */
async function claim(context: Context, key: string): Promise<{ tag: string } | 'busy' | 'done'> {
  const slot: Slot = { state: 'begun', atMs: context.now() };
  try {
    return await putJson(context.store, key, slot, { ifAbsent: true });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
  const { value: there, tag } = await getJson<Slot>(context.store, key);
  if (there.state === 'done') return 'done';
  if (context.now() - there.atMs < abandonedAfterMs) return 'busy';
  try {
    return await putJson(context.store, key, slot, { ifMatch: tag });
  } catch (error) {
    if (error instanceof ConflictError) return 'busy';
    throw error;
  }
}

async function evaluateChampion(context: Context, { request }: ResolvedPipeline): Promise<Outcome> {
  const { name, data } = request;
  const state = await readAlias(context.store, name, champion);
  if (!state) return { status: 'no-champion', sentence: `Model ${name} has no champion to evaluate.` };
  const { version } = state;
  const manifest = await readManifest(context.store, name, version);
  const objects = await findDataset(context, data.path, data.ready);
  const fresh = new Set<string>();
  for (const object of objects) if (await isNew(context, object, manifest)) fresh.add(object.key);
  const hasNew = fresh.size > 0;
  const known = new Set(objects.map(({ key }) => key).filter((key) => !fresh.has(key)));
  const which = hasNew ? { keys: fresh, heldOut: false } : { keys: known, heldOut: true };
  const only = ({ key }: SourceObject) => which.keys.has(key);
  const result = await evaluateModel(context, { name, version, path: data.path, only, heldOut: which.heldOut });
  if (result.status === 'found') {
    return {
      status: 'nothing-new',
      sentence: `Version ${version} was evaluated on this data before (${result.report}); no new report was written.`,
    };
  }
  return { status: 'evaluated', on: hasNew ? 'new objects' : 'held-out rows', result };
}

/**
 * Whether an object is one that the version was not trained on: its key is not named, or its size is another.
 *
 * Training data that lies under another key now is not new. It has the size of an object that is named, and then its
 * blocks' hashes tell.
 */
async function isNew(context: Context, object: SourceObject, manifest: Manifest): Promise<boolean> {
  const { data } = manifest;
  const { key, size } = object;
  if (data.objects.some((named) => named.key === key && named.size === size)) return false;
  if (!data.objects.some((named) => named.size === size)) return true;
  const known = new Set(data.blocks);
  try {
    const request = recordedRequest(manifest);
    const table = await readTable([object], {
      ...readOptions(context, request.data),
      wanted: neededColumns(request),
      // The blocks alone are looked at.
      mayLetGo: () => true,
      single: () => true,
      packed: await packedReading(context, [object]),
    });
    table.numbers?.source?.close();
    return !blockHashes(table).every((hash) => known.has(hash));
  } catch (error) {
    // What can't be read so is not what was trained on; the evaluation says what is wrong with it.
    if (error instanceof InputError) return true;
    throw error;
  }
}
