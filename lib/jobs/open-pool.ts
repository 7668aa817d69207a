import { kernelHost } from '../data/kernel-host.ts';
import { kernelMemory } from '../kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../kernels/pool.ts';
import { mostThreads } from './thread-count.ts';

/** Bytes of data from which on a further thread pays: it takes as long to start as some megabytes take to parse. */
const bytesForThreads = 16 * 2 ** 20;

/** How many threads to work with on data of this size: as many as are asked for, else all available if that pays. */
export const threadsFor = (bytes: number, asked: number | undefined, available = 1): number =>
  Math.min(mostThreads, asked ?? (bytes < bytesForThreads ? 1 : available));

/**
 * A pool of threads with a memory of its own, which runs every kernel on that memory. It is closed by the garbage collector
 * or the end of the process.
 */
export async function openPool(threads: number): Promise<Pool> {
  const ahead = begun.get(threads);
  begun.delete(threads);
  return ahead ?? makePool(threads);
}

const begun = new Map<number, Promise<Pool>>();

/** Begins to open a pool that will soon be needed, so that its threads start while this one does something else. */
export function openPoolAhead(threads: number): void {
  if (begun.has(threads)) return;
  const pool = makePool(threads);
  // `openPool` reports the failure.
  pool.catch(() => {});
  begun.set(threads, pool);
}

async function makePool(threads: number): Promise<Pool> {
  const memory = kernelMemory();
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
  const pool = workerPool({ memory, threads, workerSource, imports });
  attachPool(pool);
  return pool;
}
