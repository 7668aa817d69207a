import { checkDecay, checkPositive } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface AdadeltaState {
  /** Decaying mean of the squared gradients. */
  square: Vector;
  /** Decaying mean of the squared steps. */
  squaredStep: Vector;
}

export interface AdadeltaScaling {
  decay?: number;
  epsilon?: number;
}

/**
 * Gives each gradient coordinate the size of its recent steps: g·√(Δ + ε) / √(v + ε).
 *
 * v and Δ are decaying means of the squared gradients and of the squared steps, so that a step has the units of the
 * parameter. ε sets the size of the first steps.
 *
 * @param decay ρ, in [0, 1)
 * @param epsilon above 0, inside both roots
 * @throws InputError when an option leaves its range
 * @see Zeiler 2012, arXiv:1212.5701, Algorithm 1
 */
export function scaleByAdadelta({ decay = 0.9, epsilon = 1e-6 }: AdadeltaScaling = {}): Rule<AdadeltaState> {
  checkDecay('decay', decay);
  checkPositive('epsilon', epsilon);
  return {
    init: ({ length }) => ({ square: new Float64Array(length), squaredStep: new Float64Array(length) }),
    update(gradient, { square, squaredStep }) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        square[i] = decay * square[i] + (1 - decay) * g * g;
        const step = (Math.sqrt(squaredStep[i] + epsilon) / Math.sqrt(square[i] + epsilon)) * g;
        squaredStep[i] = decay * squaredStep[i] + (1 - decay) * step * step;
        gradient[i] = step;
      }
    },
  };
}
