import { ConflictError } from '../core/errors.ts';
import type { Workflow } from '../engine/engine.ts';
import { putJson, readIfThere } from '../store/json.ts';
import { listAll } from '../store/list.ts';
import type { Context } from './context.ts';
import { type RunError, readOutcome, runKey } from './runs.ts';

// A workflow may end without a word: its account's, its region's, or its store's troubles can outlast all retries, those
// of noting the failure included. So whoever starts one leaves a mark of it first, and the mark stays until a result or
// an error is there. What is marked and shows no sign of life is started again, by the hourly tick.

/** A run or scoring that a workflow works on, kept as runs/open/<workflow>/<name>/<id>.json. */
export interface OpenWork {
  workflow: Workflow;
  /** The model's name. */
  name: string;
  /** Of the run or the scoring. */
  id: string;
  /** Names the workflow that began it. */
  trigger: string;
  /** When that was, in milliseconds since 1970. */
  atMs: number;
}

/** The attempt at a run that was started last, kept as runs/<run>/started.json. */
export interface Begun {
  attempt: number;
  atMs: number;
}

/** Milliseconds without a sign of life after which work counts as dead: several times what a call may take. */
export const deadAfterMs = 3_600_000;

const keyOf = ({ workflow, name, id }: Pick<OpenWork, 'workflow' | 'name' | 'id'>): string =>
  runKey('open', `${workflow}/${name}/${id}.json`);

/** Marks work as begun, unless it is marked. */
export async function markOpen(context: Context, work: Omit<OpenWork, 'atMs'>): Promise<void> {
  try {
    await putJson(context.store, keyOf(work), { ...work, atMs: context.now() }, { ifAbsent: true });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** The attempt that a run or scoring was last begun with, and the failure that it last ended in. */
export async function readAttempts({ store }: Context, id: string): Promise<{ failed?: RunError; begun?: Begun }> {
  const [failed, begun] = await Promise.all([
    readIfThere<RunError>(store, runKey(id, 'error.json')),
    readIfThere<Begun>(store, runKey(id, 'started.json')),
  ]);
  return { failed, begun };
}

/** When a run's workflow last left something. Asking for the run again writes its request again, and is no sign. */
export async function lastSignMs({ store }: Context, id: string, sinceMs: number): Promise<number> {
  const asked = new Set([runKey(id, 'request.json'), runKey(id, 'started.json')]);
  let lastMs = sinceMs;
  for await (const { key, modifiedMs } of listAll(store, runKey(id, ''))) {
    if (!asked.has(key)) lastMs = Math.max(lastMs, modifiedMs);
  }
  return lastMs;
}

/** Work that is marked under a prefix of `<workflow>/<name>/`, and has not ended; marks of what has are taken away. */
export async function listOpen(context: Context, below = ''): Promise<(OpenWork & { isAlive: boolean })[]> {
  const { store } = context;
  const open: (OpenWork & { isAlive: boolean })[] = [];
  for await (const { key, tag } of listAll(store, runKey('open', below))) {
    const work = await readIfThere<OpenWork>(store, key);
    if (!work) continue;
    if (await hasEnded(context, work)) await deleteMark(context, key, tag);
    else open.push({ ...work, isAlive: await isAlive(context, work) });
  }
  return open;
}

/**
 * Whether at least `limit` runs of a workflow are at work. Runs that have ended or show no sign of life do not count.
 *
 * A mark may outlive its run by up to an hour; if there are many, only the newest are checked, four times the limit.
 */
export async function isCrowded(context: Context, workflow: Workflow, limit: number): Promise<boolean> {
  const marks: { key: string; modifiedMs: number }[] = [];
  for await (const { key, modifiedMs } of listAll(context.store, runKey('open', `${workflow}/`))) {
    marks.push({ key, modifiedMs });
  }
  if (marks.length < limit) return false;
  const newest = marks.sort((a, b) => b.modifiedMs - a.modifiedMs).slice(0, 4 * limit);
  const atWork = await Promise.all(
    newest.map(async ({ key }) => {
      const work = await readIfThere<OpenWork>(context.store, key);
      return work !== undefined && !(await hasEnded(context, work)) && isAlive(context, work);
    }),
  );
  return atWork.filter(Boolean).length >= limit;
}

/** Whether work is marked as begun. */
export const isMarked = async (
  { store }: Context,
  work: Pick<OpenWork, 'workflow' | 'name' | 'id'>,
): Promise<boolean> => (await store.head(keyOf(work))) !== undefined;

const isAlive = async (context: Context, { id, atMs }: OpenWork): Promise<boolean> =>
  context.now() - (await lastSignMs(context, id, atMs)) < deadAfterMs;

async function hasEnded(context: Context, { id }: OpenWork): Promise<boolean> {
  const { result } = await readOutcome(context.store, id);
  if (result) return true;
  const { failed, begun } = await readAttempts(context, id);
  return failed !== undefined && failed.attempt >= (begun?.attempt ?? 0);
}

async function deleteMark({ store }: Context, key: string, ifMatch: string): Promise<void> {
  try {
    await store.delete(key, { ifMatch });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}
