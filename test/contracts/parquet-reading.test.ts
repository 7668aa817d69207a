import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { encodeInPlace } from '../../lib/data/encode-in-place.ts';
import { fitEncoding } from '../../lib/data/fit-encoding.ts';
import { kernelHost } from '../../lib/data/kernel-host.ts';
import { workerSource } from '../../lib/data/kernel-worker.generated.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import { readPackedParquet } from '../../lib/data/read-packed-parquet.ts';
import { temporaryDisk } from '../../lib/data/spill-file.ts';
import type { DataObject, Table } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { attachPool, onThisThread, type Pool } from '../../lib/kernels/pool.ts';
import { type WorkerPool, workerPool } from '../../lib/kernels/worker-pool.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { fileObject } from '../support/file-object.ts';
import { type ParquetColumns, type ParquetOptions, writeParquet } from '../support/parquet-writer.ts';

// The plain reader, through hyparquet, is the reference that the kernels must agree with in all that a table says.

const opened: WorkerPool[] = [];
const temporary = mkdtempSync(join(tmpdir(), 'hone-parquet-'));
afterAll(() => {
  for (const pool of opened) pool.close();
  rmSync(temporary, { recursive: true, force: true });
});

function poolOf(threads: number): Pool {
  const memory = kernelMemory();
  const imports = kernelHost(memory.memory);
  const pool = threads === 1 ? onThisThread(memory, imports) : workerPool({ memory, threads, workerSource, imports });
  if ('close' in pool) opened.push(pool as WorkerPool);
  attachPool(pool);
  return pool;
}

const byKernels = (objects: DataObject[], options: ReadOptions = {}, threads = 1) =>
  readPackedParquet(objects, options, { pool: poolOf(threads), leastBytes: 0 });

/** Reading one row group at a time. */
const inParts = () => ({ rows: 0, segments: 1, stretchBytes: 1, spareBytes: 0, diskBytes: 0 });

/** Spills to the disk. */
const spilled = (objects: DataObject[], options: ReadOptions = {}, threads = 1) =>
  readPackedParquet(objects, options, {
    pool: poolOf(threads),
    leastBytes: 0,
    plan: inParts,
    disk: temporaryDisk(),
  });

/** Decodes again what is needed, from files of this machine. */
const readAgain = async (objects: DataObject[], options: ReadOptions = {}, threads = 1) => {
  const files = objects.map(async ({ key, size, readRange }) => fileObject(temporary, key, await readRange(0, size)));
  return readPackedParquet(await Promise.all(files), options, { pool: poolOf(threads), leastBytes: 0, plan: inParts });
};

/** Everything that a table contains, including the bits of its numbers. */
const told = ({ columns, numbers: _numbers, ...table }: Table) => ({
  ...table,
  blocks: table.blocks.map(({ firstRow, rowCount, hash }) => ({ firstRow, rowCount, hash })),
  columns: columns.map((column) =>
    column.kind === 'category'
      ? column
      : { name: column.name, single: column.single, bits: new BigUint64Array(column.values.slice().buffer) },
  ),
});

async function agree(objects: DataObject[], options: ReadOptions = {}, threads = 1): Promise<void> {
  const plain = told(await readTable(objects, options));
  for (const read of [byKernels, spilled, readAgain]) {
    const table = await read(objects, options, threads);
    if (!table) throw new Error('the kernels did not take it on');
    expect(told(table)).toEqual(plain);
    table.numbers?.source?.close();
  }
}

const random = seededRandom(11);
const rows = <Cell>(count: number, of: (row: number) => Cell) => Array.from({ length: count }, (_, row) => of(row));
/** All types, with and without nulls, some equal rows, and more columns than one share has. */
function someColumns(count: number): ParquetColumns {
  const at = (row: number) => (row % 7 === 3 ? row - 1 : row);
  const draws = rows(count, () => Math.fround(random.normal()));
  const many = Object.fromEntries(rows(11, (i) => [`f${i}`, rows(count, (row) => draws[(at(row) * (i + 1)) % count])]));
  return {
    float: rows(count, (row) => (row % 5 === 4 ? null : draws[at(row)])),
    double: rows(count, (row) => (at(row) % 11 === 0 ? null : draws[at(row)] / 3)),
    zeros: rows(count, (row) => (row % 2 === 0 ? 0 : -0)),
    int: rows(count, (row) => (at(row) % 9) - 4),
    wide: rows(count, (row) => 16_777_216 + at(row)),
    long: rows(count, (row) => (at(row) % 4 === 1 ? null : -(2 ** 33) - (at(row) % 6))),
    unsigned: rows(count, (row) => 4_294_967_295 - (at(row) % 3)),
    big: rows(count, (row) => 2 ** 52 + (at(row) % 3)),
    yes: rows(count, (row) => (at(row) % 6 === 0 ? null : at(row) % 4 === 0)),
    no: rows(count, (row) => row % 3 === 0),
    tiny: rows(count, (row) => (row === 3 ? 1e-40 : row)),
    empty: rows<number | null>(count, () => null),
    nan: rows(count, (row) => (row % 3 === 0 ? Number.NaN : 0.5 + row)),
    ...many,
  };
}
const types = {
  ...{ float: 'FLOAT', int: 'INT32', wide: 'INT32', long: 'INT64', unsigned: 'UINT_32', big: 'UINT_64' },
  ...Object.fromEntries(rows(11, (i) => [`f${i}`, 'FLOAT'])),
} as NonNullable<ParquetOptions['types']>;
const required = ['zeros', 'int', 'no', 'tiny', 'wide', 'nan', ...rows(6, (i) => `f${2 * i}`)];

