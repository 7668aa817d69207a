import type { AnyMatrix } from '../core/matrix.ts';
import type { Objective } from '../core/objective.ts';
import type { SparseMatrix } from '../core/sparse-matrix.ts';
import type { StreamedMatrix } from '../core/streamed-matrix.ts';
import type { Vector } from '../core/vector.ts';
import type { Products } from '../kernels/linear-pass.ts';
import type { Link } from '../losses/loss.ts';
import type { Ranges } from '../losses/penalties.ts';

export type ModelKind = 'linear' | 'logistic' | 'softmax' | 'mlp';

/** A named part of the flat parameter vector, row-major, from `offset`. */
export interface Slice {
  /** `coefficients` and `intercept` of a linear model; `layers.<i>.weight` and `layers.<i>.bias` of an mlp. */
  name: string;
  offset: number;
  shape: number[];
}

/** Features of rows. Sparse and streamed matrices give the same bits as dense ones of the same numbers. */
export type Features = AnyMatrix | SparseMatrix | StreamedMatrix;

/** Rows to learn from. */
export interface Examples {
  features: Features;
  /** One a row: a number, a count from 0, 0 or 1, or the index of a class, as the model's loss takes it. */
  targets: Float64Array;
  /** One a row, at least 0, not all 0; without them each row weighs 1. */
  weights?: Float64Array;
  /** First row of each canonical block, then the row count: length blocks + 1. */
  blockOffsets: Int32Array;
}

/** The penalties of an objective, and how it visits rows. */
export interface ObjectiveOptions {
  /** Ridge penalty: l2/2 · ‖coefficients‖² is added to the mean loss. */
  l2?: number;
  /** Lasso penalty: l1 · Σ|coefficient| is added to the loss, and left to proximal steps in the gradient. */
  l1?: number;
  /** Whether l1 and l2 fall on intercepts (biases) too. False by default. */
  penaliseIntercept?: boolean;
  /** Rows per step; without it, or with at least as many as there are, each step looks at all rows. */
  batchSize?: number;
  /** Seeds the order in which mini-batches visit the rows, and what dropout leaves out. */
  seed?: number;
  /** False: mini-batches visit the rows as they stand. */
  shuffle?: boolean;
  /**
   * The precision in which features are multiplied. Float64 by default; float32 is two to three times as fast, with a
   * relative error of about 1e-7 a row: for gradients over many rows, or over batches. A model without such a pass takes
   * float64.
   */
  products?: Products;
}

/**
 * What is learned: a layout of one flat parameter vector, and what the parameters say about a row.
 *
 * A score is what the model computes before any link: the prediction itself, its logarithm, log-odds, or one unnormalised
 * log probability a class. `toPredictions` turns scores into what a user asks for.
 */
export interface Model {
  readonly kind: ModelKind;
  /** Name of the loss that it is trained by. */
  readonly loss: string;
  /** How its scores become predictions. */
  readonly link: Link;
  /** Whether its objective is convex in the parameters. */
  readonly isConvex: boolean;
  /** Features of a row. */
  readonly inputs: number;
  /** Scores of a row. */
  readonly outputs: number;
  readonly layout: readonly Slice[];
  readonly parameterCount: number;
  /** Where training starts: zeros where the model is linear, seeded weights where it has hidden layers. */
  initial(): Vector;
  /** The parameters that penalties fall on: coefficients or weights, and intercepts or biases when asked. */
  penalised(penaliseIntercept?: boolean): Ranges;
  /**
   * The mean loss over the rows, weighted, plus the penalty, as a function of the parameters.
   *
   * @throws InputError when shapes do not fit, or a target, weight or option is out of range
   */
  objective(examples: Examples, options?: ObjectiveOptions): Objective;
  /**
   * The mean loss over the rows, weighted, without penalty and without dropout: what early stopping watches.
   *
   * @throws InputError when shapes do not fit, or a target or weight is out of range
   */
  meanLoss(examples: Examples): (parameters: Vector) => number;
  /**
   * Scores of each row, shape [rowCount, outputs], row-major.
   *
   * @throws InputError when the parameters or the features do not fit the model
   */
  scores(parameters: Vector, features: Features): Float64Array;
}
