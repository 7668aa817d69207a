// Longer than most: all that a store must do stands once, and each backend runs the whole.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConflictError, InputError, NotFoundError } from '../../lib/core/errors.ts';
import { findJson, getJson, putJson } from '../../lib/store/json.ts';
import { listAll } from '../../lib/store/list.ts';
import { readObject } from '../../lib/store/read.ts';
import type { Store } from '../../lib/store/store.ts';
import { type Backend, motoIsThere, startFolders, startMoto, startOwnS3 } from '../support/store-backends.ts';

/** One suite for all; moto_server 5.2.1 keeps every line of it. With CI=true its absence fails the run. */
const backends: { name: string; start: () => Promise<Backend>; skip?: boolean }[] = [
  { name: 'a folder', start: startFolders },
  { name: 'S3, as our own server speaks it', start: startOwnS3 },
  {
    name: motoIsThere() ? 'S3, as moto_server speaks it' : 'S3, as moto_server speaks it (skipped: not on the PATH)',
    start: startMoto,
    skip: !motoIsThere() && process.env.CI !== 'true',
  },
];

for (const { name, start, skip = false } of backends) {
  describe.skipIf(skip)(name, () => {
    let backend: Backend | undefined;
    let store: Store;

    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend?.stop());
    beforeEach(() => {
      if (!backend) throw new Error('the backend did not start');
      store = backend.openEmpty();
    });

    describe('get', () => {
      test('returns the bytes that were put, with what put said of them', async () => {
        const written = await store.put('a/b.csv', bytes('x,y\n1,2\n'), { contentType: 'text/csv' });
        const { body, ...info } = await store.get('a/b.csv');
        expect(text(body)).toBe('x,y\n1,2\n');
        expect(written).toEqual({ ...info, modifiedMs: expect.any(Number) });
        expect(info).toMatchObject({ key: 'a/b.csv', size: 8, tag: expect.stringMatching(/./) });
      });

      test('says when the object was changed, by a clock near ours', async () => {
        const written = await store.put('a', bytes('x'));
        const { modifiedMs } = await store.get('a');
        expect(Math.abs(modifiedMs - Date.now())).toBeLessThan(10_000);
        expect(Math.abs(modifiedMs - written.modifiedMs)).toBeLessThan(2_000);
      });

      test('keeps every byte value, and an empty body', async () => {
        const all = Uint8Array.from({ length: 512 }, (_, i) => i & 255);
        await store.put('all', all);
        await store.put('empty', new Uint8Array(0));
        expect((await store.get('all')).body).toEqual(all);
        expect(await store.get('empty')).toMatchObject({ size: 0, body: new Uint8Array(0) });
      });

      test('keeps a body of 9 MB', async () => {
        const large = new Uint8Array(9_000_000);
        for (let i = 0; i < large.length; i++) large[i] = (i * 2654435761) >>> 24;
        await store.put('large', large);
        const { body, size } = await store.get('large');
        expect(size).toBe(9_000_000);
        expect(Buffer.compare(body, large)).toBe(0);
      });

      test('throws NotFoundError for a key that is not there, whatever the condition', async () => {
        await expect(store.get('nothing')).rejects.toThrow(NotFoundError);
        await expect(store.get('nothing', { ifMatch: 'x' })).rejects.toThrow(NotFoundError);
        await expect(store.get('nothing', { range: { start: 0, end: 1 } })).rejects.toThrow(NotFoundError);
      });

      test('throws NotFoundError for the beginning of a key and for what would lie under one', async () => {
        await store.put('a/b', bytes('x'));
        await expect(store.get('a')).rejects.toThrow(NotFoundError);
        await expect(store.get('a/b/c')).rejects.toThrow(NotFoundError);
      });

      test('with ifMatch returns the object while it has the tag, and throws ConflictError afterwards', async () => {
        const { tag } = await store.put('a', bytes('old'));
        expect(text((await store.get('a', { ifMatch: tag })).body)).toBe('old');
        await store.put('a', bytes('new'));
        await expect(store.get('a', { ifMatch: tag })).rejects.toThrow(ConflictError);
      });

      test('takes no tag for one that it is not, however odd', async () => {
        await store.put('a', bytes('x'));
        for (const ifMatch of ['', '*', '"', '"*"', 'é', 'a\r\nb']) {
          await expect(store.get('a', { ifMatch }), JSON.stringify(ifMatch)).rejects.toThrow(ConflictError);
        }
      });
    });

    describe('get with a range', () => {
      const part = async (start: number, end: number) => text((await store.get('a', { range: { start, end } })).body);
      beforeEach(async () => {
        await store.put('a', bytes('0123456789'));
      });

      test('returns the bytes from start to the one before end', async () => {
        expect(await part(0, 1)).toBe('0');
        expect(await part(2, 5)).toBe('234');
        expect(await part(9, 10)).toBe('9');
        expect(await part(0, 10)).toBe('0123456789');
      });

      test('cuts the end to the size of the object', async () => {
        expect(await part(8, 1_000)).toBe('89');
      });

      test('returns the same bytes whether it is given enough room, too little or too much', async () => {
        for (const length of [0, 2, 3, 9]) {
          const into = new Uint8Array(new SharedArrayBuffer(length)).fill(1);
          const { body } = await store.get('a', { range: { start: 2, end: 5 }, into });
          expect(text(body.slice()), `room for ${length}`).toBe('234');
          if (body.buffer === into.buffer) expect(text(into.slice(0, 3))).toBe('234');
        }
      });

      test('still says the size and the tag of the whole object', async () => {
        const { body, ...whole } = await store.get('a');
        expect(await store.get('a', { range: { start: 2, end: 5 } })).toEqual({ ...whole, body: body.subarray(2, 5) });
      });

      test('throws InputError when it begins at or after the end of the object', async () => {
        await store.put('empty', new Uint8Array(0));
        await expect(part(10, 11)).rejects.toThrow(InputError);
        await expect(part(50, 60)).rejects.toThrow(InputError);
        await expect(store.get('empty', { range: { start: 0, end: 1 } })).rejects.toThrow(InputError);
      });

      test('throws InputError when it is none', async () => {
        for (const [start, end] of [
          [5, 5],
          [5, 4],
          [-1, 4],
          [0.5, 2],
          [0, Number.NaN],
        ]) {
          await expect(part(start, end), `${start} to ${end}`).rejects.toThrow(InputError);
        }
      });

      test('throws ConflictError when the tag no longer holds, whether or not the range does', async () => {
        await expect(store.get('a', { range: { start: 0, end: 1 }, ifMatch: 'x' })).rejects.toThrow(ConflictError);
        await expect(store.get('a', { range: { start: 90, end: 91 }, ifMatch: 'x' })).rejects.toThrow(ConflictError);
      });
    });

    describe('head', () => {
      test('says what get says, without the bytes', async () => {
        await store.put('a', bytes('xyz'));
        const { body: _, ...info } = await store.get('a');
        expect(await store.head('a')).toEqual(info);
      });

      test('is undefined for what is not there', async () => {
        await store.put('a/b', bytes('x'));
        expect(await store.head('a')).toBeUndefined();
        expect(await store.head('a/c')).toBeUndefined();
      });
    });

    describe('put', () => {
      test('replaces what was there, longer or shorter', async () => {
        for (const content of ['middle', 'much longer than before', 's', '']) {
          await store.put('a', bytes(content));
          expect(text((await store.get('a')).body)).toBe(content);
        }
      });

      test('changes the tag whenever it changes the content, also at the same size', async () => {
        const tags = [];
        for (let i = 0; i < 30; i++) tags.push((await store.put('a', bytes(String(100 + i)))).tag);
        expect(new Set(tags).size).toBe(30);
        expect((await store.head('a'))?.tag).toBe(tags[29]);
      });

      test('with ifAbsent writes once, and then throws ConflictError and leaves the object alone', async () => {
        const { tag } = await store.put('a', bytes('first'), { ifAbsent: true });
        await expect(store.put('a', bytes('second'), { ifAbsent: true })).rejects.toThrow(ConflictError);
        expect(await store.get('a')).toMatchObject({ tag, body: bytes('first') });
      });

      test('with ifAbsent writes again after a delete', async () => {
        await store.put('a', bytes('first'), { ifAbsent: true });
        await store.delete('a');
        await store.put('a', bytes('second'), { ifAbsent: true });
        await expect(store.put('a', bytes('third'), { ifAbsent: true })).rejects.toThrow(ConflictError);
        expect(text((await store.get('a')).body)).toBe('second');
      });

      test('with ifMatch writes while the object has the tag', async () => {
        const first = await store.put('a', bytes('1'));
        const second = await store.put('a', bytes('2'), { ifMatch: first.tag });
        await expect(store.put('a', bytes('3'), { ifMatch: first.tag })).rejects.toThrow(ConflictError);
        expect(await store.get('a')).toMatchObject({ tag: second.tag, body: bytes('2') });
        await store.put('a', bytes('3'), { ifMatch: second.tag });
        expect(text((await store.get('a')).body)).toBe('3');
      });

      test('with ifMatch throws ConflictError when there is no object, never was or no longer', async () => {
        await expect(store.put('a', bytes('x'), { ifMatch: 'x' })).rejects.toThrow(ConflictError);
        const { tag } = await store.put('a', bytes('x'));
        await store.delete('a');
        await expect(store.put('a', bytes('y'), { ifMatch: tag })).rejects.toThrow(ConflictError);
        expect(await store.head('a')).toBeUndefined();
      });

      test('with ifMatch holds after an unconditional put in between has failed it', async () => {
        const first = await store.put('a', bytes('1'));
        await store.put('a', bytes('2'), { ifMatch: first.tag });
        const third = await store.put('a', bytes('3'));
        await store.put('a', bytes('4'), { ifMatch: third.tag });
        await expect(store.put('a', bytes('5'), { ifMatch: third.tag })).rejects.toThrow(ConflictError);
        expect(text((await store.get('a')).body)).toBe('4');
      });

      test('throws InputError for both conditions at once', async () => {
        await expect(store.put('a', bytes('x'), { ifAbsent: true, ifMatch: 'x' })).rejects.toThrow(InputError);
      });

      test('does not keep hold of the bytes it was given', async () => {
        const body = bytes('before');
        await store.put('a', body);
        body.fill(0);
        expect(text((await store.get('a')).body)).toBe('before');
      });
    });

    describe('racing writers', () => {
      test('with ifAbsent have one winner of 24, and the object is the winner’s', async () => {
        const racers = Array.from({ length: 24 }, (_, i) => `racer ${i} ${'x'.repeat(i * 100)}`);
        const results = await Promise.allSettled(
          racers.map((content) => store.put('race', bytes(content), { ifAbsent: true })),
        );
        const winners = racers.filter((_, i) => results[i].status === 'fulfilled');
        expect(winners).toHaveLength(1);
        expect(text((await store.get('race')).body)).toBe(winners[0]);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ConflictError);
        }
      });

      test('that count up by compare-and-set lose no step', async () => {
        await store.put('count', bytes('0'));
        const countUp = async () => {
          for (;;) {
            const { body, tag } = await store.get('count');
            try {
              await store.put('count', bytes(String(Number(text(body)) + 1)), { ifMatch: tag });
              return;
            } catch (error) {
              if (!(error instanceof ConflictError)) throw error;
            }
          }
        };
        await Promise.all(Array.from({ length: 8 }, countUp));
        expect(text((await store.get('count')).body)).toBe('8');
      });

      test('with ifMatch on one tag have one winner among puts and deletes', async () => {
        for (let round = 0; round < 5; round++) {
          const { tag } = await store.put('a', bytes('start'));
          const results = await Promise.allSettled([
            store.put('a', bytes('1'), { ifMatch: tag }),
            store.delete('a', { ifMatch: tag }),
            store.put('a', bytes('2'), { ifMatch: tag }),
            store.delete('a', { ifMatch: tag }),
          ]);
          const won = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
          expect(won).toHaveLength(1);
          const after = await store.get('a').catch(() => undefined);
          expect(after && text(after.body)).toBe(['1', undefined, '2', undefined][won[0]]);
        }
      });

      test('without conditions leave one of the objects whole', async () => {
        const contents = Array.from({ length: 12 }, (_, i) => String.fromCharCode(97 + i).repeat(20_000 + i));
        const results = await Promise.all(contents.map((content) => store.put('a', bytes(content))));
        const { body, tag } = await store.get('a');
        expect(contents).toContain(text(body));
        expect(results.find((info) => info.tag === tag)?.size).toBe(body.length);
      });

      test('never show a reader a part of an object', async () => {
        await store.put('a', bytes('a'.repeat(50_000)));
        let writing = true;
        const write = async () => {
          for (let i = 0; i < 15; i++) await store.put('a', bytes('bcd'[i % 3].repeat(50_000 + i)));
          writing = false;
        };
        const read = async () => {
          while (writing) {
            const content = text((await store.get('a')).body);
            expect(content).toBe(content[0].repeat(content.length));
            expect(content.length).toBeGreaterThanOrEqual(50_000);
          }
        };
        await Promise.all([write(), read(), read()]);
      });
    });

    describe('delete', () => {
      test('removes the object from get, head and list', async () => {
        await store.put('a/b', bytes('x'));
        await store.delete('a/b');
        await expect(store.get('a/b')).rejects.toThrow(NotFoundError);
        expect(await store.head('a/b')).toBeUndefined();
        expect(await keysOf(store, '')).toEqual([]);
      });

      test('is content with a key that is not there', async () => {
        await store.delete('nothing/at/all');
        await store.put('a', bytes('x'));
        await store.delete('a');
        await store.delete('a');
        expect(await store.head('a')).toBeUndefined();
      });

      test('with ifMatch removes while the object has the tag, and throws ConflictError otherwise', async () => {
        const first = await store.put('a', bytes('1'));
        const second = await store.put('a', bytes('2'));
        await expect(store.delete('a', { ifMatch: first.tag })).rejects.toThrow(ConflictError);
        expect(text((await store.get('a')).body)).toBe('2');
        await store.delete('a', { ifMatch: second.tag });
        expect(await store.head('a')).toBeUndefined();
      });

      test('with ifMatch throws ConflictError when there is no object', async () => {
        await expect(store.delete('a', { ifMatch: 'x' })).rejects.toThrow(ConflictError);
        const { tag } = await store.put('a', bytes('x'));
        await store.delete('a');
        await expect(store.delete('a', { ifMatch: tag })).rejects.toThrow(ConflictError);
      });

      test('lets a key be put and deleted again and again', async () => {
        for (let i = 0; i < 6; i++) {
          await store.put('a', bytes(String(i)), i % 2 ? { ifAbsent: true } : {});
          expect(text((await store.get('a')).body)).toBe(String(i));
          await store.delete('a');
          expect(await store.head('a')).toBeUndefined();
        }
      });
    });

    describe('list', () => {
      test('is empty for an empty store and for a prefix that nothing begins with', async () => {
        expect(await store.list('')).toEqual({ objects: [], next: undefined });
        await store.put('a', bytes('x'));
        expect(await store.list('b')).toEqual({ objects: [], next: undefined });
        expect(await store.list('a/')).toEqual({ objects: [], next: undefined });
      });

      test('says of each object what head says', async () => {
        for (const key of ['a/1', 'a/2', 'b']) await store.put(key, bytes(key));
        const { objects } = await store.list('');
        expect(objects).toEqual(await Promise.all(['a/1', 'a/2', 'b'].map((key) => store.head(key))));
      });

      test('takes any beginning of a key for a prefix', async () => {
        for (const key of ['data/x', 'data/y/1', 'data-1', 'dat', 'e']) await store.put(key, bytes('x'));
        expect(await keysOf(store, 'dat')).toEqual(['dat', 'data-1', 'data/x', 'data/y/1']);
        expect(await keysOf(store, 'data')).toEqual(['data-1', 'data/x', 'data/y/1']);
        expect(await keysOf(store, 'data/')).toEqual(['data/x', 'data/y/1']);
        expect(await keysOf(store, 'data/y')).toEqual(['data/y/1']);
        expect(await keysOf(store, 'data/y/1')).toEqual(['data/y/1']);
      });

      test('keeps byte order across nested keys, odd characters and characters beyond U+FFFF', async () => {
        for (const key of [...oddKeys].reverse()) await store.put(key, bytes(key));
        const expected = [...oddKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await keysOf(store, '')).toEqual(expected);
        for (const key of oddKeys) {
          expect(text((await store.get(key)).body)).toBe(key);
          expect((await store.head(key))?.key).toBe(key);
          expect((await store.list(key)).objects[0].key).toBe(key);
        }
      });

      test('goes on after any key, there or not', async () => {
        for (const key of ['a', 'b/1', 'b/2', 'c']) await store.put(key, bytes('x'));
        const keysAfter = async (key: string) =>
          (await store.list('', { after: key })).objects.map((object) => object.key);
        expect(await keysAfter('a')).toEqual(['b/1', 'b/2', 'c']);
        expect(await keysAfter('aa')).toEqual(['b/1', 'b/2', 'c']);
        expect(await keysAfter('b/')).toEqual(['b/1', 'b/2', 'c']);
        expect(await keysAfter('b/1')).toEqual(['b/2', 'c']);
        expect(await keysAfter('b/10')).toEqual(['b/2', 'c']);
        expect(await keysAfter('b0')).toEqual(['c']);
        expect(await keysAfter('c')).toEqual([]);
        expect(await keysAfter('')).toEqual(['a', 'b/1', 'b/2', 'c']);
        expect((await store.list('b/', { after: 'b/1' })).objects.map(({ key }) => key)).toEqual(['b/2']);
        expect((await store.list('b/', { after: 'c' })).objects).toEqual([]);
      });

      test('gives pages of the limit, whose next leads through all keys once', async () => {
        const keys = Array.from({ length: 23 }, (_, i) => `p/${i % 3}/${String(i).padStart(2, '0')} +é.txt`).sort();
        await Promise.all(keys.map((key) => store.put(key, bytes('x'))));
        for (const limit of [1, 7, 22, 23, 24, 1000]) {
          const seen = [];
          let [after, pages]: [string | undefined, number] = [undefined, 0];
          do {
            const page = await store.list('p/', { after, limit });
            expect(page.objects.length).toBeLessThanOrEqual(limit);
            seen.push(...page.objects.map(({ key }) => key));
            after = page.next;
            pages++;
          } while (after !== undefined);
          expect(seen).toEqual(keys);
          expect(pages).toBe(Math.ceil(23 / limit));
        }
      });

      test('refuses a limit that is none', async () => {
        for (const limit of [0, -1, 1.5, 1001, Number.NaN]) {
          await expect(store.list('', { limit }), String(limit)).rejects.toThrow(InputError);
        }
      });

      // The page is the server's own, and moto takes its time for a thousand objects.
      test.skipIf(start === startMoto)('leads listAll through more than one page', async () => {
        const keys = Array.from({ length: 1005 }, (_, i) => `n/${String(i).padStart(4, '0')}`);
        for (let i = 0; i < keys.length; i += 50) {
          await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, new Uint8Array(0))));
        }
        expect((await store.list('n/')).objects).toHaveLength(1000);
        expect(await keysOf(store, 'n/')).toEqual(keys);
      });
    });

    describe('keys', () => {
      test('that could lead out of the store, or that a backend can’t hold, are refused by every operation', async () => {
        for (const key of badKeys) {
          const title = JSON.stringify(key);
          await expect(store.get(key), title).rejects.toThrow(InputError);
          await expect(store.head(key), title).rejects.toThrow(InputError);
          await expect(store.put(key, bytes('x')), title).rejects.toThrow(InputError);
          await expect(store.delete(key), title).rejects.toThrow(InputError);
        }
        for (const prefix of ['/', '../', 'a//', 'a/../b', 'a\\', 'a\0']) {
          await expect(store.list(prefix), JSON.stringify(prefix)).rejects.toThrow(InputError);
        }
        expect(await keysOf(store, '')).toEqual([]);
      });

      test('that differ in one character are two objects', async () => {
        for (const key of ['x/a b', 'x/a+b', 'x/a%20b', 'x/a%2Bb']) await store.put(key, bytes(key));
        for (const key of ['x/a b', 'x/a+b', 'x/a%20b', 'x/a%2Bb']) {
          expect(text((await store.get(key)).body)).toBe(key);
        }
      });
    });

    describe('readObject', () => {
      test('gives the object in order, in pieces', async () => {
        await store.put('a', bytes('0123456789'));
        const info = await infoOf(store, 'a');
        for (const [chunkBytes, expected] of [
          [4, ['0123', '4567', '89']],
          [5, ['01234', '56789']],
          [1000, ['0123456789']],
        ] as const) {
          const pieces = [];
          for await (const piece of readObject(store, info, { chunkBytes })) pieces.push(text(piece));
          expect(pieces).toEqual(expected);
        }
      });

      test('throws ConflictError that names the key when the object changed or went', async () => {
        for (const change of [() => store.put('a', bytes('9876543210')), () => store.delete('a')]) {
          await store.put('a', bytes('0123456789'));
          const pieces = readObject(store, await infoOf(store, 'a'), { chunkBytes: 2 });
          expect(text((await pieces.next()).value ?? new Uint8Array(0))).toBe('01');
          await change();
          const rest = async () => {
            for await (const _ of pieces);
          };
          const failure = await rest().catch((error: unknown) => error);
          expect(failure).toBeInstanceOf(ConflictError);
          expect(String(failure)).toContain('a:');
        }
      });

      test('notices that an empty object is empty no longer', async () => {
        const info = await store.put('a', new Uint8Array(0));
        for await (const _ of readObject(store, info)) expect.unreachable();
        await store.put('a', bytes('x'));
        await expect(readObject(store, info).next()).rejects.toThrow(ConflictError);
      });
    });

    describe('JSON documents', () => {
      test('come back as they went, and are text that ends with a newline', async () => {
        const value = { name: 'Ærø 🏠', list: [1, null, true], nested: { a: 0.1 } };
        const { tag } = await putJson(store, 'd/x.json', value);
        expect(await getJson(store, 'd/x.json')).toMatchObject({ value, tag, key: 'd/x.json' });
        expect(text((await store.get('d/x.json')).body)).toBe(`${JSON.stringify(value, null, 2)}\n`);
        expect(await findJson(store, 'd/y.json')).toBeUndefined();
        await expect(getJson(store, 'd/y.json')).rejects.toThrow(NotFoundError);
        await expect(putJson(store, 'd/x.json', value, { ifAbsent: true })).rejects.toThrow(ConflictError);
        await expect(putJson(store, 'd/x.json', undefined)).rejects.toThrow(InputError);
      });

      test('that are none give an InputError with key and line, and none of their text', async () => {
        await store.put('d/x.json', bytes('{\n  "secret": oops\n}\n'));
        const failure = await getJson(store, 'd/x.json').catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(InputError);
        expect(String(failure)).toContain('d/x.json');
        expect(String(failure)).not.toMatch(/secret|oops/);
        await store.put('d/latin.json', Uint8Array.of(0x22, 0xe9, 0x22));
        await expect(getJson(store, 'd/latin.json')).rejects.toThrow(/d\/latin\.json.*UTF-8/);
      });
    });
  });
}

