import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { makeFeatureRoom } from '../../lib/data/feature-room.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { fileObject } from '../support/file-object.ts';

const folder = mkdtempSync(join(tmpdir(), 'feature-room-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mebibyte = 2 ** 20;

/** A table of 100,000 rows in two blocks, after room was made in so much memory for 1,000 encoded columns of it. */
async function tableIn(memoryBytes: number) {
  const text = `a\n${Array.from({ length: 100_000 }, (_, i) => `${i % 1000}\n`).join('')}`;
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  const table = await readPacked([await fileObject(folder, 'a.csv', text)], { single: () => true }, { pool });
  if (!table) throw new Error('the kernels did not take it on');
  expect(table.blocks.map(({ rowCount }) => rowCount)).toEqual([65_536, 34_464]);
  makeFeatureRoom(table, 1000, memoryBytes);
  return table;
}

// Encoded, all rows take 400 MB and the larger block 262 MB; a process takes 160 MiB.
test('features that fit beside their table are encoded at once', async () => {
  expect((await tableIn(600 * mebibyte)).numbers?.source).toBeUndefined();
});

test('features that do not fit are encoded a block at a time', async () => {
  const { numbers } = await tableIn(450 * mebibyte);
  expect(numbers?.source?.stretches).toEqual(Int32Array.of(0, 1, 2));
  expect(numbers?.source?.load(1)).toEqual([numbers?.blocks[1]]);
});

test('features of which not even a block fits are refused, with what they need', async () => {
  await expect(tableIn(300 * mebibyte)).rejects.toThrow(InputError);
  await expect(tableIn(300 * mebibyte)).rejects.toThrow(
    /a\.csv: expected features that 300 MiB of memory can hold, found 1000 columns once encoded, which need 41\d MiB for 65536 rows/,
  );
});
