import type { StartedThread } from '../kernels/start-thread.ts';

// A thread that was started by one script for another that is yet to be loaded. All that both have in common is the process.

const place = globalThis as { [started]?: StartedThread };
const started = Symbol.for('hone.startedThread');

/** Leaves a thread for whoever will have work for it. */
export function keepStarted(thread: StartedThread): void {
  place[started] = thread;
}

/** The thread that was left, if there is one; once. */
export function takeStarted(): StartedThread | undefined {
  const thread = place[started];
  delete place[started];
  return thread;
}
