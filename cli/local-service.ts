import { type Services, servicesOf } from '../functions/adapter/services.ts';
import { createTasks } from '../functions/tasks/tasks.ts';
import scoring from '../functions/workflows/scoring.asl.json' with { type: 'json' };
import training from '../functions/workflows/training.asl.json' with { type: 'json' };
import { type LocalEngine, localEngine, type Outcome } from '../lib/engine/local.ts';
import type { JobProgress } from '../lib/jobs/context.ts';
import { type TrustSettings, trustedStore } from '../lib/registry/trust.ts';
import { openStore } from '../lib/store/open.ts';
import type { Store } from '../lib/store/store.ts';

/** The whole service in this process: the deployed handlers and workflows around one store. */
export interface LocalService {
  services: Services;
  engine: LocalEngine;
}

/**
 * Runs the workflows that are deployed, with the tasks that are deployed, in this process.
 *
 * @param options.onSettled told of each execution's end
 */
export async function localService(
  store: Store,
  {
    onProgress,
    onSettled,
  }: { onProgress?: (progress: JobProgress) => void; onSettled?: (name: string, outcome: Outcome) => void } = {},
): Promise<LocalService> {
  const services = servicesOf({
    ...trustedStore(store, process.env as TrustSettings),
    engine: () => engine,
    openStore,
    onProgress,
  });
  const tasks = Object.entries(createTasks(services));
  const engine = localEngine({
    definitions: { training, scoring },
    tasks: Object.fromEntries(tasks.map(([name, task]) => [name, (input: unknown) => task(input)])),
    onSettled,
  });
  return { services, engine };
}
