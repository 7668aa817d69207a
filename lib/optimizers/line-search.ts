import type { Objective } from '../core/objective.ts';
import type { Vector } from '../core/vector.ts';
import type { Point } from './search-rule.ts';

export interface LineSearchOptions {
  /** Sufficient decrease: share c₁ of the first slope's promise that a step must keep. */
  decrease?: number;
  /** Curvature: the slope must shrink to this share c₂ of the first. */
  curvature?: number;
  /**
   * Relative error of the loss: within it, slopes decide rather than the loss; 0 for never. The objective's own `noise`
   * replaces it where that is larger.
   */
  noise?: number;
  /** Width of a bracket, in the units of the parameters, below which the search ends. */
  narrowest?: number;
  /** Most evaluations of one search. */
  evaluations?: number;
}

/** Moves a point along a direction; false, and the point as it was, when no lower loss was found. */
export type LineSearch = (point: Point, direction: Vector, slope: number, firstStep: number) => boolean;

/** What is known at one place along the line. */
interface Trial {
  step: number;
  loss: number;
  /** d loss / d step. */
  slope: number;
  gradient: Vector;
}

/**
 * Looks along a line for a step that satisfies the strong Wolfe conditions: φ(t) ≤ φ(0) + c₁·t·φ′(0) and
 * |φ′(t)| ≤ c₂·|φ′(0)|.
 *
 * First it goes out until an interval must hold such a step, then narrows it by cubic interpolation, kept off the ends.
 * Near the optimum the losses of two steps differ by less than their rounding; there the approximate conditions of Hager
 * and Zhang, of slopes alone, also accept a step: φ(t) ≤ φ(0) + noise·|φ(0)| and (2c₁ − 1)·φ′(0) ≥ φ′(t) ≥ c₂·φ′(0).
 * A step to where the loss is not finite counts as too long.
 *
 * The step it answers is kept by its function: `lastStep()`.
 *
 * @see Nocedal & Wright 2006, Numerical Optimization, algorithms 3.5 and 3.6 and equation 3.59; the guards of the
 *   interpolation are those of Schmidt's minFunc, which torch took over; Hager & Zhang 2005, SIAM J. Optim. 16(1)
 */
