// The protocol that folder.ts describes, for one key at a time: looking, settling, claiming, pruning.
import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError, StoreError } from '../core/errors.ts';
import { calls } from './folder-calls.ts';
import { bookkeeping } from './keys.ts';
import type { ObjectInfo } from './store.ts';

/** Where a key and its bookkeeping lie. */
export interface Place {
  key: string;
  /** The file that people see. */
  plain: string;
  /** The folder that holds the key's numbered versions. */
  versions: string;
  /** The folder that all keys share for files that have no final name yet. */
  aside: string;
  /** The first part of the names of this key's files in `aside`. */
  hash: string;
}

/** What the store holds under a key at one moment. */
export interface Sight {
  /** The highest number claimed; 0 when there is none. */
  top: number;
  object: Found | undefined;
  /** Whether the highest version has reached the plain file: nothing may be claimed before that. */
  settled: boolean;
}

export interface Found {
  info: ObjectInfo;
  /** 0 when the plain file was written by hand. */
  number: number;
  /** A file that holds the bytes: this version's own name, or the plain file when it was written by hand. */
  path: string;
}

/** What can stand in `aside`: a version being written, a plain file taken out of its place, a tombstone being made. */
type AsideKind = 'new' | 'out' | 'gone';

interface Glance extends Sight {
  /** Whether one look is enough to be sure; otherwise a second one must show the same. */
  certain: boolean;
  marks: string;
}

/** Looks and claims that fail this often in a row mean that something other than a race is wrong. */
const attemptLimit = 10_000;

/** Where an object of this key lies below `root`, and its versions. */
export function placeOf(root: string, key: string): Place {
  const hash = createHash('sha256').update(key).digest('hex');
  return {
    key,
    plain: join(root, ...key.split('/')),
    versions: join(root, bookkeeping, 'versions', hash),
    aside: join(root, bookkeeping, 'aside'),
    hash,
  };
}

/** What stands under the key now: one moment's truth, whatever other processes are in the midst of. */
export async function look(place: Place): Promise<Sight> {
  for (let attempt = 0; attempt < attemptLimit; attempt++) {
    const first = await glance(place);
    if (first?.certain) return first;
    const second = first && (await glance(place));
    if (second?.certain || (second && second.marks === first.marks)) return second;
  }
  throw new StoreError(`${place.key}: the object kept changing while it was looked for`);
}

/** Brings the highest version to its plain file, or a removed object's plain file away. Any process may do it. */
export async function settle(place: Place, { top }: Sight): Promise<void> {
  const version = versionPath(place, top);
  const stats = await statOf(version);
  if (!stats) return;
  if (stats.isDirectory()) return settleRemoval(place, version);
  for (const { path, kind, inode } of await asides(place)) {
    if (inode !== stats.ino) continue;
    if (kind === 'new') await project(place, path);
    if (kind === 'out') await putBack(place, path);
  }
}

/**
 * Claims number `top + 1` for the file written aside, and brings it to its plain name.
 *
 * @returns the new object, or undefined when somebody else claimed first: look again
 */
export async function claimVersion(place: Place, { top }: Sight, written: string): Promise<ObjectInfo | undefined> {
  const number = top + 1;
  const stats = await statOf(written);
  if (!stats) throw new StoreError(`${place.key}: expected the file that was written aside, found that it vanished`);
  if (!(await succeeds(calls.link(written, versionPath(place, number)), 'EEXIST'))) return undefined;
  // A number this high may have been claimed before and pruned since, which makes this claim void. A valid one that is
  // no longer the highest was settled, which consumed the file aside, before the next number could be claimed.
  if ((await highest(place)) > number && (await statOf(written))) {
    await calls.rm(versionPath(place, number));
    return undefined;
  }
  await project(place, written);
  if (number > 1) await prune(place, number);
  return describe(place, number, stats);
}

/**
 * Claims number `top + 1` for the removal of `object`, and removes its plain file.
 *
 * @returns whether it was removed; false when somebody else claimed first: look again
 */
