import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { joinRanges } from '../../lib/data/formats/parquet-ranges.ts';
import { decimalValue, toTypedColumn } from '../../lib/data/formats/parquet-types.ts';
import { readTable } from '../../lib/data/read.ts';
import type { DataObject } from '../../lib/data/table.ts';
import { openPool } from '../../lib/jobs/open-pool.ts';
import { bytesObject } from '../support/bytes-object.ts';
import { writeParquet } from '../support/parquet-writer.ts';

/** An object that keeps count of what is fetched of it. */
function countedObject(key: string, bytes: Uint8Array): DataObject & { fetches: [number, number][]; reads: number } {
  const object = bytesObject(key, bytes);
  const counted = {
    ...object,
    fetches: [] as [number, number][],
    reads: 0,
    read() {
      counted.reads++;
      return object.read();
    },
    async readRange(start: number, end: number) {
      counted.fetches.push([start, end]);
      return object.readRange(start, end);
    },
  };
  return counted;
}

test('what is written and read back is equal, in any row groups and whatever is null', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 5 }).map((value) => `t${value}`);
  const row = fc.tuple(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), fc.option(text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (rows, groupRows) => {
        const bytes = writeParquet({ n: rows.map(([n]) => n), t: rows.map(([, t]) => t) }, groupRows);
        for (const packed of [bytes, gzipSync(bytes), zstdCompressSync(bytes)]) {
          const table = await readTable([bytesObject('a.parquet', packed)], { kinds: { n: 'number', t: 'category' } });
          const [n, t] = table.columns;
          if (n.kind !== 'number' || t.kind !== 'category') throw new Error('other kinds');
          expect([...n.values]).toEqual(rows.map(([value]) => value ?? Number.NaN));
          expect(Array.from(t.codes, (code) => t.levels[code] ?? null)).toEqual(rows.map(([, value]) => value));
          expect(table.blocks).toHaveLength(Math.ceil(rows.length / groupRows));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test.each(['plainly', 'by kernels'])('read %s, only the directory and the wanted columns are fetched', async (way) => {
  const rows = 60_000;
  const column = (step: number) => Array.from({ length: rows }, (_, i) => i * step);
  const bytes = writeParquet({ a: column(1), b: column(2), c: column(3), d: column(4) }, 20_000);
  const object = countedObject('a.parquet', bytes);
  const pool = await openPool(1);
  const table = await readTable([object], {
    wanted: (name) => name === 'b' || name === 'd',
    single: () => true,
    packed: way === 'by kernels' ? { pool } : undefined,
  });
  expect(table.columns.map((found) => found.kind === 'number' && found.packed !== undefined)).toEqual(
    way === 'by kernels' ? [true, true] : [false, false],
  );
  expect(table.columns.map(({ name }) => name)).toEqual(['b', 'd']);
  expect(table.unread).toEqual(['a', 'c']);
  expect(object.reads).toBe(0);
  // The end of the file, and two columns, apart, in each of three row groups; the last column may lie in the end.
  const [tail, ...columns] = object.fetches;
  expect(tail).toEqual([bytes.length - 65_536, bytes.length]);
  expect(columns).toHaveLength(6);
  const fetched = columns.reduce((sum, [start, end]) => sum + end - start, 0);
  expect(fetched).toBeGreaterThan(2 * rows * 8);
  expect(fetched).toBeLessThan(2 * rows * 8 * 1.05);
});

test('a file under another name is found by its first bytes', async () => {
  const object = countedObject('data', writeParquet({ a: [1, 2, null] }, 2));
  expect((await readTable([object])).rowCount).toBe(3);
});

test('near ranges are fetched together, far ones apart', () => {
  const ranges = [
    { start: 100, end: 200 },
    { start: 0, end: 90 },
    { start: 50_000, end: 50_001 },
    { start: 120, end: 150 },
  ];
  expect(joinRanges(ranges)).toEqual([
    { start: 0, end: 200 },
    { start: 50_000, end: 50_001 },
  ]);
});

test('a file cut anywhere, or changed in any byte, is read or refused, and nothing is rejected later', async () => {
  const bytes = writeParquet({ n: [1, null, 3.5], t: ['x', null, 'é'] }, 2);
  const late: unknown[] = [];
  const listen = (reason: unknown) => late.push(reason);
  process.on('unhandledRejection', listen);
  const tryRead = async (damaged: Uint8Array) => {
    const error = await readTable([bytesObject('a.parquet', damaged)], { limits: { decompressedBytes: 1e6 } }).catch(
      (thrown: unknown) => thrown,
    );
    if (error instanceof Error) expect(error).toBeInstanceOf(InputError);
  };
  for (let length = 0; length < bytes.length; length++) await tryRead(bytes.slice(0, length));
  for (let at = 4; at < bytes.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const damaged = bytes.slice();
      damaged[at] ^= flip;
      await tryRead(damaged);
    }
  }
  await new Promise((done) => setTimeout(done, 20));
  process.off('unhandledRejection', listen);
  expect(late).toEqual([]);
}, 60_000);

test('decimals are the nearest float64 of what they spell', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
      fc.integer({ min: 0, max: 38 }),
      (unscaled, scale) => {
        expect(decimalValue(unscaled, scale)).toBe(Number(`${unscaled}e-${scale}`));
        const small = Number(unscaled % 1_000_000_000n);
        if (scale <= 22) expect(decimalValue(small, scale)).toBe(Number(`${small}e-${scale}`));
      },
    ),
  );
});

