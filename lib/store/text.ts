import type { ObjectInfo, PutOptions, Store } from './store.ts';

/**
 * Writes text as UTF-8.
 *
 * @throws ConflictError when a condition does not hold
 */
export function putText(
  store: Store,
  key: string,
  text: string,
  contentType: string,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  return store.put(key, new TextEncoder().encode(text), { contentType, ...options });
}

/**
 * Reads text in UTF-8; bytes that are none become U+FFFD.
 *
 * @throws NotFoundError when there is no such key
 */
export async function getText(store: Store, key: string): Promise<string> {
  return new TextDecoder().decode((await store.get(key)).body);
}
