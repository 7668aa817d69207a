import { closeSync, mkdtempSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../core/errors.ts';

/** A file for what does not fit memory. */
export interface SpillFile {
  /** Writes bytes at a position. @throws StoreError where the disk is full, or fails */
  write(bytes: Uint8Array, position: number): void;
  /** Reads as many bytes as `into` has, from a position. */
  read(into: Uint8Array, position: number): void;
  close(): void;
}

/** A disk to spill to. */
export interface SpillDisk {
  /** Bytes that are free there. */
  freeBytes(): number;
  open(): SpillFile;
}

/**
 * The disk for temporary files: /tmp on Lambda.
 *
 * A file loses its name as soon as it is open, so that it is gone with this process, however that ends.
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

/** Files whose owner was forgotten. */
const forgotten = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

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
      forgotten.unregister(file);
      closeSync(descriptor);
    },
  };
  forgotten.register(file, descriptor, file);
  return file;
}

/** @throws StoreError that says where, in the place of what the system throws */
function inWords<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new StoreError(`${where}: ${(error as Error).message}`, {
      advice: 'Free some of that disk, or give more memory, so that nothing is spilled',
    });
  }
}
