import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import type { Objective } from '../../lib/core/objective.ts';
import { adam } from '../../lib/optimizers/adam.ts';
import { gd } from '../../lib/optimizers/gd.ts';
import { type MinimiseOptions, minimise } from '../../lib/optimizers/minimise.ts';
import type { Progress, StopCriteria } from '../../lib/optimizers/solution.ts';
import { bowl, noisyBowl } from './problems.ts';

const rule = gd({ learningRate: 0.1 });
const initial = Float64Array.of(-2, 0.5, 4);
const run = (objective: Objective, stop: StopCriteria, more: Partial<MinimiseOptions<unknown>> = {}) =>
  minimise<unknown>(objective, { rule, initial, stop, ...more });

/** An objective that only says which losses it has, step by step; its gradient is `slope`. */
function losses(values: number[], { stepsPerEpoch = 1, slope = 0 } = {}): Objective {
  return {
    length: 1,
    stepsPerEpoch,
    evaluate(_, gradient, step) {
      // A run that does not stop could not be stopped by the test runner either.
      if (step > 1000) throw new Error('expected the run to end, found it at step 1,000');
      gradient[0] = slope;
      return values[Math.min(step, values.length - 1)];
    },
  };
}
const one = { initial: Float64Array.of(0) };

describe('a full batch', () => {
  test('converges by the norm of the gradient, and reports loss and norm at the parameters it returns', () => {
    const solution = run(bowl(), { gradientNorm: 1e-3 });
    expect(solution.status).toBe('converged');
    const gradient = new Float64Array(3);
    expect(solution.loss).toBe(bowl().evaluate(solution.parameters, gradient, 0));
    expect(solution.gradientNorm).toBeCloseTo(Math.hypot(...gradient), 15);
    expect(solution.gradientNorm).toBeLessThanOrEqual(1e-3);
    // One step earlier it had not converged.
    expect(run(bowl(), { steps: solution.steps - 1 }).gradientNorm).toBeGreaterThan(1e-3);
  });

  test('stops at the limit of steps or epochs, whichever is first', () => {
    expect(run(bowl(), { steps: 5 })).toMatchObject({ status: 'step-limit', steps: 5, epochs: 5 });
    expect(run(bowl(), { steps: 5, epochs: 3 })).toMatchObject({ status: 'step-limit', steps: 3, epochs: 3 });
    expect(run(bowl(), { steps: 5 }).reason).toBe('all 5 steps were taken');
  });

  test('takes no step when none is allowed', () => {
    const solution = run(bowl(), { steps: 0 });
    expect(solution.parameters).toEqual(initial);
    expect(solution.loss).toBe(bowl().evaluate(initial, new Float64Array(3), 0));
  });

  test('converges at the first loss that changed by no more than its tolerated share', () => {
    const objective = losses([100, 50, 40, 39.7, 39.6]);
    expect(run(objective, { tolerance: 0.01 }, one)).toMatchObject({ status: 'converged', steps: 3, loss: 39.7 });
  });

  test('tolerance 0 converges when the loss repeats, at 0 as well', () => {
    expect(run(losses([3, 0, 0]), { tolerance: 0 }, one)).toMatchObject({ status: 'converged', steps: 2 });
  });

  test('runs out of patience after so many epochs without improvement', () => {
    const objective = losses([10, 8, 9, 8, 7, 7.5, 7.2, 7]);
    // 9 and 8 do not beat 8; 7 does; then 7.5, 7.2 and 7 do not.
    expect(run(objective, { patience: 3 }, one)).toMatchObject({ status: 'converged', steps: 7 });
    expect(run(objective, { patience: 2 }, one)).toMatchObject({ status: 'converged', steps: 3 });
  });

  test('with a tolerance, patience asks for improvement of more than that share of the best', () => {
    // 9.9 beats 10 by 1% only; from 10.5 it changed by 6%, so that the tolerance itself stays silent.
    const objective = losses([10, 10.5, 9.9, 5]);
    expect(run(objective, { patience: 2, tolerance: 0.02 }, one)).toMatchObject({ steps: 2, loss: 9.9 });
    expect(run(objective, { patience: 2, tolerance: 0.005 }, one).steps).toBeGreaterThan(2);
  });
});

