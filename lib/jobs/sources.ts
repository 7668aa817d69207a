import { InputError } from '../core/errors.ts';
import type { DataObject } from '../data/table.ts';
import type { Request } from '../pipeline/resolve.ts';
import { isDataKey } from '../store/keys.ts';
import { listAll } from '../store/list.ts';
import { openObjectFile, readObject, readObjectRange } from '../store/read.ts';
import type { ObjectInfo, Store } from '../store/store.ts';
import type { Context } from './context.ts';

/** An object of a dataset, named as its pipeline names it. */
export interface SourceObject extends DataObject {
  modifiedMs: number;
}

type Ready = Request['data']['ready'];

/** Where a dataset lies: a store, the part of its keys that stands before each name, and how to name its objects. */
interface Place {
  store: Store;
  prefix: string;
  /** What to put before a key to name the object as the user does. */
  label: string;
}

/** Bytes that are fetched at once where an object is read from first to last; one piece more is under way. */
export const pieceBytes = 2 * 2 ** 20;

/** Lifetime of the URL by which another thread reads an object: longer than any function runs. */
const presignedSeconds = 6 * 3600;

/** Whether a path means this machine's disk. */
export const isLocalPath = (path: string): boolean => /^(\.{0,2}\/|\.{1,2}$)/.test(path);

/**
 * The objects of the dataset at `path`, in byte order of their keys: one object, or all below a prefix.
 *
 * Keys that end in "/", or with a segment that begins with "_" or ".", are not data.
 *
 * @param ready where it names a marker, that object is no data either
 * @throws InputError when there is none, or when the path is local and local paths are refused here
 */
export async function listDataset(context: Context, path: string, ready?: Ready): Promise<SourceObject[]> {
  const objects = await findDataset(context, path, ready);
  if (objects.length > 0) return objects;
  throw new InputError(`data.path: expected a dataset at ${path}, found no object there`, {
    advice:
      context.openLocal && !isLocalPath(path) && !path.startsWith('s3://')
        ? `It was looked for in the store: a file of this machine is ./${path}`
        : undefined,
  });
}

/** Like `listDataset`, for a dataset that may not be there yet. */
export async function findDataset(context: Context, path: string, ready?: Ready): Promise<SourceObject[]> {
  const place = await openPlace(context, path);
  const objects = await listPlace(place);
  if (!ready || !('marker' in ready)) return objects;
  const marker = `${place.label}${asFolder(place.prefix)}${ready.marker}`;
  return objects.filter(({ key }) => key !== marker);
}

/** Whether the dataset at `path` holds its marker, an object that says that it is complete. */
export async function hasMarker(context: Context, path: string, marker: string): Promise<boolean> {
  const { store, prefix } = await openPlace(context, path);
  return (await store.head(`${asFolder(prefix)}${marker}`)) !== undefined;
}

async function openPlace(context: Context, path: string): Promise<Place> {
  if (isLocalPath(path)) {
    if (!context.openLocal) {
      throw new InputError(`data.path: expected a key in the store or s3://…, found the local path ${path}`);
    }
    const { store, prefix } = await context.openLocal(path);
    return { store, prefix, label: prefix === '' ? asFolder(path) : path.slice(0, path.lastIndexOf('/') + 1) };
  }
  const { store } = context;
  const remote = /^s3:\/\/([^/]+)\/?(.*)$/.exec(path);
  if (!remote) return { store, prefix: checkNotOwn(path, path), label: '' };
  if (path.startsWith(store.location)) {
    return { store, prefix: checkNotOwn(path.slice(store.location.length), path), label: store.location };
  }
  if (store.location.startsWith(asFolder(path))) throw notData(path);
  const location = `s3://${remote[1]}`;
  return { store: await context.openStore(location), prefix: remote[2], label: `${location}/` };
}

/** What hone itself keeps in the store: no data, whoever asks for it. */
const ownFolders = new Set(['pipelines', 'models', 'runs', 'reports', 'predictions', 'settings']);

/** `prefix` itself; on some disks `Models/` is `models/`. @throws InputError when hone's own objects lie there */
function checkNotOwn(prefix: string, path: string): string {
  if (prefix === '' || ownFolders.has(prefix.split('/')[0].toLowerCase())) throw notData(path);
  return prefix;
}

const notData = (path: string): InputError =>
  new InputError(`data.path: expected a dataset, such as datasets/<name>/, found ${path}, where hone keeps its own`);

async function listPlace({ store, prefix, label }: Place): Promise<SourceObject[]> {
  const single = prefix === '' || prefix.endsWith('/') ? undefined : await store.head(prefix);
  if (single) return [toSource(store, single, label)];
  const objects: SourceObject[] = [];
  const folder = asFolder(prefix);
  for await (const info of listAll(store, folder)) {
    if (isDataKey(info.key.slice(folder.length))) objects.push(toSource(store, info, label));
  }
  return objects;
}

function toSource(store: Store, info: ObjectInfo, label: string): SourceObject {
  const { size, tag, modifiedMs } = info;
  return {
    key: `${label}${info.key}`,
    size,
    tag,
    modifiedMs,
    read: () => readObject(store, info, { chunkBytes: pieceBytes }),
    readRange: (start, end, into) => readObjectRange(store, info, start, end, into),
    ...(store.openFile && { openFile: () => openObjectFile(store, info) }),
    ...(store.presignGet && {
      presign: async () => store.presignGet?.(info.key, { expiresInSeconds: presignedSeconds }),
    }),
  };
}

const asFolder = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);
