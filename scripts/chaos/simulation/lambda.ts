import { handle } from 'hono/aws-lambda';
import { type Services, servicesOf } from '../../../functions/adapter/services.ts';
import type { Invocation } from '../../../functions/adapter/telemetry.ts';
import { createTasks } from '../../../functions/tasks/tasks.ts';
import { createApi } from '../../../functions/triggers/api.ts';
import { createDatasetCreated } from '../../../functions/triggers/dataset-created.ts';
import { createScheduled } from '../../../functions/triggers/scheduled.ts';
import type { Engine } from '../../../lib/engine/engine.ts';
import type { Store } from '../../../lib/store/store.ts';
import { SimulatedProcess, type Surroundings } from './process.ts';
// What handlers load once they need it, loaded ahead: reading a module takes real time, which the virtual clock would not wait for.
import '../../../functions/triggers/api/schemas.ts';
import '../../../functions/triggers/api/scoring.ts';
import '../../../functions/triggers/api/start-training.ts';
import '../../../lib/jobs/evaluate-on-data.ts';

/** What AWS Lambda sends to the queue of failures of an event that no call could take. */
export interface DeadLetter {
  version: '1.0';
  timestamp: string;
  requestContext: { condition: 'RetriesExhausted' | 'EventAgeExceeded'; approximateInvokeCount: number };
  requestPayload: unknown;
}

/** Parts of the system that a test replaces by ones with a fault planted in them. */
export interface Plants {
  store?(store: Store, functionName: string): Store;
  handler?(functionName: string, handler: Handler): Handler;
}

export type Handler = (event: unknown, invocation: Invocation) => Promise<unknown>;

/** Milliseconds that a call may take, as serverless.yml states them. */
const timeoutMs: Record<string, number> = { api: 29_000, 'dataset-created': 60_000 };
const longestMs = 900_000;

/** Milliseconds for which Lambda tries to find room for an event. */
const eventAgeMs = 6 * 3_600_000;

interface Sandbox {
  process: SimulatedProcess;
  handler: Handler;
  isIdle: boolean;
}

/** AWS Lambda: sandboxes that are kept warm, a limit to how many run, retries of events, and the queue of failures. */
export class SimulatedLambda {
  readonly deadLetters: DeadLetter[] = [];
  /** Most sandboxes that ran at once. */
  peak = 0;
  readonly #around: Surroundings;
  readonly #engine: () => Engine;
  readonly #plants: Plants;
  readonly #sandboxes = new Map<string, Sandbox[]>();
  #running = 0;
  #named = 0;

  constructor(around: Surroundings, engine: () => Engine, plants: Plants = {}) {
    this.#around = around;
    this.#engine = engine;
    this.#plants = plants;
  }

  /** Calls a function as Step Functions does, and answers what it answered. */
  async call(functionName: string, input: unknown): Promise<unknown> {
    const { scheduler, weather } = this.#around;
    await scheduler.pause(scheduler.between(5, 50), `call ${functionName}`);
    const answer = await this.#run(functionName, input);
    await scheduler.pause(scheduler.between(5, 50), `answer of ${functionName}`);
    if (weather.callUnheard > 0 && scheduler.chance(weather.callUnheard)) throw named('Lambda.SdkClientException');
    return answer;
  }

