import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { addDecay } from '../../lib/optimizers/add-decay.ts';
import { chain } from '../../lib/optimizers/chain.ts';
import { clipByNorm } from '../../lib/optimizers/clip-by-norm.ts';
import { clipByValue } from '../../lib/optimizers/clip-by-value.ts';
import { euclideanNorm } from '../../lib/optimizers/euclidean-norm.ts';
import { gd } from '../../lib/optimizers/gd.ts';
import { lion } from '../../lib/optimizers/lion.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import { makeRule, type RuleRequest, ruleNames } from '../../lib/optimizers/rules.ts';
import { scale } from '../../lib/optimizers/scale.ts';
import { scaleByAdam } from '../../lib/optimizers/scale-by-adam.ts';
import { scaleByLion } from '../../lib/optimizers/scale-by-lion.ts';
import { scaleByNadam } from '../../lib/optimizers/scale-by-nadam.ts';
import { scaleByRms } from '../../lib/optimizers/scale-by-rms.ts';
import { sgd } from '../../lib/optimizers/sgd.ts';
import { trace } from '../../lib/optimizers/trace.ts';

/** What a rule makes of one gradient after another. */
function steps(rule: Rule, gradients: number[][], parameters = new Float64Array(gradients[0].length)): number[][] {
  const state = rule.init(parameters);
  return gradients.map((gradient) => {
    const step = Float64Array.from(gradient);
    rule.update(step, state, parameters);
    return [...step];
  });
}

test('gd goes down the gradient by the learning rate', () => {
  expect(steps(gd({ learningRate: 0.5 }), [[4, -2]])).toEqual([[-2, 1]]);
});

test('trace takes the first gradient whole and dampens only the later ones', () => {
  // By hand: b1 = 1, b2 = 0.5·1 + 0.75·2 = 2, b3 = 0.5·2 + 0.75·4 = 4.
  expect(steps(trace({ momentum: 0.5, dampening: 0.25 }), [[1], [2], [4]])).toEqual([[1], [2], [4]]);
});

test('nesterov looks one step ahead: g + μ·b', () => {
  // By hand: b = 1, 2.5; g + 0.5·b = 1.5, 3.25.
  expect(steps(trace({ momentum: 0.5, nesterov: true }), [[1], [2]])).toEqual([[1.5], [3.25]]);
});

test('scaleByAdam starts with the sign of the gradient, whatever its scale', () => {
  // By hand from Algorithm 1: both corrections cancel at step 1, leaving g / (|g| + epsilon).
  const [[large, small]] = steps(scaleByAdam(), [[250, -0.004]]);
  expect(large).toBeCloseTo(250 / (250 + 1e-8), 14);
  expect(small).toBeCloseTo(-0.004 / (0.004 + 1e-8), 14);
});

test('epsilonHat stands before the bias correction: 1e-7 acts as 3.16e-6 at the first step', () => {
  // By hand: g / (|g| + ε̂ / √(1 − 0.999)).
  const [[step]] = steps(scaleByAdam({ epsilonHat: 1e-7 }), [[1e-6]]);
  expect(step).toBeCloseTo(1e-6 / (1e-6 + 1e-7 / Math.sqrt(0.001)), 12);
});

test('amsgrad divides by the largest squared mean, so that a small gradient after a large one moves little', () => {
  // By hand with β₁ = 0, β₂ = ½: v = 50, 25.5; the largest stays 50, over the bias 1 − ¼.
  const rule = scaleByAdam({ beta1: 0, beta2: 0.5, epsilon: 0, amsgrad: true });
  expect(steps(rule, [[10], [1]])[1][0]).toBeCloseTo(1 / Math.sqrt(50 / 0.75), 14);
});

