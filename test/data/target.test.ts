import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import type { Table } from '../../lib/data/table.ts';
import {
  actualValues,
  type ClassTarget,
  decodeValue,
  encodeTarget,
  fitTarget,
  labelledRows,
  type TargetOptions,
} from '../../lib/data/target.ts';
import { bytesObject } from '../support/bytes-object.ts';

const tableOf = (text: string, options?: ReadOptions) => readTable([bytesObject('a.csv', text)], options);
const allRows = (table: Table) => Int32Array.from({ length: table.rowCount }, (_, row) => row);
const column = (values: readonly unknown[]) => tableOf(`y\n${values.map((value) => `"${value}"`).join('\n')}\n`);

async function fitColumn(values: readonly unknown[], options: Omit<TargetOptions, 'target'>) {
  const table = await column(values);
  const { rows } = labelledRows(table, 'y');
  return { table, rows, target: fitTarget(table, rows, { ...options, target: 'y' }) };
}

const classesOf = async (values: readonly unknown[], options: Omit<TargetOptions, 'target'>) =>
  ((await fitColumn(values, options)).target as ClassTarget).classes;

async function refusal(values: readonly unknown[], options: Omit<TargetOptions, 'target'>): Promise<string> {
  const error = await fitColumn(values, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

test('a regression target is standardised by the population deviation', async () => {
  const { table, rows, target } = await fitColumn([1, 3, 5, 7], { task: 'regression' });
  expect(target).toEqual({ task: 'regression', name: 'y', mean: 4, scale: Math.sqrt(5), log: false });
  expect([...encodeTarget(target, table, rows)]).toEqual([-3, -1, 1, 3].map((value) => value / Math.sqrt(5)));
  expect([...actualValues(target, table, rows)]).toEqual([1, 3, 5, 7]);
});

test('under log the logarithm is standardised, and decoding gives the value back', async () => {
  const { target } = await fitColumn([1, Math.E], { task: 'regression', transform: 'log' });
  expect(target).toMatchObject({ mean: 0.5, scale: 0.5, log: true });
  expect(decodeValue(target, 3)).toBeCloseTo(Math.E ** 2, 12);
});

test('without a transform the target stands as it is', async () => {
  const { table, rows, target } = await fitColumn([1, 2, 4], { task: 'regression', transform: 'none' });
  expect([...encodeTarget(target, table, rows)]).toEqual([1, 2, 4]);
  expect(decodeValue(target, 2.5)).toBe(2.5);
});

test('decoding undoes encoding', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 }),
      fc.constantFrom('standard', 'log', 'none'),
      async (values, transform) => {
        const { table, rows, target } = await fitColumn(values, { task: 'regression', transform });
        const decoded = encodeTarget(target, table, rows).map((score) => decodeValue(target, score));
        const largest = Math.max(...values);
        for (const [i, value] of values.entries()) expect(Math.abs(decoded[i] - value)).toBeLessThan(1e-12 * largest);
      },
    ),
    { numRuns: 100 },
  );
});

test('mean and scale come from the training rows alone', async () => {
  const table = await column([1, 3, 1000]);
  const target = fitTarget(table, Int32Array.of(0, 1), { task: 'regression', target: 'y' });
  expect(target).toMatchObject({ mean: 2, scale: 1 });
  expect([...encodeTarget(target, table, Int32Array.of(2))]).toEqual([998]);
});

test('classes stand in order: numbers by value, texts by code units', async () => {
  expect(await classesOf([10, 9, '2.0', 9, 2], { task: 'multiclass' })).toEqual(['2', '9', '10']);
  expect(await classesOf(['b', 'a', 'B', 'é'], { task: 'multiclass' })).toEqual(['B', 'a', 'b', 'é']);
});

test('a class that only held-out rows have is a class all the same', async () => {
  const table = await column(['a', 'b', 'c']);
  const target = fitTarget(table, Int32Array.of(0, 1), { task: 'multiclass', target: 'y' });
  expect([...encodeTarget(target, table, allRows(table))]).toEqual([0, 1, 2]);
});

test('the positive class is class 1: the last in order, or the one that is named', async () => {
  expect(await classesOf(['no', 'yes', 'no'], { task: 'binary' })).toEqual(['no', 'yes']);
  expect(await classesOf(['no', 'yes'], { task: 'binary', positive: 'no' })).toEqual(['yes', 'no']);
  expect(await classesOf([0, 1], { task: 'binary', positive: 0 })).toEqual(['1', '0']);
  expect(await classesOf([0, 1], { task: 'binary', positive: '1.0' })).toEqual(['0', '1']);
  expect(await classesOf(['true', 'false'], { task: 'binary', positive: true })).toEqual(['false', 'true']);
  expect(await classesOf(['True', 'False'], { task: 'binary', positive: false })).toEqual(['True', 'False']);
  expect(await classesOf(['x1', '1.0'], { task: 'binary', positive: 1 })).toEqual(['x1', '1.0']);

  const { table, rows, target } = await fitColumn(['yes', 'no', 'yes'], { task: 'binary', positive: 'no' });
  expect([...encodeTarget(target, table, rows)]).toEqual([0, 1, 0]);
  expect([...actualValues(target, table, rows)]).toEqual([0, 1, 0]);
});

