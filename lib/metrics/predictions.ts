import type { DetectedBox, Id, TruthBox } from './detection/boxes.ts';

/** What a model said beside what was measured: what a model of ours makes. */
export type Predictions = ValuePredictions | ClassPredictions;

/** The same in every form that a metric of the catalogue takes. A further form is one interface here. */
export type AnyPredictions =
  | Predictions
  | LabelSetPredictions
  | RankingPredictions
  | DetectionPredictions
  | TextPredictions;

/** The tasks that models of ours are trained for; `count` is measured as `regression` is. */
export type ModelTask = 'regression' | 'binary' | 'multiclass' | 'count';

/** The tasks that can be measured, by whatever model. */
export type Task = ModelTask | 'multilabel' | 'ranking' | 'detection' | 'text';

/** Which form of predictions each task has. */
export const kindOfTask = {
  regression: 'values',
  count: 'values',
  binary: 'classes',
  multiclass: 'classes',
  multilabel: 'labelSets',
  ranking: 'rankings',
  detection: 'detections',
  text: 'texts',
} as const satisfies Record<Task, AnyPredictions['kind']>;

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
  /** In [0, 1]. Of two classes: the probability of class 1, shape [n]. Of more: of each class, shape [n, K], row-major. Empty of a model that says nothing but a class. */
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

/** Rows of which each may have several labels, or none. */
export interface LabelSetPredictions {
  kind: 'labelSets';
  /** L, from 1. */
  labelCount: number;
  /** 1 where the row has the label, else 0; shape [n, L], row-major. */
  actual: Uint8Array;
  /** 1 where the model says so, else 0; shape [n, L]. */
  predicted: Uint8Array;
  /** Higher means rather yes; finite, shape [n, L]. Metrics of the order of labels are undefined without it. */
  scores?: Float64Array;
  /** How much each row counts, shape [n]; all alike by default. */
  weights?: Float64Array;
}

/** Items in the order that a model gives them, query by query. */
export interface RankingPredictions {
  kind: 'rankings';
  /** How good each item is as an answer to its query: finite, from 0; above 0 is relevant. Shape [items]. */
  relevance: Float64Array;
  /** Higher means sooner; finite, shape [items]. */
  scores: Float64Array;
  /** Where each query's items begin, with the end of the last one appended; shape [queries + 1]. */
  queryOffsets: Int32Array;
  /** How much each query counts, shape [queries]; all alike by default. */
  weights?: Float64Array;
}

/** Things in images, and what a model says is there. */
export interface DetectionPredictions {
  kind: 'detections';
  truth: readonly TruthBox[];
  detected: readonly DetectedBox[];
  /** All images, those too without a thing or a detection. */
  images: readonly Id[];
  categories: readonly Id[];
  /** How much each image counts, in the order of `images`; all alike by default. */
  weights?: Float64Array;
}

/** Texts that a model wrote, and those that would have been right. */
export interface TextPredictions {
  kind: 'texts';
  hypotheses: readonly string[];
  /** Accepted texts of each hypothesis, at least one. */
  references: readonly (readonly string[])[];
  /** Of each hypothesis, the natural logarithm of each token's probability given those before; for perplexity alone. */
  logProbabilities?: readonly ArrayLike<number>[];
  /** A regular expression to look for in each hypothesis; for `patternMatch` alone. */
  pattern?: string;
  /** How much each text counts; all alike by default. */
  weights?: Float64Array;
}
