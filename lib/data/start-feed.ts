import { Worker } from 'node:worker_threads';
import type { FeedTask } from './feed-thread.ts';
import { feedSource } from './feed-worker.generated.ts';

/** A thread that fetches an object's text. */
interface FeedThread {
  /** Begins the text anew, as the next generation. */
  begin(generation: number): void;
  end(): void;
}

/** Starts a thread, which waits for `begin`. */
export function startFeed(task: FeedTask): FeedThread {
  const worker = new Worker(feedSource, { eval: true, workerData: task, execArgv: [] });
  // It waits for messages for ever, which must not keep the process alive.
  worker.unref();
  return { begin: (generation) => worker.postMessage(generation), end: () => void worker.terminate() };
}
