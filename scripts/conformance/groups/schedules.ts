// lr_schedules.json: the learning rates of torch's schedulers, step by step. A schedule is written as torch would call it.
import { chained, sequential } from '../../../lib/optimizers/schedules/combine.ts';
import { constant } from '../../../lib/optimizers/schedules/constant.ts';
import { cosine } from '../../../lib/optimizers/schedules/cosine.ts';
import { cosineRestarts } from '../../../lib/optimizers/schedules/cosine-restarts.ts';
import { cyclic } from '../../../lib/optimizers/schedules/cyclic.ts';
import { exponential } from '../../../lib/optimizers/schedules/exponential.ts';
import { linear } from '../../../lib/optimizers/schedules/linear.ts';
import { oneCycle } from '../../../lib/optimizers/schedules/one-cycle.ts';
import { polynomial } from '../../../lib/optimizers/schedules/polynomial.ts';
import type { Schedule } from '../../../lib/optimizers/schedules/schedule.ts';
import { step } from '../../../lib/optimizers/schedules/step.ts';
import { differences, type Group, outcome } from '../group.ts';
import { type Call, isCall, parseCall } from '../python-call.ts';

interface Golden {
  schedules: { schedule: string; base_lr: number; lr: (number | string)[] }[];
}

export const schedules: Group = {
  name: 'lr_schedules',
  matches: (path) => path === 'lr_schedules.json',
  *check(golden) {
    for (const { schedule: text, base_lr: base, lr } of (golden as Golden).schedules) {
      const call = parseCall(text);
      const rates = call && ratesOf(call, base);
      if (!rates) {
        const reason = call ? 'hone has no such schedule' : 'its text could not be read';
        yield { result: 'skipped', name: text.split('(')[0], reason };
        continue;
      }
      const found = lr.map((_, i) => rates(i));
      yield outcome(text, differences(found, lr, { relative: 1e-12, absolute: 1e-16 * Math.abs(base) }, 'lr'));
    }
  },
};

/** The learning rate at each step; undefined where hone has no such schedule. */
function ratesOf(call: Call, base: number): Schedule | undefined {
  const option = optionsOf(call);
  // These name their own peak, and do not look at the optimizer's rate.
  const peak = call.name === 'OneCycleLR' || call.name === 'CyclicLR' ? option('max_lr', base) : base;
  const schedule = scheduleOf(call, base);
  return schedule && ((i) => peak * schedule(i));
}

function scheduleOf(call: Call, base: number): Schedule | undefined {
  const option = optionsOf(call);
  switch (call.name) {
    case 'StepLR':
      return step({ every: option('step_size', 1), gamma: option('gamma', 0.1) });
    case 'MultiStepLR':
      return step({ at: (call.named.milestones ?? call.positional[0]) as number[], gamma: option('gamma', 0.1) });
    case 'ExponentialLR':
      return exponential({ gamma: option('gamma', call.positional[0] as number) });
    case 'CosineAnnealingLR':
      return cosine({ steps: option('T_max', 1), floor: option('eta_min', 0) / base, periodic: true });
    case 'CosineAnnealingWarmRestarts':
      return cosineRestarts({
        steps: option('T_0', 1),
        growth: option('T_mult', 1),
        floor: option('eta_min', 0) / base,
      });
    case 'OneCycleLR': {
      const from = 1 / option('div_factor', 25);
      return oneCycle({
        steps: option('total_steps', option('epochs', 1) * option('steps_per_epoch', 1)),
        warmUp: option('pct_start', 0.3),
        from,
        to: from / option('final_div_factor', 1e4),
        shape: option('anneal_strategy', 'cos') === 'cos' ? 'cosine' : 'linear',
        threePhases: option('three_phase', false),
      });
    }
    case 'LinearLR':
      return linear({
        steps: option('total_iters', 5),
        from: option('start_factor', 1 / 3),
        to: option('end_factor', 1),
      });
    case 'ConstantLR':
      return constant({ factor: option('factor', 1 / 3), steps: option('total_iters', 5) });
    case 'PolynomialLR':
      return polynomial({ steps: option('total_iters', 5), power: option('power', 1) });
    case 'CyclicLR': {
      const up = option('step_size_up', 2000);
      const mode = option<string>('mode', 'triangular');
      return cyclic({
        up,
        down: option('step_size_down', up),
        floor: option('base_lr', base) / option('max_lr', base),
        cycleGamma: mode === 'triangular2' ? 0.5 : 1,
        stepGamma: mode === 'exp_range' ? option('gamma', 1) : 1,
      });
    }
    case 'SequentialLR':
    case 'ChainedScheduler': {
      const parts = (call.named.schedulers ?? call.positional[0]) as Call[];
      const schedules = parts.map((part) => (isCall(part) ? scheduleOf(part, base) : undefined));
      if (!schedules.every((schedule) => schedule !== undefined)) return undefined;
      return call.name === 'ChainedScheduler'
        ? chained(...schedules)
        : sequential(schedules, (call.named.milestones ?? call.positional[1]) as number[]);
    }
  }
  return undefined;
}

const optionsOf =
  ({ named }: Call) =>
  <T>(name: string, fallback: T): T =>
    (named[name] ?? fallback) as T;
