import { kernelHost } from '../data/kernel-host.ts';
import { kernelMemory } from '../kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../kernels/pool.ts';
import type { StartedThread } from '../kernels/start-thread.ts';
import { mostThreads } from './thread-count.ts';

/** Bytes of data from which on a further thread pays: it takes as long to start as some megabytes take to parse. */
const bytesForThreads = 16 * 2 ** 20;

/** How many threads work on so many bytes: as many as are asked for, within reason, or there are where that pays. */
export const threadsFor = (bytes: number, asked: number | undefined, available = 1): number =>
  Math.min(mostThreads, asked ?? (bytes < bytesForThreads ? 1 : available));

/**
 * A pool of threads on a memory of its own, that runs every kernel on that memory. Nothing closes it but the garbage
 * collector and the end of the process.
 *
 * @param takeThread where one of them may be had that was started before
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
