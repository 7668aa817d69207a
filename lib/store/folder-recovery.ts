import { join } from 'node:path';
import { calls } from './folder-calls.ts';
import {
  forgetVersion,
  keyOfHash,
  look,
  namesIn,
  placeOf,
  putBack,
  settle,
  statOf,
  unless,
  versionPath,
} from './folder-versions.ts';
import { bookkeeping } from './keys.ts';

/** A file aside that is older belongs to a writer that is no more. */
const leftoverMs = 24 * 60 * 60 * 1000;

/** A plain file taken out of its place stands aside for the time of two system calls. */
const takenOutMs = 60 * 1000;

/**
 * Finishes what a writer that died had claimed, and removes what it left when that is old.
 *
 * Costs one look into a folder that is nearly always empty.
 */
export async function recover(root: string, now: () => number): Promise<void> {
  const aside = join(root, bookkeeping, 'aside');
  const names = await namesIn(aside);
  for (const hash of new Set(names.map((name) => name.split('.')[0]))) await settleKey(root, hash);
  for (const name of names) await removeLeftover(root, name, now());
}

/**
 * Frees the bytes of versions whose plain file was changed or removed by hand, at most once a day: until then they keep
 * their space on the disk.
 */
export async function sweepDaily(root: string, now: () => number): Promise<void> {
  const [versions, stamp] = [join(root, bookkeeping, 'versions'), join(root, bookkeeping, 'swept')];
  const last = Number((await unless(calls.readFile(stamp), 'ENOENT', 'ENOTDIR')) ?? 0);
  if (now() - last < leftoverMs) return;
  await calls.mkdir(versions);
  await calls.writeFile(stamp, `${now()}\n`);
  for (const hash of await namesIn(versions)) {
    const key = await keyOfHash(root, hash);
    if (key === undefined) continue;
    const place = placeOf(root, key);
    const sight = await look(place);
    const dropped = sight.top > 0 && sight.settled && sight.object?.number !== sight.top;
    const version = dropped ? await statOf(versionPath(place, sight.top)) : undefined;
    if (version?.isFile()) await forgetVersion(place, sight);
  }
}

async function settleKey(root: string, hash: string): Promise<void> {
  const key = await keyOfHash(root, hash);
  if (key === undefined) return;
  const place = placeOf(root, key);
  const sight = await look(place);
  if (!sight.settled) await settle(place, sight);
}

async function removeLeftover(root: string, name: string, nowMs: number): Promise<void> {
  const path = join(root, bookkeeping, 'aside', name);
  const stats = await statOf(path);
  if (!stats) return;
  // Renaming and linking change ctime, while mtime stays that of the bytes.
  const ageMs = nowMs - Number(stats.ctimeMs);
  const key = name.endsWith('.out') ? await keyOfHash(root, name.split('.')[0]) : undefined;
  if (key !== undefined && ageMs > takenOutMs) await putBack(placeOf(root, key), path);
  else if (ageMs > leftoverMs) await calls.rm(path);
}
