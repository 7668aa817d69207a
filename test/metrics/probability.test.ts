import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { brierLoss, logLoss } from '../../lib/metrics/probability.ts';

describe('logLoss', () => {
  test('of two classes is that of their two columns', () => {
    const [labels, sure] = [
      [0, 1, 1, 0],
      [0.1, 0.7, 0.45, 0.9],
    ];
    const columns = sure.flatMap((probability) => [1 - probability, probability]);
    expect(logLoss(labels, columns)).toBeCloseTo(logLoss(labels, sure), 14);
  });

  test('of even odds over K classes is ln K', () => {
    expect(logLoss([2, 0], Array(6).fill(1 / 3))).toBeCloseTo(Math.log(3), 14);
    expect(logLoss([0, 1], [0.1, 0.9])).toBeCloseTo(-Math.log(0.9), 14);
  });

  test('of a sure error is finite, by epsilon, and infinite without it', () => {
    expect(logLoss([0], [1])).toBeCloseTo(52 * Math.log(2), 12);
    expect(logLoss([0], [1], { epsilon: 0 })).toBe(Number.POSITIVE_INFINITY);
  });

  test('divides rows by their sum, and says so where they miss 1', () => {
    const reasons: string[] = [];
    const warn = (why: string) => reasons.push(why);
    expect(logLoss([0], [0.5, 0.25, 0.25], { warn })).toBeCloseTo(Math.log(2), 14);
    expect(reasons).toEqual([]);
    expect(logLoss([0], [0.2, 0.1, 0.1], { warn })).toBeCloseTo(Math.log(2), 14);
    expect(reasons).toEqual(['the probabilities of 1 rows do not sum to 1 and were divided by their sum']);
  });
});

test('brierLoss is 0.01 for two forecasts that miss by a tenth', () => {
  expect(brierLoss(Float64Array.of(0, 1), Float64Array.of(0.1, 0.9))).toBeCloseTo(0.01, 15);
});

test.each([
  ['a probability above 1', () => logLoss([0, 1], [0.5, 1.01])],
  ['a probability that is NaN', () => logLoss([0, 1], [0.5, Number.NaN])],
  ['a class without a column', () => logLoss([3, 1], [0.2, 0.3, 0.5, 0.2, 0.3, 0.5])],
  ['an epsilon of one half', () => logLoss([0, 1], [0.5, 0.5], { epsilon: 0.5 })],
  ['a Brier loss of three classes', () => brierLoss([0, 2], [0.5, 0.5])],
  ['a Brier loss below 0', () => brierLoss([0, 1], [-0.1, 0.5])],
])('metrics of probabilities refuse %s', (_, call) => {
  expect(call).toThrow(InputError);
});
