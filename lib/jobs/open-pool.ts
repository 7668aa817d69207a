import { kernelHost } from '../data/kernel-host.ts';
import { kernelMemory } from '../kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../kernels/pool.ts';

/** Bytes of data from which on a further thread pays: it takes as long to start as some megabytes take to parse. */
const bytesForThreads = 16 * 2 ** 20;

/**
 * The pool that works on a dataset of so many bytes, on a memory of its own, with as many threads as there may be: it is
 * what runs every kernel on that memory. Nothing closes it but the garbage collector and the end of the process.
 */
export async function openPool({ threads, bytes }: { threads: number; bytes: number }): Promise<Pool> {
  const memory = kernelMemory();
  const imports = kernelHost(memory.memory);
  if (threads < 2 || bytes < bytesForThreads) {
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
