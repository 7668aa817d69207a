import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { chain } from '../../lib/optimizers/chain.ts';
import { gd } from '../../lib/optimizers/gd.ts';
import { reduceOnPlateau } from '../../lib/optimizers/reduce-on-plateau.ts';
import { scaleBySchedule } from '../../lib/optimizers/scale-by-schedule.ts';
import { chained, sequential } from '../../lib/optimizers/schedules/combine.ts';
import { constant } from '../../lib/optimizers/schedules/constant.ts';
import { cosine } from '../../lib/optimizers/schedules/cosine.ts';
import { cosineRestarts } from '../../lib/optimizers/schedules/cosine-restarts.ts';
import { cyclic } from '../../lib/optimizers/schedules/cyclic.ts';
import { exponential } from '../../lib/optimizers/schedules/exponential.ts';
import { inverse } from '../../lib/optimizers/schedules/inverse.ts';
import { linear } from '../../lib/optimizers/schedules/linear.ts';
import { makeSchedule, type ScheduleRequest } from '../../lib/optimizers/schedules/make-schedule.ts';
import { oneCycle } from '../../lib/optimizers/schedules/one-cycle.ts';
import { polynomial } from '../../lib/optimizers/schedules/polynomial.ts';
import type { Schedule } from '../../lib/optimizers/schedules/schedule.ts';
import { step } from '../../lib/optimizers/schedules/step.ts';

const first = (schedule: Schedule, count: number) => Array.from({ length: count }, (_, i) => schedule(i));

// The schedules that torch has are held to its figures by the conformance run, over lr_schedules.json. These are by hand.
test.each<[string, Schedule, number[]]>([
  ['constant', constant(), [1, 1, 1]],
  ['constant, for a while', constant({ factor: 0.5, steps: 2 }), [0.5, 0.5, 1]],
  ['step', step({ every: 2, gamma: 0.5 }), [1, 1, 0.5, 0.5, 0.25]],
  ['step, at places', step({ at: [1, 1, 3], gamma: 0.5 }), [1, 0.25, 0.25, 0.125]],
  ['exponential', exponential({ gamma: 0.25, every: 2 }), [1, 0.5, 0.25]],
  ['cosine', cosine({ steps: 2, floor: 0.5 }), [1, 0.75, 0.5, 0.5, 0.5]],
  ['cosine, periodic', cosine({ steps: 2, periodic: true }), [1, 0.5, 0, 0.5, 1, 0.5]],
  ['cosine restarts', cosineRestarts({ steps: 2, growth: 2 }), [1, 0.5, 1, 0.8535533905932737, 0.5]],
  ['linear', linear({ steps: 4, from: 0, to: 1 }), [0, 0.25, 0.5, 0.75, 1, 1]],
  ['polynomial', polynomial({ steps: 4, power: 2, floor: 0 }), [1, 0.5625, 0.25, 0.0625, 0, 0]],
  ['inverse', inverse({ decay: 1 }), [1, 1 / 2, 1 / 3]],
  ['inverse root', inverse({ decay: 3, power: 0.5 }), [1, 1 / 2, 1 / Math.sqrt(7)]],
  // Up in the steps to 0.5·6 − 1 = 2, down to 5.
  [
    'one cycle',
    oneCycle({ steps: 6, warmUp: 0.5, from: 0.5, to: 0.25, shape: 'linear' }),
    [0.5, 0.75, 1, 0.75, 0.5, 0.25, 0.25],
  ],
  ['cyclic', cyclic({ up: 2, down: 1, floor: 0.5 }), [0.5, 0.75, 1, 0.5, 0.75]],
  ['cyclic, shrinking', cyclic({ up: 1, cycleGamma: 0.5 }), [0, 1, 0, 0.5, 0, 0.25]],
  ['chained', chained(constant({ factor: 0.5 }), step({ every: 1, gamma: 0.5 })), [0.5, 0.25, 0.125]],
  [
    'sequential',
    sequential([linear({ steps: 2, from: 0 }), step({ every: 1, gamma: 0.5 })], [2]),
    [0, 0.5, 1, 0.5, 0.25],
  ],
])('%s is as its formula', (_, schedule, expected) => {
  first(schedule, expected.length).forEach((factor, i) => {
    expect(factor).toBeCloseTo(expected[i], 14);
  });
});

test('a scheduled rule multiplies its learning rate, step by step', () => {
  const rule = gd({ learningRate: 2, schedule: linear({ steps: 2, from: 0.5 }) });
  const state = rule.init(new Float64Array(1));
  const steps = [1, 1, 1].map((g) => {
    const gradient = Float64Array.of(g);
    rule.update(gradient, state, gradient);
    return gradient[0];
  });
  expect(steps).toEqual([-1, -1.5, -2]);
});

