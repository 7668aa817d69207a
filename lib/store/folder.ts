// How several processes share a folder without locks.
//
// The object under key `a/b.csv` is the plain file `<root>/a/b.csv`: people drop files there, and open them there. A file
// system can't replace a name on condition of what it names, so the plain file alone can't carry compare-and-set. The
// order of writes is therefore settled elsewhere, in `<root>/.hone-store/versions/<hash of the key>/`, by numbers:
//
// 1. A writer puts the bytes aside, in `<root>/.hone-store/aside/`, and flushes them to the disk.
// 2. It looks at the object, checks its condition, and *claims* the next number n + 1 by a hard link of that name, which
//    only one writer can make. Here the write takes place. Who fails looks again, and checks its condition again.
// 3. It *settles*: renames the file aside to the plain name. Plain file and number n + 1 are then one inode.
// 4. It removes the lower numbers.
//
// Readers take the highest number. Nobody claims a number before the one below is settled, and whoever meets an
// unsettled one settles it: so a writer that dies between two steps blocks nobody. Renaming consumes the file aside,
// therefore it happens once for each number, and a writer that slept through it can't bring an old version back.
//
// Files changed by hand. When the highest number is settled and the plain file is another inode, somebody put a file
// there: it is the object (number 0 in its tag) until the next write. When there is no plain file, somebody removed it.
// A look that comes to such a conclusion is repeated until two in a row agree, since its parts are not read at one time.
// A change by hand in the very moment of a write may be lost, as in any folder.
//
// Deleting claims the next number for a tombstone: a folder, made aside, that holds a hard link to what is deleted
// (`held`). While the plain file is that inode it counts as gone. Settling moves the plain file out of its place, looks
// at what it got, puts it back if that is something newer, and at last removes `held`. A file taken out whose inode is
// the highest number's still counts as standing in its place. The tombstone stays, so that numbers only ever grow: a
// writer that slept while its object was deleted and made again finds its number taken, or lower than the highest one,
// and then takes its claim back (see claimVersion and claimRemoval).
//
// Tags are number, inode, time of change in nanoseconds and size: from one stat, no reading. The number alone tells all
// writes of the store apart, were they equal in size, time and inode. Two files written *by hand* under one key are told
// apart unless inode, size and time all agree.
//
// A writer that dies leaves at most a file aside, which is harmless and removed after a day. A number that a dead writer
// had claimed is settled by the next look at the key, or the next listing. The bytes of a version whose plain file was
// removed by hand keep their space until the key is next written or the daily sweep comes by.
//
// What is asked of the file system: hard links, atomic rename, one device below the root. A case-insensitive one takes
// keys that differ in case for one. The disk is told to flush contents, not folders: after a loss of power the last
// writes may be missing, but none is half there.
import { constants } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConflictError, HoneError, InputError, NotFoundError, StoreError } from '../core/errors.ts';
import { calls, type OpenFile } from './folder-calls.ts';
import { recover, sweepDaily } from './folder-recovery.ts';
import {
  claimRemoval,
  claimVersion,
  type Found,
  look,
  newAside,
  type Place,
  placeOf,
  type Sight,
  settle,
  statOf,
  tagOf,
  unless,
} from './folder-versions.ts';
import { walkKeys } from './folder-walk.ts';
import { checkKey, checkPrefix } from './keys.ts';
import { checkConditions, checkRange, checkRangeStart, pageSize } from './options.ts';
import type { GetOptions, ObjectInfo, ObjectPage, PutOptions, Store, StoredFile, StoredObject } from './store.ts';

/** Far more than any race takes: reaching it means that something is wrong. */
const attemptLimit = 10_000;

/** How many keys of a listing are looked at together. */
const listBatch = 32;

/** The most that one read call is asked for; Node takes less than 2 GiB. */
const readLimitBytes = 1 << 30;

/**
 * A folder as a store: the object under `a/b.csv` is the plain file `a/b.csv` in it, safe among processes.
 *
 * The folder is created with the first write; before that it reads as empty. Symbolic links in it are neither followed
 * nor listed. Unlike S3, a folder can't hold both `a` and `a/b`: putting the second throws InputError. Content types are
 * not kept.
 *
 * @param path absolute, or relative to the working directory of this moment
 * @param options.now the clock that leftovers are old by, in milliseconds since 1970
 */
