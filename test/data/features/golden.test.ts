import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encodeRows, fitEncoding } from '../../../lib/data/encode.ts';
import type { ScaleOption } from '../../../lib/data/feature-encoding.ts';
import { applyScaling, fitScaling } from '../../../lib/data/features/scaling.ts';
import { readTable } from '../../../lib/data/read.ts';
import { bytesObject } from '../../support/bytes-object.ts';

type Cell = number | 'NaN';
interface Golden {
  numeric: {
    name: string;
    train: Cell[][];
    test: Cell[][];
    expected: Record<string, { value: { train: Cell[][]; test: Cell[][] } }>;
  }[];
  categorical: {
    name: string;
    train: string[];
    test: string[];
    'OrdinalEncoder_unknown_-1': { value: { train: number[][]; test: number[][] } };
  }[];
}
const golden: Golden = read('preprocessing.json');
const quantiles: {
  cases: {
    name: string;
    count: number;
    output: 'uniform' | 'normal';
    train: number[];
    values: number[];
    scaled: number[];
  }[];
} = read('quantile-scaling.json');

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8')) as T;
}

const scalers: [string, ScaleOption][] = [
  ['StandardScaler', 'standard'],
  ['MinMaxScaler', 'minMax'],
  ['MinMaxScaler_m1_1', { kind: 'minMax', range: [-1, 1] }],
  ['RobustScaler', 'robust'],
  ['RobustScaler_10_90', { kind: 'robust', quantiles: [0.1, 0.9] }],
];

test.each(scalers)('%s is met in every column of every example', (name, option) => {
  let compared = 0;
  for (const { train, test: held, expected } of golden.numeric) {
    for (const [column] of train[0].entries()) {
      const values = Float64Array.from(train, (row) => Number(row[column]));
      const scaling = fitScaling(values, Int32Array.of(0, values.length), option, 'c');
      for (const [rows, scaled] of [
        [train, expected[name].value.train],
        [held, expected[name].value.test],
      ]) {
        for (const [i, row] of rows.entries()) {
          if (row[column] === 'NaN') continue;
          const wanted = Number(scaled[i][column]);
          const found = applyScaling(scaling, Number(row[column]));
          expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));
          compared++;
        }
      }
    }
  }
  expect(compared).toBe(209);
});

test.each(quantiles.cases)('quantile scaling is met: $name, $count quantiles, $output', (example) => {
  const { count, output, train, values, scaled } = example;
  const scaling = fitScaling(
    Float64Array.from(train),
    Int32Array.of(0, train.length),
    { kind: 'quantile', count, output },
    'c',
  );
  for (const [i, value] of values.entries()) expect(applyScaling(scaling, value)).toBeCloseTo(scaled[i], 9);
});

test('a missing cell becomes the median of the training rows, as in scikit-learn', async () => {
  let compared = 0;
  for (const { train, test: held, expected } of golden.numeric) {
    const lines = [...train, ...held].map((row) => row.map((cell) => (cell === 'NaN' ? '' : cell)).join());
    const table = await readTable([
      bytesObject('a.csv', `${train[0].map((_, i) => `c${i}`).join()}\n${lines.join('\n')}\n`),
    ]);
    const names = table.columns.filter((_, i) => new Set(train.map((row) => row[i])).size > 1).map(({ name }) => name);
    if (names.length === 0) continue;
    const rows = Int32Array.from(train, (_, i) => i);
    const encoding = fitEncoding(table, rows, { features: names, scale: 'none', impute: 'median' });
    const all = Int32Array.from(lines, (_, i) => i);
    const { data } = encodeRows(encoding, table, all);
    const wanted = [...expected.SimpleImputer_median.value.train, ...expected.SimpleImputer_median.value.test];
    for (const row of all) {
      for (const [j, name] of names.entries()) {
        expect(data[row * names.length + j]).toBe(Math.fround(Number(wanted[row][Number(name.slice(1))])));
        compared++;
      }
    }
  }
  expect(compared).toBe(203);
});

test.each(golden.categorical.filter(({ name }) => name === 'ocean' || name === 'mixed case & unicode'))(
  'levels become their positions, unknown ones -1, as in scikit-learn: $name',
  async (example) => {
    const cells = [...example.train, ...example.test];
    const table = await readTable([bytesObject('a.csv', `c\n${cells.join('\n')}\n`)]);
    const rows = Int32Array.from(example.train, (_, i) => i);
    const encoding = fitEncoding(table, rows, { scale: 'none', columns: { c: { encode: 'ordinal' } } });
    const { train, test: held } = example['OrdinalEncoder_unknown_-1'].value;
    const all = Int32Array.from(cells, (_, i) => i);
    expect([...encodeRows(encoding, table, all).data]).toEqual([...train.flat(), ...held.flat()]);
  },
);
