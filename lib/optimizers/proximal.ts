import { checkNotNegative, checkPositive } from '../core/checks.ts';
import type { Rule } from './rule.ts';
import type { Schedule } from './schedules/schedule.ts';

export interface ProximalOptions {
  /** α of the step before: the last link scaled the gradient by −α, and by nothing else. */
  learningRate: number;
  /** What multiplies α at each step, as in the step before. */
  schedule?: Schedule;
  /** Weight of Σ|w|, from 0. */
  l1?: number;
  /** Weight of ½‖w‖², from 0; 0 where the objective has that part already. */
  l2?: number;
  /** The stretches [from, to) of the parameters that are penalised; all when left out. */
  ranges?: readonly (readonly [number, number])[];
}

export interface ProximalState {
  /** Steps taken. */
  step: number;
}

/**
 * Corrects a gradient step s into prox(w + s) − w, the proximal step for an L1 or elastic net penalty.
 *
 * prox shrinks each penalised parameter towards zero by α·l1, and to exactly zero where it would change sign, then divides
 * by 1 + α·l2. Last in a chain, after plain gradient descent: behind momentum or Adam's rescaling the threshold would
 * belong to another penalty than the one asked for (`fista` has a momentum of its own that fits).
 *
 * @throws InputError when an option leaves its range
 * @see Daubechies, Defrise & De Mol 2004, Comm. Pure Appl. Math. 57(11), ISTA; Parikh & Boyd 2014, Foundations and
 *   Trends in Optimization 1(3), section 6.5
 * @example chain(scale(-0.01), proximal({ learningRate: 0.01, l1: 0.1 }))
 */
export function proximal({ learningRate, schedule, l1 = 0, l2 = 0, ranges }: ProximalOptions): Rule<ProximalState> {
  checkPositive('learningRate', learningRate);
  checkNotNegative('l1', l1);
  checkNotNegative('l2', l2);
  return {
    init: () => ({ step: 0 }),
    update(gradient, state, parameters) {
      const alpha = schedule ? learningRate * schedule(state.step) : learningRate;
      const threshold = alpha * l1;
      const divisor = 1 + alpha * l2;
      state.step++;
      for (const [from, to] of ranges ?? [[0, gradient.length]]) {
        for (let i = from; i < to; i++) {
          // −w + w is exactly 0, so a parameter that is to vanish does.
          gradient[i] = softThreshold(parameters[i] + gradient[i], threshold) / divisor - parameters[i];
        }
      }
    },
  };
}

/** The point nearest to `value` under the penalty threshold·|w|: `value` moved towards 0 by `threshold`, and no further. */
export function softThreshold(value: number, threshold: number): number {
  if (value > threshold) return value - threshold;
  if (value < -threshold) return value + threshold;
  // A value that is not a number must not end as zero.
  return Number.isNaN(value) ? value : 0;
}
