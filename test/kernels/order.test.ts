import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';
import { lendOrderRoom, orderOf, orderRoom, rankedCounts } from '../../lib/kernels/order.ts';
import { rankSingles } from '../../lib/kernels/split-keys.ts';

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

describe('without their rows', () => {
  const rounded = Object.entries(cases).map(([name, values]): [string, Float64Array] => [
    name,
    values.map(Math.fround),
  ]);
  const labelled = (count: number) => Int32Array.from({ length: count }, (_, row) => ((row * 7) % 5 < 2 ? 1 : 0));

  // Values beyond the range of float32 would be rounded to infinity.
  test.each(rounded.filter(([, values]) => values.every(Number.isFinite)))(
    '%s, rounded: the same counts',
    (_, values) => {
      const labels = labelled(values.length);
      expect(rankSingles(labels, values)).toEqual(rankedCounts(labels, values));
      expect(rankSingles(Uint8Array.from(labels), values)).toEqual(rankedCounts(labels, values));
    },
  );

  test('more than a chunk of distinct numbers, all of one label, or of labels that lie apart', () => {
    const values = many(40_001, (row) => Math.fround(((row * 7919) % 40_001) - 20_000.5));
    const ascending = values.toSorted();
    const ones = new Int32Array(values.length).fill(1);
    const counts = Float64Array.from(values, (_, i) => i + 1);
    const thresholds = ascending.toReversed();
    const none = new Float64Array(values.length);
    expect(rankSingles(ones, values)).toEqual({ thresholds, truePositives: counts, falsePositives: none });
    expect(
      rankSingles(
        ones.map(() => 0),
        values,
      ),
    ).toEqual({ thresholds, truePositives: none, falsePositives: counts });
    const high = Int32Array.from(values, (value) => (value > 0 ? 1 : 0));
    const positives = high.reduce((sum, label) => sum + label, 0);
    expect(rankSingles(high, values)).toEqual({
      thresholds,
      truePositives: counts.map((count) => Math.min(count, positives)),
      falsePositives: counts.map((count) => Math.max(0, count - positives)),
    });
  });

  const three = Float64Array.of(1, 0.5, 2);
  test.each([
    ['a number that float32 does not hold', Int32Array.of(0, 1, 0), Float64Array.of(1, 0.1, 2)],
    ['a number beyond float32', Int32Array.of(0, 1, 0), Float64Array.of(1, 1e300, 2)],
    ['no number', Int32Array.of(0, 1, 0), Float64Array.of(1, Number.NaN, 2)],
    ['an infinite number', Int32Array.of(0, 1, 0), Float64Array.of(1, 2, Number.NEGATIVE_INFINITY)],
    ['a label above 1', Int32Array.of(0, 1, 2), three],
    ['a label below 0', Int32Array.of(0, -1, 1), three],
  ])('%s is left to another way', (_, labels, values) => {
    expect(rankSingles(labels, values)).toBeUndefined();
    expect(rankSingles(Int32Array.of(0, 1, 1), three)?.truePositives).toEqual(Float64Array.of(1, 1, 2));
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

test('in a borrowed memory, sorting uses what was released, and leaves the rest unchanged', () => {
  const memory = kernelMemory();
  const bytes = 4 * 2 ** 20;
  const [before, lent, behind] = [memory.allocate(1024), memory.allocate(bytes), memory.allocate(1024)];
  const neighbours = [before, behind].map((address) => new Uint8Array(memory.memory.buffer, address, 1024).fill(7));
  memory.release(lent, bytes);
  lendOrderRoom(memory);
  const room = orderRoom(2 ** 20);
  expect([room.memory === memory, room.start]).toEqual([true, lent]);
  const values = Float64Array.from({ length: 20_000 }, (_, i) => (i * 7_919) % 20_011);
  for (const count of [10, 20_000]) {
    const part = values.subarray(0, count);
    const expected = [...part.keys()].sort((a, b) => part[a] - part[b]);
    expect([...(orderOf(part) as Uint32Array)]).toEqual(expected);
  }
  // The room that was too small has been given back.
  expect(orderRoom(3 * 2 ** 20).start + 3 * 2 ** 20).toBeLessThanOrEqual(lent + bytes);
  for (const neighbour of neighbours) expect(neighbour.every((byte) => byte === 7)).toBe(true);
});
