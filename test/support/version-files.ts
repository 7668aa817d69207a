import { sha256Hex } from '../../lib/core/hash.ts';
import { listAll } from '../../lib/store/list.ts';
import type { Store } from '../../lib/store/store.ts';

/** The hash of each file of a version, by its name. */
export async function readVersionFiles(store: Store, name: string, version: string): Promise<Record<string, string>> {
  const prefix = `models/${name}/${version}/`;
  const files: Record<string, string> = {};
  for await (const { key } of listAll(store, prefix)) {
    files[key.slice(prefix.length)] = sha256Hex((await store.get(key)).body);
  }
  return files;
}
