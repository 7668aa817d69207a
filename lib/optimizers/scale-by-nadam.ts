import { checkDecay, checkNotNegative } from '../core/checks.ts';
import { pow } from '../core/elementary.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface NadamState {
  step: number;
  /** μ₁·μ₂·…·μₜ, what the mean's start at zero still weighs. */
  momentumProduct: number;
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
  const momentumAt = (step: number) => beta1 * (1 - 0.5 * pow(0.96, step * momentumDecay));

  return {
    init: ({ length }) => ({
      step: 0,
      momentumProduct: 1,
      mean: new Float64Array(length),
      square: new Float64Array(length),
    }),
    update(gradient, state) {
      const { mean, square } = state;
      const t = ++state.step;
      const momentum = momentumAt(t);
      const nextMomentum = momentumAt(t + 1);
      state.momentumProduct *= momentum;
      const gradientScale = (1 - momentum) / (1 - state.momentumProduct);
      const nextProduct = state.momentumProduct * nextMomentum;
      const meanScale = nextMomentum / (1 - (countsMomentumTwice ? momentum * nextProduct : nextProduct));
      const squareScale = 1 / (1 - pow(beta2, t));
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        gradient[i] = (meanScale * mean[i] + gradientScale * g) / (Math.sqrt(square[i] * squareScale) + epsilon);
      }
    },
  };
}