describe('reduceOnPlateau', () => {
  const scales = (losses: number[], options: Parameters<typeof reduceOnPlateau>[0]) => {
    const rule = reduceOnPlateau(options);
    const state = rule.init(new Float64Array(1));
    return losses.map((loss) => {
      const gradient = Float64Array.of(1);
      rule.update(gradient, state, gradient, loss);
      return gradient[0];
    });
  };

  test('shrinks the steps that follow more than `patience` epochs without improvement', () => {
    const losses = [5, 4, 4, 4, 4, 4, 3, 3];
    expect(scales(losses, { factor: 0.5, patience: 1 })).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]);
  });

  test('rests for `cooldown` epochs, and stops at its floor', () => {
    const losses = [4, 4, 4, 4, 4, 4, 4, 4];
    expect(scales(losses, { factor: 0.5, patience: 0 })).toEqual([1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]);
    expect(scales(losses, { factor: 0.5, patience: 0, cooldown: 2, floor: 0.4 })).toEqual([
      1, 1, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4,
    ]);
  });

  test('looks at the mean loss of an epoch, so that a noisy batch is no plateau', () => {
    const options = { factor: 0.5, patience: 0, stepsPerEpoch: 2 };
    expect(scales([9, 1, 8, 1, 7, 1, 0, 7, 0, 0], options)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(scales([9, 1, 1, 9, 1, 1], options)).toEqual([1, 1, 1, 1, 0.5, 0.5]);
  });

  test('asks for the loss', () => {
    const rule = chain(reduceOnPlateau());
    const gradient = Float64Array.of(1);
    expect(() => rule.update(gradient, rule.init(gradient), gradient)).toThrow(/expected the loss of each step/);
  });
});

describe('makeSchedule', () => {
  const run = { stepsPerEpoch: 10, steps: 100 };
  const factors = (request: ScheduleRequest, at: number[]) => {
    const { schedule } = makeSchedule(request, run);
    return at.map((i) => schedule?.(i));
  };

  test('counts lengths in epochs, and takes the length of the run where none is given', () => {
    expect(factors({ kind: 'step', every: 2, gamma: 0.5 }, [19, 20, 40])).toEqual([1, 0.5, 0.25]);
    expect(factors({ kind: 'polynomial' }, [0, 50, 100])).toEqual([1, 0.5, 0]);
    expect(factors({ kind: 'polynomial', epochs: 2 }, [10, 20])).toEqual([0.5, 0]);
    expect(factors({ kind: 'inverse', decay: 1 }, [10])).toEqual([0.5]);
    expect(factors({ kind: 'exponential', gamma: 0.25 }, [5])[0]).toBeCloseTo(0.5, 14);
  });

  test('gives a part of a sequence the time until the next one begins', () => {
    const request: ScheduleRequest = {
      kind: 'sequential',
      of: [{ kind: 'linear', epochs: 2, from: 0 }, { kind: 'polynomial' }],
      at: [2],
    };
    expect(factors(request, [0, 10, 20, 60, 100])).toEqual([0, 0.5, 1, 0.5, 0]);
  });

  test('keeps plateaus apart, as they look at the loss', () => {
    const made = makeSchedule({ kind: 'chained', of: [{ kind: 'constant', factor: 0.5 }, { kind: 'plateau' }] }, run);
    expect([made.schedule?.(3), made.plateaus]).toEqual([0.5, [{ stepsPerEpoch: 10 }]]);
    expect(makeSchedule({ kind: 'plateau', patience: 2 }, run)).toEqual({
      plateaus: [{ patience: 2, stepsPerEpoch: 10 }],
    });
  });

  test('says when nothing tells how long a schedule is', () => {
    expect(() => makeSchedule({ kind: 'cosine' }, { stepsPerEpoch: 1 })).toThrow(/schedule cosine: expected epochs/);
  });
});

test.each<[string, () => unknown]>([
  ['a staircase without places', () => step({ gamma: 0.5 })],
  ['a staircase with both kinds of places', () => step({ every: 1, at: [1] })],
  ['places out of order', () => step({ at: [3, 1] })],
  ['a floor above 1', () => cosine({ steps: 1, floor: 2 })],
  ['no steps', () => cosine({ steps: 0 })],
  ['growth that is no whole number', () => cosineRestarts({ steps: 1, growth: 1.5 })],
  ['a sequence with too few starts', () => sequential([constant(), constant()], [])],
  ['an empty sequence', () => sequential([], [])],
  ['a plateau factor of 1', () => reduceOnPlateau({ factor: 1 })],
  ['a gamma of 0', () => exponential({ gamma: 0 })],
  ['a scale that is not finite', () => scaleBySchedule(constant(), NaN)],
])('%s is refused', (_, make) => {
  expect(make).toThrow(InputError);
});
