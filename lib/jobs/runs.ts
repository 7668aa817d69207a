import { InputError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { recipe } from '../core/recipe.ts';
import type { AppliedDefault, Request } from '../pipeline/resolve.ts';
import type { Metrics, Report } from '../report/report.ts';
import { asRead, putJson, readIfThere, readJson } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import type { Context } from './context.ts';
import { inOrder } from './generations.ts';
import { listDataset, type SourceObject } from './sources.ts';
import { resolveWarmStart } from './warm-start.ts';

/** What a run works on, kept as runs/<run>/request.json. */
export interface RunRequest {
  run: string;
  request: Request;
  defaults: AppliedDefault[];
  recipe: number;
  objects: { key: string; size: number; tag: string }[];
  /** The place of its look at the objects in the order of all such looks; see generations.ts. */
  generation?: number;
}

/** What each task of a training is called with. */
export interface RunStep {
  run: string;
  /** The recorded request of the run, if the caller has already read it. */
  kept?: RunRequest;
}

/** What came of a run, kept as runs/<run>/result.json and printed by `hone run --json`. */
export interface RunResult {
  run: string;
  version: string;
  /** `found` when the version had been trained before. */
  status: 'trained' | 'found';
  solution: string;
  gate: Report['verdict']['gate'];
  metrics: Metrics;
  /** Key of report.json; report.html lies beside it. */
  report: string;
}

/** Why a run failed, kept as runs/<run>/error.json. */
export interface RunError {
  name: string;
  message: string;
  /** Counts from 0; a further try is a further execution. */
  attempt: number;
}

/** Names of hashes in keys: 128 bits of a SHA-256. */
export const shortHash = (value: unknown): string => hashOf(value).slice(0, 32);

/** What of a dataset's objects goes into the name of the work that is done on them. */
export const identityOf = (objects: readonly SourceObject[]): { key: string; tag: string }[] =>
  objects.map(({ key, tag }) => ({ key, tag }));

/** Where a run, a scoring, an evaluation or an inspection keeps a file of its own. */
export const runKey = (run: string, file: string): string => `runs/${run}/${file}`;

/**
 * Names a run by the resolved request, each object's key and tag, and the recipe, and keeps its request: an event
 * delivered twice finds its run.
 *
 * @throws InputError when there is no data
 */
export async function openRun(context: Context, pipeline: AskedRun): Promise<RunRequest> {
  const { request, result } = await beginRun(context, pipeline);
  return result ? readRun(context.store, request.run) : request;
}

/** A pipeline's request, and the defaults that it was filled up with. */
type AskedRun = Pick<RunRequest, 'request' | 'defaults'>;

/**
 * Like `openRun`, with the run's result if it has one. Then nothing is written, and its request is not the one that was
 * kept, which knows the place of its look.
 *
 * @param onNew called when the run has no result yet, before it is opened
 * @throws InputError when there is no data
 */
export async function beginRun(
  context: Context,
  { request: asked, defaults }: AskedRun,
  onNew: (run: RunRequest, objects: readonly SourceObject[]) => void = () => {},
): Promise<{ request: RunRequest; result?: RunResult }> {
  const { path, ready } = asked.data;
  let objects: SourceObject[] = [];
  const look = async (): Promise<RunRequest> => {
    objects = await listDataset(context, path, ready);
    const identity = identityOf(objects);
    const warmStartKey = runKey('warm-starts', `${shortHash({ request: asked, objects: identity, recipe })}.json`);
    const request = await resolveWarmStart(context, asked, warmStartKey);
    const run = shortHash({ request, objects: identity, recipe });
    const named = objects.map(({ key, size, tag }) => ({ key, size, tag }));
    return { run, request, defaults, recipe, objects: named };
  };
  const opened = await inOrder(context, asked.name, look, async (request) => {
    const result = await readResult(context.store, request.run);
    if (result) return { request, result };
    onNew(request, objects);
    return undefined;
  });
  if ('result' in opened) return opened;
  await putJson(context.store, runKey(opened.run, 'request.json'), opened);
  return { request: asRead(opened) };
}

/** @throws NotFoundError when there is no such run */
export async function readRun(store: Store, run: string): Promise<RunRequest> {
  checkRunName(run);
  return readJson<RunRequest>(store, runKey(run, 'request.json'));
}

/** A run's result or error; both undefined while it goes on. */
export async function readOutcome(store: Store, run: string): Promise<{ result?: RunResult; error?: RunError }> {
  checkRunName(run);
  const [result, error] = await Promise.all([
    readResult(store, run),
    readIfThere<RunError>(store, runKey(run, 'error.json')),
  ]);
  return result ? { result } : { error };
}

/** A run's result, once it has ended well. */
export const readResult = (store: Store, run: string): Promise<RunResult | undefined> =>
  readIfThere<RunResult>(store, runKey(run, 'result.json'));

/** Notes that a run failed, unless it has a result. */
export async function recordFailure(
  { store }: Context,
  run: string,
  { name, message }: { name: string; message: string },
): Promise<void> {
  const { result, error } = await readOutcome(store, run);
  if (result) return;
  // Attempts that died without a word left no error, but they count.
  const begun = await readIfThere<{ attempt: number }>(store, runKey(run, 'started.json'));
  const attempt = Math.max((error?.attempt ?? -1) + 1, begun?.attempt ?? 0);
  await putJson(store, runKey(run, 'error.json'), { name, message, attempt });
}

/**
 * The objects of a run as they lie there now.
 *
 * @throws InputError when one is gone or has changed: the data is another, and so is the run
 */
export async function openObjects(context: Context, { request, objects }: RunRequest): Promise<SourceObject[]> {
  const find = await objectFinder(context, request.data.path, 'run');
  return objects.map(find);
}

/**
 * Finds objects of the dataset at `path` that work began with, as long as they are the same ones.
 *
 * @param work what began with them, as a message calls it
 * @returns throws InputError when an object is gone or has changed
 */
export async function objectFinder(
  context: Context,
  path: string,
  work: 'run' | 'scoring',
): Promise<(begunWith: { key: string; tag: string }) => SourceObject> {
  const there = new Map((await listDataset(context, path)).map((object) => [object.key, object]));
  return ({ key, tag }) => {
    const object = there.get(key);
    if (object?.tag === tag) return object;
    const found = object ? 'another' : 'none';
    throw new InputError(`${key}: expected the object that the ${work} began with, found ${found}`, {
      advice: `Start a new ${work}: the data has changed`,
    });
  };
}

function checkRunName(run: string): void {
  if (!/^[0-9a-f]{32}$/.test(run)) {
    throw new InputError(`run: expected 32 hexadecimal digits, found ${JSON.stringify(run)}`);
  }
}
