import { Worker } from 'node:worker_threads';
import { sharedMemory } from './instantiate.ts';
import { control } from './pool-thread.ts';

/** A thread that waits for jobs on a memory: of a pool, once there is one. */
export interface StartedThread {
  worker: Worker;
  memory: WebAssembly.Memory;
  /** As pool-thread.ts has them. */
  words: Int32Array;
}

/**
 * Starts a thread of a pool that there is, or will be.
 *
 * @param workerSource its script, which calls `servePool`: kept as text, so that it runs from plain Node and from a bundle
 *   alike
 */
export function startThread(
  workerSource: string,
  {
    memory = sharedMemory(),
    words = new Int32Array(new SharedArrayBuffer(control.words * 4)),
  }: Partial<Omit<StartedThread, 'worker'>> = {},
): StartedThread {
  const worker = new Worker(workerSource, {
    eval: true,
    workerData: { memory, words },
    execArgv: [],
    env: {},
    // It says nothing, and what would pass that on takes a moment to set up.
    stdout: true,
    stderr: true,
  });
  // It waits for work for ever: that must not keep the process.
  worker.unref();
  return { worker, memory, words };
}