describe('mini-batches', () => {
  test('judge the mean loss of an epoch', () => {
    const objective = losses([10, 20, 5, 5, 4, 6], { stepsPerEpoch: 2 });
    expect(run(objective, { tolerance: 0 }, one)).toMatchObject({ status: 'converged', steps: 6, epochs: 3, loss: 5 });
  });

  test('report the mean loss of the last whole epoch, or of the steps so far in the first', () => {
    const objective = losses([10, 20, 5, 6, 100], { stepsPerEpoch: 2 });
    expect(run(objective, { steps: 0 }, one).loss).toBeNaN();
    expect(run(objective, { steps: 1 }, one).loss).toBe(10);
    expect(run(objective, { steps: 2 }, one).loss).toBe(15);
    expect(run(objective, { steps: 3 }, one).loss).toBe(15);
    expect(run(objective, { epochs: 2 }, one).loss).toBe(5.5);
    expect(run(objective, { steps: 5 }, one).loss).toBe(5.5);
  });

  test('have no use for the norm of a gradient that never goes to zero', () => {
    expect(() => run(noisyBowl(), { gradientNorm: 1e-3 })).toThrow(/stop.gradientNorm: expected a full batch/);
  });

  test('visit the batches in step order, across epochs', () => {
    const seen: number[] = [];
    const objective = losses([1], { stepsPerEpoch: 3 });
    const spy: Objective = {
      ...objective,
      evaluate(parameters, gradient, step) {
        seen.push(step);
        return objective.evaluate(parameters, gradient, step);
      },
    };
    run(spy, { epochs: 2 }, one);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('divergence', () => {
  test('is a status, with the last parameters at which all was finite', () => {
    const solution = run(bowl(), { steps: 10_000 }, { rule: gd({ learningRate: 10 }) });
    expect(solution.status).toBe('diverged');
    const gradient = new Float64Array(3);
    expect(bowl().evaluate(solution.parameters, gradient, 0)).toBeLessThan(Infinity);
    expect(solution.loss).toBe(bowl().evaluate(solution.parameters, gradient, 0));
    expect(solution.gradientNorm).toBeLessThan(Infinity);
    expect(solution.reason).toMatch(/not finite after \d+ steps/);
  });

  test.each([NaN, Infinity, -Infinity])('a loss of %s ends the run', (value) => {
    const solution = run(losses([1, value], { slope: 1 }), { steps: 5 }, one);
    expect(solution).toMatchObject({ status: 'diverged', steps: 1, parameters: Float64Array.of(0), loss: 1 });
  });

  test.each([1, 2])('a finite loss that only rose is no convergence, with %i steps an epoch', (stepsPerEpoch) => {
    const rising = [3, 5, 8, 13].flatMap((loss) => Array(stepsPerEpoch).fill(loss));
    const objective = losses(rising, { stepsPerEpoch });
    expect(run(objective, { patience: 3 }, one)).toMatchObject({
      status: 'diverged',
      reason: 'the loss rose from 3 to 13 and never fell below the first',
    });
  });

  test.each([
    ['that fell before it rose', [3, 2, 8, 13, 20]],
    ['that rose by less than it was', [3, 3.1, 3.2, 3.3]],
    ['below zero that rose by less than its size', [-3, -2, -1, -1]],
  ])('a loss %s runs out of patience', (_, values) => {
    expect(run(losses(values), { patience: 3 }, one).status).toBe('converged');
  });

  test('a step that leaves the range of floats ends the run, though no evaluation follows', () => {
    const huge = { rule: gd({ learningRate: 1e10 }), initial: Float64Array.of(1e308) };
    const solution = run(losses([1], { slope: -1e300 }), { steps: 1 }, huge);
    expect(solution).toMatchObject({ status: 'diverged', parameters: Float64Array.of(1e308) });
  });

  test('a mini-batch run that diverges reports its last whole epoch', () => {
    const solution = run(losses([4, 6, NaN], { stepsPerEpoch: 2 }), { steps: 9 }, one);
    expect(solution).toMatchObject({ status: 'diverged', steps: 2, loss: 5 });
    expect(run(losses([4, NaN], { stepsPerEpoch: 2 }), { steps: 9 }, one).loss).toBe(4);
  });

  test('at the very start leaves the initial parameters', () => {
    expect(run(losses([NaN]), { steps: 5 }, one)).toMatchObject({
      status: 'diverged',
      steps: 0,
      parameters: one.initial,
    });
  });
});

describe('progress', () => {
  const hear = (objective: Objective, stop: StopCriteria, more: Partial<MinimiseOptions<unknown>> = {}) => {
    const heard: Progress[] = [];
    run(objective, stop, { onProgress: (progress) => heard.push(progress), ...more });
    return heard;
  };

  test('is told every 100 steps, and for the last', () => {
    expect(hear(bowl(), { steps: 250 }).map(({ step }) => step)).toEqual([100, 200, 250]);
    expect(hear(bowl(), { steps: 200 }).map(({ step }) => step)).toEqual([100, 200]);
    expect(hear(bowl(), { steps: 0 })).toEqual([]);
  });

  test('carries the loss and the gradient before the step, the epochs finished, and the mean loss of one that ended', () => {
    const objective = losses([10, 20, 30, 40, 50], { stepsPerEpoch: 2, slope: -3 });
    expect(hear(objective, { steps: 5 }, { ...one, progressEvery: 2 })).toEqual([
      { step: 2, epoch: 1, loss: 20, epochLoss: 15, gradientNorm: 3 },
      { step: 4, epoch: 2, loss: 40, epochLoss: 35, gradientNorm: 3 },
      { step: 5, epoch: 2, loss: 50, gradientNorm: 3 },
    ]);
  });

  test('a pause adds no point, so that an interrupted curve is the same curve', () => {
    let asked = 0;
    expect(hear(bowl(), { steps: 50 }, { shouldPause: () => asked++ === 7 })).toEqual([]);
  });
});

describe('pausing', () => {
  test('is asked before each step, and not once the run has ended', () => {
    let asked = 0;
    run(bowl(), { steps: 5 }, { shouldPause: () => ++asked > 100 });
    expect(asked).toBe(5);
  });

  test('leaves the checkpoint that was handed in as it was, to be used again', () => {
    const { checkpoint } = run(bowl(), { steps: 3 }, { rule: adam() });
    const copy = structuredClone(checkpoint);
    run(bowl(), { steps: 9 }, { rule: adam(), resume: checkpoint });
    expect(checkpoint).toEqual(copy);
  });

  test('resuming what had converged takes no further step', () => {
    for (const objective of [bowl(), losses([10, 20, 5, 5, 4, 6], { stepsPerEpoch: 2 })]) {
      const more = objective.length === 1 ? one : {};
      const done = run(objective, { tolerance: 1e-9 }, more);
      expect(done.status).toBe('converged');
      expect(run(objective, { tolerance: 1e-9 }, { ...more, resume: done.checkpoint })).toMatchObject({
        status: 'converged',
        steps: done.steps,
        parameters: done.parameters,
        loss: done.loss,
      });
    }
  });

  test('at every step leaves the criteria of an epoch where they were', () => {
    const objective = losses([10, 20, 16, 10, 9, 13, 11, 12, 11.5, 11.6, 20, 20, 20], { stepsPerEpoch: 2 });
    const stop = { patience: 3, tolerance: 0 };
    const whole = run(objective, stop, one);
    expect(whole).toMatchObject({ status: 'converged', steps: 12 });
    let part = run(objective, stop, { ...one, shouldPause: () => true });
    let calls = 0;
    while (part.status === 'deadline' && calls++ < 50) {
      let asked = 0;
      part = run(objective, stop, {
        ...one,
        resume: structuredClone(part.checkpoint),
        shouldPause: () => asked++ === 1,
      });
    }
    expect(part).toEqual(whole);
  });
});

test('the initial parameters stay as they are, and the solution owns its own', () => {
  const start = initial.slice();
  const solution = run(bowl(), { steps: 5 }, { initial: start });
  expect(start).toEqual(initial);
  const { parameters, checkpoint } = solution;
  parameters.fill(0);
  expect(checkpoint.parameters).not.toEqual(parameters);
});

test.each<[string, StopCriteria, Partial<MinimiseOptions<unknown>>, RegExp]>([
  ['no criterion', {}, {}, /stop: expected at least one of steps, epochs/],
  ['only undefined criteria', { steps: undefined }, {}, /expected at least one/],
  ['half a step', { steps: 1.5 }, {}, /stop.steps: expected a whole number .*, found 1.5/],
  ['negative epochs', { epochs: -1 }, {}, /stop.epochs/],
  ['a tolerance of NaN', { tolerance: NaN }, {}, /stop.tolerance/],
  ['a negative norm', { gradientNorm: -1 }, {}, /stop.gradientNorm/],
  ['patience 0', { patience: 0 }, {}, /stop.patience/],
  [
    'an initial vector too short',
    { steps: 1 },
    { initial: Float64Array.of(1) },
    /initial: expected 3 parameters, found 1/,
  ],
  ['an initial NaN', { steps: 1 }, { initial: Float64Array.of(1, NaN, 1) }, /initial\[1\]: .*NaN/],
  ['progress every 0 steps', { steps: 1 }, { progressEvery: 0 }, /progressEvery/],
])('%s is refused', (_, stop, more, message) => {
  expect(() => run(bowl(), stop, more)).toThrow(InputError);
  expect(() => run(bowl(), stop, more)).toThrow(message);
});

test("another objective's checkpoint is refused", () => {
  const { checkpoint } = run(bowl(2), { steps: 1 }, { initial: new Float64Array(2) });
  expect(() => run(bowl(3), { steps: 2 }, { resume: checkpoint })).toThrow(
    /checkpoint: expected 3 parameters, found 2/,
  );
});