test('addDecay adds the parameters, and where it stands in a chain matters', () => {
  const parameters = Float64Array.of(10, -20);
  expect(steps(addDecay(0.1), [[1, 1]], parameters)).toEqual([[2, -1]]);
  expect(steps(chain(scale(2), addDecay(0.1)), [[1, 1]], parameters)).toEqual([[3, 0]]);
  expect(steps(chain(addDecay(0.1), scale(2)), [[1, 1]], parameters)).toEqual([[4, -2]]);
});

test('lion keeps the sign of gradient and momentum mixed, and lets the momentum follow more slowly', () => {
  // By hand from Algorithm 2 with β₁ = ½, β₂ = ¾: c = 2, then ½·1 − ½·3 = −1 while m = 1, then m = 0, g = 0.
  expect(steps(scaleByLion({ beta1: 0.5, beta2: 0.75 }), [[4], [-3], [0]])).toEqual([[1], [-1], [0]]);
  // Decoupled decay: −α·(1 + λ·θ).
  expect(steps(lion({ learningRate: 0.5, weightDecay: 0.1 }), [[3]], Float64Array.of(10))).toEqual([[-1]]);
});

test('rmsprop divides by the deviation where it is centred, and does not fail on a constant gradient', () => {
  // By hand with β = ½ and ε = 1: v = 8, ḡ = 2, so 4 / (√(8 − 4) + 1).
  expect(steps(scaleByRms({ decay: 0.5, epsilon: 1, centred: true }), [[4]])[0][0]).toBeCloseTo(4 / 3, 14);
  const constant = steps(scaleByRms({ decay: 0.5, centred: true }), new Array(200).fill([0.1]));
  for (const [step] of constant) expect(step).toBeGreaterThan(0);
});

test('nadam in the form of older torch counts the momentum twice', () => {
  // By hand at step 1, where m = (1 − β₁)·g and √v̂ = |g|.
  const [mu, next] = [1, 2].map((t) => 0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)));
  const options = { epsilon: 0 };
  const first = (rule: Rule) => steps(rule, [[2]])[0][0];
  expect(first(scaleByNadam(options))).toBeCloseTo(1 + (0.1 * next) / (1 - mu * next), 13);
  expect(first(scaleByNadam({ ...options, countsMomentumTwice: true }))).toBeCloseTo(
    1 + (0.1 * next) / (1 - mu * mu * next),
    13,
  );
});

describe('clipping', () => {
  test('by norm keeps the direction, and leaves a short gradient alone', () => {
    expect(
      steps(clipByNorm(1), [
        [3, 4],
        [0.3, 0.4],
      ]),
    ).toEqual([
      [0.6, 0.8],
      [0.3, 0.4],
    ]);
  });

  test('by norm works where the squares overflow', () => {
    const [[x, y]] = steps(clipByNorm(1), [[3e200, -4e200]]);
    expect([x, y]).toEqual([expect.closeTo(0.6, 14), expect.closeTo(-0.8, 14)]);
  });

  test('by value limits each coordinate', () => {
    expect(steps(clipByValue(1), [[3, -0.5, -7]])).toEqual([[1, -0.5, -1]]);
  });

  test('lets NaN pass, so that the run is seen to diverge', () => {
    expect(steps(clipByValue(1), [[NaN]])).toEqual([[NaN]]);
    expect(steps(clipByNorm(1), [[NaN, 2]])).toEqual([[NaN, 2]]);
  });
});

test('euclideanNorm is right where squares leave the range of floats', () => {
  expect(euclideanNorm(Float64Array.of(3, 4))).toBe(5);
  expect(euclideanNorm(Float64Array.of(3e200, 4e200))).toBeCloseTo(5e200, -190);
  expect(euclideanNorm(Float64Array.of(3e-200, 4e-200)) / 5e-200).toBeCloseTo(1, 14);
  expect(euclideanNorm(Float64Array.of(0, 0))).toBe(0);
  expect(euclideanNorm(new Float64Array(0))).toBe(0);
  expect(euclideanNorm(Float64Array.of(1, NaN))).toBeNaN();
  expect(euclideanNorm(Float64Array.of(1, -Infinity))).toBe(Infinity);
});

