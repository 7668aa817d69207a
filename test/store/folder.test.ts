// Longer than most: what only a folder can suffer (crashes, links, other hands), each as a test of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConflictError, InputError, StoreError } from '../../lib/core/errors.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { openStore } from '../../lib/store/open.ts';
import type { Store } from '../../lib/store/store.ts';
import { type Done, isSealed } from '../support/store-worker.ts';

const worker = fileURLToPath(new URL('../support/store-worker.ts', import.meta.url));

let outside = '';
let root = '';
let store: Store;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'hone-folder-'));
  root = join(outside, 'store');
  store = folderStore(root);
});
afterEach(() => rm(outside, { recursive: true, force: true }));

describe('the folder', () => {
  test('is not there before the first write, and reads as an empty store', async () => {
    expect(await store.head('a')).toBeUndefined();
    expect((await store.list('')).objects).toEqual([]);
    await store.delete('a');
    await expect(store.put('a', bytes('x'), { ifMatch: 'x' })).rejects.toThrow(ConflictError);
    await expect(stat(root)).rejects.toThrow('ENOENT');
  });

  test('may be named relative to the working directory', async () => {
    const path = relative(process.cwd(), root);
    expect(folderStore(path).location).toBe(`${path}/`);
    await folderStore(path).put('a/b', bytes('x'));
    expect(await readFile(join(root, 'a/b'), 'utf8')).toBe('x');
  });

  test('may be reached through a link', async () => {
    await mkdir(join(outside, 'real'));
    await symlink(join(outside, 'real'), join(outside, 'linked'));
    await folderStore(join(outside, 'linked')).put('a', bytes('x'));
    expect(await readFile(join(outside, 'real/a'), 'utf8')).toBe('x');
  });

  test('opens by its path, and refuses a URL of another kind', async () => {
    await (await openStore(root)).put('a', bytes('x'));
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('x');
    await expect(openStore('gs://bucket/x')).rejects.toThrow(InputError);
    await expect(openStore('')).rejects.toThrow(InputError);
  });

  test('holds each object as the plain file of its key, whatever wrote it', async () => {
    const plain = () => readFile(join(root, 'models/m/aliases/champion.json'), 'utf8').catch(() => undefined);
    const key = 'models/m/aliases/champion.json';
    const { tag } = await store.put(key, bytes('1'), { ifAbsent: true });
    expect(await plain()).toBe('1');
    await store.put(key, bytes('2'), { ifMatch: tag });
    expect(await plain()).toBe('2');
    await store.put(key, bytes('3'));
    expect(await plain()).toBe('3');
    await store.delete(key);
    expect(await plain()).toBeUndefined();
  });

  test('gives each of its writes a tag of its own, though size, time and inode agree', async () => {
    const tags = new Set<string>();
    for (let i = 0; i < 30; i++) {
      if (i % 5 === 4) await store.delete('a');
      await store.put('a', bytes(String(10 + i)));
      await utimes(join(root, 'a'), 1_700_000_000, 1_700_000_000);
      tags.add(await tagOf('a'));
    }
    expect(tags.size).toBe(30);
  });

  test('keeps no bytes of what was replaced or deleted', async () => {
    for (let i = 0; i < 5; i++) await store.put('a', bytes(`content ${i}`));
    expect(await contentsBelow(root)).toEqual(['content 4', 'content 4']);
    await store.delete('a');
    expect(await contentsBelow(root)).toEqual([]);
  });

  test('that can’t be is an InputError with the place and the code', async () => {
    await writeFile(join(outside, 'file'), '');
    for (const path of ['file', 'file/store']) {
      const refused = folderStore(join(outside, path));
      const failure = await refused.put('a/b', bytes('x')).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(InputError);
      expect(String(failure)).toMatch(/file.*\/a\/b: .* found (ENOTDIR|EEXIST)/);
      expect((await refused.list('')).objects).toEqual([]);
    }
  });

  test('refuses a name that the file system finds too long', async () => {
    await expect(store.put('x'.repeat(300), bytes('x'))).rejects.toThrow(InputError);
    await store.put(`${'x'.repeat(250)}/${'é'.repeat(100)}`, bytes('x'));
  });

  // Whoever is root may write everywhere.
  test.skipIf(process.getuid?.() === 0)('that may not be written is a StoreError, and can still be read', async () => {
    await store.put('a', bytes('x'));
    await chmod(root, 0o500);
    const failure = await store.put('new/b', bytes('x')).catch((error: unknown) => error);
    const found = await store.get('a').catch((error: unknown) => error);
    await chmod(root, 0o700);
    expect(failure).toBeInstanceOf(StoreError);
    expect(String(failure)).toMatch(
      /new\/b: expected a store that this process can read and write, found EACCES at \//,
    );
    expect(found).toMatchObject({ body: bytes('x') });
  });
});

