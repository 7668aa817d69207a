import { describe, expect, test } from 'vitest';
import type { Objective } from '../../lib/core/objective.ts';
import { penalty } from '../../lib/losses/penalties.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { chain } from '../../lib/optimizers/chain.ts';
import { checkpointFromTensors, checkpointToTensors } from '../../lib/optimizers/checkpoint.ts';
import { fista } from '../../lib/optimizers/fista.ts';
import { gd } from '../../lib/optimizers/gd.ts';
import { minimise } from '../../lib/optimizers/minimise.ts';
import { proximal, softThreshold } from '../../lib/optimizers/proximal.ts';
import type { Rule } from '../../lib/optimizers/rule.ts';
import type { Checkpoint } from '../../lib/optimizers/solution.ts';
import { noisyBowl } from './problems.ts';

const curvatures = [1, 10, 100, 5];
const centres = [3, -0.5, 0.02, -2];

/** ½ Σ cᵢ·(θᵢ − aᵢ)² + l1·Σ|θᵢ| over the first three: least at aᵢ moved towards 0 by l1/cᵢ, by hand. */
function lassoBowl(l1: number): Objective {
  const added = penalty({ l1, ranges: [[0, 3]] });
  return {
    length: 4,
    stepsPerEpoch: 1,
    subgradientNorm: added.subgradientNorm,
    evaluate(parameters, gradient) {
      let loss = 0;
      for (let i = 0; i < 4; i++) {
        gradient[i] = curvatures[i] * (parameters[i] - centres[i]);
        loss += 0.5 * gradient[i] * (parameters[i] - centres[i]);
      }
      return loss + added.add(parameters, gradient);
    },
  };
}

const l1 = 2.5;
const ranges = [[0, 3]] as const;
/** 3 − 2.5, −0.5 + 0.25, 0.02 − 0.025 held at 0, and −2, which is not penalised. */
const minimum = [0.5, -0.25, 0, -2];

describe.each<[string, () => Rule]>([
  [
    'gradient descent and a proximal step',
    () => chain(gd({ learningRate: 0.01 }), proximal({ learningRate: 0.01, l1, ranges })),
  ],
  ['fista at a given rate', () => fista({ learningRate: 0.01, l1, ranges }) as Rule],
  ['fista that measures its own', () => fista({ l1, ranges }) as Rule],
])('%s', (_, makeRule) => {
  test('finds the minimum with a kink, and its zero exactly', () => {
    const initial = Float64Array.of(-1, 1, 1, 1);
    const stop = { gradientNorm: 1e-10, steps: 5000 };
    const { status, parameters } = minimise(lassoBowl(l1), { rule: makeRule(), initial, stop });
    expect(status).toBe('converged');
    minimum.forEach((value, i) => {
      expect(parameters[i]).toBeCloseTo(value, 9);
    });
    expect(parameters[2]).toBe(0);
  });

  test('resumed after each step it has the same bits', () => {
    const objective = lassoBowl(l1);
    const initial = Float64Array.of(-1, 1, 1, 1);
    const straight = minimise(objective, { rule: makeRule(), initial, stop: { steps: 30 } });
    let resumed = minimise(objective, { rule: makeRule(), initial, stop: { steps: 1 } });
    for (let steps = 2; steps <= 30; steps++) {
      const resume = checkpointFromTensors(checkpointToTensors(resumed.checkpoint));
      resumed = minimise(objective, { rule: makeRule(), initial, stop: { steps }, resume });
    }
    expect(resumed.parameters).toEqual(straight.parameters);
  });

  test('leaves the parameters untouched', () => {
    const rule = makeRule();
    const parameters = Float64Array.of(1, -2, 3, 0);
    const state = rule.init(parameters);
    for (let step = 0; step < 3; step++) rule.update(Float64Array.of(3, -1, 0, 1), state, parameters);
    expect(parameters).toEqual(Float64Array.of(1, -2, 3, 0));
  });
});

