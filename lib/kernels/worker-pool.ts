import { compile, type KernelMemory, type KernelSource } from './instantiate.ts';
import { once, onThisThread, type Pool } from './pool.ts';
import { control, type Job, takeShares } from './pool-thread.ts';
import { type StartedThread, startThread } from './start-thread.ts';

/** A pool that holds threads, which end when it is closed, or with the process. */
export interface WorkerPool extends Pool {
  close(): void;
}

/**
 * A pool of this thread and `threads - 1` workers on one memory.
 *
 * They start at once, and join a job as soon as they are there: nobody waits for them.
 *
 * @param threads two or more
 * @param workerSource the script of a worker, as `startThread` takes it
 * @param imports what kernels on this thread import; the worker's script has its own
 * @param started one of the workers, on that very memory, where it is there already
 */
export function workerPool({
  memory,
  threads,
  workerSource,
  imports = {},
  started,
}: {
  memory: KernelMemory;
  threads: number;
  workerSource: string;
  imports?: WebAssembly.Imports;
  started?: StartedThread;
}): WorkerPool {
  const alone = onThisThread(memory, imports);
  const first = started ?? startThread(workerSource, { memory: memory.memory });
  const { words } = first;
  const others = Array.from({ length: threads - 2 }, () => startThread(workerSource, first));
  const workers = [first, ...others].map(({ worker }) => worker);
  const kernels = new Map<KernelSource, number>();
  const scratches = { first: 0, each: 0 };

  /** Brings the job that was begun last to its end. */
  let finishLast = () => {};

  const begin: Pool['begin'] = (kernel, task, description, count, scratchBytes) => {
    finishLast();
    if (count < 2 || workers.length === 0) {
      finishLast = alone.begin(kernel, task, description, count, scratchBytes);
      return finishLast;
    }
    if (scratches.each < scratchBytes) {
      scratches.each = Math.ceil(scratchBytes / 64) * 64;
      scratches.first = memory.allocate(threads * scratches.each);
    }
    const known = kernels.get(kernel);
    const id = known ?? kernels.size;
    kernels.set(kernel, id);
    const module = known === undefined ? compile(kernel) : undefined;
    for (const [i, worker] of workers.entries()) {
      const scratch = scratches.first + (i + 1) * scratches.each;
      worker.postMessage({ kernel: id, module, task, description, scratch } satisfies Job);
    }
    open(count);
    finishLast = once(() => {
      try {
        takeShares(words, alone.task(kernel, task), description, scratches.first);
      } finally {
        close();
      }
      if (Atomics.load(words, control.failed) === 1) throw new Error(`${task}: a thread failed`);
    });
    return finishLast;
  };

  return {
    memory,
    threads,
    begin,
    run: (...job) => begin(...job)(),
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
      Atomics.wait(words, control.active, active);
    }
  }
}