  /** Delivers an event: tried three times when it fails, and waiting for room as long as Lambda keeps it. */
  send(functionName: string, event: unknown, { delayMs = 0 }: { delayMs?: number } = {}): void {
    const { scheduler } = this.#around;
    const sentMs = scheduler.nowMs;
    const attempt = (count: number, waitMs: number) =>
      void scheduler.after(waitMs, `event for ${functionName}`, () => {
        const fail = (error: Error) => {
          scheduler.note(`${functionName} fails: ${error.name}`);
          const isThrottled = error.name === 'Lambda.TooManyRequestsException';
          if (isThrottled && scheduler.nowMs - sentMs < eventAgeMs) {
            attempt(count, scheduler.between(1_000, 300_000));
          } else if (!isThrottled && count < 3) {
            attempt(count + 1, count * 60_000);
          } else
            this.deadLetters.push({
              version: '1.0',
              timestamp: new Date(scheduler.nowMs).toISOString(),
              requestContext: {
                condition: isThrottled ? 'EventAgeExceeded' : 'RetriesExhausted',
                approximateInvokeCount: count,
              },
              requestPayload: event,
            });
        };
        this.#run(functionName, event).then(() => {}, fail);
      });
    attempt(1, delayMs);
  }

  /** Calls a function as API Gateway does. */
  async request(event: unknown): Promise<unknown> {
    const { scheduler } = this.#around;
    await scheduler.pause(scheduler.between(5, 50), 'request');
    return this.#run('api', event);
  }

  #run(functionName: string, event: unknown): Promise<unknown> {
    const { scheduler, weather } = this.#around;
    if (this.#running >= weather.concurrency) return Promise.reject(named('Lambda.TooManyRequestsException'));
    const sandbox = this.#sandboxFor(functionName);
    const { process } = sandbox;
    sandbox.isIdle = false;
    this.peak = Math.max(this.peak, ++this.#running);
    const limitMs = timeoutMs[functionName] ?? longestMs;
    const deadlineMs = scheduler.nowMs + limitMs;
    const { run } = (event ?? {}) as { run?: string };
    process.run = run;
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#running--;
        sandbox.isIdle = true;
        process.watch(undefined);
        cancel();
      };
      process.watch((reason) => {
        end();
        reject(named(reason === 'timeout' ? 'Sandbox.Timedout' : 'Runtime.ExitError'));
      });
      const cancel = scheduler.after(limitMs, '', () => process.kill('timeout'));
      const invocation: Invocation = {
        awsRequestId: `request-${++this.#named}`,
        getRemainingTimeInMillis: () => process.remainingMs(deadlineMs),
      };
      const settle = (give: () => void) => () => {
        if (!process.alive) return;
        end();
        give();
      };
      sandbox.handler(event, invocation).then(
        (answer) => settle(() => resolve(answer))(),
        (error) => settle(() => reject(error))(),
      );
    });
  }

  #sandboxFor(functionName: string): Sandbox {
    const { scheduler } = this.#around;
    const alive = (this.#sandboxes.get(functionName) ?? []).filter(({ process }) => process.alive);
    this.#sandboxes.set(functionName, alive);
    const idle = alive.find(({ isIdle }) => isIdle);
    if (idle && scheduler.chance(0.9)) return idle;
    const sandbox = this.#open(functionName);
    alive.push(sandbox);
    return sandbox;
  }

  #open(functionName: string): Sandbox {
    const process = new SimulatedProcess(`${functionName}#${++this.#named}`, this.#around);
    const store = process.store();
    let ids = 0;
    const services = servicesOf({
      store: this.#plants.store?.(store, functionName) ?? store,
      engine: () => process.engine(this.#engine()),
      now: () => process.now(),
      newId: () => `${process.name.replace('#', '-')}-${++ids}`,
    });
    const handler = handlerOf(functionName, services);
    return { process, handler: this.#plants.handler?.(functionName, handler) ?? handler, isIdle: true };
  }
}

/** The handlers that are deployed, by their names in serverless.yml. */
function handlerOf(functionName: string, services: Services): Handler {
  if (functionName === 'api') return handle(createApi(services)) as Handler;
  if (functionName === 'dataset-created') return createDatasetCreated(services) as Handler;
  if (functionName === 'scheduled') return createScheduled(services) as Handler;
  return createTasks(services)[functionName];
}

/** An error as Step Functions names what befell a function. */
function named(name: string): Error {
  return Object.assign(new Error(`${name} on purpose`), { name });
}
