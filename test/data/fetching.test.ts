import { describe, expect, test } from 'vitest';
import { withHeadStart } from '../../lib/data/head-start.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import type { DataObject } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { bytesObject } from '../support/bytes-object.ts';

const mebibyte = 2 ** 20;
const rangeBytes = 2 * mebibyte;

/** An object in a store that records which ranges are requested, and how many at the same time. */
function watched(key: string, bytes: number) {
  const row = `1,${'0'.repeat(1000)}.5\n`;
  const object = bytesObject(key, `a,b\n${row.repeat(Math.floor(bytes / row.length))}`);
  const asked: [number, number][] = [];
  let [underWay, most] = [0, 0];
  const own: DataObject = {
    ...object,
    async readRange(start, end) {
      asked.push([start, end]);
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay--;
      return object.readRange(start, end);
    },
  };
  return { object: own, asked, mostUnderWay: () => most };
}

function read(objects: DataObject[]) {
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  return readPacked(objects, { single: () => true }, { pool, leastBytes: 0 });
}

describe('a text in a store', () => {
  test('is fetched once, in quarters of segments, eight ranges at a time, in order', async () => {
    const { object, asked, mostUnderWay } = watched('a.csv', 45 * mebibyte);
    const table = await read([object]);
    expect(table?.rowCount).toBe(Math.floor((45 * mebibyte) / 1005));
    const looked = asked.filter(([start, end]) => start === 0 && end < rangeBytes);
    expect(looked).toHaveLength(1);
    const ranges = asked.filter((range) => !looked.includes(range));
    const starts = Array.from({ length: Math.ceil(object.size / rangeBytes) }, (_, i) => i * rangeBytes);
    expect(ranges).toEqual(starts.map((start) => [start, Math.min(object.size, start + rangeBytes)]));
    expect(mostUnderWay()).toBe(8);
  });

  test('is already being fetched while its beginning is examined', async () => {
    const { object, asked } = watched('a.csv', 20 * mebibyte);
    await read([object]);
    expect(asked.slice(0, 5).map(([start]) => start)).toEqual([0, 2, 4, 6, 0].map((start) => start * mebibyte));
    expect(asked[4][1]).toBeLessThan(rangeBytes);
  });

  test('of at most one segment is fetched as a whole, since a store checks only whole objects', async () => {
    const { object, asked } = watched('a.csv', 7 * mebibyte);
    await read([object]);
    expect(asked.filter(([, end]) => end - asked[0][0] > rangeBytes)).toEqual([[0, object.size]]);
  });
});

describe('a text that turns out to be not for kernels', () => {
  test('leaves no range that still writes into the memory of the pool', async () => {
    const { object, asked } = watched('a.csv', 60 * mebibyte);
    let underWay = 0;
    const odd: DataObject = {
      ...object,
      async readRange(start, end, into) {
        underWay++;
        const bytes = await object.readRange(start, end, into);
        // A cell that only the plain reader can judge, in the first segment.
        if (start === 0 && end === rangeBytes) bytes.set(new TextEncoder().encode('"x"y'), 5 * 1005);
        else if (start >= 8 * mebibyte) await new Promise((resolve) => setTimeout(resolve, 50));
        underWay--;
        return bytes;
      },
    };
    expect(await read([odd])).toBeUndefined();
    expect(underWay).toBe(0);
    expect(asked.length).toBeLessThan(object.size / rangeBytes);
  });
});

describe('a head start', () => {
  test.each(['a.csv.gz', 'a.zst', 'a.parquet', 'a.jsonl', 'A.LIBSVM'])('is not for %s', (key) => {
    const { object } = watched(key, 20 * mebibyte);
    expect(withHeadStart(object)).toBe(object);
  });

  test('is not given to files, nor to objects that are fetched as a whole', () => {
    const { object } = watched('a.csv', 20 * mebibyte);
    const file = { ...object, openFile: () => Promise.reject(new Error('not now')) };
    expect(withHeadStart(file)).toBe(file);
    const { object: small } = watched('a.csv', mebibyte);
    expect(withHeadStart(small)).toBe(small);
  });

  test('gives what it fetched to the first reader, and reports a failure only to a reader', async () => {
    const { object, asked } = watched('a.csv', 20 * mebibyte);
    const failing: DataObject = {
      ...object,
      readRange: (start, end) => (start === 0 ? Promise.reject(new Error('gone')) : object.readRange(start, end)),
    };
    const started = withHeadStart(failing);
    const range = [rangeBytes, 2 * rangeBytes] as const;
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual(range);
    const bytes = await started.readRange(...range);
    expect(bytes).toHaveLength(rangeBytes);
    expect(asked).toHaveLength(3);
    expect(await started.readRange(...range)).toEqual(bytes);
    expect(asked).toHaveLength(4);
    await expect(started.readRange(0, rangeBytes)).rejects.toThrow('gone');
  });
});
