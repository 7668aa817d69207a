import { checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import { dot, strongWolfe } from './line-search.ts';
import type { SearchRule } from './search-rule.ts';

export interface NewtonOptions {
  /** Relative error of the loss within which the line search believes the slopes rather than the loss; 0 for never. */
  noise?: number;
}

export interface NewtonState {
  /** Steps taken. */
  step: number;
}

/**
 * Newton's method, damped: goes along −H⁻¹·g as far as a line search says, the whole way near the minimum.
 *
 * For convex models of few parameters: a step takes the Hessian, of length², and a third of length³ multiplications. The
 * parameters that the Hessian leaves undetermined, as one of two equal features is, stay where they are; where it is
 * not positive, its curvature is taken as positive, so that each direction leads downhill.
 *
 * @throws InputError when an option leaves its range, or, at the start of a run, when the objective has no Hessian
 * @see Nocedal & Wright 2006, Numerical Optimization, sections 3.4 and 6.2; Boyd & Vandenberghe 2004, section 9.5
 */
export function newton({ noise = 1e-10 }: NewtonOptions = {}): SearchRule<NewtonState> {
  checkNotNegative('noise', noise);
  return {
    init: () => ({ step: 0 }),
    search(objective) {
      const { length } = objective;
      if (objective.hessian === undefined)
        throw new InputError('optimizer newton: expected an objective with second derivatives, found none', {
          advice: 'Use lbfgs: this loss has no second derivatives here',
        });
      const hessian = new Float64Array(length * length);
      const direction = new Float64Array(length);
      const gradient = new Float64Array(length);
      const { search } = strongWolfe(objective, { noise });

      return {
        step(point, state) {
          objective.hessian?.(point.parameters, gradient, hessian);
          factorise(hessian, length);
          for (let i = 0; i < length; i++) direction[i] = -gradient[i];
          solveFactorised(hessian, direction);
          let slope = dot(gradient, direction);
          let first = 1;
          if (!(slope < 0 && slope > -Infinity)) {
            // A Hessian of nothing, or of no numbers, says nothing about where to go.
            for (let i = 0; i < length; i++) direction[i] = -gradient[i];
            slope = dot(gradient, direction);
            first = Math.min(1, 1 / Math.sqrt(-slope));
          }
          if (!(slope < 0 && search(point, direction, slope, first))) return 'stuck';
          state.step++;
          return 'searched';
        },
      };
    },
  };
}

/**
 * Cholesky's factor L of a symmetric matrix, H = L·Lᵀ, written over its lower triangle, shape [length, length].
 *
 * A pivot that is lost to rounding leaves a column of zeros; a negative one is taken as positive.
 */
function factorise(matrix: Float64Array, length: number): void {
  for (let j = 0; j < length; j++) {
    const row = j * length;
    const diagonal = matrix[row + j];
    let pivot = diagonal;
    for (let k = 0; k < j; k++) pivot -= matrix[row + k] * matrix[row + k];
    const isLost = !(Math.abs(pivot) > 8 * length * Number.EPSILON * Math.abs(diagonal));
    const root = isLost ? 0 : Math.sqrt(Math.abs(pivot));
    matrix[row + j] = root;
    for (let i = j + 1; i < length; i++) {
      const below = i * length;
      let sum = matrix[below + j];
      for (let k = 0; k < j; k++) sum -= matrix[below + k] * matrix[row + k];
      matrix[below + j] = isLost ? 0 : sum / root;
    }
  }
}

/** Solves L·Lᵀ·x = b, over b; x is 0 where L has no pivot. */
function solveFactorised(factor: Float64Array, vector: Vector): void {
  const { length } = vector;
  for (let i = 0; i < length; i++) {
    const pivot = factor[i * length + i];
    let sum = vector[i];
    for (let k = 0; k < i; k++) sum -= factor[i * length + k] * vector[k];
    vector[i] = pivot === 0 ? 0 : sum / pivot;
  }
  for (let i = length - 1; i >= 0; i--) {
    const pivot = factor[i * length + i];
    let sum = vector[i];
    for (let k = i + 1; k < length; k++) sum -= factor[k * length + i] * vector[k];
    vector[i] = pivot === 0 ? 0 : sum / pivot;
  }
}
