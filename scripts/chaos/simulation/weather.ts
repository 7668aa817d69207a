import type { Scheduler } from './scheduler.ts';

/** How much goes wrong in a history: probabilities for each operation or call, unless a unit stands in the name. */
export interface Weather {
  /** The store refuses an operation, which has no effect. */
  refused: number;
  /** An operation takes place, and its answer is lost. */
  unheard: number;
  /** An operation takes seconds. */
  slow: number;
  /** An operation takes minutes, long enough for its process to be ended over it. */
  stalled: number;
  /** The process dies at an operation: before it, after it, or while it is on its way. */
  killed: number;
  /** A model's file arrives with one bit turned. */
  rotten: number;
  /** A call of a function is answered, and its caller does not hear of it. */
  callUnheard: number;
  /** An event is delivered again, up to 20 times. */
  duplicated: number;
  /** An event comes up to an hour late. */
  late: number;
  /** How many functions may run at once. */
  concurrency: number;
  /** How far a process's clock may be off, to either side. */
  skewMs: number;
  /** What each look at the time that is left costs: a training then takes many calls. */
  lookMs: number;
  /** Spans, in milliseconds after the beginning, in which the store refuses nearly everything. */
  outages: { fromMs: number; toMs: number }[];
}

export const clearSky: Weather = {
  refused: 0,
  unheard: 0,
  slow: 0,
  stalled: 0,
  killed: 0,
  rotten: 0,
  callUnheard: 0,
  duplicated: 0,
  late: 0,
  concurrency: 10,
  skewMs: 0,
  lookMs: 0,
  outages: [],
};

/** Draws what a history is to suffer: much of a few things, for faults of one kind meet more of their like then. */
export function drawWeather(scheduler: Scheduler, { spanMs }: { spanMs: number }): Weather {
  const some = (most: number) => (scheduler.chance(0.5) ? 0 : scheduler.random.nextFloat() ** 2 * most);
  const outages = scheduler.chance(0.15)
    ? [scheduler.between(0, spanMs)].map((fromMs) => ({ fromMs, toMs: fromMs + scheduler.between(10_000, 1_200_000) }))
    : [];
  return {
    refused: some(0.1),
    unheard: some(0.1),
    slow: some(0.3),
    stalled: some(0.01),
    killed: some(0.04),
    rotten: some(0.2),
    callUnheard: some(0.1),
    duplicated: some(0.5),
    late: some(0.5),
    concurrency: scheduler.pick([2, 3, 5, 10]),
    skewMs: scheduler.pick([0, 0, 2_000, 60_000, 900_000]),
    lookMs: scheduler.pick([0, 0, 0, 100_000, 400_000]),
    outages,
  };
}
