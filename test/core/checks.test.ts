import { expect, test } from 'vitest';
import * as checks from '../../lib/core/checks.ts';
import { InputError } from '../../lib/core/errors.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

test.each<[string, () => void, string]>([
  [
    'lengths',
    () => checks.checkSameLength('labels', [1, 2], 'scores', [1]),
    'scores: expected as many values as labels (2), found 1',
  ],
  [
    'range',
    () => checks.checkWithin('p', Float64Array.of(0, 0.5, 1.5), 0, 1),
    'p[2]: expected a number in [0, 1], found 1.5',
  ],
  ['range of NaN', () => checks.checkWithin('p', [nan], 0, 1), 'p[0]: expected a number in [0, 1], found NaN'],
  ['range of a number', () => checks.checkWithin('q', -0.1, 0, 1), 'q: expected a number in [0, 1], found -0.1'],
  ['finiteness', () => checks.checkFinite('x', [1, infinity]), 'x[1]: expected a finite number, found Infinity'],
  ['finiteness of a number', () => checks.checkFinite('x', nan), 'x: expected a finite number, found NaN'],
  ['sign', () => checks.checkPositive('rate', 0), 'rate: expected a finite number above 0, found 0'],
  [
    'sign of infinity',
    () => checks.checkPositive('rate', infinity),
    'rate: expected a finite number above 0, found Infinity',
  ],
  ['sign from 0', () => checks.checkNotNegative('l2', -1), 'l2: expected a finite number from 0, found -1'],
  [
    'wholeness',
    () => checks.checkInteger('epochs', 1.5, 1),
    'epochs: expected a whole number in [1, 9007199254740991], found 1.5',
  ],
  [
    'wholeness and range',
    () => checks.checkInteger('epochs', 0, 1, 10),
    'epochs: expected a whole number in [1, 10], found 0',
  ],
  ['decay', () => checks.checkDecay('beta1', 1), 'beta1: expected a number in [0, 1), found 1'],
  ['decay of NaN', () => checks.checkDecay('beta1', nan), 'beta1: expected a number in [0, 1), found NaN'],
])('a wrong %s is an InputError that says where, what was expected and what was found', (_, check, message) => {
  expect(check).toThrow(new InputError(message));
  expect(check).toThrow(InputError);
});

test('what is right passes', () => {
  checks.checkSameLength('a', [1], 'b', Float32Array.of(2));
  checks.checkWithin('a', [0, 1], 0, 1);
  checks.checkFinite('a', []);
  checks.checkPositive('a', 5e-324);
  checks.checkNotNegative('a', [0, -0]);
  checks.checkInteger('a', 3, 3, 3);
  checks.checkDecay('a', 0);
});
