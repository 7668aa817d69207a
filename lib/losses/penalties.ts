import type { Vector } from '../core/vector.ts';

/**
 * Adds the gradient of the ridge penalty l2/2 · ‖w‖² to `gradient`, and returns the penalty.
 *
 * w is the parameters [from, to): the coefficients, and never an intercept. Where another package minimises
 * ‖y − Xw‖² + α‖w‖² (scikit-learn's Ridge), l2 = 2α/n; where C·Σ loss + ½‖w‖² (its LogisticRegression), l2 = 1/(C·n).
 *
 * @see Hoerl & Kennard 1970, Technometrics 12(1)
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
