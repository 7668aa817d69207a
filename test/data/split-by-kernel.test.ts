import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { allRows } from '../../lib/data/number-facts.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import { splitRows } from '../../lib/data/split.ts';
import { splitByKernel } from '../../lib/data/split-by-kernel.ts';
import type { Table } from '../../lib/data/table.ts';
import { homeOf, kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { fileObject } from '../support/file-object.ts';

const folder = mkdtempSync(join(tmpdir(), 'hone-split-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(name: string, text: string): Promise<Table> {
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  const objects = [await fileObject(folder, name, text)];
  const table = await readPacked(objects, { single: () => true }, { pool, leastBytes: 1 });
  if (!table) throw new Error('expected kernels to take it on');
  return table;
}

const many = Array.from({ length: 30_000 }, (_, i) => `${i},${(i * 7919) % 1000}`);
const table = await read('many.csv', `a,b\n${many.join('\n')}\n`);
/** The same table as one whose numbers are not packed, which plain code splits. */
const plain = ({ numbers: _, ...others }: Table): Table => ({ ...others, rowHashes: others.rowHashes });

test.each([
  [0.2, 0],
  [0.2, 7],
  [0.5, -7],
  [0.999, 2 ** 40 + 3],
  [1e-9, 1],
  [0, 0],
])('of a share of %d by seed %d, the kernel leaves the parts that plain code does', (share, seed) => {
  const expected = splitRows(plain(table), allRows(table), { test: share, seed });
  const found = splitByKernel(table, allRows(table), { test: share, seed });
  expect(found && [...found.training]).toEqual([...expected.training]);
  expect(found && [...found.test]).toEqual([...expected.test]);
  expect(homeOf(found?.training as Int32Array)).toBe(table.numbers?.memory);
});

test('what is allocated afterwards leaves the parts alone', () => {
  const found = splitRows(table, allRows(table), { test: 0.3 });
  const [training, held] = [[...found.training], [...found.test]];
  const { memory } = table.numbers ?? {};
  for (let bytes = 65_536; bytes < 2 ** 20 && memory; bytes *= 2) {
    const address = memory.allocate(bytes);
    new Uint8Array(memory.memory.buffer, address, bytes).fill(255);
  }
  expect([[...found.training], [...found.test]]).toEqual([training, held]);
});

test('rows that are left out, and numbers that are not packed, are for plain code', () => {
  expect(splitByKernel(table, allRows(table).subarray(1), { test: 0.2, seed: 0 })).toBeUndefined();
  expect(splitByKernel(plain(table), allRows(table), { test: 0.2, seed: 0 })).toBeUndefined();
});

test('a file of which all rows would be held out is refused', async () => {
  const one = await read('one.csv', 'a,b\n1,2\n');
  expect(() => splitRows(one, allRows(one), { test: 0.999_999_999 })).toThrow('expected rows to train on');
});
