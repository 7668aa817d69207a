import type { Objective } from '../core/objective.ts';
import type { Vector } from '../core/vector.ts';

/** Where a search stands: its vectors are rewritten in place. */
export interface Point {
  parameters: Vector;
  /** At `parameters`. */
  gradient: Vector;
  /** At `parameters`. */
  loss: number;
}

/**
 * - `searched`: a step was taken; the point's loss and gradient are those of its new parameters
 * - `stepped`: a step was taken, and the loss is still to be evaluated there
 * - `solved`: the parameters are the minimum already; no step was taken
 * - `stuck`: no lower loss was found, to the limit of rounding; no step was taken
 */
export type SearchOutcome = 'searched' | 'stepped' | 'solved' | 'stuck';

/**
 * A rule that looks at the objective itself before each step: a direction and a line search, or a formula.
 *
 * It needs an objective whose every step looks at all rows. A state holds numbers and vectors only, as that of a `Rule`.
 */
export interface SearchRule<State = unknown> {
  init(parameters: Vector): State;
  /**
   * Makes room to work in, once for a run, and answers what takes one step. The room carries nothing from step to step:
   * all that a checkpoint needs is in the state.
   *
   * @throws InputError when the objective lacks what the rule needs
   */
  search(objective: Objective): Search<State>;
  /** Rewrites a state, so that the rule can go on from the same place with another objective that is curved alike. */
  carryOver?(state: State): void;
}

/** A search at work on one objective. */
export interface Search<State = unknown> {
  /** Takes one step from `point`, and notes in `state` what the next one needs. */
  step(point: Point, state: State): SearchOutcome;
}