describe('files that people put there', () => {
  const drop = async (key: string, content: string) => {
    await mkdir(dirname(join(root, key)), { recursive: true });
    await writeFile(join(root, key), content);
  };

  test('are objects', async () => {
    await drop('datasets/houses/part 1.csv', 'x,y\n');
    const { objects } = await store.list('datasets/');
    expect(objects).toMatchObject([{ key: 'datasets/houses/part 1.csv', size: 4 }]);
    const found = await store.get('datasets/houses/part 1.csv', { ifMatch: objects[0].tag });
    expect(text(found.body)).toBe('x,y\n');
    expect(found.modifiedMs).toBe(Math.floor((await stat(join(root, objects[0].key))).mtimeMs));
  });

  test('keep their tag for as long as nobody touches them, and another writer’s objects come and go', async () => {
    await drop('d/a', 'x');
    const tag = (await store.head('d/a'))?.tag;
    await store.put('d/b', bytes('y'));
    await store.delete('d/b');
    expect((await store.head('d/a'))?.tag).toBe(tag);
  });

  test('take part in conditions', async () => {
    await drop('a', 'by hand');
    await expect(store.put('a', bytes('x'), { ifAbsent: true })).rejects.toThrow(ConflictError);
    const byHand = await tagOf('a');
    const { tag } = await store.put('a', bytes('ours'), { ifMatch: byHand });
    await expect(store.put('a', bytes('x'), { ifMatch: byHand })).rejects.toThrow(ConflictError);
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('ours');
    await store.delete('a', { ifMatch: tag });
    expect(await store.head('a')).toBeUndefined();
  });

  test.each(['in place', 'by a new file', 'with the same size and time'])('replace an object %s', async (how) => {
    const { tag } = await store.put('a', bytes('store'));
    const times = await stat(join(root, 'a'));
    if (how === 'in place') await writeFile(join(root, 'a'), 'hands!');
    else {
      await writeFile(join(root, 'new'), how === 'by a new file' ? 'hands!' : 'hands');
      await utimes(join(root, 'new'), times.atime, times.mtime);
      await rename(join(root, 'new'), join(root, 'a'));
    }
    expect(text((await store.get('a')).body)).toMatch(/^hands/);
    await expect(store.get('a', { ifMatch: tag })).rejects.toThrow(ConflictError);
    await expect(store.put('a', bytes('x'), { ifMatch: tag })).rejects.toThrow(ConflictError);
    await store.put('a', bytes('ours'), { ifMatch: await tagOf('a') });
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('ours');
  });

  test('that are removed are gone, and may be made again', async () => {
    const { tag } = await store.put('a', bytes('x'));
    await rm(join(root, 'a'));
    expect(await store.head('a')).toBeUndefined();
    expect((await store.list('')).objects).toEqual([]);
    await expect(store.delete('a', { ifMatch: tag })).rejects.toThrow(ConflictError);
    await store.put('a', bytes('y'), { ifAbsent: true });
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('y');
  });

  test('stand again where an object was deleted', async () => {
    await store.put('a', bytes('x'));
    await store.delete('a');
    await drop('a', 'by hand');
    expect(text((await store.get('a')).body)).toBe('by hand');
    await store.delete('a');
    await expect(stat(join(root, 'a'))).rejects.toThrow('ENOENT');
  });

  test('survive a copy of the whole folder, which parts them from their versions', async () => {
    await store.put('a', bytes('1'));
    await store.put('a', bytes('2'), { ifMatch: await tagOf('a') });
    const { cp } = await import('node:fs/promises');
    await cp(root, join(outside, 'copy'), { recursive: true });
    const copy = folderStore(join(outside, 'copy'));
    expect(text((await copy.get('a')).body)).toBe('2');
    const { tag } = (await copy.list('')).objects[0];
    await copy.put('a', bytes('3'), { ifMatch: tag });
    expect(await readFile(join(outside, 'copy/a'), 'utf8')).toBe('3');
  });

  test('with names that no key can have are not listed', async () => {
    await drop('ok', 'x');
    await drop('back\\slash', 'x');
    await drop('new\nline', 'x');
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['ok']);
  });

  test('vanish in the midst of a listing without harm', async () => {
    for (let i = 0; i < 60; i++) await drop(`v/${i}`, 'x');
    const vanish = async () => {
      for (let i = 0; i < 60; i++) await rm(join(root, `v/${i}`));
      await rm(join(root, 'v'), { recursive: true });
    };
    const [page] = await Promise.all([store.list('v/'), store.list(''), vanish()]);
    expect(page.objects.length).toBeLessThanOrEqual(60);
  });
});

