import { checkNotNegative } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';

/** Stretches [from, to) of the flat parameters. */
export type Ranges = readonly (readonly [number, number])[];

/** What is added to a mean loss to keep parameters small: l2/2 · ‖w‖² + l1 · Σ|w| over `ranges`. */
export interface Penalty {
  readonly l2: number;
  readonly l1: number;
  /** Which parameters are penalised; the others are spared, as an intercept is. */
  readonly ranges: Ranges;
  /** Returns the penalty, and adds the gradient of its smooth part, l2 · w, to `gradient`. */
  add(parameters: Vector, gradient: Vector): number;
  /**
   * Euclidean norm of the smallest subgradient, which is 0 at the minimum: where w is 0, a slope up to l1 is held.
   *
   * @param gradient of the smooth part, as `add` leaves it
   */
  subgradientNorm(parameters: Vector, gradient: Vector): number;
}

/**
 * Ridge (l2), lasso (l1) and elastic net (both).
 *
 * Where another package minimises ‖y − Xw‖² + α‖w‖² (scikit-learn's Ridge), l2 = 2α/n; where 1/(2n)·‖y − Xw‖² + α‖w‖₁
 * (its Lasso), l1 = 2α, as the loss here is the mean square without the half; where C·Σ loss + ½‖w‖² (its
 * LogisticRegression), l2 = 1/(C·n). The l1 part has no gradient at 0, and is what proximal steps are for.
 *
 * @throws InputError when a weight is negative or not finite
 * @see Hoerl & Kennard 1970, Technometrics 12(1); Tibshirani 1996, JRSS B 58(1); Zou & Hastie 2005, JRSS B 67(2)
 */
export function penalty({ l2 = 0, l1 = 0, ranges }: { l2?: number; l1?: number; ranges: Ranges }): Penalty {
  checkNotNegative('l2', l2);
  checkNotNegative('l1', l1);
  return {
    l2,
    l1,
    ranges,
    add(parameters, gradient) {
      let total = 0;
      for (const [from, to] of ranges) total += addRidge(l2, parameters, from, to, gradient);
      if (l1 !== 0) for (const [from, to] of ranges) total += l1 * absoluteSum(parameters, from, to);
      return total;
    },
    subgradientNorm(parameters, gradient) {
      let squares = 0;
      let next = 0;
      for (const [from, to] of ranges) {
        for (let i = next; i < from; i++) squares += gradient[i] * gradient[i];
        for (let i = from; i < to; i++) {
          const slope = leastSlope(gradient[i], parameters[i], l1);
          squares += slope * slope;
        }
        next = to;
      }
      for (let i = next; i < gradient.length; i++) squares += gradient[i] * gradient[i];
      return Math.sqrt(squares);
    },
  };
}

/**
 * Adds the gradient of the ridge penalty l2/2 · ‖w‖² to `gradient`, and returns the penalty.
 *
 * w is the parameters [from, to).
 */
export function addRidge(l2: number, parameters: Vector, from: number, to: number, gradient: Vector): number {
  if (l2 === 0) return 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    squares += parameters[i] * parameters[i];
    gradient[i] += l2 * parameters[i];
  }
  return (l2 / 2) * squares;
}

function absoluteSum(parameters: Vector, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.abs(parameters[i]);
  return sum;
}

function leastSlope(slope: number, parameter: number, l1: number): number {
  if (parameter !== 0) return slope + l1 * Math.sign(parameter);
  return Math.sign(slope) * Math.max(0, Math.abs(slope) - l1);
}
