import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConflictError, NotFoundError } from '../../lib/core/errors.ts';
import { folderStore } from '../../lib/store/folder.ts';
import type { Store } from '../../lib/store/store.ts';
import { freeze, makeStoppable } from '../support/frozen-calls.ts';

// A writer is stopped before each of its calls into the file system in turn, others work meanwhile, then it goes on. As
// long as it stands still it is as good as dead. Whatever happens must be what one of the sequences gives in which the
// stopped operation takes place at one moment, before, between or after the others.

/** With HONE_EXHAUSTIVE=1 also stops before calls that only look, which takes minutes. */
const exhaustive = process.env.HONE_EXHAUSTIVE === '1';

/** Where Linux keeps a file system in memory: what is flushed there costs nothing. */
const MEMORY = '/dev/shm';

let folder = '';
let undo = () => {};
beforeAll(async () => {
  folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'hone-races-'));
  undo = makeStoppable({ looks: exhaustive });
});
afterAll(async () => {
  undo();
  await rm(folder, { recursive: true });
});

/** One operation on the key `k/x`. Conditions are on the tag that the object had at first. */
type Operation =
  | { do: 'put'; content: string; when?: 'always' | 'absent' | 'match' }
  | { do: 'delete'; when?: 'always' | 'match' }
  | { do: 'get' };

const beginnings: Record<string, (store: Store, root: string) => Promise<unknown>> = {
  'nothing there': async () => {},
  'an object there': (store) => store.put('k/x', bytes('first')),
  ...(exhaustive && {
    'an object overwritten': (store) => store.put('k/x', bytes('zeroth')).then(() => store.put('k/x', bytes('first'))),
  }),
  'an object deleted': (store) => store.put('k/x', bytes('first')).then(() => store.delete('k/x')),
  'a file dropped by hand': async (_, root) => {
    await folderStore(root).put('k/y', bytes('makes the folder'));
    await writeFile(join(root, 'k/x'), 'first');
  },
};

const stopped: Record<string, Operation> = {
  'a put': { do: 'put', content: 'stopped' },
  'a put if absent': { do: 'put', content: 'stopped', when: 'absent' },
  'a put if matching': { do: 'put', content: 'stopped', when: 'match' },
  'a delete': { do: 'delete' },
  'a delete if matching': { do: 'delete', when: 'match' },
  'a get': { do: 'get' },
};

const others: Record<string, Operation[]> = {
  'nobody works': [],
  'others put': [{ do: 'put', content: 'one' }],
  'others put if matching': [{ do: 'put', content: 'one', when: 'match' }],
  'others put if matching, and put': [
    { do: 'put', content: 'one', when: 'match' },
    { do: 'put', content: 'two' },
  ],
  'others delete': [{ do: 'delete' }],
  'others delete if matching': [{ do: 'delete', when: 'match' }],
  'others delete and put if absent': [{ do: 'delete' }, { do: 'put', content: 'one', when: 'absent' }],
  'others put, delete, put and delete': [
    { do: 'put', content: 'one' },
    { do: 'delete' },
    { do: 'put', content: 'two' },
    { do: 'delete' },
  ],
  'others delete and put twice': [{ do: 'delete' }, { do: 'put', content: 'one' }, { do: 'put', content: 'two' }],
};

for (const [beginning, begin] of Object.entries(beginnings)) {
  for (const [title, operation] of Object.entries(stopped)) {
    test.concurrent(`with ${beginning}, ${title} may be stopped anywhere while others work`, async () => {
      for (const [what, operations] of Object.entries(others)) {
        for (let at = 1; await runs(begin, operation, operations, at, `${what}, stopped at ${at}`); at++);
      }
    });
  }
}

const changes: Operation[] = [
  { do: 'put', content: 'other' },
  { do: 'put', content: 'other', when: 'match' },
  { do: 'delete' },
  { do: 'delete', when: 'match' },
];
const some: [Operation, Operation][] = [
  [stopped['a put'], changes[0]],
  [stopped['a put'], changes[1]],
  [stopped['a put if matching'], changes[1]],
  [stopped['a put'], changes[2]],
  [stopped['a delete'], changes[0]],
  [stopped['a delete if matching'], changes[2]],
];
const all = Object.values(stopped).flatMap((first) => changes.map((second): [Operation, Operation] => [first, second]));
const pairs = (exhaustive ? all : some).map(([first, second]) => ({
  title: `${say(first)}, ${say(second)}`,
  first,
  second,
}));

test.concurrent.each(pairs)('of two that stand still at once ($title) either may go on', async ({ first, second }) => {
  for (let at = 1, more = true; more; at++) {
    more = false;
    for (let then = 1; await runsTwo(first, second, at, then); then++) more = true;
  }
});

test('a file that is replaced by hand while a conditional delete stands still is left alone', async () => {
  for (let at = 1, more = true; more; at++) {
    const root = await newRoot();
    const store = folderStore(root);
    await mkdir(join(root, 'k'));
    await writeFile(join(root, 'k/x'), 'dropped');
    const { tag = 'none' } = (await store.head('k/x')) ?? {};
    const frozen = await freeze(() => perform(store, { do: 'delete', when: 'match' }, tag), at);
    await writeFile(join(root, 'k/new'), 'by hand');
    if (frozen.frozen && (await contentOf(store)) !== undefined) {
      await rename(join(root, 'k/new'), join(root, 'k/x'));
      await frozen.resume();
      expect(await contentOf(store), `stopped at ${at}`).toBe('by hand');
    }
    await frozen.resume();
    more = frozen.frozen;
  }
});