/** Their order by UTF-16 differs from that by UTF-8: U+FF61 and U+1F3E0. */
const oddKeys = [
  'a-b',
  'a/b',
  'a/b c',
  'a/b+c',
  'a/b%20c',
  'a/b%c',
  'a.b',
  'a0',
  'B',
  'é/è',
  'e\u0301',
  '｡half',
  '🏠/🏡.csv',
  'q/&<>"\'.txt',
  'q/?x=1#y',
  'q/(a)*!~@$,;:=[]{}|^`',
  'date=2024-01-01/part-0.csv',
  '_hidden/.dot',
];

const badKeys = [
  '',
  '/',
  '/etc/passwd',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../../b',
  'a/..',
  './a',
  'a/./b',
  'a\\b',
  '..\\a',
  'a\0b',
  'a\nb',
  'a\u007fb',
  'a\u0085b',
  'a\ud800b',
  '.hone-store/versions',
  '.HONE-store/aside/x',
  'é'.repeat(513),
  `${'x/'.repeat(512)}x`,
];

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function text(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

async function keysOf(store: Store, prefix: string): Promise<string[]> {
  const keys = [];
  for await (const { key } of listAll(store, prefix)) keys.push(key);
  return keys;
}

async function infoOf(store: Store, key: string) {
  const info = await store.head(key);
  if (!info) throw new Error(`no ${key}`);
  return info;
}
