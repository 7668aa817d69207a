import { readFileSync } from 'node:fs';
import { parseDeadLetters } from '../../../functions/adapter/dead-letters.ts';
import type { Workflow } from '../../../lib/engine/engine.ts';
import { type LocalEngine, localEngine, type Outcome } from '../../../lib/engine/local.ts';
import { SimulatedBucket } from './bucket.ts';
import { type Plants, SimulatedLambda } from './lambda.ts';
import { type Breach, Oracle } from './oracle.ts';
import { act, models, type Stage, writePart, writePipeline } from './people.ts';
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
  /** How many events happened. */
  steps: number;
  executions: number;
  /** Lines of the trace, when they were asked for. */
  lines: readonly string[];
}

export interface TellOptions {
  /** Parts to put in the place of the service's own. */
  plants?: Plants;
  keepTrace?: boolean;
  /** What goes wrong; drawn from the seed when it is left out, and nothing but what stands here when not. */
  weather?: Partial<Weather>;
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
export function tellHistory(seed: number, options: TellOptions = {}): Promise<Told> {
  return onStage(seed, options, async (stage, rest) => {
    const { scheduler } = stage;
    const spanMs = scheduler.pick([10 * minuteMs, hourMs, 4 * hourMs]);
    if (!options.weather) Object.assign(stage.weather, drawWeather(scheduler, { spanMs }));
    for (const name of models) scheduler.after(0, `pipeline ${name}`, () => writePipeline(stage, name));
    scheduler.after(1, 'the first data', () => writePart(stage, models[0], { clean: true }));
    for (let deeds = scheduler.between(1, 6); deeds > 0; deeds--) {
      scheduler.after(scheduler.between(1_000, spanMs), 'somebody acts', () => act(stage));
    }
    await rest(spanMs);
    stage.oracle.checkRest({ pipelines: models });
  });
}

/**
 * Sets the whole service up in virtual time, and lets `play` make a history of it.
 *
 * @param play is given the stage, and what lets all come to rest: after so many milliseconds the faults end, while the
 *   hourly ticks go on for some hours and an operator replays what could not be delivered
 */
export async function onStage(
  seed: number,
  { plants = {}, keepTrace = false, weather: given }: TellOptions,
  play: (stage: Stage, rest: (afterMs: number) => Promise<void>) => Promise<void>,
): Promise<Told> {
  const scheduler = new Scheduler(seed, { startMs, keepTrace });
  return withVirtualGlobals(scheduler, async () => {
    const weather: Weather = { ...clearSky, ...given };
    const oracle = new Oracle(
      () => bucket,
      () => scheduler.nowMs,
    );
    const bucket = new SimulatedBucket(() => scheduler.nowMs, oracle.watch);
    const lambda = new SimulatedLambda({ scheduler, bucket, weather, startMs }, () => engine, plants);
    let executions = 0;
    const engine: LocalEngine = localEngine({
      definitions,
      tasks: Object.fromEntries(tasks.map((name) => [name, (input: unknown) => lambda.call(name, input)])),
      onSettled: (name, outcome) => {
        executions++;
        scheduler.note(`execution ${name} ${described(outcome)}`);
      },
    });
    const stage: Stage = { scheduler, bucket, lambda, weather, oracle };
    const { breaches } = oracle;
    try {
      await play(stage, (afterMs) => comeToRest(stage, afterMs));
    } catch (error) {
      breaches.push({ promise: 'all comes to rest', found: String((error as Error).stack) });
    }
    const { steps, lines } = scheduler;
    return { seed, breaches, traceHash: scheduler.traceHash(), steps, executions, lines };
  });
}

async function comeToRest({ scheduler, lambda, weather, oracle }: Stage, afterMs: number): Promise<void> {
  const restMs = afterMs + minuteMs;
  const { skewMs } = weather;
  scheduler.after(restMs, 'the faults end', () => Object.assign(weather, clearSky, { skewMs }));
  for (let hour = 1; hour * hourMs < restMs + 5 * hourMs; hour++) {
    scheduler.after(hour * hourMs, 'the clock strikes', () =>
      lambda.send('scheduled', { 'detail-type': 'Scheduled Event' }),
    );
  }
  scheduler.after(restMs + 2 * hourMs, 'an operator replays', () => {
    const messages = lambda.deadLetters.splice(0).map((letter) => ({ Body: JSON.stringify(letter) }));
    const letters = messages.length > 0 ? parseDeadLetters(JSON.stringify({ Messages: messages }), 'the queue') : [];
    for (const { handler, event } of letters) lambda.send(handler, event);
  });
  await scheduler.run();
  const { length } = lambda.deadLetters;
  if (length > 0)
    oracle.breaches.push({ promise: 'what is replayed is taken', found: `${length} letters are dead again` });
}

function described(outcome: Outcome): string {
  return outcome.status === 'failed' ? `failed ${outcome.error}` : outcome.status;
}

function readDefinition(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../../functions/workflows/${name}.asl.json`, import.meta.url), 'utf8'));
}
