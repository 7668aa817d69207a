import { kernelHost } from '../data/kernel-host.ts';
import { kernelMemory } from '../kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../kernels/pool.ts';
import type { StartedThread } from '../kernels/start-thread.ts';
import { mostThreads } from './thread-count.ts';

/** Bytes of data from which on a further thread pays: it takes as long to start as some megabytes take to parse. */
const bytesForThreads = 16 * 2 ** 20;

/** How many threads to work with on data of this size: as many as are asked for, else all available if that pays. */
export const threadsFor = (bytes: number, asked: number | undefined, available = 1): number =>
  Math.min(mostThreads, asked ?? (bytes < bytesForThreads ? 1 : available));

/**
 * A pool of threads with a memory of its own, which runs every kernel on that memory. It is closed by the garbage collector
 * or the end of the process.
 *
 * @param takeThread gives a thread that was started before, if there is one
 */
export async function openPool(threads: number, takeThread?: () => StartedThread | undefined): Promise<Pool> {
  const started = threads < 2 ? undefined : takeThread?.();
  const memory = kernelMemory(started?.memory);
  const imports = kernelHost(memory.memory);
  if (threads < 2) {
    const alone = onThisThread(memory, imports);
    attachPool(alone);
    return alone;
  }
  const [{ workerPool }, { workerSource }] = await Promise.all([
    import('../kernels/worker-pool.ts'),
    import('../data/kernel-worker.generated.ts'),
  ]);
  const pool = workerPool({ memory, threads, workerSource, imports, started });
  attachPool(pool);
  return pool;
}
