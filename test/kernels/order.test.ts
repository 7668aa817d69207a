import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { doubleRocArea, orderOf } from '../../lib/kernels/order.ts';

const random = seededRandom(9);
const many = (count: number, draw: (row: number) => number) =>
  Float64Array.from({ length: count }, (_, row) => draw(row));

const cases: Record<string, Float64Array> = {
  'no numbers': new Float64Array(0),
  'one number': Float64Array.of(3),
  'numbers of both signs, zeros, and of every size': Float64Array.of(
    ...[
      0,
      -0,
      5e-324,
      -5e-324,
      1e-60,
      -1e-60,
      1e300,
      1e200,
      -1e300,
      -1e200,
      3.5e38,
      1,
      -1,
      1 + 2 ** -52,
      1,
      -1 - 2 ** -52,
    ],
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

function comparedArea(labels: Float64Array, values: Float64Array): number {
  let area = 0;
  for (const [i, a] of values.entries())
    if (labels[i] === 1)
      for (const [j, b] of values.entries()) if (labels[j] === 0) area += a > b ? 2 : a === b ? 1 : 0;
  return area;
}

describe.each(Object.entries(cases))('%s', (_, values) => {
  test('come in the order that comparing them gives, equal ones in that of their rows', () => {
    expect(orderOf(values)).toEqual(compared(values));
  });

  test('have the area under the ROC curve that comparing each pair gives', () => {
    const few = values.subarray(0, 1500);
    const labels = many(few.length, (row) => (random.nextInt(3) + Math.sign(few[row]) > 1 ? 1 : 0));
    expect(doubleRocArea(labels, few)).toBe(comparedArea(labels, few));
  });
});

test('many numbers between two of float32 are left to another way', () => {
  const values = many(200, (row) => 1 + ((row * 77) % 200) * 2 ** -40);
  expect(orderOf(values)).toBeUndefined();
  expect(doubleRocArea(new Float64Array(200), values)).toBeUndefined();
});

test('what another call left behind does not show', () => {
  const [long, short] = [many(5000, () => random.normal()), many(10, () => random.normal())];
  orderOf(long);
  expect(orderOf(short)).toEqual(compared(short));
  expect(orderOf(long)).toEqual(compared(long));
});
