import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockMoments, mergeMoments, quantile } from '../../lib/core/statistics.ts';

/** Certified: mean 10000000.2, standard deviation 0.1. NIST Statistical Reference Datasets, NumAcc4. */
const numAcc4 = Float64Array.from({ length: 1001 }, (_, i) =>
  i === 0 ? 10000000.2 : i % 2 === 1 ? 10000000.1 : 10000000.3,
);

test.each([[[0, 1001]], [[0, 500, 1001]], [[0, 1, 2, 400, 401, 1001]]])(
  'moments meet the certified ones of NumAcc4, in blocks from %j',
  (offsets) => {
    const { count, mean, variance } = blockMoments(numAcc4, undefined, Int32Array.from(offsets));
    expect(count).toBe(1001);
    expect(mean).toBeCloseTo(10000000.2, 8);
    // The inputs themselves are rounded to 2^-29: eight digits are there to be had.
    expect(Math.abs(Math.sqrt((variance * 1001) / 1000) - 0.1)).toBeLessThan(1e-9);
  },
);

test('missing values are skipped, and blocks of nothing but missing values too', () => {
  const values = Float64Array.of(Number.NaN, Number.NaN, 1, Number.NaN, 3, Number.NaN, 8);
  expect(blockMoments(values, undefined, Int32Array.of(0, 2, 5, 6, 6, 7))).toEqual({
    count: 3,
    mean: 4,
    variance: 26 / 3,
  });
});

test('no values have no moments', () => {
  const nothing = { count: 0, mean: Number.NaN, variance: Number.NaN };
  expect(blockMoments(new Float64Array(), undefined, Int32Array.of(0))).toEqual(nothing);
  expect(blockMoments(new Float64Array(), undefined, new Int32Array())).toEqual(nothing);
  expect(blockMoments(Float64Array.of(Number.NaN), undefined, Int32Array.of(0, 1))).toEqual(nothing);
});

test('only the given rows are looked at, and offsets count among them', () => {
  const values = Float64Array.of(100, 1, 100, 3, 5, 100);
  expect(blockMoments(values, Int32Array.of(1, 3, 4), Int32Array.of(0, 2, 3))).toEqual({
    count: 3,
    mean: 3,
    variance: 8 / 3,
  });
  expect(blockMoments(values, undefined, Int32Array.of(3, 5))).toEqual({ count: 2, mean: 4, variance: 1 });
});

test('a constant column has that mean and no variance at all', () => {
  for (const value of [0.1, 1 / 3, -1e300, 5e-324, 123456.789]) {
    const values = new Float64Array(70_000).fill(value);
    expect(blockMoments(values, undefined, Int32Array.of(0, 65_536, 70_000))).toEqual({
      count: 70_000,
      mean: value,
      variance: 0,
    });
  }
});

test('moments do not depend on the blocks, but for rounding', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(40), { maxLength: 5 }),
      (list, cuts) => {
        const inner = cuts.filter((cut) => cut <= list.length).sort((a, b) => a - b);
        const whole = blockMoments(Float64Array.from(list), undefined, Int32Array.of(0, list.length));
        const parts = blockMoments(Float64Array.from(list), undefined, Int32Array.of(0, ...inner, list.length));
        const scale = Math.max(...list.map(Math.abs), 1e-300);
        expect(parts.count).toBe(whole.count);
        expect(Math.abs(parts.mean - whole.mean)).toBeLessThanOrEqual(1e-14 * scale);
        expect(Math.abs(parts.variance - whole.variance)).toBeLessThanOrEqual(1e-13 * scale * scale);
      },
    ),
    { seed: 4 },
  );
});

test('parts are merged as the balanced tree of blocks', () => {
  const parts = Array.from({ length: 5 }, (_, i) => [i + 1, 10 ** i, i]);
  const pair = (a: number[], b: number[]) => {
    const joined = Float64Array.from([...a, ...b]);
    mergeMoments(joined, 2);
    return [...joined.subarray(0, 3)];
  };
  const all = Float64Array.from(parts.flat());
  mergeMoments(all, 5);
  expect([...all.subarray(0, 3)]).toEqual(pair(pair(pair(parts[0], parts[1]), pair(parts[2], parts[3])), parts[4]));
});

test('quantiles lie on the line between the nearest two values', () => {
  // NumPy's manual, numpy.percentile: [[10, 7, 4], [3, 2, 1]] has median 3.5.
  const sorted = Float64Array.of(1, 2, 3, 4, 7, 10);
  expect(quantile(sorted, 0.5)).toBe(3.5);
  expect(quantile(sorted, 0)).toBe(1);
  expect(quantile(sorted, 1)).toBe(10);
  expect(quantile(sorted, 0.9)).toBe(8.5);
  expect(quantile(Float64Array.of(5), 0.3)).toBe(5);
  expect(quantile(Float64Array.of(1, Number.POSITIVE_INFINITY), 0)).toBe(1);
  expect(quantile(new Float64Array(), 0.5)).toBeNaN();
  expect(() => quantile(sorted, 1.1)).toThrow('q: expected a number in [0, 1], found 1.1');
});
