import type { LossFormula } from '../kernels/linear-pass.ts';

/**
 * How a score becomes a prediction.
 *
 * - `identity`: the score is the prediction
 * - `log`: the prediction is e^score, above 0
 * - `logit`: the probability of target 1 is 1 / (1 + e^−score)
 * - `softmax`: the probability of class k is e^scoreₖ / Σ e^score
 * - `none`: the score's sign tells the class, and no probability stands behind its size
 */
export type Link = 'identity' | 'log' | 'logit' | 'softmax' | 'none';

/**
 * What a wrong prediction costs, row by row, as a function of the model's scores (before any link function).
 *
 * Whole stretches of rows are handed over rather than single ones, so that a pass over the data makes one call to some
 * dozens of rows.
 */
export interface Loss {
  readonly name: string;
  /** What a target must be, in words. */
  readonly targets: string;
  readonly link: Link;
  /** Whether a row's loss is a convex function of its scores. */
  readonly convex: boolean;
  /** There where a kernel computes the same, to the same bits. */
  readonly formula?: LossFormula;
  /** Whether `target` can stand in a row, where the model has `outputs` scores. */
  accepts(target: number, outputs: number): boolean;
  /**
   * Writes each row's loss and the slope d loss / d score of each of its scores.
   *
   * Where a loss has a kink, the slope there is a subgradient: 0 where the kink is the minimum.
   *
   * @param scores shape [count, outputs], row-major
   * @param targets shape [count]
   * @param count rows to look at, at the front of each array
   * @param outputs scores of a row
   * @param losses written, shape [count]
   * @param slopes written, shape [count, outputs]
   */
  evaluate(
    scores: Float64Array,
    targets: Float64Array,
    count: number,
    outputs: number,
    losses: Float64Array,
    slopes: Float64Array,
  ): void;

  /**
   * Writes each row's second derivatives d² loss / d scoreₖ d scoreₗ; there where a loss has them everywhere.
   *
   * @param curvatures written, shape [count, outputs, outputs]
   */
  curvatures?(
    scores: Float64Array,
    targets: Float64Array,
    count: number,
    outputs: number,
    curvatures: Float64Array,
  ): void;
}