test('a quantity under the task binary is told by its number of classes', async () => {
  const fitting = fitColumn(
    Array.from({ length: 1_500 }, (_, i) => i + 0.5),
    { task: 'binary' },
  );
  await expect(fitting).rejects.toThrow(
    'target "y": expected two classes, found 1500. For a quantity, use the task regression',
  );
});

test('rows without a target are left out and counted', async () => {
  const table = await tableOf('x,y\n1,2\n2,\n3,NA\n4,5\n');
  expect(labelledRows(table, 'y')).toEqual({
    rows: Int32Array.of(0, 3),
    warnings: ['2 of 4 rows have no "y" and were left out.'],
  });
  expect(labelledRows(table, 'x').warnings).toEqual([]);
  expect(() => labelledRows(table, 'z')).toThrow('csv: expected a column "z" (target), found the columns "x", "y"');
  const empty = await tableOf('x,y\n1,\n2,\n');
  expect(() => labelledRows(empty, 'y')).toThrow('target "y": expected values, found all cells missing');
});

test('an absent target names the columns and the nearest of them', async () => {
  const table = await tableOf('median_house_value,rooms\n1,2\n');
  const fitting = () => fitTarget(table, allRows(table), { task: 'regression', target: 'median_house_valeu' });
  expect(fitting).toThrow(
    'expected a column "median_house_valeu" (target), found the columns "median_house_value", "rooms". ' +
      'Did you mean "median_house_value"?',
  );
});

test.each([
  [[2, 2, 2], { task: 'regression' }, 'target "y": expected values that differ, found 2 in every row'],
  [['a', 'a'], { task: 'binary' }, 'target "y": expected at least two classes in the training rows, found only "a"'],
  [[1, 1], { task: 'multiclass' }, 'target "y": expected at least two classes in the training rows, found only "1"'],
  [
    ['a', 'b', 'c'],
    { task: 'binary' },
    'target "y": expected two classes, found 3: "a", "b", "c". Use the task multiclass',
  ],
  [
    ['yes', 'Yes'],
    { task: 'binary', positive: 'YES' },
    'target "y": expected the positive value among "Yes", "yes", found "YES"',
  ],
  [['a', 'b'], { task: 'binary', positive: 'c' }, 'target "y": expected the positive value among "a", "b", found "c"'],
  [['1', 'x', 'y'], { task: 'regression' }, 'a.csv, line 3, column "y": expected a number as target, found "x"'],
  [
    [3, 0, 1],
    { task: 'regression', transform: 'log' },
    'a.csv, line 3, column "y": expected a value above 0 for its logarithm, found 0',
  ],
  [[1e200, -1e200], { task: 'regression' }, 'target "y": expected numbers whose squares can be summed'],
] as const)('%j under %j is refused', async (values, options, message) => {
  expect(await refusal(values, options)).toContain(message);
});

test('one training class is refused even when a held-out row has another', async () => {
  const table = await column(['a', 'a', 'b']);
  expect(() => fitTarget(table, Int32Array.of(0, 1), { task: 'binary', target: 'y' })).toThrow('found only "a"');
});

test('more than a thousand classes are refused, and numbers pointed to regression', async () => {
  const values = Array.from({ length: 1_001 }, (_, i) => i / 7);
  expect(await refusal(values, { task: 'multiclass' })).toContain(
    'target "y": expected at most 1000 classes, found 1001. For a quantity, use the task regression',
  );
});

test('other data is held to the classes that are known, and a missing target is named', async () => {
  const { target } = await fitColumn(['a', 'b'], { task: 'binary' });
  const other = await tableOf('x,y\n1,b\n2,c\n3,\n');
  expect([...encodeTarget(target, other, Int32Array.of(0))]).toEqual([1]);
  expect(() => encodeTarget(target, other, Int32Array.of(1))).toThrow(
    'a.csv, line 3, column "y": expected one of "a", "b", found "c"',
  );
  expect(() => actualValues(target, other, Int32Array.of(2))).toThrow(
    'line 4, column "y": expected a target, found a missing',
  );
});

test('a target encoding survives JSON', async () => {
  for (const transform of ['standard', 'log'] as const) {
    const { target } = await fitColumn([0.1, 0.7, 1.3], { task: 'regression', transform });
    expect(JSON.parse(JSON.stringify(target))).toEqual(target);
  }
});

test('numbers that are declared a category are no regression target', async () => {
  const table = await tableOf('y\n1\n2\n', { kinds: { y: 'category' } });
  expect(() => fitTarget(table, allRows(table), { task: 'regression', target: 'y' })).toThrow('declared a category');
});
