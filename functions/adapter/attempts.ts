import type { Workflow } from '../../lib/engine/engine.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { type RunError, runKey } from '../../lib/jobs/runs.ts';
import { putJson, readIfThere } from '../../lib/store/json.ts';
import { listAll } from '../../lib/store/list.ts';
import type { Services } from './services.ts';

// A finished execution's name can't be used again for 90 days, so an execution is named by its run and an attempt. Which
// attempt is under way is kept as runs/<run>/started.json, for the error of an earlier one is there still.

/** The attempt that was started last, kept as runs/<run>/started.json. */
interface Begun {
  attempt: number;
  atMs: number;
}

/** Milliseconds without a sign of life after which an execution counts as dead: several times what a call may take. */
const deadAfterMs = 3_600_000;

/** Starts a workflow for a run or scoring, unless one is at work: after a failure, and after it died without a word. */
export async function startAttempt(
  services: Services,
  context: Context,
  workflow: Workflow,
  id: string,
  input: object,
): Promise<void> {
  const { store, now } = context;
  const engine = await services.engine();
  const { failed, begun } = await readAttempts(context, id);
  let current = begun;
  let attempt = Math.max((failed?.attempt ?? -1) + 1, begun?.attempt ?? 0);
  for (;;) {
    if (current?.attempt !== attempt) {
      current = { attempt, atMs: now() };
      await putJson(store, runKey(id, 'started.json'), current);
    }
    if ((await engine.start(workflow, `${id}-${attempt}`, input)) === 'started') return;
    if (now() - (await lastSignMs(context, id, current)) < deadAfterMs) return;
    attempt++;
  }
}

/** The error of the latest attempt; undefined while it is under way, or when it went well. */
export async function latestFailure(context: Context, id: string): Promise<RunError | undefined> {
  const { failed, begun } = await readAttempts(context, id);
  return failed && failed.attempt >= (begun?.attempt ?? 0) ? failed : undefined;
}

async function readAttempts({ store }: Context, id: string): Promise<{ failed?: RunError; begun?: Begun }> {
  const [failed, begun] = await Promise.all([
    readIfThere<RunError>(store, runKey(id, 'error.json')),
    readIfThere<Begun>(store, runKey(id, 'started.json')),
  ]);
  return { failed, begun };
}

/** When a run's workflow last left something. Asking for the run again writes its request again, and is no sign. */
async function lastSignMs({ store }: Context, id: string, { atMs }: Begun): Promise<number> {
  const asked = new Set([runKey(id, 'request.json'), runKey(id, 'started.json')]);
  let lastMs = atMs;
  for await (const { key, modifiedMs } of listAll(store, runKey(id, ''))) {
    if (!asked.has(key)) lastMs = Math.max(lastMs, modifiedMs);
  }
  return lastMs;
}
