import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { orderOf, rankedCounts } from '../../lib/kernels/order.ts';

const random = seededRandom(9);
const many = (count: number, draw: (row: number) => number) =>
  Float64Array.from({ length: count }, (_, row) => draw(row));

const cases: Record<string, Float64Array> = {
  'no numbers': new Float64Array(0),
  'one number': Float64Array.of(3),
  'numbers of both signs, zeros, and of every size': Float64Array.of(
    ...[0, -0, 5e-324, -5e-324, 1e-60, -1e-60, 1e300, 1e200, -1e300, -1e200, 3.5e38, 1, -1],
    ...[1 + 2 ** -52, 1, -1 - 2 ** -52],
  ),
  'normal numbers': many(20_000, () => random.normal()),
  'float32 numbers': many(20_000, () => Math.fround(random.normal())),
  'numbers with ties': many(20_000, () => Math.round(random.normal() * 100) / 100),
  'a constant': many(1000, () => 0.1),
  'numbers that float32 can hardly tell apart': many(400, () => 1 + random.nextInt(300) * 2 ** -24),
};

/** By comparison: the rows' own order decides between equals. */
const compared = (values: Float64Array) =>
  Uint32Array.from([...values.keys()].sort((a, b) => values[a] - values[b] || a - b));

describe.each(Object.entries(cases))('%s', (_, values) => {
  test('come in the order that comparing them gives, equal ones in that of their rows', () => {
    expect(orderOf(values)).toEqual(compared(values));
  });

  test('are counted by class from each distinct number up', () => {
    const labels = many(values.length, (row) => (row * 7) % 2);
    const expected: [number, number, number][] = [];
    let [negatives, positives] = [0, 0];
    for (const row of compared(values).reverse()) {
      if (labels[row] === 1) positives++;
      else negatives++;
      if (expected.at(-1)?.[0] === values[row]) expected.pop();
      expected.push([values[row] + 0, negatives, positives]);
    }
    expect(rankedCounts(labels, values)).toEqual({
      thresholds: Float64Array.from(expected, ([value]) => value),
      falsePositives: Float64Array.from(expected, ([, count]) => count),
      truePositives: Float64Array.from(expected, ([, , count]) => count),
    });
  });
});

test('many numbers between two of float32 are left to another way', () => {
  const values = many(200, (row) => 1 + ((row * 77) % 200) * 2 ** -40);
  expect(orderOf(values)).toBeUndefined();
  expect(rankedCounts(new Float64Array(200), values)).toBeUndefined();
});

test('what another call left behind does not show', () => {
  const [long, short] = [many(5000, () => random.normal()), many(10, () => random.normal())];
  orderOf(long);
  expect(orderOf(short)).toEqual(compared(short));
  expect(orderOf(long)).toEqual(compared(long));
});
