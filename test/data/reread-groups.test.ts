import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConflictError, StoreError } from '../../lib/core/errors.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { allRows, numberFacts } from '../../lib/data/number-facts.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import type { PackedReading } from '../../lib/data/read-packed.ts';
import { readPackedParquet } from '../../lib/data/read-packed-parquet.ts';
import { type SpillDisk, temporaryDisk } from '../../lib/data/spill-file.ts';
import type { DataObject, NumberColumn, Table } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread } from '../../lib/kernels/pool.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { fileObject } from '../support/file-object.ts';
import { writeParquet } from '../support/parquet-writer.ts';
import { type RangeServer, rangeServer } from '../support/range-server.ts';

// Row groups that are decoded again are those that were decoded first, wherever they lie.

let folder: string;
let server: RangeServer;
const random = seededRandom(4);
const rowCount = 30_000;
const draw = (of: () => number | null) => Array.from({ length: rowCount }, of);
const columns = {
  ...{ a: draw(() => random.normal()), far: draw(() => random.normal()) },
  ...{ b: draw(() => (random.nextInt(9) === 0 ? null : random.nextInt(5))), c: draw(() => random.normal() / 3) },
};
// Seven row groups of some 40 to 190 KB; columns that are not wanted leave gaps between those that are.
const bytes = writeParquet(columns, 4_500, { types: { a: 'FLOAT', b: 'INT32' }, codec: 'SNAPPY' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'groups-'));
  server = await rangeServer(bytes);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const behindUrl = (key = 'a.parquet'): DataObject => ({
  ...bytesObject(key, bytes),
  tag: 'first',
  presign: async () => server.url,
});
const asFile = (key = 'a.parquet') => fileObject(folder, key, bytes);
const single = () => true;

function read(objects: DataObject[], options: ReadOptions = { single }, more: Partial<PackedReading> = {}) {
  const memory = kernelMemory();
  const pool = onThisThread(memory, kernelHost(memory.memory));
  attachPool(pool);
  const plan = () => ({ rows: 0, segments: 1, stretchBytes: 1, spareBytes: 0, diskBytes: 100 });
  return readPackedParquet(objects, options, { pool, plan, leastBytes: 0, ...more });
}

async function readAgain(objects: DataObject[], options?: ReadOptions): Promise<Table> {
  const table = await read(objects, options);
  if (!table?.numbers?.source) throw new Error('expected a table that is read again');
  return table;
}

/** Compares bytes: comparing long arrays element by element takes seconds. */
const isSame = ({ values: a }: NumberColumn, { values: b }: NumberColumn): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

test.each<[string, () => Promise<DataObject[]>]>([
  ['a file', async () => [await asFile()]],
  ['a file behind a URL', async () => [behindUrl()]],
  ['files here and there', async () => [behindUrl('a.parquet'), await asFile('b.parquet'), behindUrl('c.parquet')]],
])('%s, twice and from any group', async (_, open) => {
  const objects = await open();
  for (const wanted of [() => true, (name: string) => name !== 'far']) {
    const plain = await readTable(objects, { single, wanted });
    const table = await readAgain(objects, { single, wanted });
    expect(table.columns.map(({ name }) => name)).toEqual(plain.columns.map(({ name }) => name));
    expect(table.blocks.map(({ hash }) => hash)).toEqual(plain.blocks.map(({ hash }) => hash));
    for (const [i, column] of plain.columns.entries()) {
      const again = table.columns[i] as NumberColumn;
      expect(isSame(again, column as NumberColumn)).toBe(true);
      expect(numberFacts(table, again, allRows(table))).toEqual(
        numberFacts(plain, column as NumberColumn, allRows(plain)),
      );
    }
    const source = table.numbers?.source;
    for (const stretch of [5, 6, 0]) {
      expect(source?.load(stretch)[0].firstRow).toBe(plain.blocks[source?.stretches[stretch] ?? -1].firstRow);
    }
    source?.close();
  }
});

test('a request that fails is repeated, and a file that was replaced is reported', async () => {
  const table = await readAgain([behindUrl()]);
  server.fail(3);
  expect((table.columns[0] as NumberColumn).values.length).toBe(rowCount);
  table.numbers?.source?.close();

  const replaced = await readAgain([behindUrl()]);
  server.replaced(true);
  expect(() => (replaced.columns[0] as NumberColumn).values).toThrow(/a\.parquet: .*changed/);
  server.replaced(false);
  replaced.numbers?.source?.close();
});

test('a file with other rows than those that were read first is reported', async () => {
  const table = await readAgain([await asFile('changing.parquet')]);
  const others = { ...columns, c: columns.c.with(12_345, 7) };
  writeFileSync(
    join(folder, 'changing.parquet'),
    writeParquet(others, 4_500, { types: { a: 'FLOAT', b: 'INT32' }, codec: 'SNAPPY' }),
  );
  expect(() => (table.columns[0] as NumberColumn).values).toThrow(ConflictError);
  expect(() => (table.columns[0] as NumberColumn).values).toThrow(
    /changing\.parquet: expected the rows that were read first/,
  );
  table.numbers?.source?.close();
});

test('a file is read again when the disk is too small, or full before the end', async () => {
  let writes = 0;
  const full: SpillDisk = {
    freeBytes: () => 1e9,
    open: () => ({
      ...temporaryDisk(folder).open(),
      write() {
        if (++writes === 3) throw new StoreError('no space left on device');
      },
    }),
  };
  const plain = await readTable([await asFile()], { single });
  for (const [disk, limits, expected] of [
    [full, {}, ['spilled', 're-read']],
    [{ ...full, freeBytes: () => 99 }, {}, ['re-read']],
    [temporaryDisk(folder), { diskBytes: 99 }, ['re-read']],
    // The table takes more than was planned.
    [temporaryDisk(folder), { diskBytes: 200_000 }, ['spilled', 're-read']],
    [temporaryDisk(folder), {}, ['spilled']],
  ] as const) {
    const ways: string[] = [];
    const onStreamed = (way: string) => ways.push(way);
    const table = await read([await asFile()], { single, limits }, { disk, onStreamed });
    expect(ways).toEqual(expected);
    expect(isSame(table?.columns[0] as NumberColumn, plain.columns[0] as NumberColumn)).toBe(true);
    table?.numbers?.source?.close();
  }
  expect(writes).toBe(3);
});

test('what no other thread can read is spilled, or left to the plain reader', async () => {
  const object = bytesObject('a.parquet', bytes);
  expect(await read([object])).toBe(undefined);
  const full: SpillDisk = {
    freeBytes: () => 1e9,
    open: () => ({
      ...temporaryDisk(folder).open(),
      write() {
        throw new StoreError('no space left on device');
      },
    }),
  };
  await expect(read([object], { single }, { disk: full })).rejects.toThrow('no space left on device');
});
