import type { ObjectInfo, Store } from './store.ts';

/**
 * All objects whose key begins with `prefix`, in byte order of their keys, a page at a time.
 *
 * What is written or deleted meanwhile may or may not be among them.
 */
export async function* listAll(store: Store, prefix: string): AsyncGenerator<ObjectInfo, void, void> {
  let after: string | undefined;
  do {
    const page = await store.list(prefix, { after });
    yield* page.objects;
    after = page.next;
  } while (after !== undefined);
}
