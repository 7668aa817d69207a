import { putJson } from '../store/json.ts';
import { isDataKey } from '../store/keys.ts';
import type { Context } from './context.ts';
import { listOpen, markOpen, readAttempts } from './open-work.ts';
import { announce, close, leave, reclaim, refresh, type Subject, withdraw } from './pending.ts';
import { covers, datasetOf, listPipelines, type ResolvedPipeline, readPipeline } from './pipelines.ts';
import { beginRun, runKey } from './runs.ts';
import { findDataset, hasMarker, isLocalPath, type SourceObject } from './sources.ts';

/** What waits for a dataset: a pipeline by its name, or nobody, and then the dataset is inspected. */
export interface PlanStep extends Subject {
  /** Names the workflow that waits; see pending.ts. */
  trigger: string;
}

export type PlanOutcome =
  | ({ next: 'wait'; waitSeconds: number } & PlanStep)
  | { next: 'train'; run: string }
  | { next: 'inspect'; dataset: string; trigger: string }
  | { next: 'done'; reason: string; run?: string };

/** How long a dataset without a pipeline must have been quiet. */
const quietSecondsWithoutPipeline = 60;

/**
 * What new objects set off: for each dataset that they belong to, the workflows to start. Events that come twice, or
 * by the hundred, give the same workflow.
 */
export async function planForObjects(context: Context, keys: readonly string[]): Promise<PlanStep[]> {
  const pipelines = await listPipelines(context.store);
  const subjects = new Map<string, Subject>();
  for (const key of keys) {
    const matches = pipelines.flatMap((entry) =>
      'pipeline' in entry && covers(entry.pipeline.request.data.path, key)
        ? [{ name: entry.name, data: entry.pipeline.request.data }]
        : [],
    );
    for (const { name, data } of matches) {
      if (isAwaited(data, key)) subjects.set(`pipeline ${name}`, { pipeline: name, dataset: data.path });
    }
    const dataset = datasetOf(key);
    if (matches.length === 0 && isDataKey(key.slice('datasets/'.length))) {
      subjects.set(`dataset ${dataset}`, { pipeline: null, dataset });
    }
  }
  const steps: PlanStep[] = [];
  for (const [, subject] of subjects) {
    steps.push({ ...subject, trigger: await announce(context, subject) });
  }
  return steps;
}

/**
 * Looks whether a dataset is complete, and what to do then: wait, train, inspect, or nothing, because it is done.
 *
 * What is there is what a listing says, never what an event says.
 */
export async function plan(context: Context, step: PlanStep): Promise<PlanOutcome> {
  const { trigger } = step;
  const pipeline = step.pipeline === null ? undefined : await readPipeline(context.store, step.pipeline);
  const path = pipeline?.request.data.path ?? step.dataset;
  const ready = pipeline?.request.data.ready ?? { quietSeconds: quietSecondsWithoutPipeline };

  const firstWait =
    (await waitFor(context, path, ready, await findDataset(context, path, ready))) ??
    (pipeline ? await waitForTurn(context, pipeline, trigger) : undefined);
  if (firstWait) {
    await refresh(context, step, trigger);
    return waiting(context, step, path, firstWait);
  }
  await close(context, step, trigger);
  const objects = await findDataset(context, path, ready);
  const wait = await waitFor(context, path, ready, objects);
  if (wait) {
    if (await reclaim(context, step, trigger)) return waiting(context, step, path, wait);
    return { next: 'done', reason: 'another workflow waits for the dataset' };
  }
  if (objects.length > 0 && !pipeline) return { next: 'inspect', dataset: step.dataset, trigger };
  const planned: PlanOutcome =
    objects.length === 0 || !pipeline
      ? { next: 'done', reason: 'the dataset is gone' }
      : await beginPlannedRun(context, pipeline, trigger);
  // The last that is done: until then the note says that somebody is to look at the dataset.
  await withdraw(context, step, trigger);
  return planned;
}

/** How long to wait, at least, and for what, in words that follow "waits". */
interface Wait {
  seconds: number;
  reason: string;
  /** Whether nothing but time must pass. */
  isQuiet?: boolean;
}

