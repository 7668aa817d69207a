import { InputError } from '../core/errors.ts';
import { accuracyScore, f1Score, precisionScore, recallScore } from './classification.ts';
import { rocAucScore } from './curves.ts';
import { checkClasses } from './labels.ts';
import type { ClassPredictions, Predictions, Task, ValuePredictions } from './predictions.ts';
import { brierLoss, logLoss } from './probability.ts';
import {
  meanAbsoluteError,
  meanPoissonDeviance,
  meanSquaredError,
  r2Score,
  rootMeanSquaredError,
} from './regression.ts';
import type { Warn } from './warn.ts';

export interface MetricEntry {
  /** As pipelines and reports write it. */
  name: string;
  /** As people read it. */
  title: string;
  tasks: Task[];
  /** Which way is better. */
  direction: 'higher' | 'lower';
  /** Lowest and highest value there can be; ±Infinity where there is no such bound. */
  range: [number, number];
  /** The unit of the target, its square, nats (natural units of information), or none. */
  unit: 'target' | 'target²' | 'nats' | '';
  /** What it looks at. */
  needs: 'values' | 'labels' | 'probabilities';
  summary: string;
  /** @throws InputError when the predictions are not of the task's kind, or do not fit together */
  compute(predictions: Predictions, warn?: Warn): number;
}

/**
 * Every metric that a pipeline may name.
 *
 * Of two classes, precision, recall and F1 speak of the positive one (index 1); of more, they are the mean over the
 * classes that occur (macro average).
 */
export const catalogue: Readonly<Record<string, MetricEntry>> = Object.freeze({
  rmse: {
    name: 'rmse',
    title: 'RMSE',
    tasks: ['regression', 'count'],
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    unit: 'target',
    needs: 'values',
    summary: 'Root of the mean squared difference, in the unit of the target; large misses count most.',
    compute: onValues(rootMeanSquaredError),
  },
  mse: {
    name: 'mse',
    title: 'MSE',
    tasks: ['regression', 'count'],
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    unit: 'target²',
    needs: 'values',
    summary: 'Mean squared difference, in the squared unit of the target.',
    compute: onValues(meanSquaredError),
  },
  mae: {
    name: 'mae',
    title: 'MAE',
    tasks: ['regression', 'count'],
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    unit: 'target',
    needs: 'values',
    summary: 'Mean absolute difference, in the unit of the target; all misses count by their size.',
    compute: onValues(meanAbsoluteError),
  },
  r2: {
    name: 'r2',
    title: 'R²',
    tasks: ['regression', 'count'],
    direction: 'higher',
    range: [Number.NEGATIVE_INFINITY, 1],
    unit: '',
    needs: 'values',
    summary: "Share of the target's variance that is explained; 0 is as good as always saying the mean.",
    compute: onValues(r2Score),
  },
  poissonDeviance: {
    name: 'poissonDeviance',
    title: 'Poisson deviance',
    tasks: ['count'],
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    unit: '',
    needs: 'values',
    summary: 'How much less likely the counts are than under a prediction without fault, if they are Poisson; from 0.',
    compute: onValues(meanPoissonDeviance),
  },
  accuracy: {
    name: 'accuracy',
    title: 'Accuracy',
    tasks: ['binary', 'multiclass'],
    direction: 'higher',
    range: [0, 1],
    unit: '',
    needs: 'labels',
    summary: 'Share of the rows whose class was predicted.',
    compute: onLabels(accuracyScore),
  },
  precision: {
    name: 'precision',
    title: 'Precision',
    tasks: ['binary', 'multiclass'],
    direction: 'higher',
    range: [0, 1],
    unit: '',
    needs: 'labels',
    summary: 'Share of the rows called positive that are so; of many classes, the mean over the classes.',
    compute: onLabels(precisionScore),
  },
  recall: {
    name: 'recall',
    title: 'Recall',
    tasks: ['binary', 'multiclass'],
    direction: 'higher',
    range: [0, 1],
    unit: '',
    needs: 'labels',
    summary: 'Share of the positive rows that were called so; of many classes, the mean over the classes.',
    compute: onLabels(recallScore),
  },
  f1: {
    name: 'f1',
    title: 'F1',
    tasks: ['binary', 'multiclass'],
    direction: 'higher',
    range: [0, 1],
    unit: '',
    needs: 'labels',
    summary: 'Harmonic mean of precision and recall; of many classes, the mean over the classes.',
    compute: onLabels(f1Score),
  },
  auc: {
    name: 'auc',
    title: 'ROC AUC',
    tasks: ['binary', 'multiclass'],
    direction: 'higher',
    range: [0, 1],
    unit: '',
    needs: 'probabilities',
    summary:
      'How likely a positive row ranks above a negative one; of many classes, the mean of each against the rest.',
    compute: onProbabilities(rocAucScore, { ranking: true }),
  },
  logLoss: {
    name: 'logLoss',
    title: 'Log loss',
    tasks: ['binary', 'multiclass'],
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    unit: 'nats',
    needs: 'probabilities',
    summary: 'Mean surprise at what happened, given the forecast probabilities.',
    compute: onProbabilities(logLoss),
  },
  brier: {
    name: 'brier',
    title: 'Brier score',
    tasks: ['binary'],
    direction: 'lower',
    range: [0, 1],
    unit: '',
    needs: 'probabilities',
    summary: 'Mean squared gap between the forecast probability and what happened.',
    compute: onProbabilities(brierLoss),
  },
} satisfies Record<string, MetricEntry>);

/** What a report measures where the pipeline does not say. */
export function defaultMetrics(task: Task): string[] {
  if (task === 'binary') return ['accuracy', 'precision', 'recall', 'f1', 'auc', 'logLoss'];
  if (task === 'multiclass') return ['accuracy', 'precision', 'recall', 'f1', 'logLoss'];
  return task === 'count' ? ['rmse', 'mae', 'poissonDeviance', 'r2'] : ['rmse', 'mae', 'r2'];
}

