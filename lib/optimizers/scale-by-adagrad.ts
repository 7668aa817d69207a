import { checkNotNegative } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface AdagradState {
  /** Sum of the squares of all gradients so far, and of what it started from. */
  sum: Vector;
}

export interface AdagradScaling {
  initialAccumulator?: number;
  epsilon?: number;
}

/**
 * Divides each gradient coordinate by the root of the sum of its squares so far: g / (√G + ε), G ← G + g².
 *
 * @param initialAccumulator what G starts from, at least 0
 * @param epsilon added to the root, in gradient units
 * @throws InputError when an option is negative
 * @see Duchi, Hazan & Singer 2011, JMLR 12, with diagonal matrices
 */
export function scaleByAdagrad({ initialAccumulator = 0, epsilon = 1e-10 }: AdagradScaling = {}): Rule<AdagradState> {
  checkNotNegative('initialAccumulator', initialAccumulator);
  checkNotNegative('epsilon', epsilon);
  return {
    init: ({ length }) => ({ sum: new Float64Array(length).fill(initialAccumulator) }),
    update(gradient, { sum }) {
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        sum[i] += g * g;
        gradient[i] = g / (Math.sqrt(sum[i]) + epsilon);
      }
    },
  };
}
