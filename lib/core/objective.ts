import type { Vector } from './vector.ts';

/**
 * What an optimizer makes small: a differentiable function of one flat parameter vector.
 *
 * A full-batch objective has one step to an epoch and ignores `step`. A mini-batch objective looks at one batch each
 * step; which one is a function of `step` alone, so that going on from a checkpoint visits the same batches.
 */
export interface Objective {
  /** Number of parameters. */
  readonly length: number;
  /** Steps that together look at each row once. */
  readonly stepsPerEpoch: number;
  /**
   * Loss at `parameters`, in the loss's units; writes its gradient, shape [length], over `gradient`.
   *
   * @param step counts from 0 over the whole training
   */
  evaluate(parameters: Vector, gradient: Vector, step: number): number;
  /** Relative error of the loss, where it exceeds float64 rounding. A line search ignores differences within it. */
  readonly noise?: number;
  /**
   * As `evaluate`, to the bit, and writes the second derivatives too, shape [length, length], over `hessian`: both
   * triangles. There where a loss has them and a step looks at all rows.
   */
  hessian?(parameters: Vector, gradient: Vector, hessian: Float64Array): number;
  /** Writes the minimiser over `parameters`, where there is a formula for it; the one of least norm where it is not unique. */
  solve?(parameters: Vector): void;
  /**
   * Norm of the smallest subgradient, for an objective with an L1 part; left out where the gradient is the whole of it.
   *
   * `evaluate` then counts that part into the loss, but not into the gradient, which is what proximal steps want.
   *
   * @param gradient as `evaluate` wrote it at `parameters`
   */
  subgradientNorm?(parameters: Vector, gradient: Vector): number;
}