export async function claimRemoval(place: Place, { top }: Sight, object: Found): Promise<boolean> {
  const tombstone = asidePath(place, 'gone');
  const version = versionPath(place, top + 1);
  await calls.mkdir(tombstone);
  try {
    // Without a file that stays in it, renaming another folder over this one would succeed.
    await calls.writeFile(join(tombstone, 'gone'), '');
    const held = join(tombstone, 'held');
    if (!(await succeeds(calls.link(object.path, held), 'ENOENT'))) return false;
    const stats = await statOf(held);
    if (!stats || tagOf(object.number, stats) !== object.info.tag) return false;
    if (!(await renameExclusively(tombstone, version))) return false;
  } finally {
    await calls.rm(tombstone);
  }
  // As above: a valid removal is settled, which takes `held` away, before the next number is claimed.
  if ((await highest(place)) > top + 1 && (await statOf(join(version, 'held')))) {
    await calls.rm(version);
    return false;
  }
  await settleRemoval(place, version);
  await prune(place, top + 1);
  return true;
}

/** Lets go of the bytes of a version that is no longer the object, because its plain file was changed by hand. */
export async function forgetVersion(place: Place, sight: Sight): Promise<void> {
  const tombstone = asidePath(place, 'gone');
  await calls.mkdir(tombstone);
  await calls.writeFile(join(tombstone, 'gone'), '');
  if (await renameExclusively(tombstone, versionPath(place, sight.top + 1))) await prune(place, sight.top + 1);
  await calls.rm(tombstone);
}

/** A new name in the folder for files that have no final name yet; the key's own folders exist afterwards. */
export async function newAside(place: Place): Promise<string> {
  await Promise.all([calls.mkdir(place.aside), calls.mkdir(place.versions)]);
  const [path, note] = [asidePath(place, 'new'), join(place.versions, 'key')];
  if (await statOf(note)) return path;
  // Names a version's key to whoever finds leftovers; written whole before the first number can be claimed.
  await calls.writeFile(path, place.key, { flag: 'wx' });
  await succeeds(calls.link(path, note), 'EEXIST');
  await calls.unlink(path);
  return path;
}

/** The key whose bookkeeping has this hash; undefined when nothing was ever written under it. */
export async function keyOfHash(root: string, hash: string): Promise<string | undefined> {
  return unless(calls.readFile(join(root, bookkeeping, 'versions', hash, 'key')), 'ENOENT', 'ENOTDIR');
}

/** Puts a plain file that was taken out back in its place, unless a newer one stands there. */
export async function putBack(place: Place, out: string): Promise<void> {
  await succeeds(calls.link(out, place.plain), 'EEXIST', 'ENOENT');
  await calls.rm(out);
}

/** The file of one version of an object. */
export function versionPath(place: Place, number: number): string {
  return join(place.versions, String(number));
}

/** What `path` is, without following it if it is a link; undefined when it is not there. */
export function statOf(path: string): Promise<BigIntStats | undefined> {
  return calls.lstat(path);
}

/** The names in a folder; none when it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  const entries = (await unless(calls.readdir(path), 'ENOENT', 'ENOTDIR')) ?? [];
  return entries.map(({ name }) => name);
}

/** The tag of a version: it differs for each write, and for a file that was changed by hand. */
export function tagOf(number: number, { ino, mtimeNs, size }: BigIntStats): string {
  return [number, ino, mtimeNs, size].map((part) => part.toString(36)).join('-');
}

