import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { checkpointFromTensors, checkpointToTensors } from '../../lib/optimizers/checkpoint.ts';
import type { Checkpoint } from '../../lib/optimizers/solution.ts';

const checkpoint = (ruleState: unknown, parameters = Float64Array.of(1, 2)): Checkpoint => ({
  step: 7,
  parameters,
  ruleState,
  epochLoss: 0.1,
  previousLoss: NaN,
  bestLoss: Infinity,
  epochsWithoutImprovement: 0,
});

test('a checkpoint becomes tensors named by their paths', () => {
  const state = [{}, { step: 3, mean: Float64Array.of(0.5, -0.5) }, []];
  const tensors = checkpointToTensors(checkpoint(state));
  expect(Object.keys(tensors)).toEqual([
    'step',
    'parameters',
    'ruleState[0]{}',
    'ruleState[1].step',
    'ruleState[1].mean',
    'ruleState[2][]',
    'epochLoss',
    'previousLoss',
    'bestLoss',
    'epochsWithoutImprovement',
  ]);
  expect(tensors['ruleState[1].step']).toEqual({ shape: [], data: Float64Array.of(3) });
  expect(tensors['ruleState[1].mean']).toEqual({ shape: [2], data: Float64Array.of(0.5, -0.5) });
  expect(tensors['ruleState[0]{}']).toEqual({ shape: [0], data: new Float64Array(0) });
});

describe('there and back', () => {
  test.each<[string, unknown]>([
    ['a bare number', 3],
    ['a bare vector', Float64Array.of(1)],
    ['an empty object', {}],
    ['an empty array', []],
    ['an empty vector', new Float64Array(0)],
    ['empties inside', { a: {}, b: [], c: [[], {}, new Float64Array(0)] }],
    ['keys with marks of the path', { 'a.b': 1, 'a[0]': 2, 'a{}': 3, '%2e': 4, '': 5, ' ': 6, 'ä/"\\\n': 7 }],
    ['a key that looks like an index', { 0: 1, 1: 2 }],
    ['keys of the object prototype', JSON.parse('{"__proto__": 1, "constructor": 2}')],
    ['eleven elements, of which the tenth sorts before the second', Array.from({ length: 11 }, (_, i) => i)],
    ['values at the edges', [NaN, -0, Infinity, -Infinity, 5e-324, 1.7976931348623157e308]],
  ])('%s', (_, state) => {
    expect(checkpointFromTensors(checkpointToTensors(checkpoint(state)))).toEqual(checkpoint(state));
  });

  test('any tree of numbers and vectors', () => {
    const number = fc.double();
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.array(number).map((values) => Float64Array.from(values)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (state) => {
        expect(checkpointFromTensors(checkpointToTensors(checkpoint(state)))).toEqual(checkpoint(state));
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test('in any order of the tensors', () => {
    const state = [{ a: 1 }, Float64Array.of(2), [3, [4]]];
    const reversed = Object.fromEntries(Object.entries(checkpointToTensors(checkpoint(state))).reverse());
    expect(checkpointFromTensors(reversed)).toEqual(checkpoint(state));
  });

  test('shares no memory', () => {
    const original = checkpoint([Float64Array.of(1)]);
    const tensors = checkpointToTensors(original);
    const copy = checkpointFromTensors(tensors);
    for (const { data } of Object.values(tensors)) data.fill(9);
    expect(copy).toEqual(original);
    expect(original.parameters).toEqual(Float64Array.of(1, 2));
  });
});

test.each<[string, unknown, string]>([
  ['a string', { a: ['x'] }, 'ruleState.a[0]'],
  ['null', { a: null }, 'ruleState.a'],
  ['undefined', [undefined], 'ruleState[0]'],
  ['a hole', new Array(2), 'ruleState[0]'],
  ['a boolean', true, 'ruleState'],
  ['float32', Float32Array.of(1), 'ruleState'],
  ['a Map', new Map(), 'ruleState'],
  ['a function', { f: () => 0 }, 'ruleState.f'],
])('%s in a state is refused, with its path', (_, state, path) => {
  expect(() => checkpointToTensors(checkpoint(state))).toThrow(InputError);
  expect(() => checkpointToTensors(checkpoint(state))).toThrow(`checkpoint, ${path}: expected a number`);
});

describe('tensors that are no checkpoint are refused', () => {
  const scalar = { shape: [], data: Float64Array.of(1) };
  const empty = { shape: [0], data: new Float64Array(0) };
  const good = checkpointToTensors(checkpoint({}));
  const { step: _step, ...withoutStep } = good;
  const { parameters: _parameters, ...withoutParameters } = good;
  const { 'ruleState{}': _state, ...withoutState } = good;

  test.each([
    ['without steps', withoutStep, /expected a tensor step of shape \[\]/],
    ['without parameters', withoutParameters, /expected a tensor parameters/],
    ['without a state', withoutState, /expected tensors under ruleState/],
    ['a step that is a vector', { ...good, step: empty }, /expected a tensor step/],
    ['a name that is no path', { ...good, 'a[x]': scalar }, /"a\[x\]": expected a name of/],
    ['an index with a leading zero', { ...good, 'a[01]': scalar }, /expected a name of/],
    ['a path that goes on after an empty object', { ...good, 'a{}.b': scalar }, /expected a name of/],
    [
      'a gap in an array',
      { ...good, 'a[0]': scalar, 'a[2]': scalar },
      /checkpoint.a: expected 2 elements, found none at 1/,
    ],
    ['an index beyond all memory', { ...good, 'a[4000000000]': scalar }, /expected 1 elements, found none at 0/],
    ['a leaf that is also a branch', { ...good, a: scalar, 'a.b': scalar }, /contradicts no other/],
    ['an array that is also an object', { ...good, 'a[0]': scalar, 'a.b': scalar }, /contradicts no other/],
    ['an empty object with a child', { ...good, 'a{}': empty, 'a.b': scalar }, /contradicts no other/],
    ['a child in an empty object', { ...good, 'a.b': scalar, 'a{}': empty }, /contradicts no other/],
    ['a matrix', { ...good, a: { shape: [1, 1], data: Float64Array.of(1) } }, /expected shape \[\] or \[n\]/],
    [
      'a shape that does not fit',
      { ...good, a: { shape: [3], data: Float64Array.of(1) } },
      /found shape \[3\] and 1 elements/,
    ],
  ])('%s', (_, tensors, message) => {
    expect(() => checkpointFromTensors(tensors)).toThrow(InputError);
    expect(() => checkpointFromTensors(tensors)).toThrow(message);
  });
});
