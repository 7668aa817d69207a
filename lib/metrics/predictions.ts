/** What was measured beside what a model said, in the form in which every metric of the catalogue takes it. */
export type Predictions = ValuePredictions | ClassPredictions;

/** The four tasks of a pipeline; `count` is measured as `regression` is. */
export type Task = 'regression' | 'binary' | 'multiclass' | 'count';

export interface ValuePredictions {
  kind: 'values';
  /** What was measured, in the target's unit, shape [n]. */
  actual: Float64Array;
  /** What the model said, in the same unit, shape [n]. */
  predicted: Float64Array;
  /** How much each row counts, shape [n]; all alike by default. */
  weights?: Float64Array;
}

export interface ClassPredictions {
  kind: 'classes';
  /** K, from 2. */
  classCount: number;
  /** Index of each row's class, from 0 to K − 1, shape [n]; of two classes, 1 is the positive one. */
  actual: Int32Array;
  /** In [0, 1]. Of two classes: the probability of class 1, shape [n]. Of more: of each class, shape [n, K], row-major. */
  probabilities: Float64Array;
  /**
   * Of two classes, by a model that makes no probabilities: how far each row is on the side of class 1, shape [n]. It ranks
   * rows; what needs probabilities is undefined, and `probabilities` is empty.
   */
  margins?: Float64Array;
  /** Index of the class that the model chose, shape [n]. */
  predicted: Int32Array;
  /** How much each row counts, shape [n]; all alike by default. */
  weights?: Float64Array;
}