let count = 0;

/** @returns whether there was such a call to stop at */
async function runs(
  begin: (store: Store, root: string) => Promise<unknown>,
  operation: Operation,
  operations: Operation[],
  at: number,
  title: string,
): Promise<boolean> {
  const root = await newRoot();
  const [store, otherStore] = [folderStore(root), folderStore(root)];
  await begin(store, root);
  const before = await contentOf(store);
  const tag = (await store.head('k/x'))?.tag ?? 'none';

  const frozen = await freeze(() => perform(store, operation, tag), at);
  const seen = [];
  for (const other of operations) seen.push(await perform(otherStore, other, tag));
  const meanwhile = await contentOf(otherStore);
  expect(await listedContent(otherStore, root), `${title}: plain file while it stood`).toBe(meanwhile);
  const late = await frozen.resume();
  if (late.status === 'rejected') throw new Error(`${title}: ${late.reason}`);
  const found = { seen, meanwhile, late: late.value, end: await contentOf(otherStore) };

  expect(sequences(before, operation, operations), `${title}: ${JSON.stringify(found)}`).toContainEqual(found);
  expect(await listedContent(otherStore, root), `${title}: plain file in the end`).toBe(found.end);
  expect(await readdir(join(root, '.hone-store/aside')).catch(() => []), title).toEqual([]);
  await rm(root, { recursive: true, force: true });
  return frozen.frozen;
}

/** @returns whether the second one came to stand, so that there is a later call to stop it at */
async function runsTwo(first: Operation, second: Operation, at: number, then: number): Promise<boolean> {
  const root = await newRoot();
  const [store, otherStore] = [folderStore(root), folderStore(root)];
  await store.put('k/x', bytes('first'));
  const tag = (await store.head('k/x'))?.tag ?? 'none';

  const early = await freeze(() => perform(store, first, tag), at);
  const late = await freeze(() => perform(otherStore, second, tag), then);
  const outcomes = [await early.resume(), await late.resume()];
  const [one, two] = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : `${outcome.reason}`));
  const found = { seen: [one], late: two, end: await contentOf(otherStore) };

  const title = `${at}, ${then}: ${JSON.stringify(found)}`;
  const possible = sequences('first', second, [first]).map(({ meanwhile: _, ...rest }) => rest);
  expect(possible, title).toContainEqual(found);
  expect(await listedContent(otherStore, root), title).toBe(found.end);
  expect(await readdir(join(root, '.hone-store/aside')), title).toEqual([]);
  await rm(root, { recursive: true, force: true });
  return early.frozen && late.frozen;
}

async function newRoot(): Promise<string> {
  const root = join(folder, String(count++));
  await mkdir(root);
  return root;
}

function say(operation: Operation): string {
  return [operation.do, 'when' in operation ? `if ${operation.when}` : ''].join(' ').trim();
}

type Outcome = string | undefined;

async function perform(store: Store, operation: Operation, tag: string): Promise<Outcome> {
  try {
    if (operation.do === 'get') return new TextDecoder().decode((await store.get('k/x')).body);
    const ifMatch = operation.when === 'match' ? tag : undefined;
    if (operation.do === 'delete') await store.delete('k/x', { ifMatch });
    else await store.put('k/x', bytes(operation.content), { ifMatch, ifAbsent: operation.when === 'absent' });
    return 'done';
  } catch (error) {
    if (error instanceof ConflictError) return 'conflict';
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** What can be found when the stopped operation takes place before the others, after each of them, or at the end. */
function sequences(before: Outcome, operation: Operation, operations: Operation[]) {
  const found = [];
  for (let place = 0; place <= operations.length + 1; place++) {
    let object = before;
    let late: Outcome;
    const seen: Outcome[] = [];
    const apply = (one: Operation): Outcome => {
      const [outcome, after] = predict(one, object, before);
      object = after;
      return outcome;
    };
    operations.forEach((other, i) => {
      if (i === place) late = apply(operation);
      seen.push(apply(other));
    });
    if (place === operations.length) late = apply(operation);
    const meanwhile = object;
    if (place > operations.length) late = apply(operation);
    found.push({ seen, meanwhile, late, end: object });
  }
  return found;
}

/** Outcome and object after one operation; contents stand for tags, since no two writes here are alike. */
function predict(operation: Operation, object: Outcome, before: Outcome): [Outcome, Outcome] {
  if (operation.do === 'get') return [object, object];
  const matches = before !== undefined && object === before;
  if (operation.when === 'match' && !matches) return ['conflict', object];
  if (operation.when === 'absent' && object !== undefined) return ['conflict', object];
  return ['done', operation.do === 'put' ? operation.content : undefined];
}

async function contentOf(store: Store): Promise<Outcome> {
  const info = await store.head('k/x');
  return info && new TextDecoder().decode((await store.get('k/x', { ifMatch: info.tag })).body);
}

/** What people see who open the folder, when the listing agrees. */
async function listedContent(store: Store, root: string): Promise<Outcome> {
  const { objects } = await store.list('k/x');
  const plain = await readFile(join(root, 'k/x'), 'utf8').catch(() => undefined);
  expect(objects.length).toBe(plain === undefined ? 0 : 1);
  return plain;
}

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
