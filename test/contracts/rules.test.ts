import { describe, expect, test } from 'vitest';
import { adam } from '../../lib/optimizers/adam.ts';
import { addDecay } from '../../lib/optimizers/add-decay.ts';
import { chain } from '../../lib/optimizers/chain.ts';
import { checkpointFromTensors, checkpointToTensors } from '../../lib/optimizers/checkpoint.ts';
import { clipByNorm } from '../../lib/optimizers/clip-by-norm.ts';
import { clipByValue } from '../../lib/optimizers/clip-by-value.ts';
import { gd } from '../../lib/optimizers/gd.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import { scale } from '../../lib/optimizers/scale.ts';
import { scaleByAdam } from '../../lib/optimizers/scale-by-adam.ts';
import { sgd } from '../../lib/optimizers/sgd.ts';
import type { Checkpoint, Progress } from '../../lib/optimizers/solution.ts';
import { trace } from '../../lib/optimizers/trace.ts';
import { bowl, noisyBowl } from '../optimizers/problems.ts';
import { countVectors } from './count-vectors.ts';

/** What a user picks by name; each must find the bottom of a bowl. */
const recipes: Record<string, () => Rule> = {
  gd: () => gd({ learningRate: 0.1 }),
  sgd: () => sgd({ learningRate: 0.1 }),
  'sgd, momentum': () => sgd({ learningRate: 0.03, momentum: 0.9 }),
  'sgd, dampening': () => sgd({ learningRate: 0.1, momentum: 0.9, dampening: 0.5 }),
  'sgd, nesterov': () => sgd({ learningRate: 0.03, momentum: 0.9, nesterov: true }),
  adam: () => adam({ learningRate: 0.02 }),
  'adam, amsgrad': () => adam({ learningRate: 0.02, amsgrad: true }),
  'adam, epsilonHat': () => adam({ learningRate: 0.02, epsilonHat: 1e-7 }),
  'clipped by norm': () => chain(clipByNorm(1), sgd({ learningRate: 0.1 })),
  'clipped by value': () => chain(clipByValue(0.5), trace({ momentum: 0.5 }), scale(-0.1)),
};

/** Decay pulls the bottom elsewhere. */
const rules: Record<string, () => Rule> = {
  ...recipes,
  'sgd, weight decay': () => sgd({ learningRate: 0.03, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  'adam, weight decay': () => adam({ learningRate: 0.02, weightDecay: 0.1 }),
  'decoupled decay': () => chain(scaleByAdam(), addDecay(0.1), scale(-0.02)),
  'empty chain': () => chain(),
};

const problems = { 'full batch': bowl(), 'mini-batches': noisyBowl(7) };
const initial = Float64Array.of(-2, 0.5, 4);

/** Every bit of the parameters, so that −0 differs from 0 and each NaN from another. */
const bits = (vector: Float64Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');

describe.each(Object.entries(rules))('%s', (_, makeRule) => {
  test('leaves the parameters untouched', () => {
    const rule = makeRule();
    const parameters = Float64Array.of(1, -2, 3);
    const state = rule.init(parameters);
    for (let step = 0; step < 3; step++) rule.update(Float64Array.of(3, -1, 0), state, parameters);
    expect(parameters).toEqual(Float64Array.of(1, -2, 3));
  });

  test('keeps a state of numbers and vectors only, which a structured clone copies whole', () => {
    const rule = makeRule();
    const state = rule.init(initial);
    rule.update(Float64Array.of(3, -1, 0.5), state, initial);
    expectData(state);
    expect(structuredClone(state)).toEqual(state);
  });

  test('two runs of one rule share nothing', () => {
    const rule = makeRule();
    const [first, second] = [rule.init(initial), rule.init(initial)];
    rule.update(Float64Array.of(3, -1, 0.5), first, initial);
    expect(second).toEqual(makeRule().init(initial));
  });

  test('makes no vector in a step', () => {
    const rule = makeRule();
    const [state, gradient] = [rule.init(initial), Float64Array.of(3, -1, 0.5)];
    expect(countVectors(() => rule.update(gradient, state, initial))).toBe(0);
  });

  test.each(Object.entries(problems))(
    '%s: stopped before each of 50 steps and resumed, it ends in the same bits',
    (_, objective) => {
      const stop = { steps: 50 };
      const whole: Progress[] = [];
      const expected = minimise(objective, {
        rule: makeRule(),
        initial,
        stop,
        progressEvery: 7,
        onProgress: (progress) => whole.push(progress),
      });
      expect(expected.steps).toBe(50);

      for (let pause = 0; pause < 50; pause++) {
        const heard: Progress[] = [];
        const onProgress = (progress: Progress) => heard.push(progress);
        let asked = 0;
        const part = minimise(objective, {
          rule: makeRule(),
          initial,
          stop,
          progressEvery: 7,
          onProgress,
          shouldPause: () => asked++ === pause,
        });
        expect(part).toMatchObject({ status: 'deadline', steps: pause });
        const copies: Checkpoint[] = [
          structuredClone(part.checkpoint),
          checkpointFromTensors(checkpointToTensors(part.checkpoint)),
        ];
        const soFar = [...heard];
        for (const resume of copies) {
          heard.splice(0, heard.length, ...soFar);
          const rest = minimise(objective, { rule: makeRule(), initial, stop, progressEvery: 7, onProgress, resume });
          expect(bits(rest.parameters)).toBe(bits(expected.parameters));
          expect(rest).toEqual(expected);
          expect(heard).toEqual(whole);
        }
      }
    },
  );
});

test.each(Object.entries(recipes))('%s finds the bottom of a bowl', (_, makeRule) => {
  const solution = minimise(bowl(), { rule: makeRule(), initial, stop: { gradientNorm: 1e-8, steps: 5000 } });
  expect(solution.status).toBe('converged');
  for (const value of solution.parameters) expect(value).toBeCloseTo(1, 7);
});

function expectData(state: unknown): void {
  if (typeof state === 'number' || state instanceof Float64Array) return;
  expect(state).toBeTypeOf('object');
  expect(state).not.toBeNull();
  expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(state));
  for (const child of Object.values(state as object)) expectData(child);
}
