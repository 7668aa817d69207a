import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Encoding, encodeRecord, encodeRows, encodingKinds, fitEncoding } from '../../../lib/data/encode.ts';
import type { ColumnPreparation, EncodingOptions } from '../../../lib/data/feature-encoding.ts';
import { readTable } from '../../../lib/data/read.ts';
import type { Table } from '../../../lib/data/table.ts';
import { bytesObject } from '../../support/bytes-object.ts';

const tableOf = (text: string, kinds: Record<string, 'number' | 'category'> = {}) =>
  readTable([bytesObject('a.csv', text)], { kinds });
const rowsOf = (count: number) => Int32Array.from({ length: count }, (_, row) => row);

/** The encoded rows of a table that is fitted on its first `training` rows. */
async function encoded(text: string, options: EncodingOptions, training?: number) {
  const table = await tableOf(text);
  const encoding = fitEncoding(table, rowsOf(training ?? table.rowCount), options);
  const warnings: string[] = [];
  const { data, columnCount } = encodeRows(encoding, table, rowsOf(table.rowCount), warnings);
  const rows = Array.from({ length: table.rowCount }, (_, row) => [
    ...data.slice(row * columnCount, (row + 1) * columnCount),
  ]);
  return { names: encoding.columns.map(({ name }) => name), rows, warnings, encoding };
}

test('rare levels share the column other, and so do those that training never saw', async () => {
  const text = 'c\na\na\nb\nb\nb\nc\nd\nz\n\n';
  const { names, rows, warnings } = await encoded(`${text.slice(0, -1)}\n`, { minFrequency: 2 }, 7);
  expect(names).toEqual(['c=a', 'c=b', 'c (other)']);
  expect(rows.slice(0, 8)).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 1],
    [0, 0, 1],
  ]);
  expect(warnings).toEqual([]);
});

test('the most frequent levels keep their columns, of equally frequent ones the first in order', async () => {
  const { names } = await encoded('c\na\nb\nc\nc\nd\n', { maxLevels: 2 });
  expect(names).toEqual(['c=a', 'c=c', 'c (other)']);
  expect((await encoded('c\na\nb\nb\n', { maxLevels: 2 })).names).toEqual(['c=a', 'c=b']);
});

test('a constant takes the place of missing cells, and an indicator says where they were', async () => {
  const { names, rows } = await encoded('x,c,full\n1,a,1\n,b,2\n3,,3\n', {
    scale: 'none',
    impute: { constant: -1 },
    missingIndicator: true,
    columns: { c: { impute: { constant: 'none' } } },
  });
  expect(names).toEqual(['x', 'x (missing)', 'c=a', 'c=b', 'c=none', 'c (missing)', 'full']);
  expect(rows).toEqual([
    [1, 0, 1, 0, 0, 0, 1],
    [-1, 1, 0, 1, 0, 0, 2],
    [3, 0, 0, 0, 1, 1, 3],
  ]);
});

test('an order puts levels in their places, and must name all of them', async () => {
  const columns = { size: { encode: 'ordinal', order: ['S', 'M', 'L', 'XL'], scale: 'none' } } as const;
  expect((await encoded('size\nM\nS\nL\n', { columns })).rows).toEqual([[1], [0], [2]]);
  await expect(encoded('size\nM\nS\nXS\n', { columns })).rejects.toThrow(
    '"size", order: expected each level once, found none for "XS"',
  );
});

