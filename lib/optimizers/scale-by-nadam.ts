import { checkDecay, checkNotNegative } from '../core/checks.ts';
import { pow } from '../core/elementary.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface NadamState {
  /** μ₁·μ₂·…·μₜ and β₂ᵗ, what the starts at zero still weigh, and 0.96^(ψ·(t + 1)), how far momentum has yet to warm up. */
  powers: Vector;
  mean: Vector;
  square: Vector;
}

export interface NadamScaling {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  momentumDecay?: number;
  countsMomentumTwice?: boolean;
}

/**
 * Adam's rescaling with Nesterov's look ahead: (μₜ₊₁·m / (1 − Πᵗ⁺¹μ) + (1 − μₜ)·g / (1 − Πᵗμ)) / (√v̂ + ε).
 *
 * The momentum warms up: μₜ = β₁·(1 − ½·0.96^(ψ·t)).
 *
 * @param beta1 decay of the mean, in [0, 1); beta2 likewise, of the squared mean
 * @param epsilon added to the root, in gradient units
 * @param momentumDecay ψ, at least 0
 * @param countsMomentumTwice take 1 − μₜ·Πᵗ⁺¹μ for the mean's correction, as torch did before version 2 by a slip
 * @throws InputError when an option leaves its range
 * @see Dozat 2016, Incorporating Nesterov Momentum into Adam, ICLR workshop, Algorithm 2; the constants are torch's
 */
export function scaleByNadam({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  momentumDecay = 0.004,
  countsMomentumTwice = false,
}: NadamScaling = {}): Rule<NadamState> {
  checkDecay('beta1', beta1);
  checkDecay('beta2', beta2);
  checkNotNegative('epsilon', epsilon);
  checkNotNegative('momentumDecay', momentumDecay);
  const cooling = pow(0.96, momentumDecay);

  return {
    init: ({ length }) => ({
      powers: Float64Array.of(1, 1, cooling),
      mean: new Float64Array(length),
      square: new Float64Array(length),
    }),
    update(gradient, state) {
      const { powers, mean, square } = state;
      const momentum = beta1 * (1 - 0.5 * powers[2]);
      powers[0] *= momentum;
      powers[1] *= beta2;
      powers[2] *= cooling;
      const nextMomentum = beta1 * (1 - 0.5 * powers[2]);
      const gradientScale = (1 - momentum) / (1 - powers[0]);
      const nextProduct = powers[0] * nextMomentum;
      const meanScale = nextMomentum / (1 - (countsMomentumTwice ? momentum * nextProduct : nextProduct));
      const squareScale = 1 / (1 - powers[1]);
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        gradient[i] = (meanScale * mean[i] + gradientScale * g) / (Math.sqrt(square[i] * squareScale) + epsilon);
      }
    },
  };
}
