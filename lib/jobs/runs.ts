import { InputError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { recipe } from '../core/recipe.ts';
import type { AppliedDefault, Request } from '../pipeline/resolve.ts';
import { findJson, getJson, putJson } from '../store/json.ts';
import type { Store } from '../store/store.ts';
import type { Context } from './context.ts';
import { listDataset, type SourceObject } from './sources.ts';
import { resolveWarmStart } from './warm-start.ts';

/** What a run works on, kept as runs/<run>/request.json. */
export interface RunRequest {
  run: string;
  request: Request;
  defaults: AppliedDefault[];
  recipe: number;
  objects: { key: string; size: number; tag: string }[];
}

/** What came of a run, kept as runs/<run>/result.json and printed by `hone run --json`. */
export interface RunResult {
  run: string;
  version: string;
  /** `found` when the version had been trained before. */
  status: 'trained' | 'found';
  solution: string;
  gate: 'pass' | 'fail' | 'none';
  metrics: Record<string, { value: number | null; why?: string }>;
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

export const runKey = (run: string, file: string): string => `runs/${run}/${file}`;

/**
 * Names a run by the resolved request, each object's key and tag, and the recipe, and keeps its request: an event
 * delivered twice finds its run.
 *
 * @throws InputError when there is no data
 */
export async function openRun(
  context: Context,
  { request: asked, defaults }: { request: Request; defaults: AppliedDefault[] },
): Promise<RunRequest> {
  const objects = (await listDataset(context, asked.data.path)).map(({ key, size, tag }) => ({ key, size, tag }));
  const tagged = objects.map(({ key, tag }) => ({ key, tag }));
  const warmStartKey = runKey('warm-starts', `${shortHash({ request: asked, objects: tagged, recipe })}.json`);
  const request = await resolveWarmStart(context, asked, warmStartKey);
  const run = shortHash({ request, objects: tagged, recipe });
  const value: RunRequest = { run, request, defaults, recipe, objects };
  await putJson(context.store, runKey(run, 'request.json'), value);
  return value;
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
    readIfThere<RunResult>(store, runKey(run, 'result.json')),
    readIfThere<RunError>(store, runKey(run, 'error.json')),
  ]);
  return result ? { result } : { error };
}

/** Notes that a run failed, unless it has a result. */
export async function recordFailure(
  { store }: Context,
  run: string,
  { name, message }: { name: string; message: string },
): Promise<void> {
  const { result, error } = await readOutcome(store, run);
  if (result) return;
  await putJson(store, runKey(run, 'error.json'), { name, message, attempt: (error?.attempt ?? -1) + 1 });
}

/**
 * The objects of a run as they lie there now.
 *
 * @throws InputError when one is gone or has changed: the data is another, and so is the run
 */
export async function openObjects(context: Context, { request, objects }: RunRequest): Promise<SourceObject[]> {
  const there = new Map((await listDataset(context, request.data.path)).map((object) => [object.key, object]));
  return objects.map(({ key, tag }) => {
    const object = there.get(key);
    if (object?.tag === tag) return object;
    throw new InputError(`${key}: expected the object that the run began with, found ${object ? 'another' : 'none'}`, {
      advice: 'Start a new run: the data has changed',
    });
  });
}

/** The JSON under `key`, which hone itself wrote; undefined when there is none. */
export async function readIfThere<T>(store: Store, key: string): Promise<T | undefined> {
  return (await findJson(store, key))?.value as T | undefined;
}

/**
 * The JSON under `key`, which hone itself wrote.
 *
 * @throws NotFoundError when there is none
 */
export async function readJson<T>(store: Store, key: string): Promise<T> {
  return (await getJson(store, key)).value as T;
}

function checkRunName(run: string): void {
  if (!/^[0-9a-f]{32}$/.test(run)) {
    throw new InputError(`run: expected 32 hexadecimal digits, found ${JSON.stringify(run)}`);
  }
}
