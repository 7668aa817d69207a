import { join } from 'node:path';
import { calls } from './folder-calls.ts';
import { unless } from './folder-versions.ts';
import { bookkeeping, compareKeys, isKey } from './keys.ts';

/**
 * The keys of the plain files below `root` that begin with `prefix` and come after `after`, in byte order.
 *
 * Links are not followed, and names that no key can have are passed over. Folders that can hold none of the keys are not
 * opened; those that vanish meanwhile count as empty.
 */
export async function* walkKeys(root: string, prefix: string, after = '', folder = ''): AsyncGenerator<string> {
  for (const name of await sortedNames(join(root, folder))) {
    const path = folder + name;
    if (!path.endsWith('/')) {
      if (path.startsWith(prefix) && compareKeys(path, after) > 0 && isKey(path)) yield path;
      continue;
    }
    if (path.toLowerCase() === `${bookkeeping}/`) continue;
    const mayHoldPrefix = path.startsWith(prefix) || prefix.startsWith(path);
    const mayHoldLater = compareKeys(path, after) > 0 || after.startsWith(path);
    if (mayHoldPrefix && mayHoldLater) yield* walkKeys(root, prefix, after, path);
  }
}

/** Folders end in `/` here, which is where their keys stand in byte order: `a-b` before `a/b` before `a0`. */
async function sortedNames(path: string): Promise<string[]> {
  const entries = (await unless(calls.readdir(path), 'ENOENT', 'ENOTDIR')) ?? [];
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.isFile() ? entry.name : ''));
  return names.filter((name) => name !== '').sort(compareKeys);
}
