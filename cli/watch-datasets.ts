import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Services } from '../functions/adapter/services.ts';
import { startForObjects } from '../functions/triggers/dataset-created.ts';
import { StoreError } from '../lib/core/errors.ts';
import { covers, listPipelines } from '../lib/jobs/pipelines.ts';
import { isDataKey } from '../lib/store/keys.ts';
import { listAll } from '../lib/store/list.ts';

/** Milliseconds in which changes are gathered before they are acted on: a copy of a file is many of them. */
const gatherMs = 200;

/**
 * Watches the folders `datasets/` and `pipelines/` of a folder store, as S3's notifications watch a bucket: an object
 * that is new or changed starts what it asks for. What lies there already is looked at once, at the beginning.
 *
 * @returns ends the watching
 * @throws StoreError when these folders are not there and can't be made
 */
export async function watchDatasets(
  folder: string,
  services: Services,
  onError: (error: unknown) => void,
): Promise<() => void> {
  const datasets = join(resolve(folder), 'datasets');
  const pipelines = join(resolve(folder), 'pipelines');
  await Promise.all([datasets, pipelines].map(makeFolder));

  let [changed, timer]: [Set<string>, NodeJS.Timeout | undefined] = [new Set(), undefined];
  const note = (key: string) => {
    changed.add(key);
    timer ??= setTimeout(() => {
      const keys = [...changed];
      [changed, timer] = [new Set(), undefined];
      startFor(services, keys, onError).catch(onError);
    }, gatherMs);
  };
  const toKey = (root: string, name: string) => `${root}/${name.replaceAll('\\', '/')}`;
  const watchers = [
    watch(datasets, { recursive: true }, (_, name) => name && note(toKey('datasets', name))),
    watch(pipelines, { recursive: true }, (_, name) => name && note(toKey('pipelines', name))),
  ];
  const stop = () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
  try {
    for await (const { key } of listAll(await services.store(), 'datasets/')) note(key);
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StoreError(`${path}: expected a folder that can be made, found ${code}`, { cause: error });
  }
}

/**
 * Starts what changed keys ask for; a changed pipeline asks for its whole dataset.
 *
 * @param onError told of each pipeline that is wrong, which holds up nothing else
 */
async function startFor(services: Services, keys: readonly string[], onError: (error: unknown) => void): Promise<void> {
  const store = await services.store();
  const wanted: string[] = [];
  for (const key of keys) {
    if (key.startsWith('datasets/') && isDataKey(key) && (await store.head(key))) wanted.push(key);
  }
  const changed = new Set(keys.filter((key) => key.startsWith('pipelines/')));
  for (const entry of changed.size > 0 ? await listPipelines(store) : []) {
    if (!changed.has(entry.key)) continue;
    if ('problem' in entry) {
      onError(entry.problem);
      continue;
    }
    // Predictions are evaluated by their schedule, or by hand.
    if ('predictions' in entry) continue;
    const { path } = entry.pipeline.request.data;
    if (!path.startsWith('datasets/')) continue;
    for await (const { key } of listAll(store, path)) if (covers(path, key)) wanted.push(key);
  }
  await startForObjects(services, wanted);
}