const codecs = ['UNCOMPRESSED', 'SNAPPY', 'ZSTD'] as const;
const forms = codecs.flatMap((codec) =>
  [1, 2].flatMap((version) => [false, true].map((dictionary) => ({ codec, version, dictionary }) as ParquetOptions)),
);

describe.each(forms)('$codec, pages of version $version, dictionary: $dictionary', (form) => {
  const write = (count: number, groupRows: number, more: ParquetOptions = {}) =>
    bytesObject('a.parquet', writeParquet(someColumns(count), groupRows, { types, required, ...form, ...more }));

  test('kernels make the table that the plain reader makes', async () => {
    await agree([write(331, 331)], { single: () => true });
    await agree([write(200, 67, { pageRows: 13 })], { single: (name) => name !== 'double' && name !== 'f1' });
    await agree([write(5, 1)], { kinds: { int: 'category', double: 'category', float: 'number', absent: 'number' } });
  });

  test('kernels read the wanted columns, of several objects, on several threads', async () => {
    const second = { ...write(90, 31), key: 'b.parquet' };
    const wanted = (name: string) => name !== 'float' && name !== 'no';
    for (const threads of [1, 2, 3]) await agree([write(100, 40), second], { wanted, single: () => true }, threads);
  });
});

test('a row group is cut into canonical blocks, and threads find the same in them', async () => {
  const columns = { a: rows(70_001, (row) => Math.fround(row / 7)), b: rows(70_001, (row) => row % 3) };
  const bytes = writeParquet(columns, 66_000, { types: { a: 'FLOAT' }, pageRows: 9_999 });
  for (const threads of [1, 3]) await agree([bytesObject('a.parquet', bytes)], { single: () => true }, threads);
});

test('what kernels do not support is left to the plain reader', async () => {
  const columns = { n: [1, 2, 3], m: [4, 5, 6] };
  const leaves = async (more: ParquetColumns, options: ReadOptions = {}, form: ParquetOptions = {}) =>
    expect(await byKernels([bytesObject('a.parquet', writeParquet({ ...columns, ...more }, 2, form))], options)).toBe(
      undefined,
    );
  expect(await byKernels([bytesObject('a.parquet', writeParquet(columns, 2))])).toBeDefined();
  await leaves({ text: ['a', 'b', 'c'] });
  await leaves({ infinite: [1, Number.POSITIVE_INFINITY, 2] });
  await leaves({ infinite: [1, Number.NEGATIVE_INFINITY, 2] }, {}, { types: { infinite: 'FLOAT' } });
  await leaves({ wide: [1, 2 ** 53, 2] }, {}, { types: { wide: 'INT64' } });
  await leaves({ yes: [true, false, null] }, { kinds: { yes: 'number' } });
  await leaves({ many: [1, 2, 3] }, { kinds: { many: 'category' }, limits: { levels: 2 } });
  await leaves({}, { limits: { columns: 1 } });
  const [left, right] = [writeParquet({ n: [1] }, 1), writeParquet({ m: [1] }, 1)];
  expect(await byKernels([bytesObject('a.parquet', left), bytesObject('b.parquet', right)])).toBe(undefined);
});

test('what memory can’t even hold a part of is refused, and the message says what it takes', async () => {
  const object = bytesObject('a.parquet', writeParquet({ n: [1, 2, 3], m: [4, 5, 6] }, 2));
  await expect(byKernels([object], { limits: { memoryBytes: 1000 } })).rejects.toThrow(
    /^a\.parquet: .* needs about 161 MiB even when its features lie on a disk: about 3 rows of 2 columns/,
  );
});

