import { checkInteger, checkNotNegative, checkPositive } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import { dot, strongWolfe } from './line-search.ts';
import type { Point, SearchOutcome, SearchRule } from './search-rule.ts';

export interface LbfgsOptions {
  /** Pairs of steps and gradient changes that are remembered, at least 1. */
  memory?: number;
  /** First step tried along a direction, above 0; the step itself without a line search. */
  learningRate?: number;
  lineSearch?: 'strong-wolfe' | 'none';
  /** Relative error of the loss within which the line search believes the slopes rather than the loss; 0 for never. */
  noise?: number;
  /** A pair is remembered where sᵀy lies above this, in units of the loss. */
  minCurvature?: number;
  /** Width, in units of the parameters, at which the line search gives up a bracket. */
  narrowest?: number;
  /** Forget the pairs and go down the gradient once, where the direction leads nowhere. */
  restart?: boolean;
}

export interface LbfgsState {
  /** Steps taken. */
  step: number;
  /** Pairs held, and where in the ring the next one goes. */
  count: number;
  next: number;
  /** Steps s and gradient changes y, shape [memory, length]; 1 / sᵀy of each, shape [memory]. */
  steps: Vector;
  changes: Vector;
  inverses: Vector;
  /** sᵀy / yᵀy of the last pair: the first guess of the inverse Hessian. */
  scale: number;
  /** Of the last step: its direction, how far it went, and the gradient where it began. */
  direction: Vector;
  stepLength: number;
  previousGradient: Vector;
}

/**
 * L-BFGS: goes along −H·g, where H is an inverse Hessian guessed from the last few steps, as far as a line search says.
 *
 * Defaults are hone's; torch.optim.LBFGS with `max_iter=1` is `memory` = its history_size, minCurvature 1e-10, narrowest
 * 1e-9, noise 0 and no restart. As there, the first step has length min(1, 1/‖g‖₁)·α.
 *
 * @throws InputError when an option leaves its range
 * @see Nocedal & Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5; Liu & Nocedal 1989, Math. Prog. 45
 */
export function lbfgs({
  memory = 10,
  learningRate = 1,
  lineSearch = 'strong-wolfe',
  noise = 1e-10,
  minCurvature = 0,
  narrowest = 0,
  restart = true,
}: LbfgsOptions = {}): SearchRule<LbfgsState> {
  checkInteger('memory', memory, 1);
  checkPositive('learningRate', learningRate);
  checkNotNegative('noise', noise);
  checkNotNegative('minCurvature', minCurvature);
  checkNotNegative('narrowest', narrowest);
  if (lineSearch !== 'strong-wolfe' && lineSearch !== 'none')
    throw new InputError(`lineSearch: expected strong-wolfe or none, found "${lineSearch}"`);

  return {
    init: ({ length }) => ({
      step: 0,
      count: 0,
      next: 0,
      steps: new Float64Array(memory * length),
      changes: new Float64Array(memory * length),
      inverses: new Float64Array(memory),
      scale: 1,
      direction: new Float64Array(length),
      stepLength: 0,
      previousGradient: new Float64Array(length),
    }),

    carryOver(state) {
      // The gradients at the two ends of the last step will be those of two objectives: a step of no length is forgotten.
      state.stepLength = 0;
    },

    search(objective) {
      const shares = new Float64Array(memory);
      const line = lineSearch === 'none' ? undefined : strongWolfe(objective, { noise, narrowest });

      return {
        step(point, state) {
          if (state.step > 0) remember(state, point.gradient, minCurvature);
          const outcome = takeStep(point, state);
          if (outcome !== 'stuck' || !restart || state.count === 0) return outcome;
          forget(state);
          return takeStep(point, state);
        },
      };

      function takeStep(point: Point, state: LbfgsState): SearchOutcome {
        const { gradient } = point;
        const { direction } = state;
        const isFresh = state.step === 0 || (restart && state.count === 0);
        aim(state, gradient, shares);
        const slope = dot(gradient, direction);
        if (!(slope < 0 && slope > -Infinity)) return 'stuck';

        // With nothing remembered, the gradient has the wrong units for a step: its length is bounded.
        const first = (isFresh ? Math.min(1, 1 / sumOfSizes(gradient)) : 1) * learningRate;
        if (line === undefined) {
          leave(state, gradient, first);
          for (let i = 0; i < direction.length; i++) point.parameters[i] += first * direction[i];
          return 'stepped';
        }
        // The search rewrites the gradient; where it fails, it leaves it, and nothing is lost.
        state.previousGradient.set(gradient);
        if (!line.search(point, direction, slope, first)) return 'stuck';
        leave(state, undefined, line.lastStep());
        return 'searched';
      }
    },
  };
}

function leave(state: LbfgsState, gradient: Vector | undefined, stepLength: number): void {
  if (gradient) state.previousGradient.set(gradient);
  state.stepLength = stepLength;
  state.step++;
}

/** Takes the last step and what it did to the gradient into the ring, where the loss curves upward along it. */
function remember(state: LbfgsState, gradient: Vector, minCurvature: number): void {
  const { direction, stepLength, previousGradient, steps, changes, inverses } = state;
  const { length } = gradient;
  let curvature = 0;
  let stepSquare = 0;
  let changeSquare = 0;
  for (let i = 0; i < length; i++) {
    const step = direction[i] * stepLength;
    const change = gradient[i] - previousGradient[i];
    curvature += change * step;
    stepSquare += step * step;
    changeSquare += change * change;
  }
  // Below the second bound, the two are at a right angle to within rounding.
  if (!(curvature > Math.max(minCurvature, Number.EPSILON * Math.sqrt(stepSquare) * Math.sqrt(changeSquare)))) return;

  const at = state.next * length;
  for (let i = 0; i < length; i++) {
    steps[at + i] = direction[i] * stepLength;
    changes[at + i] = gradient[i] - previousGradient[i];
  }
  inverses[state.next] = 1 / curvature;
  state.scale = curvature / changeSquare;
  state.next = (state.next + 1) % inverses.length;
  state.count = Math.min(state.count + 1, inverses.length);
}

function forget(state: LbfgsState): void {
  state.count = 0;
  state.next = 0;
  state.scale = 1;
}

/** Writes −H·g over the state's direction, by the two loops over the pairs: newest to oldest, and back. */
function aim(state: LbfgsState, gradient: Vector, shares: Vector): void {
  const { direction, steps, changes, inverses, count, next } = state;
  const { length } = gradient;
  const memory = inverses.length;
  for (let i = 0; i < length; i++) direction[i] = -gradient[i];
  for (let age = 1; age <= count; age++) {
    const slot = (next - age + memory) % memory;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += steps[slot * length + i] * direction[i];
    const share = sum * inverses[slot];
    shares[slot] = share;
    for (let i = 0; i < length; i++) direction[i] -= share * changes[slot * length + i];
  }
  for (let i = 0; i < length; i++) direction[i] *= state.scale;
  for (let age = count; age >= 1; age--) {
    const slot = (next - age + memory) % memory;
    let sum = 0;
    for (let i = 0; i < length; i++) sum += changes[slot * length + i] * direction[i];
    const gap = shares[slot] - sum * inverses[slot];
    for (let i = 0; i < length; i++) direction[i] += gap * steps[slot * length + i];
  }
}

function sumOfSizes(vector: Vector): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += Math.abs(vector[i]);
  return sum;
}