test('dates become parts and epoch, UTC, those that differ; what is no date counts as missing and is told', async () => {
  const { names, rows, warnings } = await encoded(
    'd\n2024-02-29T22:30:00-02:00\n2024-03-02 06:15\nsoon\n',
    { scale: 'none', columns: { d: { encode: 'both' } } },
    2,
  );
  expect(names).toEqual(['d (epoch)', 'd (day)', 'd (weekday)', 'd (hour)', 'd (minute)']);
  // 2024-03-01T00:30Z, a Friday, and 2024-03-02T06:15Z, a Saturday; the mean is 2024-03-01T15:22:30Z.
  const first = Date.UTC(2024, 2, 1, 0, 30) / 1000;
  expect(rows[0]).toEqual([Math.fround(first), 1, 5, 0, 30]);
  expect(rows[1].slice(1)).toEqual([2, 6, 6, 15]);
  expect(rows[2].slice(1)).toEqual([1, 5, 15, 22]);
  expect(warnings).toEqual(['Column "d": a value is no date ("soon").']);
});

test('a category of more than 1,000 levels is hashed, the same on every machine and for every table', async () => {
  const lines = Array.from({ length: 2_400 }, (_, i) => `city ${i % 1_100}`);
  const { names, rows, encoding } = await encoded(`c\n${lines.join('\n')}\n`, {});
  expect(names).toHaveLength(256);
  expect(encoding.features[0]).toMatchObject({ kind: 'hash', buckets: 256, seed: 0 });
  for (const row of rows) expect(row.reduce((sum, value) => sum + value, 0)).toBe(1);
  // A χ² of 255 degrees of freedom: 340 is passed once in 2,000 tries.
  const counts = names.map((_, i) => rows.slice(0, 1_100).filter((row) => row[i] === 1).length);
  const expected = 1_100 / 256;
  expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(340);
});

test('n-grams are signed counts of length 1, whatever the case and the punctuation', async () => {
  const columns: Record<string, ColumnPreparation> = { t: { encode: 'ngrams', buckets: 64 } };
  const { rows } = await encoded('t\n"A small, red House"\na SMALL red house!\nhouse\n???\n', { columns });
  expect(rows[1]).toEqual(rows[0]);
  // Four words and three pairs; should two share a column they would add up or cancel.
  expect(rows[0].filter((value) => value !== 0).length).toBeLessThanOrEqual(7);
  for (const row of rows.slice(0, 3)) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  expect(rows[2].filter((value) => value !== 0).map(Math.abs)).toEqual([1]);
  expect(rows[3]).toEqual(new Array(64).fill(0));
});

test('a text, an identifier and a declared kind: the user’s word wins', async () => {
  const lines = Array.from(
    { length: 30 },
    (_, i) => `${i * 7},code-${i},some words about ${i},${i % 3},${20240101 + i}`,
  );
  const text = `id,code,note,zone,day\n${lines.join('\n')}\n`;
  const table = await tableOf(text, { zone: 'category', code: 'category', day: 'category' });
  const encoding = fitEncoding(table, rowsOf(30), {
    kinds: { id: 'number', code: 'category', zone: 'category', day: 'date-time' },
    dates: 'parts',
  });
  expect(encoding.features.map(({ name, kind }) => [name, kind])).toEqual([
    ['id', 'number'],
    ['code', 'category'],
    ['zone', 'category'],
    ['day', 'date'],
  ]);
  expect(encoding.leftOut.map(({ name }) => name)).toEqual(['note']);
  expect(() => fitEncoding(table, rowsOf(30), { columns: { id: { encode: 'hash' } } })).toThrow(
    'prepare.columns, "id", encode: expected a column of texts for hash, found numbers',
  );
  expect(() => fitEncoding(table, rowsOf(30), { columns: { it: {} } })).toThrow(
    'expected a column "it" (prepare.columns)',
  );
});

// Random tables of five columns, and every way of preparing them.
// No spread so small that a later cell is too far away for a float32: that is refused, by either way.
const number = fc.oneof(
  fc
    .double({ noNaN: true, min: -1e9, max: 1e9 })
    .filter((value) => Math.abs(value) > 1e-9)
    .map(String),
  fc.constantFrom('', 'NA', '0', '-0', '7'),
);
const word = fc.constantFrom('a', 'b', 'B', 'true', '1.0', '1', 'ü x', 'a "q", r', '', 'null');
const date = fc.constantFrom('2024-01-31', '2023-12-01T10:00:00Z', '1/2/2024', '5 May 2020', 'never', '', '20200229');
const row = fc.tuple(number, word, word, date, fc.constantFrom('the red house', 'A house. A home', '', 'über alles'));

