// A process of its own that works on a folder store: `store-worker.ts ROOT ID TASK COUNT`. Prints what it did as JSON.
import { pathToFileURL } from 'node:url';
import { ConflictError, NotFoundError } from '../../lib/core/errors.ts';
import { folderStore } from '../../lib/store/folder.ts';
import type { Store } from '../../lib/store/store.ts';

/** One operation that succeeded, with the machine's steady clock before and after it. */
export interface Done {
  what: 'put' | 'putIf' | 'create' | 'delete' | 'deleteIf' | 'get';
  /** The tag that it wrote or read. */
  tag?: string;
  /** The tag that it was on condition of. */
  on?: string;
  from: string;
  to: string;
}

/** A body that says how long it must be, so that a part of it, or a mixture, shows. */
export function sealed(id: string, size: number): Uint8Array {
  const head = `${id} ${size} `;
  return new TextEncoder().encode(head + id[0].repeat(size));
}

export function isSealed(body: Uint8Array): boolean {
  const [id, size, rest] = new TextDecoder().decode(body).split(' ');
  return rest === id[0].repeat(Number(size));
}

const tasks: Record<string, (store: Store, id: string, count: number) => Promise<unknown>> = {
  /** Adds 1 to the number under `count`, so many times. */
  async count(store, _, count) {
    for (let done = 0; done < count; ) {
      const { body, tag } = await store.get('count');
      const next = new TextEncoder().encode(String(Number(new TextDecoder().decode(body)) + 1));
      if (await wins(store.put('count', next, { ifMatch: tag }))) done++;
    }
  },

  /** Tries to be the first under each of so many keys; answers where it was. */
  async claim(store, id, count) {
    const won = [];
    for (let i = 0; i < count; i++) {
      if (await wins(store.put(`claims/${i}`, sealed(id, 1000), { ifAbsent: true }))) won.push(i);
    }
    return won;
  },

  /** All operations in turn on one key. */
  async mix(store, id, count) {
    const log: Done[] = [];
    const gone = () => ({});
    const clock = () => process.hrtime.bigint().toString();
    const attempt = async (what: Done['what'], on: string | undefined, operation: () => Promise<{ tag?: string }>) => {
      const from = clock();
      try {
        const result = await operation();
        log.push({ what, on, tag: result.tag, from, to: clock() });
      } catch (error) {
        if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
      }
    };
    for (let i = 0; i < count; i++) {
      const body = sealed(id, 200 + i);
      const on = (await store.head('mix'))?.tag ?? 'none';
      if (i % 5 === 0) await attempt('put', undefined, () => store.put('mix', body));
      if (i % 5 === 1) await attempt('putIf', on, () => store.put('mix', body, { ifMatch: on }));
      if (i % 5 === 2) await attempt('create', undefined, () => store.put('mix', body, { ifAbsent: true }));
      if (i % 5 === 3) await attempt('deleteIf', on, () => store.delete('mix', { ifMatch: on }).then(gone));
      if (i % 10 === 4) await attempt('delete', undefined, () => store.delete('mix').then(gone));
      await attempt('get', undefined, async () => {
        const { tag, body: found } = await store.get('mix');
        if (!isSealed(found)) throw new Error(`a torn object of ${found.length} bytes`);
        return { tag };
      });
    }
    return log;
  },

  /** Writes until it is killed. */
  async forever(store, id) {
    process.stdout.write('started\n');
    for (let i = 0; ; i++) {
      const key = `f/${i % 4}`;
      const on = (await store.head(key))?.tag;
      if (i % 7 === 6) await wins(store.delete(key, { ifMatch: on }));
      else if (i % 3 === 0)
        await wins(store.put(key, sealed(id, 30_000 + i), on ? { ifMatch: on } : { ifAbsent: true }));
      else await store.put(key, sealed(id, 30_000 + i));
    }
  },
};

async function wins(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [root, id, task, count] = process.argv.slice(2);
  const result = await tasks[task](folderStore(root), id, Number(count));
  process.stdout.write(JSON.stringify(result ?? null));
}