/** The result, or undefined when it fails with one of these codes. */
export async function unless<T>(operation: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The order of the steps matters: numbers first, so that what is read afterwards is at least as new. */
async function glance(place: Place): Promise<Glance | undefined> {
  const top = await highest(place);
  const plain = await plainFile(place);
  const byHand = plain && found(place, 0, plain, place.plain);
  if (top === 0) return { top, object: byHand, settled: true, certain: !plain, marks: marksOf(top, plain) };

  const version = await statOf(versionPath(place, top));
  if (!version) return undefined;
  if (version.isDirectory()) {
    const held = await statOf(join(versionPath(place, top), 'held'));
    const object = held && held.ino === plain?.ino ? undefined : byHand;
    return { top, object, settled: !held, certain: false, marks: marksOf(top, plain, held) };
  }
  const object = found(place, top, version, versionPath(place, top));
  if (version.ino === plain?.ino) return { top, object, settled: true, certain: true, marks: '' };
  const onItsWay = (await asides(place)).some(({ inode }) => inode === version.ino);
  if (onItsWay) return { top, object, settled: false, certain: true, marks: '' };
  return { top, object: byHand, settled: true, certain: false, marks: marksOf(top, plain, version) };
}

/**
 * Takes away the plain file that a tombstone holds.
 *
 * A name can't be removed on condition of what it names. So the plain file is moved out, looked at, and put back if
 * another one had come to stand there.
 */
async function settleRemoval(place: Place, tombstone: string): Promise<void> {
  // The open file keeps its inode from being used again for as long as the comparisons last.
  const held = await unless(calls.open(join(tombstone, 'held')), 'ENOENT', 'ENOTDIR');
  if (!held) return;
  try {
    const { ino } = await held.stat();
    for (;;) {
      while ((await plainFile(place))?.ino === ino) await takeOut(place, ino);
      for (const { path, kind, inode } of await asides(place)) {
        if (kind === 'out' && inode === ino) await calls.rm(path);
      }
      if ((await plainFile(place))?.ino !== ino) break;
    }
    await calls.rm(join(tombstone, 'held'));
  } finally {
    await held.close();
  }
}

async function takeOut(place: Place, inode: bigint): Promise<void> {
  const out = asidePath(place, 'out');
  if (!(await succeeds(calls.rename(place.plain, out), 'ENOENT', 'ENOTDIR'))) return;
  if ((await statOf(out))?.ino === inode) await calls.rm(out);
  else await putBack(place, out);
}

/** Renames the file aside to the plain name. Whoever comes first consumes it, so it happens once for each version. */
async function project(place: Place, written: string): Promise<void> {
  for (let attempt = 0; attempt < attemptLimit; attempt++) {
    if (await succeeds(calls.rename(written, place.plain), 'ENOENT')) return;
    if (!(await statOf(written))) return;
    await calls.mkdir(dirname(place.plain));
  }
  throw new StoreError(`${place.key}: its folder kept vanishing`);
}

/** Removes the versions below `number`: nobody reads them any more, and claims of their numbers are void. */
async function prune(place: Place, number: number): Promise<void> {
  for (const lower of (await numbers(place)).filter((other) => other < number)) {
    const path = versionPath(place, lower);
    if (await statOf(join(path, 'held'))) continue; // A void claim, which its maker takes back.
    await unless(calls.rm(path), 'ENOENT', 'ENOTEMPTY');
  }
}

/** Renames a folder to a name that must be free. The folder is not empty, so no other one can be renamed over it. */
async function renameExclusively(folder: string, name: string): Promise<boolean> {
  return succeeds(calls.rename(folder, name), 'EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM');
}

async function asides(place: Place): Promise<{ path: string; kind: AsideKind; inode: bigint }[]> {
  const all = [];
  for (const name of await namesIn(place.aside)) {
    if (!name.startsWith(place.hash)) continue;
    const path = join(place.aside, name);
    const stats = await statOf(path);
    if (stats) all.push({ path, kind: name.slice(name.lastIndexOf('.') + 1) as AsideKind, inode: stats.ino });
  }
  return all;
}

function asidePath(place: Place, kind: AsideKind): string {
  return join(place.aside, `${place.hash}.${randomUUID()}.${kind}`);
}

async function highest(place: Place): Promise<number> {
  return (await numbers(place)).reduce((top, number) => Math.max(top, number), 0);
}

async function numbers(place: Place): Promise<number[]> {
  return (await namesIn(place.versions)).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function plainFile(place: Place): Promise<BigIntStats | undefined> {
  const stats = await statOf(place.plain);
  if (stats?.isSymbolicLink()) throw new InputError(`key ${JSON.stringify(place.key)}: expected a file, found a link`);
  return stats?.isFile() ? stats : undefined;
}

function found(place: Place, number: number, stats: BigIntStats, path: string): Found {
  return { info: describe(place, number, stats), number, path };
}

function describe({ key }: Place, number: number, stats: BigIntStats): ObjectInfo {
  return { key, size: Number(stats.size), tag: tagOf(number, stats), modifiedMs: Number(stats.mtimeNs / 1_000_000n) };
}

function marksOf(top: number, ...files: (BigIntStats | undefined)[]): string {
  return files.map((stats) => (stats ? tagOf(top, stats) : `${top}`)).join(' ');
}

/** Whether it succeeds; false when it fails with one of these codes. */
async function succeeds(operation: Promise<unknown>, ...codes: string[]): Promise<boolean> {
  return (
    (await unless(
      operation.then(() => true),
      ...codes,
    )) === true
  );
}
