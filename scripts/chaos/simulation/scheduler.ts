import { createHash } from 'node:crypto';
import { type Random, seededRandom } from '../../../lib/core/random.ts';

/** Something that will happen at a moment of virtual time. */
interface Event {
  atMs: number;
  /** Breaks ties: what was asked for first happens first. */
  order: number;
  label: string;
  happen: () => void;
  cancelled: boolean;
}

/** Takes back what was scheduled, unless it has happened. */
export type Cancel = () => void;

const turn = setImmediate;

/**
 * One clock, one source of chance and one queue for everything that a history consists of.
 *
 * Between two events all that follows from the first runs until it waits again: JavaScript's promises run in a stated
 * order, and whatever takes time (the store, timers, deliveries, people) waits for an event here. So one seed gives one
 * history, and its trace is the same to the byte each time.
 *
 * @see FoundationDB and TigerBeetle, whose simulators test the very code that is deployed in this way
 */
export class Scheduler {
  nowMs: number;
  readonly random: Random;
  /** How many events have happened. */
  steps = 0;
  readonly #queue: Event[] = [];
  readonly #trace = createHash('sha256');
  readonly #lines: string[] | undefined;
  #ordered = 0;

  constructor(seed: number, { startMs, keepTrace = false }: { startMs: number; keepTrace?: boolean }) {
    this.random = seededRandom(seed);
    this.nowMs = startMs;
    if (keepTrace) this.#lines = [];
  }

  /** Lets something happen after so many milliseconds. */
  after(delayMs: number, label: string, happen: () => void): Cancel {
    const event = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#ordered++, label, happen, cancelled: false };
    push(this.#queue, event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Resolves after so many milliseconds. */
  pause(delayMs: number, label: string): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, label, resolve));
  }

  /** Adds a line to the trace. */
  note(line: string): void {
    this.#trace.update(line).update('\n');
    this.#lines?.push(`${((this.nowMs % 86_400_000) / 1000).toFixed(3)} ${line}`);
  }

  /**
   * Runs events in order of their time until none is left, or until the limit.
   *
   * @throws Error when `stepLimit` events did not bring the history to its end
   */
  async run({ untilMs = Number.POSITIVE_INFINITY, stepLimit = 100_000 } = {}): Promise<void> {
    for (let step = 0; ; step++) {
      const next = this.#queue[0];
      if (!next || next.atMs > untilMs) return;
      pop(this.#queue);
      if (next.cancelled) continue;
      if (step > stepLimit) throw new Error(`the history did not come to its end in ${stepLimit} events`);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.steps++;
      if (next.label !== '') this.note(`${this.nowMs} ${next.label}`);
      next.happen();
      // An immediate comes after all promises that can go on have gone on.
      await new Promise((resolve) => turn(resolve));
    }
  }

  chance(probability: number): boolean {
    return this.random.nextFloat() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + this.random.nextInt(to - from + 1);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random.nextInt(items.length)];
  }

  /** SHA-256 of the trace up to here. */
  traceHash(): string {
    return this.#trace.copy().digest('hex');
  }

  /** The trace's lines, when they are kept. */
  get lines(): readonly string[] {
    return this.#lines ?? [];
  }
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at], heap[parent])) return;
    [heap[at], heap[parent]] = [heap[parent], heap[at]];
    at = parent;
  }
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let first = at;
    if (left < heap.length && isBefore(heap[left], heap[first])) first = left;
    if (right < heap.length && isBefore(heap[right], heap[first])) first = right;
    if (first === at) return;
    [heap[at], heap[first]] = [heap[first], heap[at]];
    at = first;
  }
}