export function folderStore(path: string, { now = Date.now }: { now?: () => number } = {}): Store {
  const root = resolve(path);
  const location = path.endsWith('/') ? path : `${path}/`;
  let swept: Promise<void> | undefined;
  // Once is enough: writes below the root create it again, should it vanish meanwhile.
  const prepare = () => {
    swept ??= calls
      .mkdir(root)
      .then(() => leniently(recover(root, now).then(() => sweepDaily(root, now))))
      .catch((error) => {
        swept = undefined;
        throw error;
      });
    return swept;
  };

  return {
    location,
    get: (key, options) => naming(location, key, async () => get(await openPlace(root, key), options)),
    openFile: (key, options) => naming(location, key, async () => openFound(await openPlace(root, key), options)),
    head: (key) => naming(location, key, async () => (await lookAndSettle(await openPlace(root, key))).object?.info),
    put: (key, body, options) =>
      naming(location, key, async () => put(await openPlace(root, key), body, options, prepare)),
    list: (prefix, options) => naming(location, prefix, () => list(root, now, prefix, options)),
    delete: (key, options) => naming(location, key, async () => remove(await openPlace(root, key), options)),
  };
}

/** @throws InputError when something lies at `path` that is no folder */
export async function checkFolder(path: string): Promise<void> {
  const found = await calls.stat(path).catch(() => undefined);
  if (!found || found.isDirectory()) return;
  throw new InputError(`store ${JSON.stringify(path)}: expected a folder or s3://bucket/prefix, found a file`);
}

async function get(place: Place, { range, ifMatch }: GetOptions = {}): Promise<StoredObject> {
  checkRange(place.key, range);
  for (let attempt = 0; attempt < attemptLimit; attempt++) {
    const { object } = await lookAndSettle(place);
    if (!object) throw new NotFoundError(`${place.key}: there is no such object`);
    checkMatch(place.key, object, ifMatch);
    checkRangeStart(place.key, range, object.info.size);
    const body = await readFound(object, range);
    if (body) return { ...object.info, body };
  }
  throw new StoreError(`${place.key}: the object kept changing while it was read`);
}

async function openFound(place: Place, { ifMatch }: Pick<GetOptions, 'ifMatch'> = {}): Promise<StoredFile> {
  for (let attempt = 0; attempt < attemptLimit; attempt++) {
    const { object } = await lookAndSettle(place);
    if (!object) throw new NotFoundError(`${place.key}: there is no such object`);
    checkMatch(place.key, object, ifMatch);
    const file = await openPath(object.path);
    if (!file) continue;
    const isSame = async () => tagOf(object.number, await file.stat()) === object.info.tag;
    if (!(await isSame())) {
      await file.close();
      continue;
    }
    return {
      descriptor: file.fd,
      async check() {
        if (!(await isSame())) throw new ConflictError(`${place.key}: the object changed while it was read`);
      },
      close: () => file.close(),
    };
  }
  throw new StoreError(`${place.key}: the object kept changing while it was opened`);
}

async function put(
  place: Place,
  body: Uint8Array,
  { ifAbsent, ifMatch }: PutOptions = {},
  prepare: () => Promise<void>,
): Promise<ObjectInfo> {
  checkConditions(place.key, { ifAbsent, ifMatch });
  const check = ({ object }: Sight) => {
    if (ifAbsent && object) throw new ConflictError(`${place.key}: expected no such object, found one`);
    checkMatch(place.key, object, ifMatch);
  };
  // A write that is bound to lose should not have to write its bytes first.
  check(await lookAndSettle(place));
  await prepare();
  await makeRoom(place);
  const written = await newAside(place);
  let info: ObjectInfo | undefined;
  try {
    await writeThrough(written, body);
    for (let attempt = 0; attempt < attemptLimit; attempt++) {
      const sight = await look(place);
      check(sight);
      if (!sight.settled) {
        await settle(place, sight);
        continue;
      }
      info = await claimVersion(place, sight, written);
      if (info) return info;
    }
  } finally {
    // Claiming a version moved the file away.
    if (!info) await calls.rm(written);
  }
  throw new StoreError(`${place.key}: other writers kept coming first`);
}

async function remove(place: Place, { ifMatch }: { ifMatch?: string } = {}): Promise<void> {
  for (let attempt = 0; attempt < attemptLimit; attempt++) {
    const sight = await look(place);
    checkMatch(place.key, sight.object, ifMatch);
    if (!sight.settled) {
      await settle(place, sight);
      continue;
    }
    if (!sight.object) return;
    await newAside(place);
    if (await claimRemoval(place, sight, sight.object)) return;
  }
  throw new StoreError(`${place.key}: other writers kept coming first`);
}

async function list(
  root: string,
  now: () => number,
  prefix: string,
  { after, limit }: { after?: string; limit?: number } = {},
): Promise<ObjectPage> {
  checkPrefix(prefix);
  const size = pageSize(limit);
  await leniently(recover(root, now));

  const objects: ObjectInfo[] = [];
  let batch: string[] = [];
  const lookAtBatch = async () => {
    const sights = await Promise.all(batch.map((key) => lookAndSettle(placeOf(root, key))));
    for (const { object } of sights) if (object) objects.push(object.info);
    batch = [];
  };
  for await (const key of walkKeys(root, prefix, after)) {
    batch.push(key);
    if (batch.length === listBatch) {
      await lookAtBatch();
      await turn();
    }
    if (objects.length > size) break;
  }
  await lookAtBatch();
  const page = objects.slice(0, size);
  return { objects: page, next: objects.length > size ? page[size - 1].key : undefined };
}

