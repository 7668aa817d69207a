import { InputError } from '../core/errors.ts';
import { classificationMetrics } from './catalogue/classification.ts';
import { detectionMetrics } from './catalogue/detection.ts';
import { type MetricCall, type MetricEntry, type ParameterValues, rememberShared } from './catalogue/entry.ts';
import { printMetricName, readParameters, splitMetricName, titleOf } from './catalogue/metric-name.ts';
import { rankingMetrics } from './catalogue/ranking.ts';
import { regressionMetrics } from './catalogue/regression.ts';
import { scoreMetrics } from './catalogue/scores.ts';
import { textMetrics } from './catalogue/text.ts';
import { checkPredictions } from './check-predictions.ts';
import { classPairs, rowOfEachPair } from './class-pairs.ts';
import type { AnyPredictions, Task } from './predictions.ts';

/**
 * Every metric that a pipeline may name, by the part of its name before the `@`.
 *
 * Help, docs/metrics.md and the tests that hold for every metric are made from it: a metric is there when its entry is.
 */
export const catalogue: Readonly<Record<string, MetricEntry>> = Object.freeze(
  Object.fromEntries(
    [
      ...regressionMetrics,
      ...classificationMetrics,
      ...scoreMetrics,
      ...rankingMetrics,
      ...detectionMetrics,
      ...textMetrics,
    ].map((entry) => [entry.name, entry]),
  ),
);

/** A metric of the catalogue with a value for each of its parameters. */
export interface Metric extends Pick<MetricEntry, 'direction' | 'range' | 'unit' | 'summary'> {
  /** The shortest name that says the same. */
  name: string;
  /** With what is special about the parameters: 'NDCG@10'. */
  title: string;
  parameters: ParameterValues;
  entry: MetricEntry;
}

const usual: Record<Task, string[]> = {
  regression: ['rmse', 'mae', 'r2'],
  count: ['rmse', 'mae', 'poissonDeviance', 'r2'],
  binary: ['accuracy', 'precision', 'recall', 'f1', 'auc', 'logLoss'],
  multiclass: ['accuracy', 'precision', 'recall', 'f1', 'logLoss'],
  multilabel: ['subsetAccuracy', 'hammingLoss', 'f1@micro', 'f1@macro'],
  ranking: ['ndcg@10', 'map', 'mrr', 'recallAt@10'],
  detection: ['ap', 'ap50', 'ap75', 'apSmall', 'apMedium', 'apLarge', 'ar1', 'ar10', 'ar100'],
  text: ['exactMatch', 'squadF1', 'bleu', 'chrf', 'rougeL', 'wer', 'cer'],
};

/** What a report measures where the pipeline does not say. */
export const defaultMetrics = (task: Task): string[] => [...usual[task]];

/** Names of all metrics that fit a task, in the catalogue's order, without their parameters. */
export function metricsOf(task: Task): string[] {
  return Object.keys(catalogue).filter((name) => catalogue[name].tasks.includes(task));
}

/**
 * The metric that a name of a pipeline means, such as `rmse`, `ndcg@10` or `fBeta@2;average=macro`.
 *
 * @throws InputError listing the metrics of the task, when the name is none of them, or saying what its parameters may be
 */
export function metricNamed(name: string, task: Task): Metric {
  const { base, written } = splitMetricName(name);
  if (Object.hasOwn(catalogue, base) && catalogue[base].tasks.includes(task)) {
    return withParameters(catalogue[base], readParameters(catalogue[base], written, task));
  }
  throw new InputError(
    `metric: expected one of those for a ${task} task (${metricsOf(task).join(', ')}), found "${name}"`,
  );
}

/** The same for whichever task has it; undefined where there is no such metric, or not with these parameters. */
export function findMetric(name: string): Metric | undefined {
  const { base, written } = splitMetricName(name);
  if (!Object.hasOwn(catalogue, base)) return undefined;
  try {
    return withParameters(catalogue[base], readParameters(catalogue[base], written));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Whether two names mean the same metric: `ndcg@10` and `ndcg@k=10` do. */
export const isSameMetric = (a: string, b: string): boolean =>
  a === b || (findMetric(a)?.name ?? a) === (findMetric(b)?.name ?? b);

/** A metric's value; `why` says what is odd about it, and always why it is NaN. */
export interface Measurement {
  value: number;
  why?: string;
}

/**
 * Measures predictions by the named metrics. What several of them need, such as the rows in order of their score, is
 * computed once.
 *
 * @param names as `metricNamed` reads them; `defaultMetrics(task)` where the user did not choose
 * @param options.shared where work of one measurement of these predictions is kept for the next
 * @returns one measurement a name, as it was given, in their order
 * @throws InputError when a name is not a metric of the task, or the predictions are not of its kind
 * @example measure('regression', ['mae'], { kind: 'values', actual, predicted }) // { mae: { value: 0.5 } }
 */
export function measure(
  task: Task,
  names: readonly string[],
  predictions: AnyPredictions,
  { shared = rememberShared() }: { shared?: MetricCall['shared'] } = {},
): Record<string, Measurement> {
  const metrics = names.map((name) => metricNamed(name, task));
  checkPredictions(task, predictions);
  return Object.fromEntries(
    metrics.map(({ entry, parameters }, i) => {
      const reasons = new Set<string>();
      const warn = (reason: string) => reasons.add(reason);
      const needed = entry.needs === 'labels' ? labelsOf(predictions, shared) : predictions;
      const value = entry.compute(needed, { parameters, shared, warn });
      if (!entry.weighted && predictions.weights) warn('it counts rows alike, as weights have no meaning for it');
      return [names[i], reasons.size > 0 ? { value, why: [...reasons].join('; ') } : { value }];
    }),
  );
}

/** What a metric of the predicted classes needs: each pair of classes once, weighted by its rows, when rows count alike. */
function labelsOf(predictions: AnyPredictions, shared: MetricCall['shared']): AnyPredictions {
  if (predictions.kind !== 'classes' || predictions.weights || predictions.actual.length === 0) return predictions;
  const pairs = shared('pairs of classes', () => classPairs(predictions));
  return pairs ? rowOfEachPair(pairs, predictions.classCount, pairs.rowCounts) : predictions;
}

/**
 * How much better `candidate` is than `reference`, in the metric's unit: positive when better, whichever way that is.
 *
 * NaN when either is. Gates compare with it: `noWorseThan … by` holds while it is at least −by.
 *
 * @throws InputError when there is no such metric
 */
export function improvement(name: string, candidate: number, reference: number): number {
  const metric = findMetric(name);
  if (!metric) {
    throw new InputError(`metric: expected one of ${Object.keys(catalogue).join(', ')}, found "${name}"`);
  }
  if (candidate === reference) return 0;
  return metric.direction === 'higher' ? candidate - reference : reference - candidate;
}

/** Whether `candidate` is better. Something undefined never is; anything defined is better than something undefined. */
export function isBetter(name: string, candidate: number, reference: number): boolean {
  const gain = improvement(name, candidate, reference);
  return Number.isNaN(reference) ? !Number.isNaN(candidate) : gain > 0;
}

function withParameters(entry: MetricEntry, parameters: ParameterValues): Metric {
  const { direction, range, unit, summary } = entry;
  const name = printMetricName(entry, parameters);
  return { name, title: titleOf(entry, parameters), direction, range, unit, summary, parameters, entry };
}