const scale = fc.constantFrom<EncodingOptions['scale']>(
  'standard',
  'minMax',
  'robust',
  'quantile',
  'none',
  { kind: 'minMax', range: [-1, 1] },
  { kind: 'quantile', count: 4, output: 'normal' },
);
const columnsOption = fc.record({
  n: fc.record({
    scale,
    impute: fc.constantFrom<ColumnPreparation['impute']>('mean', 'median', 'mostFrequent', { constant: 3 }),
  }),
  c: fc.record({
    encode: fc.constantFrom<ColumnPreparation['encode']>('oneHot', 'hash', 'ordinal'),
    minFrequency: fc.integer({ min: 1, max: 3 }),
  }),
  o: fc.record({ encode: fc.constant('oneHot' as const), maxLevels: fc.integer({ min: 1, max: 4 }) }),
  d: fc.record({ encode: fc.constantFrom<ColumnPreparation['encode']>('parts', 'epoch', 'both'), scale }),
  t: fc.record({
    encode: fc.constant('ngrams' as const),
    buckets: fc.integer({ min: 1, max: 40 }),
    of: fc.constantFrom('words' as const, 'characters' as const),
    seed: fc.nat(),
  }),
});
const names = ['n', 'c', 'o', 'd', 't'];
const kinds = { n: 'number', c: 'category', o: 'category', d: 'category', t: 'category' } as const;
const csv = (cells: readonly (readonly string[])[]) =>
  `${names.join()}\n${cells.map((line) => line.map((cell) => `"${cell.replaceAll('"', '""')}"`).join()).join('\n')}\n`;

/** The encoding of the first half of a table's rows; undefined when that half can't be learned from. */
function fitted(table: Table, options: EncodingOptions): Encoding | undefined {
  try {
    return fitEncoding(table, rowsOf(Math.ceil(table.rowCount / 2)), options);
  } catch {
    return undefined;
  }
}

test('a record and a row of the same cells have the same bits, and so after a trip through JSON, in every combination', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 4, maxLength: 12 }),
      columnsOption,
      fc.boolean(),
      async (cells, columns, missingIndicator) => {
        const table = await tableOf(csv(cells), kinds);
        const encoding = fitted(table, { columns, missingIndicator });
        if (!encoding) return;
        const saved: Encoding = JSON.parse(JSON.stringify(encoding));
        expect(saved).toEqual(encoding);
        expect(Object.values(encodingKinds(saved)).every((kind) => kind === 'number' || kind === 'category')).toBe(
          true,
        );
        const width = encoding.columns.length;
        const { data } = encodeRows(encoding, table, rowsOf(cells.length));
        const records = new Float32Array(data.length);
        for (const [i, line] of cells.entries()) {
          encodeRecord(saved, Object.fromEntries(names.map((name, j) => [name, line[j]])), records, i * width);
        }
        expect(new Uint32Array(records.buffer)).toEqual(new Uint32Array(data.buffer));
        compared++;
      },
    ),
    { numRuns: 200 },
  );
  expect(compared).toBeGreaterThan(100);
});

test('what is held out never changes the encoding', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 4, maxLength: 10 }),
      fc.array(row, { minLength: 10, maxLength: 10 }),
      columnsOption,
      async (cells, others, columns) => {
        const half = Math.ceil(cells.length / 2);
        const changed = cells.map((line, i) => (i < half ? line : others[i]));
        const [table, other] = [await tableOf(csv(cells), kinds), await tableOf(csv(changed), kinds)];
        const options = { columns, missingIndicator: true };
        expect(fitted(other, options)).toEqual(fitted(table, options));
      },
    ),
    { numRuns: 100 },
  );
});
