import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../lib/data/read.ts';
import { kFolds, type Parts, type SplitKind, type SplitOptions, splitRows } from '../../lib/data/split.ts';
import type { Table } from '../../lib/data/table.ts';
import { bytesObject } from '../support/bytes-object.ts';

const tableOf = (lines: string[], header = 'i,y,g,t') =>
  readTable([bytesObject('a.csv', `${header}\n${lines.join('\n')}\n`)]);
const allRows = (table: Table) => Int32Array.from({ length: table.rowCount }, (_, row) => row);

const kinds: [SplitKind, SplitOptions][] = [
  ['hash', {}],
  ['hash', { column: 'g' }],
  ['random', {}],
  ['time', { column: 't' }],
  ['group', { column: 'g' }],
  ['stratified', { target: 'y' }],
];

// Few different rows, so that most have duplicates.
const line = fc
  .tuple(
    fc.nat(6),
    fc.constantFrom('a', 'b', 'c'),
    fc.constantFrom('', 'p', 'q', 'r', 's'),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([i, y, g, t]) => `${i},${y},${g},2024-01-0${t}`);

describe.each(kinds)('by %s %j', (by, options) => {
  test('each row stands on one side, and exact duplicates on the same, of a split and of each fold', async () => {
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 12, maxLength: 60 }),
        fc.nat(),
        fc.integer({ min: 2, max: 4 }),
        async (lines, seed, folds) => {
          const table = await tableOf(lines);
          const rows = allRows(table);
          const parts: Parts[] = [];
          try {
            parts.push(splitRows(table, rows, { test: 0.3, by, seed, ...options }));
            parts.push(...kFolds(table, rows, { folds, by, seed, ...options }));
          } catch (error) {
            // So few different rows may leave a side without any.
            expect(String(error)).toMatch(/found (all|\d+ and) /);
          }
          for (const { training, test: held } of parts) {
            const sides = new Map<string, string>();
            for (const [side, members] of Object.entries({ training, held })) {
              for (const row of members) {
                expect(sides.get(lines[row]) ?? side).toBe(side);
                sides.set(lines[row], side);
              }
            }
            const both = [...training, ...held];
            expect(new Set(both).size).toBe(both.length);
            if (by !== 'time') expect(both.length).toBe(lines.length);
            tried++;
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(tried).toBeGreaterThan(60);
  });
});

const numbered = await tableOf(
  Array.from({ length: 1000 }, (_, i) => `${i},${i % 10 === 0 ? 'rare' : 'common'},${i % 37},${(i * 7) % 1000}`),
);

test('a random split has the share to the row, and another seed another split', () => {
  const { test: held } = splitRows(numbered, allRows(numbered), { by: 'random', test: 0.237, seed: 1 });
  expect(held.length).toBe(237);
  expect(splitRows(numbered, allRows(numbered), { by: 'random', test: 0.237, seed: 1 }).test).toEqual(held);
  const other = new Set(splitRows(numbered, allRows(numbered), { by: 'random', test: 0.237, seed: 2 }).test);
  // 56 rows are expected in both; six standard deviations are 36.
  expect(Math.abs(held.filter((row) => other.has(row)).length - 56)).toBeLessThan(36);
});

test('by time the latest rows are held out, be the times numbers or dates', async () => {
  const { training, test: held } = splitRows(numbered, allRows(numbered), { by: 'time', column: 't', test: 0.2 });
  const time = (row: number) => (row * 7) % 1000;
  expect(held.length).toBe(200);
  expect(Math.min(...[...held].map(time))).toBe(Math.max(...[...training].map(time)) + 1);

  const dates = await tableOf(['1,a,p,2024-03-01', '2,a,p,1 Feb 2024', '3,a,p,2024-01-15T10:00Z', '4,a,p,2023-12-31']);
  expect([...splitRows(dates, allRows(dates), { by: 'time', column: 't', test: 0.25 }).test]).toEqual([0]);
});

test('rows of one time stay together: the cut goes where it is nearest to the share', async () => {
  const table = await tableOf(['1,a,p,1', '2,a,p,2', '3,a,p,2', '4,a,p,2', '5,a,p,3']);
  const held = (share: number) => [...splitRows(table, allRows(table), { by: 'time', column: 't', test: share }).test];
  expect([held(0.2), held(0.4), held(0.6)]).toEqual([[4], [4], [1, 2, 3, 4]]);
});

