import type { Vector } from '../core/vector.ts';

/**
 * - `converged`: a criterion of convergence held (gradient norm, relative change of the loss, or patience)
 * - `step-limit`: the steps or epochs allowed were used up
 * - `deadline`: paused; go on from `checkpoint`
 * - `diverged`: the loss or the parameters are no longer finite; or patience ran out while no epoch had a lower loss than
 *   the first, and the loss has more than doubled
 */
export type Status = 'converged' | 'step-limit' | 'deadline' | 'diverged';

/** When to stop. Criteria that are left out do not stop anything; an epoch is one look at each row. */
export interface StopCriteria {
  /** Most steps. */
  steps?: number;
  /** Most epochs. */
  epochs?: number;
  /** Converged when the Euclidean norm of the gradient is at most this (full-batch objectives only). */
  gradientNorm?: number;
  /** Converged when the epoch's mean loss changed by at most this share of its size, |Δloss| <= tolerance · |loss|. */
  tolerance?: number;
  /** Converged after so many epochs in a row whose mean loss did not fall below the best by more than `tolerance`. */
  patience?: number;
}

/** What `minimise` needs to go on as if it had never stopped: numbers and vectors only. */
export interface Checkpoint<State = unknown> {
  step: number;
  parameters: Vector;
  ruleState: State;
  /** Sum of the losses of the current epoch's steps so far. */
  epochLoss: number;
  /** Mean loss of the epoch before; NaN before there is one. */
  previousLoss: number;
  bestLoss: number;
  epochsWithoutImprovement: number;
  /** With early stopping: the epoch at whose end the watched rows' loss was lowest, and how many have passed since. */
  best?: { loss: number; epoch: number; staleEpochs: number; parameters: Vector };
}

/** One point of the training curve. */
export interface Progress {
  /** Steps taken, from 1. */
  step: number;
  /** Whole epochs finished. */
  epoch: number;
  /** Loss of this step's batch, before the step. */
  loss: number;
  /** Mean loss of the epoch that this step ended, in mini-batches. */
  epochLoss?: number;
  gradientNorm: number;
}

/** Where a run of an optimizer ended, and why. */
export interface Solution<State = unknown> {
  status: Status;
  /** Which criterion stopped it, as a sentence. */
  reason: string;
  /** The last ones; with early stopping, unless paused, those of the best epoch. */
  parameters: Vector;
  /** With early stopping: the lowest loss on the watched rows, and the epoch at whose end it was. */
  best?: { loss: number; epoch: number };
  /** Mean loss of the last epoch (of the last step, in a full-batch objective). */
  loss: number;
  gradientNorm: number;
  steps: number;
  epochs: number;
  checkpoint: Checkpoint<State>;
}