export function strongWolfe(
  objective: Objective,
  { decrease = 1e-4, curvature = 0.9, noise = 1e-10, narrowest = 0, evaluations = 25 }: LineSearchOptions = {},
): { search: LineSearch; lastStep: () => number } {
  const { length } = objective;
  const error = noise === 0 ? 0 : Math.max(noise, objective.noise ?? 0);
  const origin: Vector = new Float64Array(length);
  const make = (): Trial => ({ step: 0, loss: 0, slope: 0, gradient: new Float64Array(length) });
  // Three places are known at any time; they change roles, and never owners.
  let low = make();
  let high = make();
  let trial = make();
  const first = { loss: 0, slope: 0, taken: 0 };

  const tooHigh = () => !(trial.loss <= first.loss + decrease * trial.step * first.slope);
  const flatWithinNoise = () =>
    trial.loss <= first.loss + error * Math.abs(first.loss) &&
    trial.slope <= (2 * decrease - 1) * first.slope &&
    trial.slope >= curvature * first.slope;
  const accepted = (mustImprove: boolean) =>
    (!tooHigh() && Math.abs(trial.slope) <= -curvature * first.slope && !(mustImprove && trial.loss >= low.loss)) ||
    (error > 0 && flatWithinNoise());

  // Written out, since a destructuring swap makes an array.
  function takeAsLow(): void {
    const freed = low;
    low = trial;
    trial = freed;
  }
  function takeAsHigh(): void {
    const freed = high;
    high = trial;
    trial = freed;
  }
  function swapEnds(): void {
    const kept = low;
    low = high;
    high = kept;
  }
  function sortEnds(): void {
    if (high.loss < low.loss) swapEnds();
  }

  function evaluate(point: Point, direction: Vector, step: number): void {
    const { parameters } = point;
    const { gradient } = trial;
    for (let i = 0; i < length; i++) parameters[i] = origin[i] + step * direction[i];
    trial.step = step;
    trial.loss = objective.evaluate(parameters, gradient, 0);
    trial.slope = dot(gradient, direction);
    if (Number.isFinite(trial.loss) && Number.isFinite(trial.slope)) return;
    trial.loss = Infinity;
    trial.slope = Infinity;
  }

  /** Leaves the point at `at`, or where it was. */
  function settle(point: Point, direction: Vector, at: Trial): boolean {
    const { parameters, gradient } = point;
    first.taken = at.step;
    if (at.step === 0) {
      parameters.set(origin);
      return false;
    }
    for (let i = 0; i < length; i++) parameters[i] = origin[i] + at.step * direction[i];
    gradient.set(at.gradient);
    point.loss = at.loss;
    return true;
  }

  function search(point: Point, direction: Vector, slope: number, firstStep: number): boolean {
    origin.set(point.parameters);
    first.loss = point.loss;
    first.slope = slope;
    low.step = 0;
    low.loss = point.loss;
    low.slope = slope;
    low.gradient.set(point.gradient);

    // Going out: `low` is the place before.
    let count = 0;
    for (let step = firstStep; ; ) {
      evaluate(point, direction, step);
      count++;
      if (accepted(count > 2)) return settle(point, direction, trial);
      const isBracketed = tooHigh() || (count > 2 && trial.loss >= low.loss) || trial.slope >= 0;
      if (isBracketed || count >= evaluations) break;
      const least = step + 0.01 * (step - low.step);
      step = cubicMinimum(low, trial, least, 10 * step);
      takeAsLow();
    }
    takeAsHigh();
    sortEnds();

    // Narrowing: `low` is the lower end. A step close to an end twice in a row is moved off it.
    const size = largest(direction);
    let wasClose = false;
    while (count < evaluations && isOpen(low, high, size, narrowest)) {
      const left = Math.min(low.step, high.step);
      const right = Math.max(low.step, high.step);
      let step = cubicMinimum(low, high, left, right);
      const margin = 0.1 * (right - left);
      const isClose = Math.min(right - step, step - left) < margin;
      if (isClose && (wasClose || step >= right || step <= left)) {
        step = right - step < step - left ? right - margin : left + margin;
        wasClose = false;
      } else {
        wasClose = isClose;
      }
      evaluate(point, direction, step);
      count++;
      if (accepted(true)) return settle(point, direction, trial);
      if (tooHigh() || trial.loss >= low.loss) {
        takeAsHigh();
      } else {
        // The minimum lies between the new low end and whichever end its slope points to.
        if (trial.slope * (high.step - low.step) >= 0) swapEnds();
        takeAsLow();
      }
      sortEnds();
    }
    return settle(point, direction, low);
  }

  return { search, lastStep: () => first.taken };
}

/** Whether there is still something between two ends. */
function isOpen(low: Trial, high: Trial, size: number, narrowest: number): boolean {
  const width = Math.abs(high.step - low.step);
  return width * size >= narrowest && width > 1e-15 * Math.max(low.step, high.step);
}

/** Where the cubic through two places, with their slopes, is least between two bounds; their middle where it is nowhere. */
function cubicMinimum(a: Trial, b: Trial, from: number, to: number): number {
  const width = b.step - a.step;
  const secant = a.slope + b.slope - (3 * (b.loss - a.loss)) / width;
  const square = secant * secant - a.slope * b.slope;
  if (!(square >= 0)) return (from + to) / 2;
  const root = width > 0 ? Math.sqrt(square) : -Math.sqrt(square);
  const step = b.step - width * ((b.slope + root - secant) / (b.slope - a.slope + 2 * root));
  return Number.isNaN(step) ? (from + to) / 2 : Math.min(Math.max(step, from), to);
}

/** Σ aᵢ·bᵢ, from the left. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(vector: Vector): number {
  let size = 0;
  for (let i = 0; i < vector.length; i++) size = Math.max(size, Math.abs(vector[i]));
  return size;
}
