import { Worker } from 'node:worker_threads';
import { compile, type KernelMemory, type KernelSource } from './instantiate.ts';
import { onThisThread, type Pool } from './pool.ts';
import { control, type Job, takeShares, waitForChange } from './pool-thread.ts';

/** A pool that holds threads, which end when it is closed, or with the process. */
export interface WorkerPool extends Pool {
  close(): void;
}

/**
 * A pool of this thread and `threads - 1` workers on one memory.
 *
 * They start at once, and join a job as soon as they are there: nobody waits for them.
 *
 * @param workerSource the script of a worker, which calls `servePool`: kept as text, so that it runs from plain Node and
 *   from a bundle alike
 * @param imports what kernels on this thread import; the worker's script has its own
 */
export function workerPool({
  memory,
  threads,
  workerSource,
  imports = {},
}: {
  memory: KernelMemory;
  threads: number;
  workerSource: string;
  imports?: WebAssembly.Imports;
}): WorkerPool {
  const alone = onThisThread(memory, imports);
  const words = new Int32Array(new SharedArrayBuffer(control.words * 4));
  const workers = Array.from({ length: threads - 1 }, () => startWorker(workerSource, memory, words));
  const kernels = new Map<KernelSource, number>();
  const scratches = { first: 0, each: 0 };
  let told: Omit<Job, 'module'> | undefined;

  return {
    memory,
    threads,
    run(kernel, task, description, count, scratchBytes) {
      if (count < 2 || workers.length === 0) {
        alone.run(kernel, task, description, count, scratchBytes);
        return;
      }
      if (scratches.each < scratchBytes) {
        scratches.each = Math.ceil(scratchBytes / 64) * 64;
        scratches.first = memory.allocate(threads * scratches.each);
      }
      const known = kernels.get(kernel);
      const id = known ?? kernels.size;
      kernels.set(kernel, id);
      const job = { kernel: id, task, description, scratch: scratches.first };
      // Batches are the same job thousands of times over: a message each would take longer than some of them.
      if (!told || !isSameJob(told, job)) {
        const module = known === undefined ? compile(kernel) : undefined;
        for (const [i, worker] of workers.entries())
          worker.postMessage({ ...job, module, scratch: job.scratch + (i + 1) * scratches.each } satisfies Job);
        told = job;
      }
      open(count);
      try {
        takeShares(words, alone.task(kernel, task), description, scratches.first);
      } finally {
        close();
      }
      if (Atomics.load(words, control.failed) === 1) throw new Error(`${task}: a thread failed`);
    },
    close() {
      for (const worker of workers) void worker.terminate();
      workers.length = 0;
    },
  };

  function open(count: number): void {
    Atomics.store(words, control.failed, 0);
    Atomics.store(words, control.next, 0);
    Atomics.store(words, control.count, count);
    Atomics.store(words, control.isOpen, 1);
    Atomics.add(words, control.generation, 1);
    Atomics.notify(words, control.generation);
  }

  function close(): void {
    Atomics.store(words, control.isOpen, 0);
    for (let active = Atomics.load(words, control.active); active > 0; active = Atomics.load(words, control.active)) {
      waitForChange(words, control.active, active);
    }
  }
}

const isSameJob = (a: Omit<Job, 'module'>, b: Omit<Job, 'module'>): boolean =>
  a.kernel === b.kernel && a.task === b.task && a.description === b.description && a.scratch === b.scratch;

function startWorker(source: string, { memory }: KernelMemory, words: Int32Array): Worker {
  const worker = new Worker(source, { eval: true, workerData: { memory, words }, execArgv: [], env: {} });
  // It waits for work for ever: that must not keep the process.
  worker.unref();
  return worker;
}
