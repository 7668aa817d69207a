import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { profileTable } from '../../lib/data/profile.ts';
import { readTable } from '../../lib/data/read.ts';
import { bytesObject } from '../support/bytes-object.ts';

test('a profile counts, measures and shows what is there', async () => {
  const table = await readTable([bytesObject('a.csv', 'n,t,e\n3,b,\n1,a,\n,b,\n1,,\n-0,a,\n0,c,\n')]);
  const [numbers, texts, empty] = profileTable(table);
  // By hand: 3, 1, 1, -0, 0 have the mean 1 and squared deviations 4 + 0 + 0 + 1 + 1.
  expect(numbers).toEqual({
    name: 'n',
    kind: 'integer',
    reason: '5 cells are whole numbers',
    rows: 6,
    missing: 1,
    distinct: 3,
    min: -0,
    max: 3,
    mean: 1,
    standardDeviation: Math.sqrt(6 / 4),
    mostFrequent: { value: -0, count: 2 },
    frequent: [
      { value: -0, count: 2 },
      { value: 1, count: 2 },
      { value: 3, count: 1 },
    ],
    // Three different values make three bins.
    histogram: { from: -0, to: 3, counts: [2, 2, 1] },
    examples: [3, 1, 0],
    warnings: [],
  });
  expect(texts).toMatchObject({
    kind: 'category',
    missing: 1,
    distinct: 3,
    mostFrequent: { value: 'a', count: 2 },
    frequent: [
      { value: 'a', count: 2 },
      { value: 'b', count: 2 },
      { value: 'c', count: 1 },
    ],
    examples: ['b', 'a', 'c'],
  });
  expect([texts.min, texts.max, texts.mean, texts.standardDeviation]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
  expect(empty).toMatchObject({
    kind: 'constant',
    warnings: ['It can teach nothing: no cell has a value.'],
    missing: 6,
    distinct: 0,
    mean: Number.NaN,
    mostFrequent: undefined,
    examples: [],
  });
});

test('one value has no standard deviation', async () => {
  const [profile] = profileTable(await readTable([bytesObject('a.csv', 'n\n5\n')]));
  expect(profile).toMatchObject({ mean: 5, standardDeviation: Number.NaN });
});

interface GoldenFile {
  header?: boolean;
  skip_first_line?: boolean;
  separator?: string;
  rows: number;
  columns: { name: string; dtype: string; missing: number; distinct: number; [statistic: string]: number | string }[];
}

// By default pandas does not read the nearest float64: -93.60819599999999 becomes -93.608196, which is another cell.
const distinctOtherwise = new Map([['housing/ames.csv Longitude', 2777]]);

const shared = new URL('../../../shared/', import.meta.url);
const goldenFile = new URL('golden/dataset_profiles.json', shared);

describe.skipIf(!existsSync(goldenFile))(
  'against pandas 1.5.3 (skipped where ../shared, with its datasets, is absent)',
  () => {
    const golden: { files: Record<string, GoldenFile> } = existsSync(goldenFile)
      ? JSON.parse(readFileSync(goldenFile, 'utf8'))
      : { files: {} };
    const files = Object.entries(golden.files).filter(
      ([name, file]) => name.endsWith('.csv') && file.separator === ',',
    );

    test.each(files)('the profile of %s is that of pandas', async (name, file) => {
      let bytes: Uint8Array = readFileSync(new URL(`datasets/${name}`, shared));
      if (file.skip_first_line) bytes = bytes.subarray(bytes.indexOf(0x0a) + 1);
      const table = await readTable([bytesObject(name, bytes)], { header: file.header });
      expect(table.rowCount).toBe(file.rows);

      const profiles = profileTable(table);
      expect(profiles.map((profile) => profile.name)).toEqual(file.columns.map((column) => column.name));
      for (const [i, column] of file.columns.entries()) {
        const profile = profiles[i];
        const distinct = distinctOtherwise.get(`${name} ${column.name}`) ?? column.distinct;
        expect(profile).toMatchObject({ missing: column.missing, distinct });
        expect(`${profile.name}: ${profile.kind}`).toMatch(
          new RegExp(`^${column.name}: (${kindsOfType(column.dtype).join('|')})$`),
        );
        if (column.mean === undefined) continue;
        expect([profile.min, profile.max]).toEqual([column.min, column.max]);
        expectClose(profile.mean, column.mean);
        expectClose(profile.standardDeviation, column.std_sample);
      }
    });

    test('thirteen datasets were compared', () => expect(files).toHaveLength(13));
  },
);

/** The kinds that a column of a type of pandas's may have. */
function kindsOfType(dtype: string): string[] {
  if (dtype.startsWith('int')) return ['integer', 'identifier', 'constant'];
  // A whole number beside a missing one is a float for pandas.
  if (dtype.startsWith('float')) return ['number', 'integer', 'constant'];
  return dtype === 'bool' ? ['boolean'] : ['category', 'boolean', 'date-time', 'text', 'identifier', 'constant'];
}

function expectClose(found: number, expected: number | string): void {
  expect(Math.abs(found - Number(expected))).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(Number(expected))));
}