test('a file with any byte changed is read as the plain reader reads it, or left to it', async () => {
  let taken = 0;
  const wrong: unknown[] = [];
  for (const form of [forms[0], forms[5], forms[6], forms[11]]) {
    const columns = { n: [1, null, 3.5, 1, 1, null, 2, 3, 4, 1], t: rows(10, (row) => row % 3 === 0) };
    const bytes = writeParquet(columns, 10, { ...form, types: { n: 'FLOAT' }, pageRows: 6 });
    const pool = poolOf(1);
    for (let at = 4; at < bytes.length; at++) {
      for (const flip of [0x01, 0x02, 0x10, 0x80, 0xff]) {
        const damaged = bytes.slice();
        damaged[at] ^= flip;
        const object = bytesObject('a.parquet', damaged);
        const options = { limits: { decompressedBytes: 1e6, memoryBytes: 1e9 } };
        const table = await readPackedParquet([object], options, { pool, leastBytes: 0 });
        if (!table) continue;
        taken++;
        const plain = await readTable([object], options).catch((error: Error) => error);
        const same = plain instanceof Error ? plain.message : isDeepStrictEqual(told(table), told(plain));
        // The plain reader's decoder of zstd refuses some damaged frames that Node's takes.
        if (form.codec === 'ZSTD' && /invalid zstd data/.test(String(same))) continue;
        if (same !== true) wrong.push([form.codec, at, flip, same]);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(taken).toBeGreaterThan(100);
}, 60_000);

const folder = fileURLToPath(new URL('../../../shared/datasets/parquet/', import.meta.url));
const isThere = existsSync(folder);
const files = isThere ? readdirSync(folder).filter((name) => name.endsWith('.parquet')) : [];

describe.skipIf(!isThere)(`files written by DuckDB${isThere ? '' : ' (skipped: ../shared is not here)'}`, () => {
  test.each(files)('%s: the flat columns are read alike', async (name) => {
    const object = bytesObject(name, readFileSync(folder + name));
    const plain = await readTable([object]);
    const numbers = plain.columns.filter(({ kind }) => kind === 'number').map((column) => column.name);
    const options = { wanted: (column: string) => numbers.includes(column), single: () => true };
    // Of gzip, and of delta and split encodings.
    if (/gzip|v2/.test(name)) expect(await byKernels([object], options)).toBe(undefined);
    else await agree([object], options);
  });
});

const nasty = fileURLToPath(new URL('../../../shared/nasty/', import.meta.url));
const hostile = existsSync(nasty)
  ? readdirSync(nasty, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'))
  : [];

test.skipIf(hostile.length === 0)(
  `hostile files are read as the plain reader reads them, or left to it${hostile.length > 0 ? '' : ' (skipped: ../shared is not here)'}`,
  async () => {
    const pool = poolOf(1);
    const wrong: unknown[] = [];
    let taken = 0;
    for (const name of hostile) {
      const object = bytesObject(name, readFileSync(nasty + name));
      const whole = await readTable([object]).catch(() => undefined);
      const texts = new Set(whole?.columns.flatMap((column) => (column.kind === 'category' ? [column.name] : [])));
      for (const wanted of [() => true, (column: string) => !texts.has(column)]) {
        const table = await readPackedParquet([object], { wanted }, { pool, leastBytes: 0 });
        if (!table) continue;
        taken++;
        const plain = await readTable([object], { wanted }).catch((error: Error) => error);
        const same = plain instanceof Error ? plain.message : isDeepStrictEqual(told(table), told(plain));
        if (same !== true) wrong.push([name, same]);
      }
    }
    expect(wrong).toEqual([]);
    expect(taken).toBeGreaterThan(0);
  },
  120_000,
);

test('numbers that give their memory to features leave the hashes of rows and blocks', async () => {
  const bytes = writeParquet({ a: [1, 2, 3, 4], b: [4, 3, 2, 1] }, 4);
  const table = await byKernels([bytesObject('t.parquet', bytes)], { single: () => true });
  if (!table) throw new Error('the kernels did not take it on');
  const before = [table.rowHashes.slice(), table.blocks.map(({ hash }) => hash)];
  const rows = Int32Array.of(0, 1, 2);
  encodeInPlace(fitEncoding(table, rows, {}), table, rows);
  expect([table.rowHashes, table.blocks.map(({ hash }) => hash)]).toEqual(before);
});

test('classes of a column of numbers are told apart, small whole ones and all others', async () => {
  const classes = [3, 255, 256, -1, 0.5, -0, 0, null, 3, 256, 0.5, -1, 1e300, 255, null, 2 ** 32 + 3, 1];
  const bytes = writeParquet({ a: classes, b: classes.map((_, i) => i) }, 5);
  await agree([bytesObject('t.parquet', bytes)], { kinds: { a: 'category' } });
});
