import { readFileSync } from 'node:fs';
import type { Workflow } from '../../../lib/engine/engine.ts';
import { type LocalEngine, localEngine, type Outcome } from '../../../lib/engine/local.ts';
import { SimulatedBucket } from './bucket.ts';
import { type Plants, SimulatedLambda } from './lambda.ts';
import { type Breach, Oracle } from './oracle.ts';
import { act, models, writePart, writePipeline } from './people.ts';
import type { Surroundings } from './process.ts';
import { Scheduler } from './scheduler.ts';
import { withVirtualGlobals } from './virtual-globals.ts';
import { clearSky, drawWeather, type Weather } from './weather.ts';

/** What came of one history. */
export interface Told {
  seed: number;
  /** Promises that were broken; none, when all is well. */
  breaches: Breach[];
  /** SHA-256 of all that happened, in order. */
  traceHash: string;
  /** SHA-256-free count of events that happened. */
  steps: number;
  executions: number;
  virtualHours: number;
  /** Lines of the trace, when they were asked for. */
  lines: readonly string[];
}

const startMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Tasks that the workflows call. */
const tasks = ['plan', 'train', 'evaluate', 'register', 'inspect', 'score', 'record-failure'];

const definitions = Object.fromEntries(
  (['training', 'scoring'] as const).map((name) => [name, readDefinition(name)]),
) as Record<Workflow, object>;

/**
 * Tells one history of the whole service: its handlers and workflows as they are deployed, in virtual time, among
 * people, faults and deaths that follow from the seed; then the faults end, and all must come to rest.
 */
export async function tellHistory(
  seed: number,
  { plants = {}, keepTrace = false, weather: given }: { plants?: Plants; keepTrace?: boolean; weather?: Partial<Weather> } = {},
): Promise<Told> {
  const scheduler = new Scheduler(seed, { startMs, keepTrace });
  return withVirtualGlobals(scheduler, async () => {
    const spanMs = scheduler.pick([10 * minuteMs, hourMs, 4 * hourMs]);
    const weather: Weather = { ...(given ? clearSky : drawWeather(scheduler, { spanMs })), ...given };
    const oracle = new Oracle(
      () => bucket,
      () => scheduler.nowMs,
    );
    const bucket = new SimulatedBucket(() => scheduler.nowMs, oracle.watch);
    const around: Surroundings = { scheduler, bucket, weather, startMs };
    let executions = 0;
    const lambda = new SimulatedLambda(around, () => engine, plants);
    const engine: LocalEngine = localEngine({
      definitions,
      tasks: Object.fromEntries(tasks.map((name) => [name, (input: unknown) => lambda.call(name, input)])),
      onSettled: (name, outcome) => {
        executions++;
        scheduler.note(`execution ${name} ${described(outcome)}`);
      },
    });
    const stage = { scheduler, bucket, lambda, weather, oracle };

    for (const name of models) scheduler.after(0, `pipeline ${name}`, () => writePipeline(stage, name));
    scheduler.after(1, 'the first data', () => writePart(stage, models[0], { clean: true }));
    for (let deeds = scheduler.between(2, 9); deeds > 0; deeds--) {
      scheduler.after(scheduler.between(1_000, spanMs), 'somebody acts', () => act(stage));
    }
    const restMs = spanMs + minuteMs;
    scheduler.after(restMs, 'the faults end', () => Object.assign(weather, clearSky, { skewMs: weather.skewMs }));
    for (let hour = 1; hour * hourMs < restMs + 5 * hourMs; hour++) {
      scheduler.after(hour * hourMs, 'the clock strikes', () => lambda.send('scheduled', {}));
    }
    scheduler.after(restMs + 2 * hourMs, 'an operator replays', () => {
      for (const letter of lambda.deadLetters.splice(0)) lambda.send(functionOf(letter.requestPayload), letter.requestPayload);
    });
    const breaches = oracle.breaches;
    try {
      await scheduler.run();
      oracle.checkRest({ pipelines: models });
      if (lambda.deadLetters.length > 0) {
        breaches.push({ promise: 'what is replayed is taken', found: `${lambda.deadLetters.length} letters are dead again` });
      }
    } catch (error) {
      breaches.push({ promise: 'all comes to rest', found: String((error as Error).stack) });
    }
    return {
      seed,
      breaches,
      traceHash: scheduler.traceHash(),
      steps: scheduler.steps,
      executions,
      virtualHours: (scheduler.nowMs - startMs) / hourMs,
      lines: scheduler.lines,
    };
  });
}

function described(outcome: Outcome): string {
  return outcome.status === 'failed' ? `failed ${outcome.error}` : outcome.status;
}

const functionOf = (event: unknown): string =>
  (event as { Records?: unknown }).Records === undefined ? 'scheduled' : 'dataset-created';

function readDefinition(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../../functions/workflows/${name}.asl.json`, import.meta.url), 'utf8'));
}
