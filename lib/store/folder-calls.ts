import * as fs from 'node:fs';
import { promisify } from 'node:util';

/** Files of so many bytes are read and written at once; of larger ones, other work goes on meanwhile. */
const smallBytes = 256 * 1024;

const [readLater, writeLater, flushLater] = [promisify(fs.read), promisify(fs.write), promisify(fs.fdatasync)];

/** An open file of a folder store. */
export interface OpenFile {
  fd: number;
  stat(): Promise<fs.BigIntStats>;
  /** Reads up to `length` bytes of the file, from `position`, to the `offset`-th of `into` and on; 0 at its end. */
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  /** Writes all the bytes, at the file's end. */
  writeFile(bytes: Uint8Array): Promise<void>;
  /** Waits until the disk holds what was written. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The calls into the file system that folder stores make, which answer as those of `node:fs/promises` do.
 *
 * What touches names alone is done before the call returns: the kernel takes some microseconds for it, and to hand it to
 * another thread and to be woken again takes twenty times as long. A training makes hundreds of such calls. What waits
 * for the disk, or moves many bytes, lets other work go on.
 *
 * One object, so that tests can stop, fail or kill at each of them.
 */
export const calls = {
  /** What is there, a link itself; undefined when nothing is. */
  async lstat(path: string): Promise<fs.BigIntStats | undefined> {
    return ifThere(() => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  },
  /** As `lstat`, of what a link leads to. */
  async stat(path: string): Promise<fs.BigIntStats | undefined> {
    return ifThere(() => fs.statSync(path, { bigint: true, throwIfNoEntry: false }));
  },
  async link(existing: string, path: string): Promise<void> {
    fs.linkSync(existing, path);
  },
  async mkdir(path: string): Promise<void> {
    fs.mkdirSync(path, { recursive: true });
  },
  async readdir(path: string): Promise<fs.Dirent[]> {
    return fs.readdirSync(path, { withFileTypes: true });
  },
  async readFile(path: string): Promise<string> {
    return fs.readFileSync(path, 'utf8');
  },
  async rename(from: string, to: string): Promise<void> {
    fs.renameSync(from, to);
  },
  /** Removes a file. */
  async unlink(path: string): Promise<void> {
    fs.unlinkSync(path);
  },
  /** Removes whatever is there, if anything. */
  async rm(path: string): Promise<void> {
    try {
      fs.unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') fs.rmSync(path, { recursive: true, force: true });
    }
  },
  async rmdir(path: string): Promise<void> {
    fs.rmdirSync(path);
  },
  /** Writes a short text to a file; with the flag `wx`, to one that must not be there yet. */
  async writeFile(path: string, text: string, { flag = 'w' }: { flag?: 'w' | 'wx' } = {}): Promise<void> {
    fs.writeFileSync(path, text, { flag });
  },
  async open(path: string, flags: string | number = 'r'): Promise<OpenFile> {
    return openFile(fs.openSync(path, flags));
  },
};

/** Below a file there is nothing, either. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function openFile(fd: number): OpenFile {
  return {
    fd,
    stat: async () => fs.fstatSync(fd, { bigint: true }),
    async read(into, offset, length, position) {
      if (length <= smallBytes) return { bytesRead: fs.readSync(fd, into, offset, length, position) };
      return readLater(fd, into, offset, length, position);
    },
    async writeFile(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.length - done;
        if (rest <= smallBytes) done += fs.writeSync(fd, bytes, done, rest);
        else done += (await writeLater(fd, bytes, done, rest, null)).bytesWritten;
      }
    },
    datasync: () => flushLater(fd),
    close: async () => fs.closeSync(fd),
  };
}
