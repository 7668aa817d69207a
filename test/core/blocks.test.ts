import { expect, test } from 'vitest';
import { mergeBlocks } from '../../lib/core/blocks.ts';

/** Magnitudes so far apart that another order of additions gives other bits. */
const a = [1, 2 ** -53, 1e16, -1e16, 3.3e-8, 2 ** 53, -0.1, 1e-17, -(2 ** 53)];

/** The trees written out: neighbours are paired, an odd last one rises. */
const trees: Record<number, number> = {
  1: a[0],
  2: a[0] + a[1],
  3: a[0] + a[1] + a[2],
  4: a[0] + a[1] + (a[2] + a[3]),
  5: a[0] + a[1] + (a[2] + a[3]) + a[4],
  6: a[0] + a[1] + (a[2] + a[3]) + (a[4] + a[5]),
  7: a[0] + a[1] + (a[2] + a[3]) + (a[4] + a[5] + a[6]),
  8: a[0] + a[1] + (a[2] + a[3]) + (a[4] + a[5] + (a[6] + a[7])),
  9: a[0] + a[1] + (a[2] + a[3]) + (a[4] + a[5] + (a[6] + a[7])) + a[8],
};

test.each(Object.entries(trees))('%s blocks are summed as the balanced tree', (count, sum) => {
  const partials = Float64Array.from(a.slice(0, Number(count)));
  mergeBlocks(partials, Number(count), 1);
  expect(partials[0]).toBe(sum);
});

test('the magnitudes tell the tree from a running sum', () => {
  expect(a.slice(0, 6).reduce((sum, value) => sum + value)).not.toBe(trees[6]);
  expect(a.slice(0, 9).reduce((sum, value) => sum + value)).not.toBe(trees[9]);
});

test('each column is summed by itself, and rows beyond the count stay', () => {
  const partials = Float64Array.of(1, 10, 2, 20, 3, 30, 7, 70);
  mergeBlocks(partials, 3, 2);
  expect([...partials.subarray(0, 2)]).toEqual([6, 60]);
  expect([...partials.subarray(6)]).toEqual([7, 70]);
});

test('no blocks leave everything as it was', () => {
  const partials = Float64Array.of(5);
  mergeBlocks(partials, 0, 1);
  expect(partials[0]).toBe(5);
});
