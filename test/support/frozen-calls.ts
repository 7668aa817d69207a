import { AsyncLocalStorage } from 'node:async_hooks';
import { calls as folderCalls } from '../../lib/store/folder-calls.ts';

/** The calls by which a process changes a folder; between two of them others see one state. */
const CHANGES = ['link', 'mkdir', 'open', 'rename', 'rm', 'rmdir', 'unlink', 'writeFile'] as const;

/** The calls by which it looks. */
const LOOKS = ['lstat', 'readdir', 'readFile'] as const;

/** An operation that stands still before its nth call into the file system, as if its process had been stopped. */
export interface Frozen<T> {
  /** Whether it came to stand; otherwise it was through before. */
  frozen: boolean;
  /** Lets it go on, and returns what it comes to. */
  resume(): Promise<PromiseSettledResult<T>>;
}

interface Stop {
  calls: number;
  at: number;
  arrived: () => void;
  released: Promise<void>;
}

const stops = new AsyncLocalStorage<Stop>();

/**
 * Allows a test to stop the file system calls of folder stores.
 *
 * @param options.looks whether to stop before calls that only look, too
 * @returns a function that undoes it
 */
export function makeStoppable({ looks = false }: { looks?: boolean } = {}): () => void {
  const calls = folderCalls as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
  const originals = new Map([...CHANGES, ...(looks ? LOOKS : [])].map((name) => [name, calls[name]]));
  for (const [name, original] of originals) {
    calls[name] = async (...values) => {
      const stop = stops.getStore();
      if (stop && ++stop.calls === stop.at) {
        stop.arrived();
        await stop.released;
      }
      return original.apply(folderCalls, values);
    };
  }
  return () => {
    for (const [name, original] of originals) calls[name] = original;
  };
}

/** Runs the operation until it is through, or stands before its nth call. */
export async function freeze<T>(operation: () => Promise<T>, at: number): Promise<Frozen<T>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrive = () => {};
  const arrived = new Promise<'arrived'>((resolve) => {
    arrive = () => resolve('arrived');
  });
  const outcome = Promise.allSettled([stops.run({ calls: 0, at, arrived: arrive, released }, operation)]);
  const frozen = (await Promise.race([outcome, arrived])) === 'arrived';
  return {
    frozen,
    async resume() {
      release();
      return (await outcome)[0];
    },
  };
}