describe('a key that is both an object and a folder', () => {
  test('is refused by put, and nothing changes', async () => {
    await store.put('a/b', bytes('x'));
    await store.put('c', bytes('y'));
    await expect(store.put('a', bytes('z'))).rejects.toThrow(InputError);
    await expect(store.put('c/d', bytes('z'))).rejects.toThrow(InputError);
    await expect(store.put('c/d/e', bytes('z'), { ifAbsent: true })).rejects.toThrow(InputError);
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a/b', 'c']);
    await store.delete('c/d');
    expect(text((await store.get('c')).body)).toBe('y');
  });

  test('is taken once nothing but empty folders is left', async () => {
    await store.put('a/b/c', bytes('x'));
    await store.delete('a/b/c');
    await store.put('a', bytes('y'));
    expect(text((await store.get('a')).body)).toBe('y');
  });
});

describe('what could lead out of the folder', () => {
  test('as a key is refused before anything is touched', async () => {
    await writeFile(join(outside, 'secret'), 'secret');
    for (const key of ['../secret', 'a/../../secret', join(outside, 'secret'), '..', 'a\\..\\..\\secret']) {
      await expect(store.get(key), key).rejects.toThrow(InputError);
      await expect(store.put(key, bytes('x')), key).rejects.toThrow(InputError);
      await expect(store.delete(key), key).rejects.toThrow(InputError);
    }
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
    await expect(stat(root)).rejects.toThrow('ENOENT');
  });

  test('as a link is neither followed nor listed', async () => {
    await mkdir(join(outside, 'far'));
    await writeFile(join(outside, 'far/secret'), 'secret');
    await store.put('inside', bytes('x'));
    await symlink(join(outside, 'far'), join(root, 'folder'));
    await symlink(join(outside, 'far/secret'), join(root, 'file'));
    await symlink(join(root, 'inside'), join(root, 'own'));
    await symlink('nowhere', join(root, 'broken'));
    for (const key of ['folder/secret', 'folder/new', 'file', 'own', 'broken']) {
      await expect(store.get(key), key).rejects.toThrow(InputError);
      await expect(store.head(key), key).rejects.toThrow(InputError);
      await expect(store.put(key, bytes('x')), key).rejects.toThrow(InputError);
      await expect(store.delete(key), key).rejects.toThrow(InputError);
    }
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['inside']);
    expect((await store.list('folder/')).objects).toEqual([]);
    expect(await readdir(join(outside, 'far'))).toEqual(['secret']);
    expect(await readFile(join(outside, 'far/secret'), 'utf8')).toBe('secret');
  });

  test('as the store’s own bookkeeping is hidden and refused', async () => {
    await store.put('a', bytes('x'));
    expect(await readdir(root)).toContain('.hone-store');
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a']);
    expect((await store.list('.hone')).objects).toEqual([]);
    await expect(store.get('.hone-store/swept')).rejects.toThrow(InputError);
  });
});

describe('leftovers', () => {
  const hour = 3_600_000;

  test('of a writer that died before its claim are harmless, and removed when a day old', async () => {
    await store.put('a', bytes('x'));
    const [hash] = await readdir(join(root, '.hone-store/versions'));
    const left = join(root, '.hone-store/aside', `${hash}.${randomUUID()}.new`);
    await writeFile(left, 'half a wri');
    expect((await store.list('')).objects).toMatchObject([{ key: 'a', size: 1 }]);
    expect(text((await store.get('a')).body)).toBe('x');
    await folderStore(root, { now: () => Date.now() + 23 * hour }).list('');
    expect(await readFile(left, 'utf8')).toBe('half a wri');
    await folderStore(root, { now: () => Date.now() + 25 * hour }).put('b', bytes('y'));
    await expect(stat(left)).rejects.toThrow('ENOENT');
  });

  test('of a writer that died after its claim are finished by the next listing', async () => {
    await store.put('a', bytes('old'));
    const [hash] = await readdir(join(root, '.hone-store/versions'));
    const left = join(root, '.hone-store/aside', `${hash}.${randomUUID()}.new`);
    await writeFile(left, 'newer');
    await link(left, join(root, '.hone-store/versions', hash, '2'));
    await rm(join(root, 'a'));
    expect((await store.list('')).objects).toMatchObject([{ key: 'a', size: 5 }]);
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('newer');
    expect(await readdir(join(root, '.hone-store/aside'))).toEqual([]);
  });

  test('that were taken out of their place come back', async () => {
    await store.put('a', bytes('x'));
    await store.put('b', bytes('y'));
    const hashes = await readdir(join(root, '.hone-store/versions'));
    for (const hash of hashes) {
      const key = await readFile(join(root, '.hone-store/versions', hash, 'key'), 'utf8');
      await rename(join(root, key), join(root, '.hone-store/aside', `${hash}.${randomUUID()}.out`));
    }
    expect(text((await store.get('a')).body)).toBe('x');
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(await readFile(join(root, 'b'), 'utf8')).toBe('y');
  });

  test('of files removed or replaced by hand give back their space within a day', async () => {
    await store.put('removed', bytes('removed'));
    await store.put('replaced', bytes('replaced'));
    await store.put('kept', bytes('kept'));
    await rm(join(root, 'removed'));
    await rm(join(root, 'replaced'));
    await writeFile(join(root, 'replaced'), 'by hand');
    const [replaced, kept] = [await tagOf('replaced'), await tagOf('kept')];
    await folderStore(root, { now: () => Date.now() + 25 * hour }).put('other', bytes('other'));
    expect((await contentsBelow(root)).filter((content) => /removed|replaced/.test(content))).toEqual([]);
    expect(await tagOf('replaced')).toBe(replaced);
    expect(await tagOf('kept')).toBe(kept);
    expect(await store.head('removed')).toBeUndefined();
  });
});

