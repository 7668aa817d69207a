import assert from 'node:assert/strict';

/** Numbers as golden files hold them, nested as they may be. */
export type Numbers = number[] | number[][];

/** Holds a value to a golden one: within `tolerance` of its size, or of `scale` where that is larger. */
export function near(what: string, actual: number, expected: number, tolerance: number, scale = 0): void {
  if (Object.is(actual, expected) || actual === expected) return;
  const gap = Math.abs(actual - expected) / Math.max(Math.abs(expected), scale);
  assert.ok(gap <= tolerance, `${what}: expected ${expected}, found ${actual}, off by ${gap.toExponential(1)} of it`);
}

/**
 * Holds values to golden ones, each to its own size, or to `tolerance` of the largest where that is more: digits that
 * cancelled are not there to be compared.
 */
export function nearAll(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length, `${what}: expected ${expected.length} values, found ${actual.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++)
    near(`${what}[${i}]`, actual[i], expected[i], tolerance, Math.min(1, largest) * 1e-3);
}
