import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import {
  accuracyScore,
  f1Score,
  fBetaScore,
  precisionScore,
  recallScore,
  scoresByClass,
} from '../../lib/metrics/classification.ts';
import { confusionMatrix } from '../../lib/metrics/confusion.ts';

test('the examples in the documentation hold', () => {
  expect(accuracyScore([0, 1, 2, 2], [0, 1, 1, 2])).toBe(0.75);
  expect(precisionScore([0, 1, 1, 0], [0, 1, 0, 1])).toBe(0.5);
  expect(recallScore([0, 1, 1, 1], [0, 1, 0, 1])).toBe(2 / 3);
  expect(f1Score([0, 1, 1, 1], [0, 1, 0, 1])).toBe(0.8);
  expect([...confusionMatrix([0, 1, 1], [0, 0, 1]).values]).toEqual([1, 0, 1, 1]);
});

describe('a quotient with nothing below the line', () => {
  // Class 2 is there and never predicted; class 3 is predicted and never there.
  const [actual, predicted] = [
    [0, 1, 2, 2],
    [0, 1, 3, 3],
  ];

  test('is 0 by default, and the warning names the class', () => {
    const reasons: string[] = [];
    const warn = (why: string) => reasons.push(why);
    expect(precisionScore(actual, predicted, { average: 'macro', warn })).toBe(2 / 4);
    expect(reasons).toEqual(['class 2 is never predicted, so precision there is undefined and set to 0']);
    expect(recallScore(actual, predicted, { average: 'macro', warn })).toBe(2 / 4);
    expect(reasons[1]).toBe('class 3 is without actual rows, so recall there is undefined and set to 0');
  });

  test('is 1 on request, without a warning', () => {
    const reasons: string[] = [];
    const options = { average: 'macro', zeroDivision: 1, warn: (why: string) => reasons.push(why) } as const;
    expect(precisionScore(actual, predicted, options)).toBe(3 / 4);
    expect(reasons).toEqual([]);
  });

  test('is left out of averages as NaN, with its weight', () => {
    const options = { zeroDivision: Number.NaN } as const;
    expect(precisionScore(actual, predicted, { ...options, average: 'macro' })).toBe(2 / 3);
    // Precision is 1, 1, NaN, 0 by support 1, 1, 2, 0.
    expect(precisionScore(actual, predicted, { ...options, average: 'weighted' })).toBe(1);
    expect(recallScore([0, 0], [0, 0], options)).toBeNaN();
    expect(scoresByClass(actual, predicted, options).precision).toEqual(Float64Array.of(1, 1, Number.NaN, 0));
  });

  test('makes F undefined only for a class that is neither there nor predicted', () => {
    const reasons: string[] = [];
    f1Score(actual, predicted, { average: 'macro', warn: (why) => reasons.push(why) });
    expect(reasons).toEqual([]);
    f1Score(actual, predicted, { average: 'macro', labels: [0, 1, 5], warn: (why) => reasons.push(why) });
    expect(reasons).toEqual([
      'class 5 is neither present nor predicted, so the F score there is undefined and set to 0',
    ]);
  });
});

test('micro, macro and weighted averages agree with arithmetic by hand', () => {
  // Confusion: class 0 two of two, class 1 one of two, the other called 0; class 2 never right, called 1 once.
  const [actual, predicted] = [
    [0, 0, 1, 1, 2],
    [0, 0, 1, 0, 1],
  ];
  const averaged = (average: 'micro' | 'macro' | 'weighted') => ({ average, beta: 2 });
  expect(precisionScore(actual, predicted, averaged('micro'))).toBeCloseTo(3 / 5, 15);
  expect(precisionScore(actual, predicted, averaged('macro'))).toBeCloseTo((2 / 3 + 1 / 2 + 0) / 3, 15);
  expect(recallScore(actual, predicted, averaged('weighted'))).toBeCloseTo((2 * 1 + 2 * 0.5 + 0) / 5, 15);
  // F2 = 5PR / (4P + R), class by class.
  const f2 = ((5 * (2 / 3)) / (4 * (2 / 3) + 1) + 0.5 + 0) / 3;
  expect(fBetaScore(actual, predicted, averaged('macro'))).toBeCloseTo(f2, 15);
});

describe('confusionMatrix', () => {
  test('counts chosen labels in their order, and leaves out the rest', () => {
    const { labels, values } = confusionMatrix([0, 1, 2, 2], [2, 1, 2, 0], { labels: [2, 0] });
    expect([...labels]).toEqual([2, 0]);
    expect([...values]).toEqual([1, 1, 1, 0]);
  });

  test('keeps a row of zeros for a class that does not occur', () => {
    expect([...confusionMatrix([0], [0], { labels: [0, 1], normalize: 'actual' }).values]).toEqual([1, 0, 0, 0]);
  });

  test('sums to the total weight', () => {
    const { values } = confusionMatrix([0, 1, 1], [0, 0, 1], { weights: [0.5, 2, 0] });
    expect([...values]).toEqual([0.5, 0, 2, 0]);
  });
});

test.each<[string, () => unknown, string]>([
  ['a class that is no integer', () => accuracyScore([0, 1.5], [0, 1]), 'actual[1]'],
  ['a class below zero', () => accuracyScore([0, 1], [0, -1]), 'predicted[1]'],
  ['a class that is NaN', () => confusionMatrix([Number.NaN], [0]), 'actual[0]'],
  ['lengths that differ', () => accuracyScore([0, 1], [0]), 'as many values as actual (2), found 1'],
  ['too few weights', () => accuracyScore([0, 1], [0, 1], { weights: [1] }), 'one for each of 2 rows'],
  ['a negative weight', () => precisionScore([0, 1], [0, 1], { weights: [1, -1] }), 'weights[1]'],
  ['an infinite weight', () => f1Score([0, 1], [0, 1], { weights: [1, Number.POSITIVE_INFINITY] }), 'weights[1]'],
  ['more than two classes without an average', () => recallScore([0, 1, 2], [0, 1, 2]), 'State average'],
  [
    'a positive class that is not there',
    () => recallScore([0, 1], [0, 1], { positive: 3 }),
    'classes 0 and 1, found 3',
  ],
  ['another zeroDivision', () => recallScore([0, 1], [0, 1], { zeroDivision: 0.5 }), '0, 1 or NaN'],
  ['a negative beta', () => fBetaScore([0, 1], [0, 1], { beta: -1 }), 'beta'],
  ['a label that stands twice', () => confusionMatrix([0, 1], [0, 1], { labels: [0, 0] }), 'found 0 twice'],
  ['identifiers in place of classes', () => accuracyScore([4_000_000], [4_000_000]), 'found 4000000'],
])('metrics of classes refuse %s', (_, call, message) => {
  expect(call).toThrow(InputError);
  expect(call).toThrow(message);
});
