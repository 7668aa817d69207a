import { InputError, NotFoundError } from '../core/errors.ts';
import { nameInWords, namePattern } from '../pipeline/names.ts';
import { type ParsedDocument, parseEither } from '../pipeline/parse.ts';
import type { PredictionsDocument } from '../pipeline/predictions-schema.ts';
import { type AppliedDefault, type Request, resolvePipeline } from '../pipeline/resolve.ts';
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
export const readPipeline = (store: Store, name: string): Promise<ResolvedPipeline> =>
  firstThere(store, name, (key) => openPipeline(store, key, name));

/** The same for a document that is a pipeline or evaluates predictions. */
export const readDocument = (store: Store, name: string): Promise<OpenedDocument> =>
  firstThere(store, name, (key) => openDocument(store, key, name));

async function firstThere<T>(store: Store, name: string, open: (key: string) => Promise<T>): Promise<T> {
  for (const ending of endings) {
    try {
      return await open(`pipelines/${name}${ending}`);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  throw new NotFoundError(`pipeline ${name}: expected pipelines/${name}.yml, found none in ${store.location}`);
}

/** A document in the store: a pipeline, one that evaluates predictions, or the problem with it. */
export type ListedPipeline = { key: string; name: string } & (
  | { pipeline: ResolvedPipeline }
  | { predictions: PredictionsDocument }
  | { problem: Error }
);

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
    return { key, name, ...(await openDocument(store, key, name)) };
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
  const opened = await openDocument(store, key, name);
  if ('pipeline' in opened) return opened.pipeline;
  throw new InputError(
    `${key}: expected a pipeline with data and a target to train on, found one that evaluates predictions`,
  );
}

/** A pipeline, or a document that evaluates predictions. */
export type OpenedDocument = { pipeline: ResolvedPipeline } | { predictions: PredictionsDocument };

async function openDocument(store: Store, key: string, name: string): Promise<OpenedDocument> {
  const parsed = parseEither(await getText(store, key), key);
  if (parsed.document.name !== name) {
    // Under another name it would train another pipeline's models.
    throw new InputError(`${key}, name: expected ${name}, as the document is called, found ${parsed.document.name}`);
  }
  const local = pathsIn(parsed).find(([, path]) => path !== undefined && isLocalPath(path));
  if (local) {
    throw new InputError(
      `${key}, ${local[0]}: expected a key in the store or s3://…, found the local path ${local[1]}`,
      {
        advice: 'Whoever reads the store has other files',
      },
    );
  }
  return resolveDocument(parsed);
}

/** Fills in the defaults of a parsed document. */
export const resolveDocument = (parsed: ParsedDocument): OpenedDocument =>
  parsed.kind === 'pipeline' ? { pipeline: resolvePipeline(parsed.document) } : { predictions: parsed.document };

function pathsIn(parsed: ParsedDocument): [field: string, path: string | undefined][] {
  if (parsed.kind === 'pipeline') return [['data.path', parsed.document.data.path]];
  const { predictions, against } = parsed.document;
  return [
    ['predictions.path', predictions.path],
    ['predictions.truth', predictions.truth],
    ['predictions.groupSizes', predictions.groupSizes],
    ['against.path', against?.path],
  ];
}
