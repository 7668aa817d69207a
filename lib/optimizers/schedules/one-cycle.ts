import { checkInteger, checkPositive, checkWithin } from '../../core/checks.ts';
import { halfCosine } from './cosine.ts';
import type { Schedule } from './schedule.ts';

export interface OneCycleOptions {
  /** Length of the whole cycle, at least 2. */
  steps: number;
  /** Share of the steps that go up, in [0, 1]. */
  warmUp?: number;
  /** Factor of the first step, as a share of the peak's, which is 1. */
  from?: number;
  /** Factor of the last step. */
  to?: number;
  shape?: 'cosine' | 'linear';
  /** Come down as long as it went up, to `from`, and then on to `to`. */
  threePhases?: boolean;
}

/**
 * One cycle: from `from` up to 1, and down to `to`. The learning rate that it multiplies is the peak.
 *
 * The first step stands at `from`, the last at `to`, and whole phases meet between steps, as in torch: the peak is
 * reached at step warmUp·steps − 1.
 *
 * @throws InputError when an option leaves its range
 * @see Smith & Topin 2018, arXiv:1708.07120
 */
export function oneCycle({
  steps,
  warmUp = 0.3,
  from = 1 / 25,
  to = from * 1e-4,
  shape = 'cosine',
  threePhases = false,
}: OneCycleOptions): Schedule {
  checkInteger('steps', steps, 2);
  checkWithin('warmUp', warmUp, 0, threePhases ? 0.5 : 1);
  checkPositive('from', from);
  checkPositive('to', to);
  // Where each phase ends, and the factor there.
  const peak = warmUp * steps - 1;
  const ends = threePhases ? [peak, 2 * warmUp * steps - 2, steps - 1] : [peak, steps - 1];
  const factors = threePhases ? [from, 1, from, to] : [from, 1, to];

  return (step) => {
    let phase = 0;
    while (phase < ends.length - 1 && step > ends[phase]) phase++;
    const begin = phase === 0 ? 0 : ends[phase - 1];
    const share = Math.min(1, (step - begin) / (ends[phase] - begin));
    const left = shape === 'cosine' ? halfCosine(share) : 1 - share;
    return factors[phase + 1] + (factors[phase] - factors[phase + 1]) * left;
  };
}
