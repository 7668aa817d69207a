import { randomUUID } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type { Context, Interruption, JobProgress } from '../lib/jobs/context.ts';
import { takeStarted } from '../lib/jobs/started-thread.ts';
import { threadCount } from '../lib/jobs/thread-count.ts';
import { type TrustSettings, trustedStore } from '../lib/registry/trust.ts';
import { folderStore } from '../lib/store/folder.ts';
import { openStore } from '../lib/store/open.ts';
import type { Store } from '../lib/store/store.ts';

/** Where everything lies when `--store` does not say. */
export const defaultStore = '.hone';

/**
 * What a job on this machine is given: any store, local paths, and as much time as it takes, or until an interruption.
 *
 * @param options.folder where relative local paths begin: the folder of the pipeline's document, or the working one
 */
export async function localContext({
  store = defaultStore,
  folder = process.cwd(),
  onProgress,
  interruption,
  threads,
}: {
  store?: string;
  folder?: string;
  interruption?: Interruption;
  threads?: number;
  onProgress?: (progress: JobProgress) => void;
}): Promise<Context> {
  return {
    ...trustedStore(await openStore(store), process.env as TrustSettings),
    openStore,
    openLocal: (path) => openLocal(resolve(folder, path)),
    now: Date.now,
    newId: randomUUID,
    remainingMs: () => (interruption?.isWished ? 0 : Number.POSITIVE_INFINITY),
    threads: threadCount({ asked: threads, available: availableParallelism(), environment: process.env }),
    takeThread: takeStarted,
    interruption,
    onProgress,
    memory: new Map(),
  };
}

/**
 * A local path as a store and a prefix in it: a folder is a store itself, a file an object of its folder's.
 *
 * A store follows no links, but a user's file may well be one: it is opened where it really lies.
 */
async function openLocal(path: string): Promise<{ store: Store; prefix: string }> {
  const real = await realpath(path).catch(() => path);
  const isFolder = await stat(real).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder
    ? { store: folderStore(real), prefix: '' }
    : { store: folderStore(dirname(real)), prefix: basename(real) };
}
