import { NumericError } from '../core/errors.ts';
import { placeOf } from '../data/lookup.ts';
import type { Table } from '../data/table.ts';
import { actualValues, type TargetEncoding } from '../data/target.ts';
import { baselinePredictions } from '../metrics/baseline.ts';
import { defaultMetrics, isSameMetric, measure } from '../metrics/catalogue.ts';
import { confusionMatrix } from '../metrics/confusion.ts';
import { rocCurve } from '../metrics/curves.ts';
import type { Predictions } from '../metrics/predictions.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { curveLimit, predictionLimit } from '../report/evaluation-schema.ts';
import { type Evaluation, type Metrics, measured } from '../report/report.ts';
import { thin } from '../report/thin.ts';
import { gateMetrics } from './gates.ts';
import { predictRows, type RowPredictions, withActual } from './predictions.ts';
import { weightsOf } from './prepare.ts';

/**
 * A model's metrics on rows of a table, beside those of a baseline, and the numbers that a report draws.
 *
 * @param rows row numbers of labelled rows, shape [rowCount]
 * @param options.on which rows these are, as a sentence
 * @param options.baselineOn the rows that the baseline is fitted on
 * @param options.request its metrics, and the column that weighs the rows, whatever the model was trained under
 * @throws InputError when the table lacks a column that the model needs, or a metric does not fit the task
 * @throws NumericError when a prediction is beyond the range of numbers
 */
export function evaluateRows(
  model: LoadedModel,
  table: Table,
  rows: Int32Array,
  {
    on,
    baselineOn,
    request,
  }: { on: string; baselineOn: BaselineRows; request: Pick<Request, 'task' | 'evaluate' | 'data'> },
): Evaluation {
  const predicted = predictRows(model, table, rows);
  checkPredicted(predicted, table, rows, model.manifest.target);
  const { weight } = request.data;
  const predictions = withActual(model, predicted, table, { rows, weight });
  const names = metricNames(request);
  const baseline = baselineFor(model, { ...baselineOn, weight }, predictions);
  const evaluation: Evaluation = {
    on,
    rowCount: rows.length,
    metrics: metricsOf(request.task, names, predictions),
    baseline: { name: baseline.name, metrics: metricsOf(request.task, names, baseline.predictions) },
  };
  return { ...evaluation, ...figuresOf(model, predictions) };
}

/** @throws NumericError naming the first row of which the model says more than a number can hold */
export function checkPredicted(
  predicted: RowPredictions,
  table: Table,
  rows: Int32Array,
  target: TargetEncoding,
): void {
  if (predicted.kind !== 'values') return;
  const wrong = predicted.values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  const advice =
    target.task === 'regression' && target.log
      ? 'The logarithm of the target was learned, and this row lies far outside of what was trained on: mend it, or use prepare.target: standard'
      : 'This row lies far outside of what was trained on: mend it';
  throw new NumericError(
    `${placeOf(table, rows[wrong])}: expected a prediction within the range of numbers, found ${predicted.values[wrong]}`,
    { advice },
  );
}

/** The metrics to report: those of the pipeline or else the task's usual ones, and those that gates ask for. */
export function metricNames({ task, evaluate }: Pick<Request, 'task' | 'evaluate'>): string[] {
  const names = [...(evaluate.metrics ?? defaultMetrics(task)), ...gateMetrics(evaluate.gates)];
  return names.filter((name, i) => names.findIndex((other) => isSameMetric(name, other)) === i);
}

/** The rows that a baseline is fitted on, and what a report calls them. */
interface BaselineRows {
  table: Table;
  rows: Int32Array;
  whose: string;
}

/** The parts of an evaluation that are drawn: pairs of a regression, a confusion matrix, an ROC curve. */
function figuresOf({ manifest }: LoadedModel, predictions: Predictions): Partial<Evaluation> {
  if (predictions.kind === 'values') {
    return { predictedVsActual: samplePairs(predictions.actual, predictions.predicted) };
  }
  const { target } = manifest;
  if (!('classes' in target)) return {};
  const { classes } = target;
  const labels = classes.map((_, index) => index);
  const { values } = confusionMatrix(predictions.actual, predictions.predicted, { labels });
  const matrix = { labels: classes, counts: toRows(values, classes.length) };
  if (classes.length !== 2) return { confusionMatrix: matrix };
  return { confusionMatrix: matrix, positiveClass: classes[1], roc: rocOf(predictions) };
}

function metricsOf(task: Request['task'], names: string[], predictions: Predictions): Metrics {
  const values = measure(task, names, predictions);
  return Object.fromEntries(Object.entries(values).map(([name, { value, why }]) => [name, measured(value, why)]));
}

function baselineFor(
  { manifest }: LoadedModel,
  { table, rows, whose, weight }: BaselineRows & { weight: string | null },
  { actual, weights }: Predictions,
): { name: string; predictions: Predictions } {
  const { task, target } = manifest;
  const predictions = baselinePredictions(task, {
    classCount: 'classes' in target ? target.classes.length : undefined,
    trainingTargets: actualValues(target, table, rows),
    trainingWeights: weightsOf(table, weight, rows),
    actual,
    weights,
  });
  return { name: `the ${'classes' in target ? 'most frequent class' : 'mean'} of ${whose}`, predictions };
}

/** At most `predictionLimit` pairs, evenly spaced over the rows. */
function samplePairs(actual: Float64Array, predicted: Float64Array): { actual: number; predicted: number }[] {
  const count = Math.min(actual.length, predictionLimit);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * actual.length) / count);
    return { actual: actual[row], predicted: predicted[row] };
  });
}

/** Undefined where the rows hold one class only. */
function rocOf({
  actual,
  probabilities,
  margins,
  weights,
}: Extract<Predictions, { kind: 'classes' }>): Evaluation['roc'] {
  const auc = measure('binary', ['auc'], {
    kind: 'classes',
    classCount: 2,
    actual,
    predicted: actual,
    probabilities,
    margins,
    weights,
  }).auc;
  if (!Number.isFinite(auc.value)) return undefined;
  const { falsePositiveRate, truePositiveRate } = rocCurve(actual, margins ?? probabilities, { weights });
  const points = Array.from(falsePositiveRate, (rate, i) => ({
    falsePositiveRate: rate,
    truePositiveRate: truePositiveRate[i],
  }));
  return { points: thin(points, curveLimit), auc: auc.value };
}

const toRows = (flat: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: width }, (_, row) => Array.from({ length: width }, (_, column) => flat[row * width + column]));
