import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { meanTweedieDeviance } from '../../lib/metrics/deviance.ts';
import { r2Score } from '../../lib/metrics/explained.ts';
import { meanAbsoluteError, meanSquaredError, rootMeanSquaredError } from '../../lib/metrics/regression.ts';

test('the examples in the documentation hold', () => {
  expect(meanSquaredError([3, 5], [2, 7])).toBe(2.5);
  expect(rootMeanSquaredError([3, 5], [2, 6])).toBe(1);
  expect(meanAbsoluteError([3, 5], [2, 7])).toBe(1.5);
  expect(r2Score([1, 2, 3], [1, 2, 4])).toBe(0.5);
});

test('a mean over a million rows keeps its last digits', () => {
  // Errors of 0.1: adding them up one by one loses six digits of the sixteen.
  const predicted = new Float64Array(1_000_000).fill(0.1);
  expect(meanAbsoluteError(new Float64Array(1_000_000), predicted)).toBe(0.1);
});

describe('r2Score', () => {
  test('of equal actual values is set to 0, to 1 for predictions without a fault, and says so', () => {
    // The mean of three tenths is not a tenth to the last bit, so the spread about it is not 0.
    const reasons: string[] = [];
    const warn = (why: string) => reasons.push(why);
    const tenths = [0.1, 0.1, 0.1];
    expect(r2Score(tenths, [0.1, 0.1, 0.2], { warn })).toBe(0);
    expect(r2Score(tenths, tenths, { warn })).toBe(1);
    expect(reasons).toHaveLength(2);
  });

  test('does not look at rows of weight 0', () => {
    expect(r2Score([1, 2, 3, 900], [1, 2, 4, 0], { weights: [1, 1, 1, 0] })).toBe(0.5);
    expect(r2Score([1, 1, 5], [1, 2, 5], { weights: [1, 1, 0] })).toBe(0);
  });

  test('beyond the range of floats is NaN and says why', () => {
    const reasons: string[] = [];
    expect(r2Score([1e200, -1e200], [0, 0], { warn: (why) => reasons.push(why) })).toBeNaN();
    expect(reasons).toHaveLength(1);
    expect(meanSquaredError([1e200, 1], [0, 0])).toBe(Number.POSITIVE_INFINITY);
  });
});

test.each([
  ['lengths that differ', () => meanSquaredError([1, 2], [1])],
  ['a NaN', () => meanAbsoluteError([1, Number.NaN], [1, 2])],
  ['an infinite prediction', () => r2Score([1, 2], [1, Number.POSITIVE_INFINITY])],
])('metrics of values refuse %s', (_, call) => {
  expect(call).toThrow(InputError);
});

test.each([1, 1.5, 2, 3])('the Tweedie deviance of power %d is never below 0, though its terms cancel', (power) => {
  const actual = Array.from({ length: 50 }, (_, i) => 1e12 + i);
  for (const gap of [0, 0.5, 3]) {
    const each = actual.map((value) => meanTweedieDeviance([value], [value + gap], { power }));
    expect(Math.min(...each)).toBeGreaterThanOrEqual(0);
  }
});
