import type { Workflow } from '../../lib/engine/engine.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { listOpen } from '../../lib/jobs/open-work.ts';
import { takeOverStale } from '../../lib/jobs/pending.ts';
import { startAttempt } from './attempts.ts';
import type { Services } from './services.ts';

/** A workflow that was started anew. */
export type Resumed =
  | { workflow: 'training'; pipeline: string | null; dataset: string; trigger: string }
  | { workflow: Workflow; name: string; id: string };

/**
 * Starts workflows anew whose predecessors show no sign of life: those that wait for a dataset, and those at work.
 *
 * @param options.isAlone whether nobody else can be at work on this store: then all that is open is dead
 */
export async function resumeForgotten(
  services: Services,
  context: Context,
  { isAlone = false }: { isAlone?: boolean } = {},
): Promise<Resumed[]> {
  const { telemetry } = services;
  const engine = await services.engine();
  const resumed: Resumed[] = [];
  for (const step of await takeOverStale(context)) {
    await engine.start('training', step.trigger, step);
    telemetry.warn('workflow started anew', { ...step });
    resumed.push({ workflow: 'training', ...step });
  }
  for (const { workflow, name, id, isAlive } of await listOpen(context)) {
    if (isAlive && !isAlone) continue;
    await startAttempt(services, context, workflow, { name, id });
    telemetry.warn('workflow started anew', { workflow, id });
    resumed.push({ workflow, name, id });
  }
  return resumed;
}
