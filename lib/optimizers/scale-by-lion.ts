import { checkDecay } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface LionState {
  momentum: Vector;
}

export interface LionScaling {
  beta1?: number;
  beta2?: number;
}

/**
 * Keeps the sign of a gradient mixed with its momentum: sign(β₁·m + (1 − β₁)·g), then m ← β₂·m + (1 − β₂)·g.
 *
 * @param beta1 share of the momentum in the mixture, in [0, 1)
 * @param beta2 decay of the momentum, in [0, 1)
 * @throws InputError when one lies outside
 * @see Chen et al. 2023, arXiv:2302.06675, Algorithm 2
 */
export function scaleByLion({ beta1 = 0.9, beta2 = 0.99 }: LionScaling = {}): Rule<LionState> {
  checkDecay('beta1', beta1);
  checkDecay('beta2', beta2);
  return {
    init: ({ length }) => ({ momentum: new Float64Array(length) }),
    update(gradient, { momentum }) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        gradient[i] = Math.sign(beta1 * momentum[i] + (1 - beta1) * g);
        momentum[i] = beta2 * momentum[i] + (1 - beta2) * g;
      }
    },
  };
}
