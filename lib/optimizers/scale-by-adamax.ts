import { checkDecay, checkPositive } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface AdamaxState {
  /** β₁ᵗ, what the start at zero still weighs; shape [1]. */
  power: Vector;
  /** Decaying mean of the gradients, not yet corrected for its start at zero. */
  mean: Vector;
  /** Decaying largest size of a gradient. */
  largest: Vector;
}

export interface AdamaxScaling {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
}

/**
 * Rescales the decaying mean of each gradient coordinate by its decaying largest size: m̂ / u, u ← max(β₂·u, |g| + ε).
 *
 * u starts at zero and needs no correction. The paper's algorithm has no ε; it is torch's, and joins the norm.
 *
 * @param beta1 decay of the mean, in [0, 1); beta2 likewise, of the largest size
 * @param epsilon above 0, in gradient units
 * @throws InputError when an option leaves its range
 * @see Kingma & Ba 2015, arXiv:1412.6980, Algorithm 2
 */
export function scaleByAdamax({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamaxScaling = {}): Rule<AdamaxState> {
  checkDecay('beta1', beta1);
  checkDecay('beta2', beta2);
  checkPositive('epsilon', epsilon);
  return {
    init: ({ length }) => ({
      power: Float64Array.of(1),
      mean: new Float64Array(length),
      largest: new Float64Array(length),
    }),
    update(gradient, state) {
      const { power, mean, largest } = state;
      power[0] *= beta1;
      const meanScale = 1 / (1 - power[0]);
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        largest[i] = Math.max(beta2 * largest[i], Math.abs(g) + epsilon);
        gradient[i] = (mean[i] * meanScale) / largest[i];
      }
    },
  };
}