/** Readers settle what they meet on its way, when they may write: a listing must not miss what a read has shown. */
async function lookAndSettle(place: Place): Promise<Sight> {
  const sight = await look(place);
  if (!sight.settled) await leniently(settle(place, sight));
  return sight;
}

/** Opens a file to read; undefined when it is not there. */
const openPath = (path: string): Promise<OpenFile | undefined> =>
  unless(calls.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)), 'ENOENT', 'ENOTDIR');

/** The file's bytes; undefined when it changed or vanished meanwhile. */
async function readFound({ info, number, path }: Found, range: GetOptions['range']): Promise<Uint8Array | undefined> {
  const file = await openPath(path);
  if (!file) return undefined;
  try {
    const [start, end] = [range?.start ?? 0, Math.min(range?.end ?? info.size, info.size)];
    const body = new Uint8Array(end - start);
    for (let done = 0; done < body.length; ) {
      const length = Math.min(body.length - done, readLimitBytes);
      const { bytesRead } = await file.read(body, done, length, start + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return tagOf(number, await file.stat()) === info.tag ? body : undefined;
  } finally {
    await file.close();
  }
}

async function writeThrough(path: string, body: Uint8Array): Promise<void> {
  const file = await calls.open(path, 'wx');
  try {
    await file.writeFile(body);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function checkMatch(key: string, object: Found | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined || object?.info.tag === ifMatch) return;
  throw new ConflictError(`${key}: expected the object with tag ${ifMatch}, found ${object?.info.tag ?? 'no object'}`);
}

/** The key's place, when no folder on the way to it is a link that could lead elsewhere. */
async function openPlace(root: string, key: string): Promise<Place> {
  checkKey(key);
  const segments = key.split('/').slice(0, -1);
  const folders = segments.map((_, depth) => segments.slice(0, depth + 1).join('/'));
  const found = await Promise.all(folders.map((folder) => statOf(join(root, folder))));
  const link = found.findIndex((stats) => stats?.isSymbolicLink());
  if (link < 0) return placeOf(root, key);
  throw new InputError(`key ${JSON.stringify(key)}: expected "${folders[link]}" to be a folder, found a link`);
}

/** Makes the folders above the plain file, and removes a folder in its place when it holds no file. */
async function makeRoom(place: Place): Promise<void> {
  const made = await unless(
    calls.mkdir(dirname(place.plain)).then(() => true),
    'EEXIST',
    'ENOTDIR',
  );
  if (!made)
    throw new InputError(`${place.key}: expected folders, found that the key begins with another object's key`);
  if (!(await statOf(place.plain))?.isDirectory()) return;
  await removeEmptyFolders(place.plain);
  if (await statOf(place.plain)) {
    throw new InputError(`${place.key}: expected a file, found that other objects' keys begin with this key`);
  }
}

async function removeEmptyFolders(folder: string): Promise<void> {
  for (const entry of await calls.readdir(folder)) {
    if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
  }
  await unless(calls.rmdir(folder), 'ENOTEMPTY', 'EEXIST', 'ENOENT');
}

/** What a reader does for others must not fail its own reading, as on a disk that can't be written. */
async function leniently(operation: Promise<void>): Promise<void> {
  await operation.catch(() => {});
}

/** One turn for the rest of the process: whoever asks the store again and again must not keep others from working. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Gives an error of the operating system one of hone's, with the place and the code. */
async function naming<T>(location: string, key: string, operation: () => Promise<T>): Promise<T> {
  await turn();
  try {
    return await operation();
  } catch (error) {
    if (error instanceof HoneError) throw error;
    const { code = 'an error', syscall = 'an operation' } = error as NodeJS.ErrnoException;
    const message = `${location}${key}: expected ${syscall} to succeed, found ${code}`;
    if (['EACCES', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(code)) {
      const { path = location } = error as NodeJS.ErrnoException;
      const what = code === 'EACCES' ? 'read and write' : 'write';
      throw new StoreError(
        `${location}${key}: expected a store that this process can ${what}, found ${code} at ${path}`,
        {
          cause: error,
        },
      );
    }
    if (['ENAMETOOLONG', 'ENOTDIR', 'EEXIST'].includes(code)) throw new InputError(message, { cause: error });
    const advice = ['EPERM', 'ENOTSUP', 'EXDEV'].includes(code)
      ? 'A store needs one file system with hard links'
      : undefined;
    throw new StoreError(message, { advice, cause: error });
  }
}
