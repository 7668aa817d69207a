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
  /** What the job is: its task's number (see `TaskNames`), its description, and the first thread's scratch and all others'. */
  task: 6,
  description: 7,
  firstScratch: 8,
  eachScratch: 9,
  words: 10,
} as const;

/** What a thread is told before the first job of a task: jobs themselves are told by the words alone. */
export interface TaskName {
  task: number;
  /** Names the kernel; `module` comes with its first task. */
  kernel: number;
  module?: WebAssembly.Module;
  name: string;
}

/** Takes one index after another, until none is left. */
export function takeShares(words: Int32Array, run: Task, description: number, scratch: number): void {
  const count = Atomics.load(words, control.count);
  for (let index = Atomics.add(words, control.next, 1); index < count; index = Atomics.add(words, control.next, 1)) {
    run(description, index, scratch);
  }
}

/** Looks before a thread goes to sleep: about a tenth of a millisecond. To be woken takes about as long. */
const looks = 200_000;

/**
 * Waits until a word is no longer what it was: awake for a short time, as the next of many small jobs is there soon. The
 * batches of a network are such jobs.
 */
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
 * @param thread which of the pool's threads this is, from 1: the pool's owner is 0
 * @param receive the next message, or undefined when there is none yet
 */
export function servePool(
  words: Int32Array,
  memory: WebAssembly.Memory,
  { thread, imports, receive }: { thread: number; imports: WebAssembly.Imports; receive: () => TaskName | undefined },
): void {
  const kernels = new Map<number, Record<string, Task>>();
  const tasks = new Map<number, Task>();
  for (let seen = 0; ; seen = Atomics.load(words, control.generation)) {
    waitForChange(words, control.generation, seen);
    Atomics.add(words, control.active, 1);
    try {
      if (Atomics.load(words, control.isOpen) === 1) joinJob();
    } catch {
      Atomics.store(words, control.failed, 1);
    }
    Atomics.sub(words, control.active, 1);
    Atomics.notify(words, control.active);
  }

  function joinJob(): void {
    const id = Atomics.load(words, control.task);
    // Its name was sent before the job was opened.
    for (let named = tasks.has(id); !named; named = tasks.has(id)) {
      const message = receive();
      if (!message) throw new Error(`expected the name of task ${id}, found none`);
      const { task, kernel, module, name } = message;
      if (module) kernels.set(kernel, exportsOf(module));
      tasks.set(task, (kernels.get(kernel) as Record<string, Task>)[name]);
    }
    const own = (Atomics.load(words, control.firstScratch) >>> 0) + thread * Atomics.load(words, control.eachScratch);
    takeShares(words, tasks.get(id) as Task, Atomics.load(words, control.description) >>> 0, own);
  }

  function exportsOf(module: WebAssembly.Module): Record<string, Task> {
    return new WebAssembly.Instance(module, { ...imports, env: { memory } }).exports as Record<string, Task>;
  }
}