/** Names of all metrics that fit a task, in the catalogue's order. */
export function metricsOf(task: Task): string[] {
  return Object.keys(catalogue).filter((name) => catalogue[name].tasks.includes(task));
}

/**
 * The catalogue's entry for a name, as a pipeline gives it.
 *
 * @throws InputError listing the metrics of the task, when the name is none of them
 */
export function metricNamed(name: string, task: Task): MetricEntry {
  if (Object.hasOwn(catalogue, name) && catalogue[name].tasks.includes(task)) return catalogue[name];
  throw new InputError(
    `metric: expected one of those for a ${task} task (${metricsOf(task).join(', ')}), found "${name}"`,
  );
}

/** A metric's value; `why` says what is odd about it, and always why it is NaN. */
export interface Measurement {
  value: number;
  why?: string;
}

/**
 * Measures predictions by the named metrics.
 *
 * @param names as in the catalogue; `defaultMetrics(task)` where the user did not choose
 * @returns one measurement a name, in their order
 * @throws InputError when a name is not a metric of the task, or the predictions are not of its kind
 * @example measure('regression', ['mae'], { kind: 'values', actual, predicted }) // { mae: { value: 0.5 } }
 */
export function measure(task: Task, names: readonly string[], predictions: Predictions): Record<string, Measurement> {
  const entries = names.map((name) => metricNamed(name, task));
  checkPredictions(task, predictions);
  return Object.fromEntries(
    entries.map(({ name, compute }) => {
      const reasons = new Set<string>();
      const value = compute(predictions, (reason) => reasons.add(reason));
      return [name, reasons.size > 0 ? { value, why: [...reasons].join('; ') } : { value }];
    }),
  );
}

/**
 * How much better `candidate` is than `reference`, in the metric's unit: positive when better, whichever way that is.
 *
 * NaN when either is. Gates compare with it: `noWorseThan … by` holds while it is at least −by.
 *
 * @throws InputError when there is no such metric
 */
export function improvement(name: string, candidate: number, reference: number): number {
  if (!Object.hasOwn(catalogue, name)) {
    throw new InputError(`metric: expected one of ${Object.keys(catalogue).join(', ')}, found "${name}"`);
  }
  if (candidate === reference) return 0;
  return catalogue[name].direction === 'higher' ? candidate - reference : reference - candidate;
}

/** Whether `candidate` is better. Something undefined never is; anything defined is better than something undefined. */
export function isBetter(name: string, candidate: number, reference: number): boolean {
  const gain = improvement(name, candidate, reference);
  return Number.isNaN(reference) ? !Number.isNaN(candidate) : gain > 0;
}

function checkPredictions(task: Task, predictions: Predictions): void {
  const expected = task === 'binary' || task === 'multiclass' ? 'classes' : 'values';
  if (predictions.kind !== expected) {
    throw new InputError(`predictions: expected ${expected} for a ${task} task, found ${predictions.kind}`);
  }
  if (predictions.kind === 'values') return;
  const { classCount, actual, predicted, probabilities, margins } = predictions;
  if (!Number.isInteger(classCount) || classCount < 2 || (task === 'binary' && classCount !== 2)) {
    throw new InputError(
      `predictions, classCount: expected ${task === 'binary' ? '2' : 'an integer from 2'} for a ${task} task, ` +
        `found ${classCount}`,
    );
  }
  const expectedLength = margins ? 0 : classCount === 2 ? actual.length : actual.length * classCount;
  if (probabilities.length !== expectedLength) {
    throw new InputError(
      `predictions, probabilities: expected ${expectedLength} numbers for ${actual.length} rows of ${classCount} ` +
        `classes, found ${probabilities.length}`,
    );
  }
  checkClasses('actual', actual, classCount);
  checkClasses('predicted', predicted, classCount);
}

type Options = { weights?: Float64Array; warn?: Warn };

function onValues(metric: (actual: Float64Array, predicted: Float64Array, options: Options) => number) {
  return (predictions: Predictions, warn?: Warn) => {
    const { actual, predicted, weights } = kindOf(predictions, 'values');
    return metric(actual, predicted, { weights, warn });
  };
}

function onLabels(
  metric: (actual: Int32Array, predicted: Int32Array, options: Options & { average: 'binary' | 'macro' }) => number,
) {
  return (predictions: Predictions, warn?: Warn) => {
    const { classCount, actual, predicted, weights } = kindOf(predictions, 'classes');
    return metric(actual, predicted, { average: classCount === 2 ? 'binary' : 'macro', weights, warn });
  };
}

/** @param options.ranking whether the metric asks for the order of the rows alone */
function onProbabilities(
  metric: (actual: Int32Array, probabilities: Float64Array, options: Options) => number,
  { ranking = false } = {},
) {
  return (predictions: Predictions, warn?: Warn) => {
    const { actual, probabilities, margins, weights } = kindOf(predictions, 'classes');
    if (!margins) return metric(actual, probabilities, { weights, warn });
    if (ranking) return metric(actual, margins, { weights, warn });
    warn?.('the model makes no probabilities, as it was trained by a hinge loss');
    return Number.NaN;
  };
}

function kindOf(predictions: Predictions, kind: 'values'): ValuePredictions;
function kindOf(predictions: Predictions, kind: 'classes'): ClassPredictions;
function kindOf(predictions: Predictions, kind: Predictions['kind']): Predictions {
  if (predictions.kind === kind) return predictions;
  throw new InputError(`predictions: expected ${kind}, found ${predictions.kind}`);
}
