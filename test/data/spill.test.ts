import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError, StoreError } from '../../lib/core/errors.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { type PackedSize, planPacked } from '../../lib/data/memory.ts';
import { readTable } from '../../lib/data/read.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import { type SpillDisk, temporaryDisk } from '../../lib/data/spill-file.ts';
import type { NumberColumn } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { fileObject } from '../support/file-object.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spill-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file keeps what is written to it, and has no name', () => {
  const file = temporaryDisk(folder).open();
  expect(readdirSync(folder)).toEqual([]);
  file.write(Uint8Array.of(1, 2, 3), 0);
  file.write(Uint8Array.of(9, 8), 2);
  const into = new Uint8Array(3);
  file.read(into, 1);
  expect([...into]).toEqual([2, 9, 8]);
  expect(() => file.read(into, 2)).toThrow(StoreError);
  file.close();
  file.close();
  expect(() => file.read(into, 0)).toThrow(StoreError);
});

test('a folder that does not exist has no room, and takes no file', () => {
  const disk = temporaryDisk(join(folder, 'none'));
  expect(disk.freeBytes()).toBe(0);
  expect(() => disk.open()).toThrow(StoreError);
  expect(temporaryDisk(folder).freeBytes()).toBeGreaterThan(0);
});

const text = `a,b\n${Array.from({ length: 3000 }, (_, i) => `${i}.5,${(i * 7) % 100}\n`).join('')}`;
const inParts = () => ({ rows: 0, segments: 1, stretchBytes: 1, spareBytes: 0, diskBytes: 100 });

async function readWith(disk: SpillDisk, limits = {}) {
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  const objects = await Promise.all(['a', 'b', 'c'].map((name) => fileObject(folder, `${name}.csv`, text)));
  const ways: string[] = [];
  const onStreamed = (way: string) => ways.push(way);
  const options = { single: () => true, limits };
  const table = await readPacked(objects, options, { pool, leastBytes: 0, plan: inParts, disk, onStreamed });
  const plain = await readTable(objects, options);
  if (!table) throw new Error('the kernels did not take it on');
  expect((table.columns[1] as NumberColumn).values).toEqual((plain.columns[1] as NumberColumn).values);
  table.numbers?.source?.close();
  return ways;
}

/** A temporary disk with room, which calls back before each write to one of its files, and when one is closed. */
function watchedDisk({ onWrite, onClose }: { onWrite(end: number): void; onClose?(): void }): SpillDisk {
  return {
    freeBytes: () => 1e9,
    open() {
      const file = temporaryDisk(folder).open();
      return {
        ...file,
        write(bytes, position) {
          onWrite(position + bytes.length);
          file.write(bytes, position);
        },
        close() {
          onClose?.();
          file.close();
        },
      };
    },
  };
}

test('when the disk is full before the end, all is read again', async () => {
  let [writes, closed] = [0, 0];
  const full = watchedDisk({
    onWrite() {
      if (++writes > 1) throw new StoreError('no space left on device');
    },
    onClose: () => void closed++,
  });
  expect(await readWith(full)).toEqual(['spilled', 're-read']);
  expect({ writes, closed }).toEqual({ writes: 2, closed: 1 });
});

test('a disk without room, or one that the request does not allow, is not used', async () => {
  const open = () => {
    throw new Error('expected nobody to open it');
  };
  expect(await readWith({ freeBytes: () => 99, open })).toEqual(['re-read']);
  expect(await readWith({ freeBytes: () => 1e9, open }, { diskBytes: 99 })).toEqual(['re-read']);
  expect(await readWith(temporaryDisk(folder), { diskBytes: 9000 * 16 })).toEqual(['spilled']);
});

test('no more is written than the request allows, however many rows there turn out to be', async () => {
  // Of some 3 · 3,000 rows of 16 bytes, 100 were foreseen.
  let most = 0;
  const disk = watchedDisk({
    onWrite(end) {
      most = Math.max(most, end);
    },
  });
  expect(await readWith(disk, { diskBytes: 100_000 })).toEqual(['spilled', 're-read']);
  expect(most).toBeLessThanOrEqual(100_000);
  expect(most).toBeGreaterThan(0);
});

const mebibyte = 2 ** 20;
const size: PackedSize = {
  rows: 1e6,
  columns: 29,
  rowBytes: 112,
  doubles: 0,
  categories: 1,
  segmentRows: 33_000,
  feedBytes: 0,
};

test('data that fits in memory is read as a whole, larger data in parts, and data too large even for that is refused', () => {
  const planFor = (memoryBytes: number) => planPacked('a.csv', size, { memoryBytes, threads: 2 });
  expect(planFor(600 * mebibyte)).toBe('memory');
  const tight = planFor(230 * mebibyte);
  const wide = planFor(400 * mebibyte);
  if (typeof tight === 'string' || typeof wide === 'string') throw new Error('expected parts');
  expect(tight.diskBytes).toBe(112e6);
  expect(tight.segments).toBeLessThanOrEqual(wide.segments);
  expect(wide.segments).toBe(4);
  expect(tight.spareBytes).toBeLessThan(wide.spareBytes);
  expect(() => planFor(150 * mebibyte)).toThrow(InputError);
  expect(() => planFor(150 * mebibyte)).toThrow(
    /^a\.csv: expected a dataset that 150 MiB of memory can hold a part of, found one that needs about 2\d\d MiB .*: about 1000000 rows of 29 columns/,
  );
});