test.each<[string, () => unknown]>([
  ['a learning rate of 0', () => gd({ learningRate: 0 })],
  ['a learning rate that is NaN', () => sgd({ learningRate: NaN })],
  ['an infinite learning rate', () => adam({ learningRate: Infinity })],
  ['momentum 1', () => sgd({ learningRate: 1, momentum: 1 })],
  ['dampening above 1', () => sgd({ learningRate: 1, momentum: 0.5, dampening: 1.5 })],
  ['nesterov without momentum', () => sgd({ learningRate: 1, nesterov: true })],
  ['nesterov with dampening', () => sgd({ learningRate: 1, momentum: 0.9, dampening: 0.1, nesterov: true })],
  ['a negative weight decay', () => adam({ weightDecay: -1 })],
  ['beta1 of 1', () => adam({ beta1: 1 })],
  ['beta2 below 0', () => adam({ beta2: -0.1 })],
  ['a negative epsilon', () => adam({ epsilon: -1e-8 })],
  ['a clip at 0', () => clipByNorm(0)],
  ['a clip at NaN', () => clipByValue(NaN)],
  ['a scale of Infinity', () => scale(Infinity)],
])('%s is refused', (_, make) => {
  expect(make).toThrow(InputError);
});

describe('makeRule', () => {
  test('knows every rule by the name of its function', () => {
    expect(ruleNames).toEqual([
      ...['gd', 'sgd', 'adagrad', 'rmsprop', 'adadelta', 'adam', 'adamw', 'adamax', 'nadam', 'radam', 'lion'],
      ...['lbfgs', 'newton', 'closedForm'],
    ]);
    expect(steps(makeRule({ name: 'gd', learningRate: 2 }), [[1]])).toEqual([[-2]]);
    const options = { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 };
    const gradients = [[1], [-3]];
    expect(steps(makeRule({ name: 'sgd', ...options }), gradients)).toEqual(steps(sgd(options), gradients));
    const adamOptions = { learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 0.1, amsgrad: true };
    expect(steps(makeRule({ name: 'adam', ...adamOptions }), gradients)).toEqual(steps(adam(adamOptions), gradients));
  });

  test('counts an undefined option as left out', () => {
    expect(steps(makeRule({ name: 'adam', beta1: undefined }), [[1]])).toEqual(steps(adam(), [[1]]));
  });

  test.each<[object, RegExp]>([
    [{ name: 'rprop', learningRate: 1 }, /expected one of gd, sgd, .*, found "rprop"/],
    [{ name: 'newton', momentum: 1 }, /optimizer newton: expected options among noise, found "momentum"/],
    [{ name: 'closedForm', a: 1 }, /expected options among none, found "a"/],
    [{ name: 'lbfgs', lineSearch: 'armijo' }, /lineSearch: expected strong-wolfe or none, found "armijo"/],
    [{ name: 'toString' }, /expected one of/],
    [
      { name: 'gd', learningRate: 1, momentum: 0.9 },
      /optimizer gd: expected options among learningRate, found "momentum"/,
    ],
    [{ name: 'sgd', learningRate: 1, learningrate: 1 }, /found "learningrate"/],
    [{ name: 'adam', name2: 1 }, /found "name2"/],
    [{ name: 'gd' }, /optimizer gd: expected learningRate, found none/],
    [{ name: 'gd', learningRate: '0.1' }, /optimizer gd, learningRate: expected a number, found "0.1"/],
    [{ name: 'sgd', learningRate: 1, nesterov: 1 }, /nesterov: expected a boolean, found 1/],
  ])('refuses %j', (request, message) => {
    expect(() => makeRule(request as RuleRequest)).toThrow(InputError);
    expect(() => makeRule(request as RuleRequest)).toThrow(message);
  });
});