function waiting(context: Context, step: PlanStep, dataset: string, { seconds, reason, isQuiet }: Wait): PlanOutcome {
  const untilMs = isQuiet ? { untilMs: context.now() + seconds * 1000 } : {};
  context.onProgress?.({ kind: 'waiting', dataset, reason, ...untilMs });
  return { next: 'wait', waitSeconds: seconds, ...step };
}

/** What becomes of a workflow's note when it fails: what can go well another time is left for the hourly tick. */
export const abandonPlan = (context: Context, step: PlanStep, { final }: { final: boolean }): Promise<void> =>
  (final ? withdraw : leave)(context, step, step.trigger);

/** Ends the wait for a dataset that was inspected. */
export const endInspection = (context: Context, { dataset, trigger }: Omit<PlanStep, 'pipeline'>): Promise<void> =>
  withdraw(context, { pipeline: null, dataset }, trigger);

/** Opens a run for the workflow that goes on with it, and marks it as that one's. */
async function beginPlannedRun(context: Context, pipeline: ResolvedPipeline, trigger: string): Promise<PlanOutcome> {
  const begun = await beginRun(context, pipeline);
  const { run } = begun.request;
  if (begun.result) return { next: 'done', reason: 'the run has its result', run };
  const { failed, begun: attempted } = await readAttempts(context, run);
  if (failed && failed.attempt >= (attempted?.attempt ?? 0)) {
    await putJson(context.store, runKey(run, 'started.json'), { attempt: failed.attempt + 1, atMs: context.now() });
  }
  await markOpen(context, { workflow: 'training', name: pipeline.request.name, id: run, trigger });
  return { next: 'train', run };
}

/**
 * The wait until a pipeline's training may begin: one at a time, and what comes meanwhile is one more, on the data of then.
 * Undefined when none is at work, or none but this workflow's own.
 */
async function waitForTurn(
  context: Context,
  { request }: ResolvedPipeline,
  trigger: string,
): Promise<Wait | undefined> {
  const open = await listOpen(context, `training/${request.name}/`);
  const others = open.filter((work) => work.isAlive && work.trigger !== trigger);
  if (others.length === 0) return undefined;
  // What has run for long will hardly end within seconds.
  const elapsedSeconds = (context.now() - Math.min(...others.map(({ atMs }) => atMs))) / 1000;
  const seconds = Math.round(Math.max(turnPollSeconds, Math.min(longestTurnPollSeconds, elapsedSeconds / 4)));
  return { seconds, reason: `for the training of ${request.name} that is at work` };
}

/** Seconds between looks at a training that another one waits for. */
const turnPollSeconds = 15;
const longestTurnPollSeconds = 300;

/** Whether an object below a dataset's path is data, or the marker that says that the dataset is complete. */
function isAwaited({ path, ready }: ResolvedPipeline['request']['data'], key: string): boolean {
  if (key === path) return true;
  const name = key.slice(path.endsWith('/') ? path.length : path.length + 1);
  return isDataKey(name) || ('marker' in ready && name === ready.marker);
}

/** The wait until the dataset can be complete; undefined when it is. */
async function waitFor(
  context: Context,
  path: string,
  ready: ResolvedPipeline['request']['data']['ready'],
  objects: SourceObject[],
): Promise<Wait | undefined> {
  if (objects.length === 0 || isLocalPath(path)) return undefined;
  if ('marker' in ready) {
    const isThere = await hasMarker(context, path, ready.marker);
    return isThere ? undefined : { seconds: markerPollSeconds, reason: `for the object ${ready.marker}` };
  }
  const latestMs = Math.max(...objects.map(({ modifiedMs }) => modifiedMs));
  // A writer's clock may be ahead of ours: never wait longer than a dataset written this very moment would ask for.
  const remaining = Math.min(ready.quietSeconds, ready.quietSeconds - (context.now() - latestMs) / 1000);
  if (remaining <= 0) return undefined;
  const seconds = Math.min(longestWaitSeconds, Math.ceil(remaining));
  return {
    seconds,
    reason: `until nothing was written to it for ${ready.quietSeconds} s`,
    isQuiet: seconds >= remaining,
  };
}

/** Looks come at least so often, so that the note of who waits does not go stale. */
const longestWaitSeconds = 1_800;

/** Seconds between looks for a marker. */
const markerPollSeconds = 60;
