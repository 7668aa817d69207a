import { availableParallelism } from 'node:os';
import type { Engine } from '../../lib/engine/engine.ts';
import type { Context, JobProgress } from '../../lib/jobs/context.ts';
import { threadCount } from '../../lib/jobs/thread-count.ts';
import type { Signing } from '../../lib/registry/trust.ts';
import type { Store } from '../../lib/store/store.ts';
import { type Invocation, silentTelemetry, type Telemetry } from './telemetry.ts';

/**
 * What every handler needs from outside. On Lambda it comes from the environment (environment.ts); tests and a server
 * on this machine hand in their own store, clock and engine.
 */
export interface Services {
  /** Opened at first use. */
  store(): Promise<Store>;
  /** What signs the versions that are registered; undefined where nobody signs. */
  signing?(): Promise<Signing | undefined>;
  /** Built at first use: what only reads and predicts never loads it. */
  engine(): Promise<Engine>;
  /** Opens another store that a pipeline names: `s3://bucket/prefix`. */
  openStore(location: string): Promise<Store>;
  /** Milliseconds since 1970. */
  now(): number;
  /** A name that was never given before, of letters, digits and "-", at most 36 long. */
  newId(): string;
  telemetry: Telemetry;
  /** The function that answers; absent on other machines. */
  machine?: Context['machine'];
  /** Bytes of memory that the function has; absent where nobody says. */
  memoryBytes?: number;
  /** As HONE_OPEN_LIMIT says; the API has a default. */
  openLimit?: number;
  /** Hears of jobs' progress besides, for a terminal. */
  onProgress?(progress: JobProgress): void;
  /** What jobs keep from one call to the next in the same process, such as the data of the run that they work on. */
  memory: Map<string, unknown>;
}

/** Services around a store and an engine that are open already. */
export function servicesOf({
  store,
  signing,
  engine,
  openStore = () => Promise.reject(new Error('no other store can be opened here')),
  now = Date.now,
  newId = () => crypto.randomUUID(),
  telemetry = silentTelemetry,
  onProgress,
}: {
  store: Store;
  signing?: Signing;
  /** A function where the engine's tasks need these services themselves. */
  engine: Engine | (() => Engine);
  openStore?: (location: string) => Promise<Store>;
  now?: () => number;
  newId?: () => string;
  telemetry?: Telemetry;
  onProgress?: (progress: JobProgress) => void;
}): Services {
  return {
    store: async () => store,
    signing: async () => signing,
    engine: async () => (typeof engine === 'function' ? engine() : engine),
    openStore,
    now,
    newId,
    telemetry,
    onProgress,
    memory: new Map(),
  };
}

/** Asked only once, since finding out means reading files, which takes long compared to a prediction. */
const available = availableParallelism();

/** The context of a job that runs within an invocation; without one, time does not run out. */
export async function contextOf(services: Services, invocation?: Invocation): Promise<Context> {
  const { openStore, now, newId, memory, memoryBytes, telemetry, machine } = services;
  const report = reporterTo(telemetry, now);
  return {
    store: await services.store(),
    signing: await services.signing?.(),
    openStore,
    now,
    newId,
    memory,
    threads: threadCount({ available, environment: process.env }),
    machine,
    memoryBytes,
    remainingMs: () => invocation?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY,
    onProgress: (progress) => {
      report(progress);
      services.onProgress?.(progress);
    },
  };
}

/** Milliseconds between two lines about steps; a training has up to millions of them. */
const stepLineEveryMs = 10_000;

/** Turns a job's progress into log lines and measurements. */
function reporterTo(telemetry: Telemetry, now: () => number): (progress: JobProgress) => void {
  let lastStepLineMs = Number.NEGATIVE_INFINITY;
  return ({ kind, ...fields }) => {
    if (kind === 'step') {
      if (now() - lastStepLineMs < stepLineEveryMs) return;
      lastStepLineMs = now();
    }
    telemetry.info(kind, { progress: fields });
    if ('milliseconds' in fields) telemetry.measure(durationNames[kind] ?? kind, 'Milliseconds', fields.milliseconds);
    if ('rows' in fields) telemetry.measure(kind === 'read' ? 'RowsRead' : 'RowsEvaluated', 'Count', fields.rows);
    if ('steps' in fields) telemetry.measure('TrainingSteps', 'Count', fields.steps);
  };
}

const durationNames: Partial<Record<JobProgress['kind'], string>> = {
  read: 'ReadTime',
  trained: 'TrainingTime',
  evaluated: 'EvaluationTime',
};