describe('several processes', () => {
  test('that count up by compare-and-set lose no step', async () => {
    await store.put('count', bytes('0'));
    await Promise.all(Array.from({ length: 5 }, (_, i) => run(`p${i}`, 'count', 12)));
    expect(text((await store.get('count')).body)).toBe('60');
  });

  test('that put if absent have one winner for each key', async () => {
    const won = await Promise.all(Array.from({ length: 5 }, (_, i) => run<number[]>(`p${i}`, 'claim', 20)));
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    for (const [i, keys] of won.entries()) {
      for (const key of keys) expect(text((await store.get(`claims/${key}`)).body)).toMatch(new RegExp(`^p${i} `));
    }
  });

  test('that mix all operations on one key see one order of them, never a torn object', async () => {
    const logs = await Promise.all(Array.from({ length: 5 }, (_, i) => run<Done[]>(`p${i}`, 'mix', 40)));
    const all = logs.flat();
    const writes = all.filter(({ what, tag }) => what !== 'get' && tag !== undefined);
    expect(new Set(writes.map(({ tag }) => tag)).size).toBe(writes.length);
    // A tag that two operations succeeded on would have been lost to one of them.
    const consumed = all.filter(({ on }) => on !== undefined).map(({ on }) => on);
    expect(new Set(consumed).size).toBe(consumed.length);
    // What began after a write had ended sees that write's number, or a later one.
    const events = all.filter(({ tag }) => tag !== undefined).sort((a, b) => order(a.to, b.to));
    for (const later of events) {
      const earlier = events.filter((one) => one.what !== 'get' && order(one.to, later.from) < 0);
      for (const one of earlier) expect(numberOf(later)).toBeGreaterThanOrEqual(numberOf(one));
    }
    expect(writes.length).toBeGreaterThan(20);
  });

  test('of which one is killed at any moment leave a store that is whole', async () => {
    for (let round = 0; round < 6; round++) {
      const child = start(`k${round}`, 'forever', 0);
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 15 + round * 17));
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;

      const { objects } = await store.list('');
      for (const info of objects) {
        expect(await store.head(info.key)).toEqual(info);
        expect(isSealed((await store.get(info.key)).body)).toBe(true);
        expect(isSealed(await readFile(join(root, info.key)))).toBe(true);
      }
      const listed = new Set(objects.map(({ key }) => key));
      for (const key of ['f/0', 'f/1', 'f/2', 'f/3']) {
        expect((await store.head(key)) !== undefined).toBe(listed.has(key));
        await store.put(key, bytes('z 1 z'), { ifMatch: (await store.head(key))?.tag });
        expect(text((await store.get(key)).body)).toBe('z 1 z');
      }
    }
  });
});

function start(id: string, task: string, count: number): ChildProcess {
  return spawn(process.execPath, [worker, root, id, task, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function run<T>(id: string, task: string, count: number): Promise<T> {
  const child = start(id, task, count);
  let output = '';
  child.stdout?.on('data', (piece) => {
    output += piece;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return JSON.parse(output);
}

/** The number that a folder's tag begins with. */
function numberOf({ tag = '' }: Done): number {
  return Number.parseInt(tag.split('-')[0], 36);
}

function order(a: string, b: string): number {
  return Number(BigInt(a) - BigInt(b));
}

async function tagOf(key: string): Promise<string> {
  return (await store.head(key))?.tag ?? 'none';
}

/** The contents of all files below, names and stamps that the store notes aside. */
async function contentsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !['key', 'swept', 'gone'].includes(entry.name));
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
}

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function text(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

test('polling for something in a loop does not keep it from happening', async () => {
  let hasHappened = false;
  setTimeout(() => {
    hasHappened = true;
  }, 5);
  for (let i = 0; i < 1_000_000 && !hasHappened; i++) await store.head('a');
  expect(hasHappened).toBe(true);
});