test('fista takes far fewer steps than gradient descent on an ill-conditioned problem', () => {
  const objective: Objective = {
    length: 50,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      let loss = 0;
      for (let i = 0; i < 50; i++) {
        gradient[i] = (i + 1) ** 2 * (parameters[i] - 1);
        loss += 0.5 * gradient[i] * (parameters[i] - 1);
      }
      return loss;
    },
  };
  const stepsOf = (rule: Rule) =>
    minimise(objective, { rule, initial: new Float64Array(50), stop: { gradientNorm: 1e-8, steps: 100_000 } }).steps;
  const [accelerated, plain] = [stepsOf(fista() as Rule), stepsOf(gd({ learningRate: 1 / 2500 }))];
  expect(accelerated).toBeLessThan(plain / 10);
});

test('a proximal step shrinks by the schedule of the step before it, and elastic net divides too', () => {
  const rule = proximal({ learningRate: 0.5, schedule: (step) => 1 / (step + 1), l1: 1, l2: 2 });
  const parameters = Float64Array.of(3, -3, 0.1);
  const state = rule.init(parameters);
  // α = ½: 3 − ½ over 1 + 1; then α = ¼: 3 − ¼ over 1.5.
  const [first, second] = [new Float64Array(3), new Float64Array(3)];
  rule.update(first, state, parameters);
  rule.update(second, state, parameters);
  expect([...first].map((step, i) => step + parameters[i])).toEqual([1.25, -1.25, 0]);
  expect(second[0] + 3).toBeCloseTo(2.75 / 1.5, 15);
});

test('what is no number is not shrunk to zero', () => {
  expect(softThreshold(Number.NaN, 1)).toBeNaN();
  expect([2, -2, 0.5, -0.5].map((value) => softThreshold(value, 1))).toEqual([1, -1, 0, 0]);
});

test.each([
  () => proximal({ learningRate: 0 }),
  () => proximal({ learningRate: 1, l1: -1 }),
  () => fista({ learningRate: -1 }),
  () => fista({ l2: Number.NaN }),
])('%s is refused', (make) => expect(make).toThrow(/expected a finite number/));

describe('early stopping', () => {
  const objective = noisyBowl(5);
  const initial = Float64Array.of(-2, 0.5, 4);
  /** Least at a third of the way to the bowl's centre, so that training goes past it. */
  const validate = (parameters: Float64Array) =>
    parameters.reduce((sum, value, i) => sum + (value - (initial[i] + (1 - initial[i]) / 3)) ** 2, 0);
  const rule = () => adam({ learningRate: 0.02 });

  test('returns the parameters of the best epoch, and stops when patience is at its end', () => {
    const { status, reason, best, parameters, epochs } = minimise(objective, {
      rule: rule(),
      initial,
      stop: { epochs: 400, patience: 6 },
      validate,
    });
    expect([status, reason]).toEqual(['converged', 'the loss on the watched rows did not improve for 6 epochs']);
    expect(best?.epoch).toBe(epochs - 6);
    expect(validate(parameters)).toBe(best?.loss);
    const there = minimise(objective, { rule: rule(), initial, stop: { epochs: best?.epoch } });
    expect(parameters).toEqual(there.parameters);
  });

  test('is the same when it is interrupted, within epochs and at their ends', () => {
    const options = { rule: rule(), initial, stop: { epochs: 400, patience: 6 }, validate };
    const straight = minimise(objective, options);
    let steps = 0;
    let resume: Checkpoint | undefined;
    const paused = () => minimise(objective, { ...options, resume, shouldPause: () => steps++ % 4 === 3 });
    let solution = paused();
    while (solution.status === 'deadline') {
      resume = checkpointFromTensors(checkpointToTensors(solution.checkpoint));
      solution = paused();
    }
    expect(solution).toMatchObject({ reason: straight.reason, best: straight.best, steps: straight.steps });
    expect(solution.parameters).toEqual(straight.parameters);
  });

  test('without patience it runs to the end, and still returns the best', () => {
    const { status, best, parameters } = minimise(objective, {
      rule: rule(),
      initial,
      stop: { epochs: 100 },
      validate,
    });
    expect(status).toBe('step-limit');
    expect(best?.epoch).toBeLessThan(100);
    expect(validate(parameters)).toBe(best?.loss);
  });
});