test('a row without a time is named', async () => {
  const table = await tableOf(['1,a,p,2024-01-01', '2,a,p,2024-01-02', '3,a,p,later']);
  expect(() => splitRows(table, allRows(table), { by: 'time', column: 't' })).toThrow(
    'a.csv, line 4, column "t": expected a time to split by, found "later"',
  );
});

test('groups stand whole on one side, and at least one is held out', () => {
  const { training, test: held } = splitRows(numbered, allRows(numbered), { by: 'group', column: 'g', test: 0.2 });
  const groups = new Set([...held].map((row) => row % 37));
  expect(training.some((row) => groups.has(row % 37))).toBe(false);
  expect(Math.abs(held.length - 200)).toBeLessThanOrEqual(14);
  expect(splitRows(numbered, allRows(numbered), { by: 'group', column: 'g', test: 0.001 }).test.length).toBe(27);
});

test('strata share alike in both parts: values of a category, tenths of a number', () => {
  const { test: held } = splitRows(numbered, allRows(numbered), { by: 'stratified', target: 'y', test: 0.3 });
  expect([held.length, held.filter((row) => row % 10 === 0).length]).toEqual([300, 30]);
  const ofNumbers = splitRows(numbered, allRows(numbered), { by: 'stratified', target: 't', test: 0.3 }).test;
  const tenths = Array.from(
    { length: 10 },
    (_, k) => ofNumbers.filter((row) => Math.floor(((row * 7) % 1000) / 100) === k).length,
  );
  expect(tenths).toEqual(new Array(10).fill(30));
});

test('by the hash of a column a row keeps its side when others come, and missing cells count by content', () => {
  const options = { by: 'hash', column: 'g', test: 0.3, seed: 5 } as const;
  const all = splitRows(numbered, allRows(numbered), options).test;
  const some = splitRows(numbered, allRows(numbered).slice(0, 100), options).test;
  expect(some).toEqual(all.filter((row) => row < 100));
  const groups = new Set([...all].map((row) => row % 37));
  expect(all.length).toBe(allRows(numbered).filter((row) => groups.has(row % 37)).length);
});

test('a split that lacks its column, and folds that are too many or too few, are refused', () => {
  const rows = allRows(numbered);
  expect(() => splitRows(numbered, rows, { by: 'group' })).toThrow(
    'split: expected a column to split by group, found none',
  );
  expect(() => splitRows(numbered, rows, { by: 'time', column: 'when' })).toThrow(
    'expected a column "when" (split.column)',
  );
  expect(() => kFolds(numbered, rows, { folds: 1 })).toThrow('folds: expected a whole number from 2, found 1');
  expect(() => kFolds(numbered, rows.slice(0, 3), { folds: 4, by: 'random' })).toThrow(
    'folds: expected rows on both sides',
  );
});

describe('folds as in scikit-learn', () => {
  const golden: {
    splits: {
      name: string;
      y: number[];
      expected: {
        KFold_3_noshuffle: { value: number[][] };
        StratifiedKFold_3_noshuffle: { value: number[][] };
        TimeSeriesSplit_3: { value: { train: number[]; test: number[] }[] };
        'GroupKFold_3_groups_i//3': { value: number[][] };
      };
    }[];
  } = JSON.parse(readFileSync(new URL('../golden/preprocessing.json', import.meta.url), 'utf8'));

  test.each(golden.splits)('$name', async ({ y, expected }) => {
    const table = await tableOf(y.map((label, i) => `${i},c${label},${Math.floor(i / 3)},${i}`));
    const folds = (options: SplitOptions) => kFolds(table, allRows(table), { folds: 3, ...options });
    const held = (options: SplitOptions) => folds(options).map(({ test: rows }) => [...rows]);

    expect(held({ by: 'group', column: 'g' })).toEqual(expected['GroupKFold_3_groups_i//3'].value);
    expect(
      folds({ by: 'time', column: 't' }).map((parts) => ({ train: [...parts.training], test: [...parts.test] })),
    ).toEqual(expected.TimeSeriesSplit_3.value);
    // Ours are drawn by a seed: what must agree is how many rows of each class a fold has.
    const sizes = (parts: number[][]) => parts.map((rows) => rows.length);
    const classes = (parts: number[][]) => parts.map((rows) => rows.map((row) => y[row]).sort());
    expect(sizes(held({ by: 'random' }))).toEqual(sizes(expected.KFold_3_noshuffle.value));
    expect(classes(held({ by: 'stratified', target: 'y' }))).toEqual(
      classes(expected.StratifiedKFold_3_noshuffle.value),
    );
  });
});
