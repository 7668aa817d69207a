import type { Workflow } from '../../lib/engine/engine.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { deadAfterMs, lastSignMs, markOpen, readAttempts } from '../../lib/jobs/open-work.ts';
import { type RunError, runKey } from '../../lib/jobs/runs.ts';
import { putJson } from '../../lib/store/json.ts';
import type { Services } from './services.ts';

// A finished execution's name can't be used again for 90 days, so an execution is named by its run and an attempt. Which
// attempt is under way is kept as runs/<run>/started.json, for the error of an earlier one is there still.

/** Starts a workflow for a run or scoring of the model `name`, unless one is at work: after a failure, and after it died without a word. */
export async function startAttempt(
  services: Services,
  context: Context,
  workflow: Workflow,
  { name, id }: { name: string; id: string },
): Promise<void> {
  const { store, now } = context;
  const engine = await services.engine();
  const input = workflow === 'training' ? { run: id } : { scoring: id };
  const { failed, begun } = await readAttempts(context, id);
  let current = begun;
  let attempt = Math.max((failed?.attempt ?? -1) + 1, begun?.attempt ?? 0);
  for (;;) {
    const mark = () => markOpen(context, { workflow, name, id, trigger: `${id}-${attempt}` });
    await mark();
    if (current?.attempt !== attempt) {
      current = { attempt, atMs: now() };
      await putJson(store, runKey(id, 'started.json'), current);
    }
    // Until here an earlier attempt's failure was the latest, and the mark may have been taken away for it.
    if (failed) await mark();
    if ((await engine.start(workflow, `${id}-${attempt}`, input)) === 'started') return;
    if (now() - (await lastSignMs(context, id, current.atMs)) < deadAfterMs) return;
    attempt++;
  }
}

/** The error of the latest attempt; undefined while it is under way, or when it went well. */
export async function latestFailure(context: Context, id: string): Promise<RunError | undefined> {
  const { failed, begun } = await readAttempts(context, id);
  return failed && failed.attempt >= (begun?.attempt ?? 0) ? failed : undefined;
}
