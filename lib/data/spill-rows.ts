import { StoreError } from '../core/errors.ts';
import type { Pool } from '../kernels/pool.ts';
import type { ParsedSegment } from './parse-text.ts';
import type { SpillDisk, SpillFile } from './spill-file.ts';

/** A file that takes float32 rows. */
export interface SpilledRows {
  /** Writes rows behind those that are there already. Nothing is written any more once the disk was full. */
  add(rows: Pick<ParsedSegment, 'singles' | 'rows'>): void;
  /** The file with all rows; undefined when there is none. */
  file(): SpillFile | undefined;
  close(): void;
}

/**
 * Writes float32 rows from the memory of a pool to a disk, as long as it has room.
 *
 * @param disk undefined when rows are not to be spilled
 * @param diskBytes most bytes to write: there may be more rows than were estimated
 * @param onFull called when the disk, or the limit for it, was too small after all: what was written is dropped
 */
export function spillRows(
  { memory: { memory } }: Pool,
  disk: SpillDisk | undefined,
  {
    rowBytes,
    diskBytes = Number.POSITIVE_INFINITY,
    onFull,
  }: { rowBytes: number; diskBytes?: number; onFull: (error: StoreError) => void },
): SpilledRows {
  let file = disk?.open();
  let position = 0;
  return {
    add({ singles, rows }) {
      if (!file) return;
      const count = rows * rowBytes;
      try {
        if (position + count > diskBytes) throw new StoreError(`expected ${diskBytes} bytes of a disk to do`);
        file.write(new Uint8Array(memory.buffer, singles, count), position);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        file.close();
        file = undefined;
        onFull(error);
      }
      position += count;
    },
    file: () => file,
    close: () => file?.close(),
  };
}
