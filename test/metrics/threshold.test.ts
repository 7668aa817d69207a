import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { f1Score } from '../../lib/metrics/classification.ts';
import { scoreTable } from '../../lib/metrics/score-table.ts';
import { chooseThreshold, type ThresholdAim } from '../../lib/metrics/threshold.ts';

//          score: 0.9 0.8 0.7 0.6 0.5 0.4
const labels = [1, 1, 0, 1, 0, 0];
const scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];
const table = scoreTable(labels, scores);

describe('by hand', () => {
  test.each<[ThresholdAim, number, number]>([
    // From 0.6: three of three found, one false alarm: 6 / 7.
    [{ aim: 'f1' }, 0.6, 6 / 7],
    // At 0.8: ⅔ − 0. At 0.6: 1 − ⅓. Equal, but for rounding 0.8 or 0.6: the highest of equals.
    [{ aim: 'precision', atLeast: 0.9 }, 0.8, 2 / 3],
    [{ aim: 'precision', atLeast: 0.75 }, 0.6, 1],
    [{ aim: 'recall', atLeast: 1 }, 0.6, 0.75],
    [{ aim: 'recall', atLeast: 0.5 }, 0.8, 1],
    // A miss costs ten false alarms: find all, one false alarm in six rows.
    [{ aim: 'cost', falsePositive: 1, falseNegative: 10 }, 0.6, 1 / 6],
    [{ aim: 'cost', falsePositive: 10, falseNegative: 1 }, 0.8, 1 / 6],
    [{ aim: 'cost', falsePositive: 0, falseNegative: 0, truePositive: 1 }, Number.POSITIVE_INFINITY, 0],
  ])('%j', (aim, threshold, value) => {
    expect(chooseThreshold(table, aim)).toMatchObject({ threshold, value: expect.closeTo(value, 14) });
  });

  test('Youden', () => {
    expect(chooseThreshold(table, { aim: 'youden' }).value).toBeCloseTo(2 / 3, 14);
    expect(
      chooseThreshold(scoreTable(labels, scores, { weights: [1, 1, 1, 3, 1, 1] }), { aim: 'youden' }),
    ).toMatchObject({
      threshold: 0.6,
      value: expect.closeTo(2 / 3, 14),
    });
  });
});

test('no other threshold has a better F1, ties among the scores or not', () => {
  for (let trial = 0; trial < 50; trial++) {
    const random = seededRandom(8, trial);
    const actual = Array.from({ length: 40 }, (_, row) => (row === 0 ? 1 : random.nextInt(2)));
    const tied = actual.map((label) => random.nextInt(8) + 3 * label);
    const at = (threshold: number) =>
      f1Score(
        actual,
        tied.map((score) => Number(score >= threshold)),
      );
    const { threshold, value } = chooseThreshold(scoreTable(actual, tied), { aim: 'f1' });
    expect(value).toBeCloseTo(Math.max(...tied.map(at)), 14);
    expect(at(threshold)).toBeCloseTo(value, 14);
  }
});

test('of equally good thresholds the highest is taken', () => {
  // One miss from 3 up, one false alarm from 1 up: each costs 1.
  const even = scoreTable([1, 0, 1], [3, 2, 1]);
  expect(chooseThreshold(even, { aim: 'cost', falsePositive: 1, falseNegative: 1 }).threshold).toBe(3);
});

test('an aim that no threshold meets is said to be so', () => {
  const wrong = scoreTable([0, 1], [2, 1]);
  expect(chooseThreshold(wrong, { aim: 'precision', atLeast: 0.9 })).toMatchObject({
    threshold: Number.POSITIVE_INFINITY,
    value: Number.NaN,
    note: 'no threshold reaches a precision of 0.9',
  });
  expect(chooseThreshold(scoreTable([0, 0], [1, 2]), { aim: 'recall', atLeast: 0.9 }).note).toBe('no row is positive');
  expect(chooseThreshold(scoreTable([1, 1], [1, 2]), { aim: 'youden' }).note).toBe('no row is negative');
  expect(() => chooseThreshold(scoreTable([], []), { aim: 'f1' })).toThrow('expected rows to choose a threshold by');
  expect(() => chooseThreshold(wrong, { aim: 'recall', atLeast: 2 })).toThrow('atLeast: expected a number in [0, 1]');
  expect(() => chooseThreshold(wrong, { aim: 'cost', falsePositive: -1, falseNegative: 1 })).toThrow('falsePositive');
});
