import { checkDecay, checkNotNegative } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface AdamState {
  /** β₁ᵗ and β₂ᵗ: what the start at zero still weighs. */
  powers: Vector;
  /** Decaying mean of the gradients, not yet corrected for its start at zero. */
  mean: Vector;
  /** Decaying mean of their squares, likewise. */
  square: Vector;
  /** Largest `square` so far; empty unless `amsgrad`. */
  largest: Vector;
}

export interface AdamScaling {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  epsilonHat?: number;
  amsgrad?: boolean;
}

/**
 * Rescales each gradient coordinate by running estimates of its first two moments: m̂ / (√v̂ + ε).
 *
 * The published description that this project started from prints the step as α·m̂·v̂; it is α·m̂ / (√v̂ + ε).
 *
 * @param beta1 decay of the mean, in [0, 1); beta2 likewise, of the squared mean
 * @param epsilon added to the root, in gradient units
 * @param epsilonHat added to the root before bias correction instead of `epsilon`, as Keras does: the paper's ε̂, in
 *   effect ε̂ / √(1 − β₂ᵗ)
 * @param amsgrad divide by the largest squared mean so far (taken before bias correction, as torch does)
 * @throws InputError when a decay lies outside [0, 1) or an epsilon is negative
 * @see Kingma & Ba 2015, arXiv:1412.6980, Algorithm 1; Reddi et al. 2018, arXiv:1904.09237, for AMSGrad
 */
export function scaleByAdam({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  epsilonHat,
  amsgrad = false,
}: AdamScaling = {}): Rule<AdamState> {
  checkDecay('beta1', beta1);
  checkDecay('beta2', beta2);
  checkNotNegative('epsilon', epsilon);
  if (epsilonHat !== undefined) checkNotNegative('epsilonHat', epsilonHat);
  // One of them is 0, and adds nothing.
  const [epsilonAfter, epsilonBefore] = epsilonHat === undefined ? [epsilon, 0] : [0, epsilonHat];

  return {
    init: ({ length }) => ({
      powers: Float64Array.of(1, 1),
      mean: new Float64Array(length),
      square: new Float64Array(length),
      largest: new Float64Array(amsgrad ? length : 0),
    }),
    update(gradient, state) {
      const { powers, mean, square, largest } = state;
      powers[0] *= beta1;
      powers[1] *= beta2;
      // Both averages start at zero; dividing by 1 - beta ** t removes that bias.
      const meanScale = 1 / (1 - powers[0]);
      const squareScale = 1 / (1 - powers[1]);
      const added = epsilonAfter + epsilonBefore * Math.sqrt(squareScale);
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        const m = beta1 * mean[i] + (1 - beta1) * g;
        const v = beta2 * square[i] + (1 - beta2) * g * g;
        mean[i] = m;
        square[i] = v;
        gradient[i] = (m * meanScale) / (Math.sqrt(v * squareScale) + added);
      }
      // Anew rather than above, where asking whether to would cost every step a third.
      for (let i = 0; i < largest.length; i++) {
        largest[i] = Math.max(largest[i], square[i]);
        gradient[i] = (mean[i] * meanScale) / (Math.sqrt(largest[i] * squareScale) + added);
      }
    },
  };
}
