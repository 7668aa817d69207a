import { compile, type KernelMemory, type KernelSource } from './instantiate.ts';
import { type Begun, onThisThread, type Pool } from './pool.ts';
import { control, type TaskName, takeShares, waitForChange } from './pool-thread.ts';
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
 * @param started the first worker, on that very memory, when it was started before
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
  const others = Array.from({ length: threads - 2 }, (_, i) => startThread(workerSource, { ...first, thread: i + 2 }));
  const workers = [first, ...others].map(({ worker }) => worker);
  const tasks = new Map<KernelSource, Map<string, number>>();
  let taskCount = 0;
  const scratches = { first: 0, each: 0 };
  let unfinished: Begun | undefined;

  /** Begins a job, which the other threads join at once. */
  const begin: Pool['begin'] = (kernel, name, description, count, scratchBytes) => {
    unfinished?.finish();
    if (count < 2 || workers.length === 0) return alone.begin(kernel, name, description, count, scratchBytes);
    if (scratches.each < scratchBytes) {
      scratches.each = Math.ceil(scratchBytes / 64) * 64;
      scratches.first = memory.allocate(threads * scratches.each);
    }
    open({ task: taskNumber(kernel, name), description, count });
    const begun = {
      finish() {
        if (unfinished !== begun) return;
        unfinished = undefined;
        try {
          takeShares(words, alone.task(kernel, name), description, scratches.first);
        } finally {
          close();
        }
        if (Atomics.load(words, control.failed) === 1) throw new Error(`${name}: a thread failed`);
      },
    };
    unfinished = begun;
    return begun;
  };

  return {
    memory,
    threads,
    begin,
    run: (...job) => begin(...job).finish(),
    releaseScratch() {
      unfinished?.finish();
      memory.release(scratches.first, threads * scratches.each);
      scratches.each = 0;
      alone.releaseScratch();
    },
    close() {
      unfinished?.finish();
      for (const worker of workers) void worker.terminate();
      workers.length = 0;
    },
  };

  /** The number by which threads know a task, which they are told of when it is new. */
  function taskNumber(kernel: KernelSource, name: string): number {
    const ofKernel = tasks.get(kernel) ?? new Map<string, number>();
    const known = ofKernel.get(name);
    if (known !== undefined) return known;
    const module = ofKernel.size === 0 ? compile(kernel) : undefined;
    tasks.set(kernel, ofKernel);
    const task = taskCount++;
    ofKernel.set(name, task);
    const told: TaskName = { task, kernel: [...tasks.keys()].indexOf(kernel), module, name };
    for (const worker of workers) worker.postMessage(told);
    return task;
  }

  function open({ task, description, count }: { task: number; description: number; count: number }): void {
    Atomics.store(words, control.failed, 0);
    Atomics.store(words, control.next, 0);
    Atomics.store(words, control.count, count);
    Atomics.store(words, control.task, task);
    Atomics.store(words, control.description, description);
    Atomics.store(words, control.firstScratch, scratches.first);
    Atomics.store(words, control.eachScratch, scratches.each);
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
