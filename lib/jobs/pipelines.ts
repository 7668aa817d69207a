import { InputError, NotFoundError } from '../core/errors.ts';
import { parsePipeline } from '../pipeline/parse.ts';
import { type AppliedDefault, type Request, resolvePipeline } from '../pipeline/resolve.ts';
import { nameInWords, namePattern } from '../pipeline/schema.ts';
import { listAll } from '../store/list.ts';
import type { Store } from '../store/store.ts';
import { getText } from '../store/text.ts';
import { isLocalPath } from './sources.ts';

/** A pipeline ready to run. */
export interface ResolvedPipeline {
  request: Request;
  defaults: AppliedDefault[];
}

const endings = ['.yml', '.yaml', '.json'];

/**
 * The pipeline of that name in the store: pipelines/<name>.yml, .yaml or .json.
 *
 * @throws NotFoundError when there is none
 * @throws InputError when its document is wrong
 */
export async function readPipeline(store: Store, name: string): Promise<ResolvedPipeline> {
  for (const ending of endings) {
    const key = `pipelines/${name}${ending}`;
    try {
      return await openPipeline(store, key, name);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  throw new NotFoundError(`pipeline ${name}: expected pipelines/${name}.yml, found none in ${store.location}`);
}

/** A pipeline document in the store, or what is wrong with it. */
export type ListedPipeline = { key: string; name: string } & ({ pipeline: ResolvedPipeline } | { problem: Error });

/**
 * All pipelines in the store; one that is wrong does not hide the others.
 *
 * @throws StoreError when the store does not answer: a pipeline that can't be read just now is not a wrong one
 */
export async function listPipelines(store: Store): Promise<ListedPipeline[]> {
  const listed: { key: string; tag: string; name: string }[] = [];
  for await (const { key, tag } of listAll(store, 'pipelines/')) {
    const ending = endings.find((candidate) => key.endsWith(candidate));
    if (ending) listed.push({ key, tag, name: key.slice('pipelines/'.length, -ending.length) });
  }
  const before = known.get(store);
  const read = new Map<string, Promise<ListedPipeline>>();
  const pipelines: ListedPipeline[] = [];
  const names = new Set<string>();
  for (let start = 0; start < listed.length; start += readTogether) {
    const batch = listed.slice(start, start + readTogether).map(({ key, tag, name }) => {
      if (names.has(name)) return { key, name, problem: notAlone(key, name) };
      names.add(name);
      const version = `${key}\0${tag}`;
      const entry = before?.get(version) ?? openListed(store, key, name);
      read.set(version, entry);
      return entry;
    });
    pipelines.push(...(await Promise.all(batch)));
  }
  known.set(store, read);
  return pipelines;
}

/** How many documents are asked for at once. */
const readTogether = 32;

// Every object that arrives asks which pipelines it concerns, and their documents seldom change: those of the last listing
// are kept, by key and tag, so that an event costs one listing and not a read of each.
const known = new WeakMap<Store, Map<string, Promise<ListedPipeline>>>();

const notAlone = (key: string, name: string): InputError =>
  new InputError(`${key}: expected one document for pipeline ${name}, found another`);

async function openListed(store: Store, key: string, name: string): Promise<ListedPipeline> {
  try {
    if (!namePattern.test(name)) {
      throw new InputError(`${key}: expected ${nameInWords}, found ${JSON.stringify(name)}`);
    }
    return { key, name, pipeline: await openPipeline(store, key, name) };
  } catch (problem) {
    if (problem instanceof InputError || problem instanceof NotFoundError) return { key, name, problem };
    throw problem;
  }
}

/** Whether an object belongs to the dataset at `path`: it is that object, or lies below that prefix. */
export function covers(path: string, key: string): boolean {
  return key === path || key.startsWith(path.endsWith('/') ? path : `${path}/`);
}

/** The dataset that an object belongs to when no pipeline says so: `datasets/<name>/`, or the object itself. */
export function datasetOf(key: string): string {
  const [root, name, ...rest] = key.split('/');
  return rest.length > 0 ? `${root}/${name}/` : key;
}

async function openPipeline(store: Store, key: string, name: string): Promise<ResolvedPipeline> {
  const pipeline = resolvePipeline(parsePipeline(await getText(store, key), key));
  if (pipeline.request.name !== name) {
    // Under another name it would train another pipeline's models.
    throw new InputError(`${key}, name: expected ${name}, as the document is called, found ${pipeline.request.name}`);
  }
  const { path } = pipeline.request.data;
  if (!isLocalPath(path)) return pipeline;
  throw new InputError(`${key}, data.path: expected a key in the store or s3://…, found the local path ${path}`, {
    advice: 'Whoever reads the store has other files',
  });
}
