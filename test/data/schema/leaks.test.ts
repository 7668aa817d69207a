import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../../lib/data/read.ts';
import { suspectedLeaks } from '../../../lib/data/schema/leaks.ts';
import { bytesObject } from '../../support/bytes-object.ts';

async function leaksIn(text: string | Uint8Array, target: string, isRegression = false) {
  const table = await readTable([bytesObject('a.csv', text)], {
    kinds: { [target]: isRegression ? 'number' : 'category' },
  });
  const column = table.columns.find(({ name }) => name === target);
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row).filter((row) =>
    column?.kind === 'number' ? !Number.isNaN(column.values[row]) : (column?.codes[row] ?? -1) >= 0,
  );
  const names = table.columns.map(({ name }) => name).filter((name) => name !== target);
  return suspectedLeaks(table, rows, { target, isRegression, names });
}

const lines = (count: number, row: (i: number) => string, header: string) =>
  `${header}\n${Array.from({ length: count }, (_, i) => row(i)).join('\n')}\n`;

test('values that tell the class are suspected, also by being missing, with one error in a thousand', async () => {
  const text = lines(
    3_000,
    (i) =>
      `${i % 3 ? 'no' : 'yes'},${i % 3 ? 'B' : 'A'},${i % 3 ? '' : 7 + (i % 2)},${i % 3 && i !== 1 ? 0 : 1},${i % 2}`,
    'y,a,boat,flag,coin',
  );
  expect(await leaksIn(text, 'y')).toEqual([
    { name: 'a', reason: 'its value tells "y" in 3000 of 3000 training rows' },
    { name: 'boat', reason: 'its value tells "y" in 3000 of 3000 training rows' },
    { name: 'flag', reason: 'its value tells "y" in 2999 of 3000 training rows' },
  ]);
});

test('numbers whose order parts the classes are suspected', async () => {
  const text = lines(60, (i) => `${i < 25 ? 'low' : 'high'},${i / 3},${(i * 7) % 60}`, 'y,score,noise');
  expect(await leaksIn(text, 'y')).toEqual([
    { name: 'score', reason: 'its order parts the values of "y" without an error' },
  ]);
});

test('a copy of a number is suspected, and so is a name for it', async () => {
  const price = (i: number) => (i % 5) * 1000 + 17;
  const text = lines(
    100,
    (i) => `${price(i)},${-price(i) / 2},${'abcde'[i % 5]},${price(i) + ((i * 37) % 100) * 30}`,
    'price,half,band,near',
  );
  const leaks = await leaksIn(text, 'price', true);
  expect(leaks).toEqual([
    { name: 'half', reason: 'its correlation with "price" is -1.000000' },
    { name: 'band', reason: 'its value tells "price"' },
  ]);
});

test('few rows, rare classes and values that hardly repeat are no ground for suspicion', async () => {
  expect(
    await leaksIn(
      lines(19, (i) => `${i % 2 ? 'a' : 'b'},${i % 2}`, 'y,x'),
      'y',
    ),
  ).toEqual([]);
  expect(
    await leaksIn(
      lines(500, (i) => `${i < 4 ? 'a' : 'b'},${i < 4 ? 1 : 0}`, 'y,x'),
      'y',
    ),
  ).toEqual([]);
  expect(
    await leaksIn(
      lines(60, (i) => `${i % 2 ? 'a' : 'b'},c${i >> 1}${i % 2}`, 'y,x'),
      'y',
    ),
  ).toEqual([]);
});

const shared = new URL('../../../../shared/datasets/', import.meta.url);

describe.skipIf(!existsSync(shared))('on known data (skipped where ../shared is absent)', () => {
  test.each([
    ['classification/titanic.csv', 'survived', false, ['alive']],
    ['classification/penguins.csv', 'species', false, []],
    ['classification/islr_default.csv', 'default', false, []],
    ['housing/california_housing.csv', 'median_house_value', true, []],
    ['housing/ames.csv', 'Sale_Price', true, []],
    ['housing/boston_corrected.csv', 'cmedv', true, []],
    ['regression/mpg.csv', 'mpg', true, []],
  ] as const)('%s, %s', async (name, target, isRegression, expected) => {
    const leaks = await leaksIn(readFileSync(new URL(name, shared)), target, isRegression);
    expect(leaks.map((leak) => leak.name)).toEqual(expected);
  });
});
