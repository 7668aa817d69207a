import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { allRows, numberFacts } from '../../lib/data/number-facts.ts';
import { readTable } from '../../lib/data/read.ts';
import { readPacked } from '../../lib/data/read-packed.ts';
import type { DataObject, NumberColumn, Table } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { fileObject } from '../support/file-object.ts';
import { type RangeServer, rangeServer } from '../support/range-server.ts';

// Text that is fetched or unpacked again, by another thread, is the text that was read first.

let folder: string;
let server: RangeServer;
const random = seededRandom(4);
// 9 MB: of two segments.
const [rowCount, columnCount] = [75_000, 12];
const names = Array.from({ length: columnCount }, (_, i) => `n${i}`);
const row = () => names.map(() => random.normal().toFixed(8)).join();
const text = Buffer.from(`${names}\n${Array.from({ length: rowCount }, row).join('\n')}\n`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'again-'));
  server = await rangeServer(text);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const objects: Record<string, () => DataObject | Promise<DataObject>> = {
  'a file of gzip': () => fileObject(folder, 'a.csv.gz', gzipSync(text, { level: 1 })),
  'a file of zstd': () => fileObject(folder, 'a.csv.zst', zstdCompressSync(text)),
  'text behind a URL': () => ({ ...bytesObject('a.csv', text), tag: 'first', presign: async () => server.url }),
};

const single = () => true;

/** Compares bytes: comparing long arrays element by element takes seconds. */
const isSame = ({ values: a }: NumberColumn, { values: b }: NumberColumn): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

async function readAgain(list: DataObject[]): Promise<Table> {
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  const plan = () => ({ rows: 0, segments: 1, stretchBytes: 1, spareBytes: 0, diskBytes: 0 });
  const table = await readPacked(list, { single }, { pool, plan, leastBytes: 0 });
  if (!table?.numbers?.source) throw new Error('expected a table that is read again');
  return table;
}

test.each(Object.entries(objects))('%s, twice and from any place', async (_, open) => {
  const object = await open();
  const plain = await readTable([object], { single });
  const table = await readAgain([object]);
  for (const [i, column] of plain.columns.entries()) {
    const again = table.columns[i] as NumberColumn;
    expect(isSame(again, column as NumberColumn)).toBe(true);
    expect(numberFacts(table, again, allRows(table))).toEqual(
      numberFacts(plain, column as NumberColumn, allRows(plain)),
    );
  }
  const source = table.numbers?.source;
  if (!source) throw new Error('expected a source');
  expect(source.load(1)[0].firstRow).toBe(plain.blocks[source.stretches[1]].firstRow);
  expect(source.load(0)[0].firstRow).toBe(0);
  source.close();
});

test('each of several objects is begun when it is needed', async () => {
  const list = await Promise.all([
    fileObject(folder, 'a.csv.gz', gzipSync(text.subarray(0, text.indexOf('\n', 8.7e6) + 1), { level: 1 })),
    fileObject(folder, 'b.csv', `${names}\n${row()}\n`),
    fileObject(folder, 'c.csv.zst', zstdCompressSync(text.subarray(0, text.indexOf('\n', 100_000) + 1))),
  ]);
  const [plain, table] = [await readTable(list, { single }), await readAgain(list)];
  for (const i of [0, 1]) {
    expect(isSame(table.columns[i] as NumberColumn, plain.columns[i] as NumberColumn)).toBe(true);
  }
  table.numbers?.source?.close();
});

test('a request that fails is repeated', async () => {
  const table = await readAgain([await objects['text behind a URL']()]);
  server.fail(3);
  expect((table.columns[0] as NumberColumn).values.length).toBe(rowCount);
  table.numbers?.source?.close();
});

test('an object that has changed is reported', async () => {
  const table = await readAgain([await objects['text behind a URL']()]);
  server.replaced(true);
  expect(() => (table.columns[0] as NumberColumn).values).toThrow(/a\.csv: .*changed/);
  server.replaced(false);
  table.numbers?.source?.close();
});

test('a file whose rows have changed is reported', async () => {
  const object = await fileObject(folder, 'changing.csv', `a,b\n${'1,2\n3,4\n'.repeat(1000)}`);
  const table = await readAgain([object]);
  await fileObject(folder, 'changing.csv', `a,b\n${'1,2\n3,5\n'.repeat(1000)}`);
  expect(() => (table.columns[0] as NumberColumn).values).toThrow(
    /changing\.csv: expected the rows that were read first/,
  );
  table.numbers?.source?.close();
});
