import type { Matrix } from '../core/matrix.ts';
import type { Objective } from '../core/objective.ts';
import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { Vector } from '../core/vector.ts';

export type ModelKind = 'linear' | 'logistic' | 'softmax';

/** A named part of the flat parameter vector, row-major, from `offset`. */
export interface Slice {
  name: 'coefficients' | 'intercept';
  offset: number;
  shape: number[];
}

/** Rows to learn from. */
export interface Examples {
  /** Sparse ones give the same bits as dense ones of the same numbers. */
  features: Matrix | SparseMatrix;
  /** One a row: a number (linear), 0 or 1 (logistic), or the index of a class (softmax). */
  targets: Float64Array;
  /** One a row, at least 0, not all 0; without them each row weighs 1. */
  weights?: Float64Array;
  /** First row of each canonical block, then the row count: length blocks + 1. */
  blockOffsets: Int32Array;
}

export interface ObjectiveOptions {
  /** Ridge penalty: l2/2 · ‖coefficients‖² is added to the mean loss. Never on an intercept. */
  l2?: number;
  /** Rows to a step; without it, or with as many as there are, each step looks at all rows. */
  batchSize?: number;
  /** Seeds the order in which mini-batches visit the rows. */
  seed?: number;
}

/**
 * What is learned: a layout of one flat parameter vector, and what the parameters say about a row.
 *
 * A score is what the model computes before any link: the prediction itself, log-odds, or one unnormalised log
 * probability a class. `toPredictions` turns scores into what a user asks for.
 */
export interface Model {
  readonly kind: ModelKind;
  /** Name of the loss that it is trained by. */
  readonly loss: string;
  /** Features of a row. */
  readonly inputs: number;
  /** Scores of a row. */
  readonly outputs: number;
  readonly layout: readonly Slice[];
  readonly parameterCount: number;
  /** Where training starts: zeros, as the problem is convex. */
  initial(): Vector;
  /**
   * The mean loss over the rows, weighted, plus the penalty, as a function of the parameters.
   *
   * @throws InputError when shapes do not fit, or a target, weight or option is out of range
   */
  objective(examples: Examples, options?: ObjectiveOptions): Objective;
  /**
   * Scores of each row, shape [rowCount, outputs], row-major.
   *
   * @throws InputError when the parameters or the features do not fit the model
   */
  scores(parameters: Vector, features: Matrix | SparseMatrix): Float64Array;
}
