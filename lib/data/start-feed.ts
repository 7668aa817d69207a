import { Worker } from 'node:worker_threads';
import type { FeedTask } from './feed-thread.ts';
import { feedSource } from './feed-worker.generated.ts';

/** A thread that feeds an object's text. */
export interface FeedThread {
  /** Has it begin anew. */
  begin(generation: number): void;
  end(): void;
}

/** Starts one. It waits to be told to begin. */
export function startFeed(task: FeedTask): FeedThread {
  const worker = new Worker(feedSource, { eval: true, workerData: task, execArgv: [] });
  // It waits to be asked for ever: that must not keep the process.
  worker.unref();
  return { begin: (generation) => worker.postMessage(generation), end: () => void worker.terminate() };
}
