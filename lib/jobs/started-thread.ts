import type { StartedThread } from '../kernels/start-thread.ts';

// One script starts a thread for another script that is not loaded yet. They share nothing but the process.

const place = globalThis as { [started]?: StartedThread };
const started = Symbol.for('hone.startedThread');

/** Keeps a thread for `takeStarted`. */
export function keepStarted(thread: StartedThread): void {
  place[started] = thread;
}

/** The thread that was kept, once. */
export function takeStarted(): StartedThread | undefined {
  const thread = place[started];
  delete place[started];
  return thread;
}
