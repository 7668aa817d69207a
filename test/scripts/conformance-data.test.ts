import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome, ReadingGroup } from '../../scripts/conformance/group.ts';
import { datasetProfiles } from '../../scripts/conformance/groups/dataset-profiles.ts';
import { parquetContents } from '../../scripts/conformance/groups/parquet-contents.ts';
import { preprocessing } from '../../scripts/conformance/groups/preprocessing.ts';
import { writeParquet } from '../support/parquet-writer.ts';

let datasets = '';
beforeAll(() => {
  datasets = mkdtempSync(join(tmpdir(), 'conformance-data-'));
  mkdirSync(join(datasets, 'any'));
  const write = (name: string, bytes: string | Uint8Array) => writeFileSync(join(datasets, 'any', name), bytes);
  write('semicolons.csv.gz', gzipSync('3,nothing\n1;x\n2;\n4;y\n'));
  write('objects.jsonl', '{"a":1,"b":null}\n{"a":2,"b":"x"}\n');
  write('sparse', '1 2:0.5 7:-1\n-1 1:3 7:0\n');
  write('three.parquet', writeParquet({ n: [1.5, null, -2], t: ['a', 'b', 'a'] }, 2));
});
afterAll(() => rmSync(datasets, { recursive: true }));

// By hand; of 1, 2 and 4 the mean is 7/3 and the squared deviations add up to 14/3.
const profiles = {
  files: {
    'any/semicolons.csv.gz': {
      header: false,
      skip_first_line: true,
      separator: ';',
      rows: 3,
      columns: [
        { name: '0', missing: 0, distinct: 3, mean: 7 / 3, min: 1, max: 4, std_sample: Math.sqrt(7 / 3) },
        { name: '1', missing: 1, distinct: 2 },
      ],
    },
    'any/objects.jsonl': { rows: 2, columns: ['a', 'b'], nulls: { a: 0, b: 1 } },
    'any/sparse': {
      rows: 2,
      columns: 7,
      nonzeros: 3,
      label_counts: { '1.0': 1, '-1.0': 1 },
      value_sum: 2.5,
      max_index_one_based: 7,
    },
  },
};
const contents = {
  files: [
    {
      file: 'datasets/any/three.parquet',
      rows: 3,
      columns: { n: { n_null: '1', s: -0.5, mn: -2, mx: 1.5 }, t: { n_null: '0', d: '2' } },
      first3: [
        { n: 1.5, t: 'a' },
        { n: null, t: 'b' },
      ],
    },
  ],
};

const groups: [ReadingGroup, object, number][] = [
  [datasetProfiles, profiles, 10],
  [parquetContents, contents, 4],
];

async function outcomesOf(group: ReadingGroup, golden: unknown, folder: string | undefined = datasets) {
  const outcomes: Outcome[] = [];
  for await (const outcome of group.read(golden, { path: '', datasets: folder })) outcomes.push(outcome);
  return outcomes;
}

/** Copies of a golden file, each with another of its values changed; how the data is to be read is left alone. */
function* variants(golden: unknown, change: (copy: unknown) => unknown = (copy) => copy): Generator<[string, unknown]> {
  if (typeof golden === 'number') yield [`${golden}`, change(golden + 1)];
  else if (typeof golden === 'string')
    yield [golden, change(Number.isNaN(Number(golden)) ? `${golden}?` : `${Number(golden) + 1}`)];
  else if (typeof golden === 'object' && golden !== null) {
    for (const [key, value] of Object.entries(golden)) {
      if (['separator', 'file'].includes(key)) continue;
      const set = (changed: unknown) =>
        change(Array.isArray(golden) ? golden.with(Number(key), changed) : { ...golden, [key]: changed });
      yield* variants(value, set);
    }
  }
}

describe.each(groups)('$name', (group, golden, cases) => {
  test('holds in a folder of other files', async () => {
    const outcomes = await outcomesOf(group, golden);
    expect(outcomes.map(({ result }) => result)).toEqual(new Array(cases).fill('passed'));
  });

  test('fails when any one value is another', async () => {
    for (const [value, changed] of variants(golden)) {
      const results = (await outcomesOf(group, changed)).map(({ result }) => result);
      expect([value, results.includes('failed')]).toEqual([value, true]);
    }
  });

  test('is skipped where the datasets are not', async () => {
    const elsewhere = await outcomesOf(group, golden, join(datasets, 'nowhere'));
    expect(elsewhere.every((outcome) => outcome.result === 'skipped' && outcome.reason.startsWith('no '))).toBe(true);
    for await (const outcome of group.read(golden, { path: '' })) {
      expect(outcome).toMatchObject({ result: 'skipped', reason: 'needs --datasets' });
    }
  });
});

describe('preprocessing', () => {
  const golden = JSON.parse(readFileSync(new URL('../golden/preprocessing.json', import.meta.url), 'utf8'));
  const results = (file: unknown) => [...preprocessing.check(file, { path: '' })];

  test('every case holds, and fails when its expected values are others', () => {
    expect(results(golden).filter(({ result }) => result === 'failed')).toEqual([]);
    const given = new Set(['name', 'train', 'test', 'y']);
    const altered = {
      numeric: golden.numeric.map((one: object) => alterExpected(one)),
      categorical: golden.categorical.map((one: object) => alterExpected(one)),
      splits: golden.splits.map((one: object) => alterExpected(one)),
    };
    const found = results(altered);
    expect(found.filter(({ result }) => result === 'passed')).toEqual([]);
    expect(found.length).toBe(results(golden).length);

    function alterExpected(one: object): object {
      return Object.fromEntries(
        Object.entries(one).map(([key, value]) => [key, given.has(key) ? value : alter(value, key)]),
      );
    }
  });

  test('what hone does not name is skipped by name, and what the reference refused with that reason', () => {
    const file = {
      numeric: [
        {
          name: 'a',
          train: [[1], [2]],
          test: [],
          expected: { PCA_2_abs: { value: {} }, StandardScaler: { error: 'no' } },
        },
      ],
    };
    expect(results(file)).toEqual([
      { result: 'skipped', name: 'PCA_2_abs', reason: 'hone has no such preparation' },
      { result: 'skipped', name: 'StandardScaler', reason: 'the reference raised an error' },
    ]);
  });
});

/** Other numbers by two parts in 10^10, other texts, and other sizes of the folds of which nothing else is held. */
function alter(value: unknown, name = ''): unknown {
  if (typeof value === 'number') return value === 0 ? 2e-10 : value * (1 + 2e-10);
  if (typeof value === 'string') return value === 'NaN' ? value : `${value}?`;
  if (Array.isArray(value)) return (name === 'KFold_3_noshuffle' ? value.slice(1) : value).map((one) => alter(one));
  if (typeof value !== 'object' || value === null) return value;
  const isFold = Object.keys(value).includes('value') ? name : '';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, alter(inner, isFold || key)]));
}
