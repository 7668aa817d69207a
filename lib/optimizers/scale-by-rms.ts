import { checkDecay, checkNotNegative } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface RmsState {
  /** Decaying mean of the squared gradients. */
  square: Vector;
  /** Decaying mean of the gradients; empty unless `centred`. */
  mean: Vector;
}

export interface RmsScaling {
  decay?: number;
  epsilon?: number;
  centred?: boolean;
}

/**
 * Divides each gradient coordinate by the root of a decaying mean of its squares: g / (√v + ε).
 *
 * Centred, it divides by the standard deviation instead: √(v − ḡ²). Both means start at zero and are not corrected for
 * it, so the first steps are long.
 *
 * @param decay weight of the past, in [0, 1): torch's `alpha`
 * @param epsilon added to the root, in gradient units
 * @throws InputError when an option leaves its range
 * @see Tieleman & Hinton 2012, Neural Networks for Machine Learning, lecture 6.5; Graves 2013, arXiv:1308.0850,
 *   equations 38 to 41, for the centred form
 */
export function scaleByRms({ decay = 0.99, epsilon = 1e-8, centred = false }: RmsScaling = {}): Rule<RmsState> {
  checkDecay('decay', decay);
  checkNotNegative('epsilon', epsilon);
  return {
    init: ({ length }) => ({ square: new Float64Array(length), mean: new Float64Array(centred ? length : 0) }),
    update(gradient, { square, mean }) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        square[i] = decay * square[i] + (1 - decay) * g * g;
        let variance = square[i];
        if (centred) {
          mean[i] = decay * mean[i] + (1 - decay) * g;
          // Rounding may leave a constant gradient's variance a little below zero.
          variance = Math.max(0, variance - mean[i] * mean[i]);
        }
        gradient[i] = g / (Math.sqrt(variance) + epsilon);
      }
    },
  };
}
