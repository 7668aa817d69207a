import { type Services, servicesOf } from '../../functions/adapter/services.ts';
import type { Fields, Telemetry } from '../../functions/adapter/telemetry.ts';
import { createTasks } from '../../functions/tasks/tasks.ts';
import { type LocalEngine, localEngine, type Outcome } from '../../lib/engine/local.ts';
import type { PlanOutcome } from '../../lib/jobs/plan.ts';
import type { Store } from '../../lib/store/store.ts';
import { definitions } from '../engine/workflows.ts';
import type { TestClock } from './jobs.ts';
import { memoryStore } from './memory-store.ts';

export interface TestHone {
  store: Store;
  clock: TestClock;
  services: Services;
  engine: LocalEngine;
  /** How each execution ended, by its name. */
  outcomes: Map<string, Outcome>;
  /** Each start that was asked for. */
  starts: { workflow: string; name: string; status: 'started' | 'exists' }[];
  log: RecordedLog;
}

/** All of hone's functions in this process: the deployed workflows over a store, on a clock that waits move. */
export function testHone({
  clock = { nowMs: Date.UTC(2026, 0, 1) },
  store = memoryStore(() => clock.nowMs),
  onPlanned = () => {},
}: {
  clock?: TestClock;
  store?: Store;
  /** Called after each look at a dataset, before time goes on. */
  onPlanned?: (outcome: PlanOutcome) => void | Promise<void>;
} = {}): TestHone {
  const log = recordedLog();
  const starts: TestHone['starts'] = [];
  let names = 0;
  const services = servicesOf({
    store,
    engine: () => ({
      async start(workflow, name, input) {
        const status = await engine.start(workflow, name, input);
        starts.push({ workflow, name, status });
        return status;
      },
    }),
    now: () => clock.nowMs,
    newId: () => `trigger-${++names}`,
    telemetry: log.telemetry,
  });
  const outcomes = new Map<string, Outcome>();
  const tasks = createTasks(services);
  const engine = localEngine({
    definitions,
    tasks: {
      ...tasks,
      async plan(input) {
        const outcome = (await tasks.plan(input)) as PlanOutcome;
        await onPlanned(outcome);
        // The engine does not wait in tests: time goes on here by what it would wait.
        if (outcome.next === 'wait') clock.nowMs += outcome.waitSeconds * 1000;
        return outcome;
      },
    },
    timeScale: 0,
    onSettled: (name, outcome) => outcomes.set(name, outcome),
  });
  return { store, clock, services, engine, outcomes, starts, log };
}

export interface RecordedLog {
  telemetry: Telemetry;
  lines: { level: string; message: string; fields: Fields }[];
  measurements: { name: string; unit: string; value: number }[];
}

/** Telemetry that keeps what it is told. */
export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  const measurements: RecordedLog['measurements'] = [];
  let noted: Fields = {};
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}) =>
      void lines.push({ level, message, fields: { ...noted, ...fields } });
  return {
    lines,
    measurements,
    telemetry: {
      begin: () => {
        noted = {};
      },
      note: (fields) => {
        noted = { ...noted, ...fields };
      },
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      measure: (name, unit, value) => void measurements.push({ name, unit, value }),
      end: () => {},
    },
  };
}
