import { checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import { euclideanNorm } from './euclidean-norm.ts';
import { dot, strongWolfe } from './line-search.ts';
import type { Point, SearchRule } from './search-rule.ts';

export interface NewtonOptions {
  /** Relative error of the loss within which the line search believes the slopes rather than the loss; 0 for never. */
  noise?: number;
}

export interface NewtonState {
  /** Steps taken. */
  step: number;
  /** Where the Hessian was looked at last, and whether it does for the next step: 1 or 0. */
  lookedAt: Vector;
  isKept: number;
}

/** The Hessian is kept after a step that made the gradient so much shorter: it has hardly changed on the way. */
const keptShrink = 1e-3;

/**
 * Newton's method, damped: goes along −H⁻¹·g as far as a line search says, the whole way near the minimum.
 *
 * For convex models of few parameters: a step takes the Hessian, of length², and a third of length³ multiplications. The
 * parameters that the Hessian leaves undetermined, as one of two equal features is, stay where they are; where it is
 * not positive, its curvature is taken as positive, so that each direction leads downhill.
 *
 * A step that makes the gradient a thousand times shorter has gone so little way that the next one goes by the same Hessian,
 * and makes it some five hundred times shorter for the price of a gradient alone.
 *
 * @throws InputError when an option leaves its range, or, at the start of a run, when the objective has no Hessian
 * @see Nocedal & Wright 2006, Numerical Optimization, sections 3.4 and 6.2; Boyd & Vandenberghe 2004, section 9.5; Shamanskii
 *   1967, Ukrainian Mathematical Journal 19(1), for steps that share a Hessian
 */
export function newton({ noise = 1e-10 }: NewtonOptions = {}): SearchRule<NewtonState> {
  checkNotNegative('noise', noise);
  return {
    init: ({ length }) => ({ step: 0, lookedAt: new Float64Array(length), isKept: 0 }),
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
      let isFactorised = false;

      function look(at: Vector): void {
        objective.hessian?.(at, gradient, hessian);
        factorise(hessian, length);
        isFactorised = true;
      }

      /** Goes along −H⁻¹·g, by the Hessian at hand; false where that leads nowhere. */
      function go(point: Point): boolean {
        for (let i = 0; i < length; i++) direction[i] = -point.gradient[i];
        solveFactorised(hessian, direction);
        let slope = dot(point.gradient, direction);
        let first = 1;
        if (!(slope < 0 && slope > -Infinity)) {
          // A Hessian of nothing, or of no numbers, says nothing about where to go.
          for (let i = 0; i < length; i++) direction[i] = -point.gradient[i];
          slope = dot(point.gradient, direction);
          first = Math.min(1, 1 / Math.sqrt(-slope));
        }
        return slope < 0 && search(point, direction, slope, first);
      }

      return {
        step(point, state) {
          const before = euclideanNorm(point.gradient);
          // A run that was resumed looks again where it had looked.
          if (state.isKept === 1 && !isFactorised) look(state.lookedAt);
          if (!(state.isKept === 1 && go(point))) {
            state.lookedAt.set(point.parameters);
            look(point.parameters);
            if (!go(point)) return 'stuck';
          }
          state.isKept = euclideanNorm(point.gradient) <= keptShrink * before ? 1 : 0;
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
