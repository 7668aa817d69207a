import { expect, test } from 'vitest';
import { normalQuantile } from '../../lib/core/normal-quantile.ts';

test.each([
  // Wichura 1988, at the end of the algorithm: the deviates to check an implementation with.
  [0.25, -0.6744897501960817],
  [0.001, -3.090232306167814],
  [1e-20, -9.262340089798409],
])('the deviate of %d is the published one', (p, deviate) => {
  expect(Math.abs(normalQuantile(p) / deviate - 1)).toBeLessThan(1e-15);
});

test('it is odd about one half, infinite at the ends and undefined beyond', () => {
  expect(normalQuantile(0.5)).toBe(0);
  for (const p of [0.0625, 0.125, 0.25, 2 ** -20]) expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 12);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect([normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(Number.NaN)]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});
