import { closeSync, mkdtempSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../core/errors.ts';

/** A temporary file for data that does not fit in memory. */
export interface SpillFile {
  /**
   * Writes bytes at a position.
   *
   * @throws StoreError when the disk is full or fails
   */
  write(bytes: Uint8Array, position: number): void;
  /**
   * Fills `into` with the bytes from a position on.
   *
   * @throws StoreError when the file ends before, or the disk fails
   */
  read(into: Uint8Array, position: number): void;
  close(): void;
}

/** A disk for temporary files. */
export interface SpillDisk {
  /** Free bytes; 0 when they can't be found out. */
  freeBytes(): number;
  /** @throws StoreError when no file can be made */
  open(): SpillFile;
}

/**
 * The disk for temporary files: /tmp on Lambda.
 *
 * A file is deleted as soon as it is open, so that the system frees it when this process ends, in whatever way.
 */
export function temporaryDisk(folder = tmpdir()): SpillDisk {
  return {
    freeBytes() {
      try {
        const { bavail, bsize } = statfsSync(folder);
        return bavail * bsize;
      } catch {
        return 0;
      }
    },
    open: () => openNameless(folder),
  };
}

/** Closes files that were garbage-collected without `close`. */
const abandoned = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

function openNameless(folder: string): SpillFile {
  const place = inWords(`${folder}: a temporary file`, () => mkdtempSync(join(folder, 'hone-')));
  const path = join(place, 'spilled');
  let descriptor: number;
  try {
    descriptor = inWords(path, () => openSync(path, 'wx+', 0o600));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  let isOpen = true;
  const file: SpillFile = {
    write(bytes, position) {
      inWords(`${folder}: ${bytes.length} bytes at ${position} of a temporary file`, () => {
        for (let done = 0; done < bytes.length; )
          done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
      });
    },
    read(into, position) {
      const where = `${folder}: ${into.length} bytes at ${position} of a temporary file`;
      inWords(where, () => {
        for (let done = 0; done < into.length; ) {
          const got = readSync(descriptor, into, done, into.length - done, position + done);
          if (got === 0) throw new Error('it ends before them');
          done += got;
        }
      });
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      abandoned.unregister(file);
      closeSync(descriptor);
    },
  };
  abandoned.register(file, descriptor, file);
  return file;
}

/** @throws StoreError that says where, instead of the error that the system throws */
function inWords<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new StoreError(`${where}: ${(error as Error).message}`, {
      advice: 'Free some of that disk, or give more memory, so that nothing is spilled',
    });
  }
}
