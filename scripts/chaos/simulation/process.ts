import { StoreError } from '../../../lib/core/errors.ts';
import type { Engine } from '../../../lib/engine/engine.ts';
import type { Store } from '../../../lib/store/store.ts';
import { nameOfOutcome, type SimulatedBucket } from './bucket.ts';
import type { Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

/** What processes stand in. */
export interface Surroundings {
  scheduler: Scheduler;
  bucket: SimulatedBucket;
  weather: Weather;
  /** When the history began. */
  startMs: number;
}

/**
 * One sandbox of a function: it keeps its memory from call to call, and may die at any operation that it waits for.
 *
 * What a dead process waits for never comes, so nothing of it goes on. What it had sent may still arrive.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly #around: Surroundings;
  readonly #skewMs: number;
  alive = true;
  /** The run that it works on, for those who look at what it writes. */
  run: string | undefined;
  /** What it computed since its last operation, in milliseconds. */
  #busyMs = 0;
  #onDeath: ((reason: string) => void) | undefined;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    const { skewMs } = around.weather;
    this.#skewMs = skewMs === 0 ? 0 : around.scheduler.between(-skewMs, skewMs);
  }

  /** The clock of the machine that it runs on. */
  now(): number {
    return this.#around.scheduler.nowMs + this.#skewMs + this.#busyMs;
  }

  /** Milliseconds until `deadlineMs` of the true clock; to look takes a while. */
  remainingMs(deadlineMs: number): number {
    this.#busyMs += this.#around.weather.lookMs;
    return deadlineMs - this.#around.scheduler.nowMs - this.#busyMs;
  }

  /** Calls `onDeath`, when it dies before the next call of this. */
  watch(onDeath: ((reason: string) => void) | undefined): void {
    this.#onDeath = onDeath;
    this.#busyMs = 0;
  }

  kill(reason: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#around.scheduler.note(`${this.name} dies: ${reason}`);
    this.#onDeath?.(reason);
  }

  /** The store as this process reaches it. */
  store(): Store {
    const { bucket } = this.#around;
    return {
      location: 's3://simulated/',
      get: async (key, options) => {
        const object = await this.#operate(`get ${key}`, () => bucket.get(key, options));
        return key.endsWith('.safetensors') ? this.#rot(object) : object;
      },
      head: (key) => this.#operate(`head ${key}`, () => bucket.head(key)),
      put: (key, body, options) => this.#operate(`put ${key}`, () => bucket.put(key, body, options)),
      list: (prefix, options) => this.#operate(`list ${prefix}`, () => bucket.list(prefix, options)),
      delete: (key, options) => this.#operate(`delete ${key}`, () => bucket.delete(key, options)),
    };
  }

  /** The engine as this process reaches it. */
  engine(engine: Engine): Engine {
    return {
      start: async (workflow, name, input) =>
        this.#operate(`start ${workflow} ${name}`, () => engine.start(workflow, name, input)),
    };
  }

  #rot<T extends { body: Uint8Array }>(object: T): T {
    const { scheduler, weather } = this.#around;
    if (weather.rotten === 0 || !scheduler.chance(weather.rotten) || object.body.length === 0) return object;
    const body = object.body.slice();
    body[scheduler.random.nextInt(body.length)] ^= 1 << scheduler.random.nextInt(8);
    return { ...object, body };
  }

  /** Does one thing outside the process, at one moment to come, and answers what it came to: or one of many mishaps. */
  #operate<T>(label: string, act: () => T | Promise<T>): Promise<T> {
    const { scheduler, bucket } = this.#around;
    const delayMs = this.#busyMs + scheduler.between(5, 60) + this.#stallMs();
    this.#busyMs = 0;
    const fate = this.#fate();
    return new Promise<T>((resolve, reject) => {
      if (!this.alive) return;
      const effect = (): T | Promise<T> => {
        bucket.actor = { name: this.name, run: this.run };
        try {
          return act();
        } finally {
          bucket.actor = undefined;
        }
      };
      const unheard = () => {
        try {
          void Promise.resolve(effect()).catch(() => {});
        } catch {
          // Nobody is there to hear of it.
        }
      };
      scheduler.after(delayMs, `${this.name} ${label}`, () => {
        // What a process sent before it died may have arrived all the same.
        if (!this.alive) {
          if (scheduler.chance(0.5)) unheard();
          return;
        }
        if (fate === 'refused' || fate === 'unheard') {
          if (fate === 'unheard') unheard();
          reject(new StoreError(`${label}: expected an answer, found none`));
          return;
        }
        if (fate === 'killed-meanwhile') {
          scheduler.after(scheduler.between(1, 60_000), `${this.name} ${label}, sent before it died`, unheard);
        }
        if (fate === 'killed-after') unheard();
        if (fate !== 'fine') {
          this.kill('killed');
          return;
        }
        try {
          const outcome = effect();
          if (outcome instanceof Promise) outcome.then(resolve, reject);
          else resolve(outcome);
        } catch (error) {
          scheduler.note(nameOfOutcome(error));
          reject(error);
        }
      });
    });
  }

  #stallMs(): number {
    const { scheduler, weather } = this.#around;
    if (weather.stalled > 0 && scheduler.chance(weather.stalled)) return scheduler.between(1_000, 1_200_000);
    return weather.slow > 0 && scheduler.chance(weather.slow) ? scheduler.between(100, 5_000) : 0;
  }

  #fate(): 'fine' | 'refused' | 'unheard' | 'killed-before' | 'killed-after' | 'killed-meanwhile' {
    const { scheduler, weather, startMs } = this.#around;
    const elapsedMs = scheduler.nowMs - startMs;
    const isOut = weather.outages.some(({ fromMs, toMs }) => elapsedMs >= fromMs && elapsedMs < toMs);
    if (isOut && scheduler.chance(0.9)) return 'refused';
    let drawn = scheduler.random.nextFloat();
    for (const [fate, probability] of [
      ['refused', weather.refused],
      ['unheard', weather.unheard],
      ['killed-before', weather.killed / 3],
      ['killed-after', weather.killed / 3],
      ['killed-meanwhile', weather.killed / 3],
    ] as const) {
      if (drawn < probability) return fate;
      drawn -= probability;
    }
    return 'fine';
  }
}
