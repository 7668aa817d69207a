import { expect, test } from 'vitest';
import { mergeBlocks } from '../../lib/core/blocks.ts';

/** Found by trial: a running sum, from either end, and splitting in halves give other bits for most counts. */
const a = [0.017, -230, -86, 7.6, 3.2, 5.3, -0.74, 0.56, 0.03];

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

test.each([4, 5, 6, 7, 8, 9])('the %i values tell the tree from a running sum', (count) => {
  const values = a.slice(0, count);
  expect(values.reduce((sum, value) => sum + value)).not.toBe(trees[count]);
  expect(values.reduceRight((sum, value) => sum + value)).not.toBe(trees[count]);
});

test.each([5, 6, 7, 9])('the %i values tell the tree from splitting in halves', (count) => {
  const halved = (values: number[]): number => {
    const middle = values.length >> 1;
    return middle === 0 ? values[0] : halved(values.slice(0, middle)) + halved(values.slice(middle));
  };
  expect(halved(a.slice(0, count))).not.toBe(trees[count]);
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