test('dates and times become texts of ISO 8601', () => {
  const options = { onWideInteger() {}, place: () => 'a' };
  const micros = { kind: 'text', of: 'timestamp', unitsPerSecond: 1_000_000n, isUtc: true } as const;
  // By hand: -1 µs is the last microsecond of 1969; day 19,782 is 29 February 2024.
  expect(toTypedColumn(micros, [-1n, 0n, 1_500_000n, undefined] as never, options)).toEqual({
    texts: ['1969-12-31T23:59:59.999999Z', '1970-01-01T00:00:00Z', '1970-01-01T00:00:01.5Z', undefined],
  });
  expect(toTypedColumn({ kind: 'text', of: 'date' }, Int32Array.of(0, 19_782), options)).toEqual({
    texts: ['1970-01-01', '2024-02-29'],
  });
});

const golden = fileURLToPath(new URL('../../../shared/golden/parquet_contents.json', import.meta.url));
const isThere = existsSync(golden);
interface Content {
  file: string;
  rows: number;
  columns: Record<
    string,
    { type: string; n: string; n_null: string; s?: number; mn?: number; mx?: number; d?: string }
  >;
}
const contents: Content[] = isThere ? JSON.parse(readFileSync(golden, 'utf8')).files : [];

// DuckDB 1.5.6 wrote the files and read them back (parquet_contents.json).
describe.skipIf(!isThere)(`files written by DuckDB${isThere ? '' : ' (skipped: ../shared is not here)'}`, () => {
  test.each(contents)('$file holds what DuckDB says', async ({ file, rows, columns }) => {
    const bytes = readFileSync(fileURLToPath(new URL(`../../../shared/${file}`, import.meta.url)));
    const table = await readTable([bytesObject('a.parquet', bytes)]);
    expect(table.rowCount).toBe(rows);
    for (const column of table.columns) {
      const expected = columns[column.name];
      const missing =
        column.kind === 'number' ? column.values.filter(Number.isNaN) : column.codes.filter((code) => code < 0);
      expect([column.name, missing.length]).toEqual([column.name, Number(expected.n_null)]);
      if (column.kind === 'category') {
        if (expected.d !== undefined) expect(column.levels).toHaveLength(Number(expected.d));
        continue;
      }
      const values = column.values.filter((value) => !Number.isNaN(value));
      expect(values.reduce((sum, value) => sum + value, 0) / (expected.s ?? Number.NaN)).toBeCloseTo(1, 12);
      expect([Math.min(...values), Math.max(...values)]).toEqual([expected.mn, expected.mx]);
    }
  });
});

test('a float in a column that a damaged directory calls dates is an InputError that names the row', () => {
  const place = (row: number) => `a.parquet, row ${row + 1}`;
  const read = () =>
    toTypedColumn({ kind: 'text', of: 'date' }, Float32Array.of(1, 1.5), { onWideInteger() {}, place });
  expect(read).toThrow(/^a\.parquet, row 2: expected/);
});
