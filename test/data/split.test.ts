import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable } from '../../lib/data/read.ts';
import { splitRows } from '../../lib/data/split.ts';
import type { Table } from '../../lib/data/table.ts';
import { bytesObject } from '../support/bytes-object.ts';

const tableOf = (text: string) => readTable([bytesObject('a.csv', text)]);
const allRows = (table: Table) => Int32Array.from({ length: table.rowCount }, (_, row) => row);

const numbered = await tableOf(`a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},x`).join('\n')}\n`);

test('each row stands on one side, in order', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.maxSafeInteger(), (share, seed) => {
      const { training, test } = splitRows(numbered, allRows(numbered), { test: share, seed });
      // Compared by a loop: the matchers take seconds for that many numbers.
      let [inTraining, inTest, misplaced] = [0, 0, 0];
      for (let row = 0; row < numbered.rowCount; row++) {
        if (training[inTraining] === row) inTraining++;
        else if (test[inTest] === row) inTest++;
        else misplaced++;
      }
      expect([inTraining, inTest, misplaced]).toEqual([training.length, test.length, 0]);
      // Six standard deviations of a binomial: one chance in 5e8 for each of the runs.
      const spread = Math.sqrt(20_000 * share * (1 - share));
      expect(Math.abs(test.length - 20_000 * share)).toBeLessThanOrEqual(6 * spread + 1e-6);
    }),
    { numRuns: 50 },
  );
});

test('two seeds split independently, be they close, negative or beyond 32 bits', () => {
  for (const [one, other] of [
    [0, 1],
    [7, -7],
    [1, 1 + 2 ** 32],
    [0, 2 ** 40],
  ]) {
    const heldByOne = new Set(splitRows(numbered, allRows(numbered), { test: 0.5, seed: one }).test);
    const heldByOther = splitRows(numbered, allRows(numbered), { test: 0.5, seed: other }).test;
    const both = heldByOther.filter((row) => heldByOne.has(row)).length;
    // 20,000 rows, a quarter in both; six standard deviations are 367.
    expect(Math.abs(both - 5_000)).toBeLessThan(367);
  }
});

test('exact duplicates stand on the same side, and a row keeps its side when others come', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `${i},"${i % 7}"`);
  const table = await tableOf(
    `a,b\n${[...lines, ...lines.map((line) => line.replaceAll('"', '')), ...lines].join('\n')}\n`,
  );
  const { test } = splitRows(table, allRows(table), { test: 0.3, seed: 3 });
  const held = new Set(test);
  for (let i = 0; i < 300; i++) {
    expect(held.has(i + 300)).toBe(held.has(i));
    expect(held.has(i + 600)).toBe(held.has(i));
  }
  const alone = await tableOf(`a,b\n${lines.join('\n')}\n`);
  expect(splitRows(alone, allRows(alone), { test: 0.3, seed: 3 }).test).toEqual(test.filter((row) => row < 300));
});

test('only the given rows are split, and a share of 0 holds none out', () => {
  const rows = Int32Array.of(3, 5, 8);
  expect(splitRows(numbered, rows, { test: 0, seed: 1 })).toEqual({ training: rows, test: new Int32Array(0) });
});

test('a share outside [0, 1), a seed that is no whole number, and a split without training rows are refused', () => {
  const rows = allRows(numbered);
  for (const share of [-0.1, 1, Number.NaN]) {
    expect(() => splitRows(numbered, rows, { test: share })).toThrow('split.test: expected a share in [0, 1)');
  }
  expect(() => splitRows(numbered, rows, { seed: 1.5 })).toThrow('split.seed: expected a whole number, found 1.5');
  expect(() => splitRows(numbered, new Int32Array(0))).toThrow('split: expected rows to train on');
});
