import { Worker } from 'node:worker_threads';
import { sharedMemory } from './instantiate.ts';
import { control } from './pool-thread.ts';

/** A thread that waits for jobs on a memory, as a worker of a pool that exists or will exist. */
export interface StartedThread {
  worker: Worker;
  memory: WebAssembly.Memory;
  /** As pool-thread.ts lays them out. */
  words: Int32Array;
}

/**
 * Starts a worker of a pool.
 *
 * @param workerSource its script, which calls `servePool`: kept as text, so that it runs from plain Node and from a bundle
 *   alike
 * @param options.thread its number in the pool, from 1
 */
export function startThread(
  workerSource: string,
  {
    memory = sharedMemory(),
    words = new Int32Array(new SharedArrayBuffer(control.words * 4)),
    thread = 1,
  }: Partial<Omit<StartedThread, 'worker'>> & { thread?: number } = {},
): StartedThread {
  const worker = new Worker(workerSource, {
    eval: true,
    workerData: { memory, words, thread },
    execArgv: [],
    env: {},
    // It prints nothing, and the streams for its output would take time to set up.
    stdout: true,
    stderr: true,
  });
  // It waits for work for ever, which must not keep the process alive.
  worker.unref();
  return { worker, memory, words };
}
