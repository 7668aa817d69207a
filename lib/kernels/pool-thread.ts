import type { Task } from './pool.ts';

/** Words that the threads of a pool share, by their place. */
export const control = {
  /** Counts the jobs; a thread without one waits for this to change. */
  generation: 0,
  /** 1 while there is a job to join. */
  isOpen: 1,
  /** Threads that look at the job; its owner waits for this to become 0. */
  active: 2,
  /** The next index that nobody has taken, and how many there are. */
  next: 3,
  count: 4,
  /** 1 when a task failed. */
  failed: 5,
  words: 6,
} as const;

/** What a thread is told of a job. */
export interface Job {
  /** Names the kernel; `module` comes with the first job that needs it. */
  kernel: number;
  module?: WebAssembly.Module;
  task: string;
  description: number;
  scratch: number;
}

/** Takes one index after another, until none is left. */
export function takeShares(words: Int32Array, run: Task, description: number, scratch: number): void {
  const count = Atomics.load(words, control.count);
  for (let index = Atomics.add(words, control.next, 1); index < count; index = Atomics.add(words, control.next, 1)) {
    run(description, index, scratch);
  }
}

/** Looks before a thread goes to sleep: some twenty microseconds, and to be woken takes as long. */
const looks = 200_000;

/** Waits until a word is no longer what it was: for a short time awake, as the next of many small jobs is soon there. */
export function waitForChange(words: Int32Array, word: number, seen: number): void {
  for (let look = 0; look < looks; look++) if (Atomics.load(words, word) !== seen) return;
  Atomics.wait(words, word, seen);
}

/**
 * The life of a thread in a pool: waits for a job, joins in, and waits again.
 *
 * A thread looks whether there is a job only after it has said that it looks, and a job is closed before its end is
 * waited for: so either the thread sees that the job is over, or its owner sees the thread, and nobody takes part in a
 * job with what it was told of another.
 *
 * @param receive the next message, or undefined when there is none yet
 */
export function servePool(
  words: Int32Array,
  memory: WebAssembly.Memory,
  imports: WebAssembly.Imports,
  receive: () => Job | undefined,
): void {
  const kernels = new Map<number, Record<string, Task>>();
  let job: Job | undefined;
  for (let seen = 0; ; seen = Atomics.load(words, control.generation)) {
    waitForChange(words, control.generation, seen);
    Atomics.add(words, control.active, 1);
    try {
      if (Atomics.load(words, control.isOpen) === 1) {
        for (let message = receive(); message; message = receive()) {
          job = message;
          if (job.module) kernels.set(job.kernel, exportsOf(job.module));
        }
        const run = job && kernels.get(job.kernel)?.[job.task];
        if (job && run) takeShares(words, run, job.description, job.scratch);
      }
    } catch {
      Atomics.store(words, control.failed, 1);
    }
    Atomics.sub(words, control.active, 1);
    Atomics.notify(words, control.active);
  }

  function exportsOf(module: WebAssembly.Module): Record<string, Task> {
    return new WebAssembly.Instance(module, { ...imports, env: { memory } }).exports as Record<string, Task>;
  }
}
