import type { PackedReading } from '../data/read-packed.ts';
import { temporaryDisk } from '../data/spill-file.ts';
import type { Context } from './context.ts';
import { openPool, threadsFor } from './open-pool.ts';

/** What rows are read with: the memory and the threads that there are. */
export type ReadingContext = Pick<Context, 'memoryBytes' | 'disk' | 'threads' | 'takeThread' | 'onProgress'>;

/**
 * A pool to read objects with by kernels, and the disk for what does not fit in memory.
 *
 * @param asked number of threads; as many as pay for the size of the objects by default
 */
export async function packedReading(
  { disk = temporaryDisk(), threads, takeThread, onProgress }: Omit<ReadingContext, 'memoryBytes'>,
  objects: readonly { size: number }[],
  asked?: number,
): Promise<PackedReading> {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return {
    pool: await openPool(threadsFor(bytes, asked, threads), takeThread),
    disk,
    onStreamed: (way, ofBytes) => onProgress?.({ kind: 'streamed', way, bytes: ofBytes }),
  };
}
