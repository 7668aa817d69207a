import { instantiate, type KernelMemory, type KernelSource } from './instantiate.ts';

/**
 * Whoever runs kernels on one memory: this thread alone, or several.
 *
 * A kernel that a pool can run exports tasks of one shape: `task(description, index, scratch)`. The description is the
 * address of a struct that says where everything lies; the index is which share of the work to do, most often a canonical
 * block; scratch is the address of room that the running thread has to itself, `scratchBytes` of it. What a share leaves
 * behind may depend on its index, never on who ran it or when: so the bits do not follow the number of threads.
 */
export interface Pool {
  readonly memory: KernelMemory;
  /** Threads that run at once, this one included. */
  readonly threads: number;
  /**
   * Calls the task for each index in [0, count), in ascending order as threads become free, and returns when all are done.
   *
   * @param kernel the generated module; other threads have instances of their own
   * @param scratchBytes room that the task asks for
   */
  run(kernel: KernelSource, task: string, description: number, count: number, scratchBytes: number): void;
  /**
   * Begins the same, and returns at once: other threads work on it while this one does something else.
   *
   * Nobody else may touch what the task reads and writes until it is finished. A pool does one job at a time: the next one
   * that is begun or run finishes this one first. Without other threads it is done before the call returns.
   */
  begin(...job: Parameters<Pool['run']>): Begun;
  /** Gives back the room of the threads, after a task that needed much of it. */
  releaseScratch(): void;
}

/** A job that was begun. */
export interface Begun {
  /** Joins in, and returns when all shares are done; at once where they were before. */
  finish(): void;
}

export type Task = (description: number, index: number, scratch: number) => void;

const pools = new WeakMap<KernelMemory, Pool>();

/** The pool that runs on a memory: the one that was attached, or this thread alone. */
export function poolOf(memory: KernelMemory): Pool {
  let pool = pools.get(memory);
  if (!pool) {
    pool = onThisThread(memory);
    pools.set(memory, pool);
  }
  return pool;
}

/** Hands the work on a memory to a pool from now on. */
export function attachPool(pool: Pool): void {
  pools.set(pool.memory, pool);
}

/** A pool of this thread alone; it tells which function a task is. */
export interface LonePool extends Pool {
  task(kernel: KernelSource, name: string): Task;
}

/**
 * A pool of this thread alone.
 *
 * @param imports what kernels import besides their memory
 */
export function onThisThread(memory: KernelMemory, imports: WebAssembly.Imports = {}): LonePool {
  const instances = new Map<KernelSource, Record<string, Task>>();
  const scratch = { at: 0, bytes: 0 };
  const task = (kernel: KernelSource, name: string): Task => {
    let exports = instances.get(kernel);
    if (!exports) {
      exports = instantiate<Record<string, Task>>(kernel, memory.memory, imports);
      instances.set(kernel, exports);
    }
    return exports[name];
  };
  const run: Pool['run'] = (kernel, name, description, count, scratchBytes) => {
    if (scratch.bytes < scratchBytes) {
      scratch.at = memory.allocate(scratchBytes);
      scratch.bytes = scratchBytes;
    }
    const runShare = task(kernel, name);
    for (let index = 0; index < count; index++) runShare(description, index, scratch.at);
  };
  return {
    memory,
    threads: 1,
    task,
    run,
    begin(...job) {
      run(...job);
      return { finish() {} };
    },
    releaseScratch() {
      memory.release(scratch.at, scratch.bytes);
      scratch.bytes = 0;
    },
  };
}
