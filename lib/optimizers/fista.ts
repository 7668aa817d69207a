import { checkNotNegative, checkPositive } from '../core/checks.ts';
import type { Vector } from '../core/vector.ts';
import { euclideanNorm } from './euclidean-norm.ts';
import { type ProximalOptions, softThreshold } from './proximal.ts';
import type { Rule } from './rule.ts';

export interface FistaState {
  step: number;
  /** t of the paper: how far momentum has grown since it was last given up. */
  t: number;
  /** Estimate of the gradient's Lipschitz constant: the steepest rise of the gradient seen so far. */
  lipschitz: number;
  /** Largest gradient so far. */
  largestNorm: number;
  /** The proximal point of the step before, x of the paper. */
  point: Vector;
  /** The parameters and the gradient of the step before. */
  lastParameters: Vector;
  lastGradient: Vector;
}

export type FistaOptions = Omit<ProximalOptions, 'learningRate' | 'schedule'> & { learningRate?: number };

/**
 * Accelerated proximal gradient steps, for convex objectives over all rows: with l1, coefficients become exactly zero.
 *
 * With y the parameters: x ← prox(y − α·∇f(y)), then y ← x + ((t − 1)/t′)·(x − x_before). Momentum starts anew when it
 * points uphill. Without a learning rate, α is 1/L, where L is the steepest rise of the gradient from one step to the next
 * so far; the first step is a short one that measures it.
 *
 * @param learningRate α, above 0; at most 1/L for an L-Lipschitz gradient
 * @throws InputError when an option leaves its range
 * @see Beck & Teboulle 2009, SIAM Journal on Imaging Sciences 2(1); O'Donoghue & Candès 2015, Foundations of
 *   Computational Mathematics 15, for starting anew
 */
export function fista({ learningRate, l1 = 0, l2 = 0, ranges }: FistaOptions = {}): Rule<FistaState> {
  if (learningRate !== undefined) checkPositive('learningRate', learningRate);
  checkNotNegative('l1', l1);
  checkNotNegative('l2', l2);
  const fixed = learningRate ?? 0;
  const stretches = l1 === 0 && l2 === 0 ? [] : (ranges ?? [[0, Infinity]]);
  return {
    init: (parameters) => ({
      step: 0,
      t: 1,
      lipschitz: 0,
      largestNorm: 0,
      point: parameters.slice(),
      lastParameters: parameters.slice(),
      lastGradient: new Float64Array(parameters.length),
    }),
    update(gradient, state, parameters) {
      if (fixed === 0) measure(gradient, state, parameters);
      const alpha = fixed > 0 ? fixed : 1 / state.lipschitz;
      const { point, lastParameters, lastGradient } = state;
      lastParameters.set(parameters);
      lastGradient.set(gradient);
      state.step++;

      // In `gradient` stands x from here on.
      for (let i = 0; i < gradient.length; i++) gradient[i] = parameters[i] - alpha * gradient[i];
      // Here, and over indices: a call would put alpha into a box, an iterator is one.
      for (let k = 0; k < stretches.length; k++) {
        const end = Math.min(stretches[k][1], gradient.length);
        for (let i = stretches[k][0]; i < end; i++)
          gradient[i] = softThreshold(gradient[i], alpha * l1) / (1 + alpha * l2);
      }

      let uphill = 0;
      for (let i = 0; i < gradient.length; i++) uphill += (parameters[i] - gradient[i]) * (gradient[i] - point[i]);
      const t = uphill > 0 ? 1 : state.t;
      const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
      const momentum = (t - 1) / next;
      state.t = next;
      for (let i = 0; i < gradient.length; i++) {
        const x = gradient[i];
        gradient[i] = x + momentum * (x - point[i]) - parameters[i];
        point[i] = x;
      }
    },
  };
}

/** Looks how far the gradient moved against the parameters since the step before. */
function measure(gradient: Vector, state: FistaState, parameters: Vector): void {
  if (state.step === 0) {
    const norm = euclideanNorm(gradient);
    state.largestNorm = norm;
    // A step of about a ten-thousandth of the parameters, or of 1 where they are smaller.
    state.lipschitz = norm > 0 ? (norm * 1e4) / (1 + euclideanNorm(parameters)) : 1;
    return;
  }
  let [squares, rise, run] = [0, 0, 0];
  for (let i = 0; i < gradient.length; i++) {
    squares += gradient[i] ** 2;
    rise += (gradient[i] - state.lastGradient[i]) ** 2;
    run += (parameters[i] - state.lastParameters[i]) ** 2;
  }
  const norm = Math.sqrt(squares);
  state.largestNorm = Math.max(state.largestNorm, norm);
  [rise, run] = [Math.sqrt(rise), Math.sqrt(run)];
  // A change near the rounding of the gradient says nothing of its steepness.
  if (!(run > 0 && rise > 1e-7 * norm && rise > 1e-9 * state.largestNorm)) return;
  const slope = rise / run;
  if (state.step === 1 || slope > state.lipschitz) {
    state.lipschitz = slope;
    state.t = 1;
  }
}
