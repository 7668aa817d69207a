import { checkDecay, checkNotNegative } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface RadamState {
  step: number;
  /** β₁ᵗ and β₂ᵗ: what the start at zero still weighs. */
  powers: Vector;
  mean: Vector;
  square: Vector;
}

export interface RadamScaling {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
}

/** Length of the average from which the variance of 1/√v̂ exists with room to spare; the paper says 4, torch 5. */
const trustedLength = 5;

/**
 * Adam's rescaling, rectified: r·m̂ / (√v̂ + ε) once the average behind v is long enough (ρₜ > 5), and m̂ alone before.
 *
 * ρₜ is the length of a simple average that is as steady as the decaying one. ε is added to √v before bias correction,
 * as torch does.
 *
 * @param beta1 decay of the mean, in [0, 1); beta2 likewise, of the squared mean
 * @param epsilon added to the root, in gradient units
 * @throws InputError when an option leaves its range
 * @see Liu et al. 2020, arXiv:1908.03265, Algorithm 2
 */
export function scaleByRadam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: RadamScaling = {}): Rule<RadamState> {
  checkDecay('beta1', beta1);
  checkDecay('beta2', beta2);
  checkNotNegative('epsilon', epsilon);
  const longest = 2 / (1 - beta2) - 1;

  return {
    init: ({ length }) => ({
      step: 0,
      powers: Float64Array.of(1, 1),
      mean: new Float64Array(length),
      square: new Float64Array(length),
    }),
    update(gradient, state) {
      const { powers, mean, square } = state;
      const t = ++state.step;
      powers[0] *= beta1;
      powers[1] *= beta2;
      const forgotten = powers[1];
      const meanScale = 1 / (1 - powers[0]);
      const length = longest - (2 * t * forgotten) / (1 - forgotten);
      const isTrusted = length > trustedLength;
      const rectifier = isTrusted
        ? Math.sqrt(
            (((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length)) * (1 - forgotten),
          )
        : 1;
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        const corrected = mean[i] * meanScale;
        gradient[i] = isTrusted ? (corrected * rectifier) / (Math.sqrt(square[i]) + epsilon) : corrected;
      }
    },
  };
}
