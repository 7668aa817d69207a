import type { Workflow } from '../../../lib/engine/engine.ts';
import type { Context } from '../../../lib/jobs/context.ts';
import { isCrowded, isMarked } from '../../../lib/jobs/open-work.ts';
import { startAttempt } from '../../adapter/attempts.ts';
import type { Services } from '../../adapter/services.ts';
import { RequestError } from './problem.ts';

/** With this many runs of a workflow at work, no further one is started, unless the environment sets another limit. */
const usualOpenLimit = 50;

/** Seconds after which a client should try again. */
const retryAfterSeconds = 60;

/** Milliseconds for which it is not checked again whether there is room. */
const crowdedForMs = 5_000;

// Within a process, checks and starts take turns, so that a burst of requests does not find the same room many times.
// Several functions may exceed the limit by the runs that they start within the same tenth of a second.
const turns = new WeakMap<Services, Promise<unknown>>();

/**
 * Starts a workflow for a client's run or scoring, unless too many are at work.
 *
 * Work that has begun already is not started again, and never refused.
 *
 * @throws RequestError 429, with the time after which to try again
 */
export async function startIfRoom(
  services: Services,
  context: Context,
  workflow: Workflow,
  work: { name: string; id: string },
): Promise<void> {
  const turn = (turns.get(services) ?? Promise.resolve()).then(async () => {
    if (!(await isMarked(context, { workflow, ...work }))) await checkRoom(services, context, workflow);
    await startAttempt(services, context, workflow, work);
  });
  turns.set(
    services,
    turn.catch(() => {}),
  );
  await turn;
}

async function checkRoom(services: Services, context: Context, workflow: Workflow): Promise<void> {
  const { openLimit = usualOpenLimit, memory } = services;
  const known = `crowded ${workflow}`;
  const crowdedUntilMs = (memory.get(known) as number | undefined) ?? Number.NEGATIVE_INFINITY;
  if (context.now() >= crowdedUntilMs) {
    if (!(await isCrowded(context, workflow, openLimit))) return;
    memory.set(known, context.now() + crowdedForMs);
  }
  throw new RequestError(
    429,
    `expected room for another workflow of ${workflow}, found ${openLimit} at work: ask again in a minute`,
    { 'retry-after': String(retryAfterSeconds) },
  );
}
