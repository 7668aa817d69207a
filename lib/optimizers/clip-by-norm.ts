import { checkPositive } from '../core/checks.ts';
import { euclideanNorm } from './euclidean-norm.ts';
import type { Rule } from './rule.ts';
import type { Stateless } from './scale.ts';

/**
 * Shrinks the gradient to Euclidean norm `maxNorm` where it is longer; keeps its direction.
 *
 * Divides by the norm itself; torch's `clip_grad_norm_` adds 1e-6 to it.
 *
 * @param maxNorm above 0, in gradient units
 * @throws InputError when it is not
 * @see Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, Algorithm 1
 */
export function clipByNorm(maxNorm: number): Rule<Stateless> {
  checkPositive('maxNorm', maxNorm);
  return {
    init: () => ({}),
    update(gradient) {
      const norm = euclideanNorm(gradient);
      // An infinite or undefined gradient has no direction to keep: it passes, and ends the run as diverged.
      if (!(norm > maxNorm && norm < Infinity)) return;
      // Dividing first keeps the ratio from underflowing to zero when the norm is near the largest float.
      for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] / norm) * maxNorm;
    },
  };
}
