import { ConflictError, InputError, NotFoundError } from '../../lib/core/errors.ts';
import type { ObjectInfo, Store } from '../../lib/store/store.ts';

/** A store in this process's memory, for tests of what stands on a store. */
export interface MemoryStore extends Store {
  readonly objects: Map<string, { body: Uint8Array; info: ObjectInfo }>;
  /** The objects' bytes by key, those below `runs/` left out: what must be the same however the work was done. */
  lasting(): Record<string, string>;
  /** Another store with the same objects, in which the same writes produce the same tags. */
  copy(): MemoryStore;
}

/** @param now the store's clock, milliseconds since 1970 */
export function memoryStore(now: () => number = () => 0): MemoryStore {
  return storeOf(now, new Map(), 0);
}

function storeOf(now: () => number, objects: MemoryStore['objects'], before: number): MemoryStore {
  let writes = before;
  const check = (key: string, ifMatch: string | undefined) => {
    if (ifMatch !== undefined && objects.get(key)?.info.tag !== ifMatch) throw new ConflictError(`${key}: changed`);
  };
  return {
    location: 'memory:/',
    objects,
    lasting: () =>
      Object.fromEntries(
        [...objects]
          .filter(([key]) => !key.startsWith('runs/') && !key.startsWith('reports/'))
          .map(([key, { body }]): [string, string] => [key, Buffer.from(body).toString('base64')])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    copy: () => storeOf(now, new Map(objects), writes),
    async get(key, { range, ifMatch } = {}) {
      const object = objects.get(key);
      if (!object) throw new NotFoundError(`${key}: expected an object, found none`);
      check(key, ifMatch);
      if (range && range.start >= object.info.size && range.start > 0) throw new InputError(`${key}: range`);
      return { ...object.info, body: object.body.slice(range?.start, range?.end) };
    },
    head: async (key) => objects.get(key)?.info,
    async put(key, body, { ifAbsent, ifMatch } = {}) {
      if (ifAbsent && objects.has(key)) throw new ConflictError(`${key}: there already`);
      check(key, ifMatch);
      const info = { key, size: body.length, tag: `tag-${++writes}`, modifiedMs: now() };
      objects.set(key, { body: body.slice(), info });
      return info;
    },
    async list(prefix, { after = '', limit = 1000 } = {}) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      const page = keys.slice(0, limit).map((key) => (objects.get(key) as { info: ObjectInfo }).info);
      return { objects: page, next: keys.length > limit ? page.at(-1)?.key : undefined };
    },
    async delete(key, { ifMatch } = {}) {
      check(key, ifMatch);
      objects.delete(key);
    },
  };
}
