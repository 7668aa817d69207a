import type { Vector } from '../core/vector.ts';

/**
 * One update rule: a transformation of the gradient, with memory. Rules compose by `chain`; see scale-by-adam.ts.
 *
 * A state holds numbers, vectors and plain objects or arrays of them, and nothing else, so that a checkpoint is a copy.
 */
export interface Rule<State = unknown> {
  init(parameters: Vector): State;
  /**
   * Rewrites `gradient`, in place, into the step to add to the parameters. Leaves `parameters` as they are.
   *
   * @param loss the loss at `parameters`, of the rows that the gradient is of; NaN where the caller does not know it
   */
  update(gradient: Vector, state: State, parameters: Vector, loss?: number): void;
}
