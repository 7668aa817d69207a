import { NumericError } from '../core/errors.ts';
import { blockOffsets } from '../data/block-offsets.ts';
import { placeOf } from '../data/lookup.ts';
import { memoryOf } from '../data/packed.ts';
import type { Table } from '../data/table.ts';
import { actualValues, classSizes, type TargetEncoding } from '../data/target.ts';
import { baselinePredictions } from '../metrics/baseline.ts';
import { defaultMetrics, findMetric, isSameMetric, measure } from '../metrics/catalogue.ts';
import type { Predictions } from '../metrics/predictions.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { LoadedModel } from '../registry/versions.ts';
import { measured } from '../report/measured.ts';
import type { Metrics } from '../report/report.ts';
import { type Assessment, assess } from './assess/assess.ts';
import type { Rival } from './assess/comparisons.ts';
import { describeDecision } from './decision.ts';
import { gateMetrics } from './gates/check-gates.ts';
import type { GateSubject } from './gates/model-evidence.ts';
import { looksAt } from './looks-at.ts';
import { predictRows, type RowPredictions, withActual } from './predictions.ts';
import { weightsOf } from './weights.ts';

/**
 * Above 5,000 rows, random groups of them are drawn for a model's intervals, 4,096 at most, and the report says so: drawing
 * single rows a thousand times would take longer than most trainings.
 */
const pooledFrom = 5000;

/** What an evaluation of a model asks for: its metrics, and the column that weighs the rows. */
type Asked = Pick<Request, 'task' | 'evaluate' | 'data'>;

/**
 * All that can be said of a model on rows of a table, beside a baseline.
 *
 * @param rows row numbers of labelled rows, shape [rowCount]
 * @param options.on which rows these are, as a sentence
 * @param options.baselineOn the rows that the baseline is fitted on
 * @param options.request gives metrics, slices and the like, and the column of weights; the model may have been trained
 *   under another request
 * @throws InputError when the table lacks a column that the model needs, or a metric does not fit the task
 * @throws NumericError when a prediction is beyond the range of numbers
 * @returns the assessment, and what gates may ask further
 */
export function evaluateRows(
  model: LoadedModel,
  table: Table,
  rows: Int32Array,
  { on, baselineOn, request }: { on: string; baselineOn: BaselineRows; request: Asked },
): Assessment & { subject: GateSubject } {
  const predictions = predictionsOn(model, table, rows, request);
  const { target } = model.manifest;
  const baseline = baselineFor(model, { ...baselineOn, weight: request.data.weight }, predictions);
  const uncertainty = { blockOffsets: blockOffsets(table, rows), pooledFrom, memory: memoryOf(table) };
  const assessment = assess(request.task, predictions, {
    on,
    metrics: metricNames(request),
    ...('classes' in target && { classes: target.classes }),
    baseline,
    uncertainty,
    ...looksAt(request, model, table, rows),
  });
  const subject = { task: request.task, table, rows, predictions, baseline: baseline.predictions, uncertainty };
  const { decision } = model.manifest;
  const uncalibrated = decision?.calibration && metricsUncalibrated(model, table, rows, request);
  const evaluation = { ...assessment.evaluation, ...(decision && describeDecision(decision, uncalibrated)) };
  return { ...assessment, evaluation, subject };
}

/** The metrics of probabilities as they would be without a calibration; undefined where there would be none. */
function metricsUncalibrated(model: LoadedModel, table: Table, rows: Int32Array, request: Asked): Metrics | undefined {
  const names = metricNames(request).filter((name) => findMetric(name)?.entry.needs === 'probabilities');
  const { decision: _, ...manifest } = model.manifest;
  const predictions = predictionsOn({ ...model, manifest }, table, rows, request);
  if (names.length === 0 || predictions.kind !== 'classes' || predictions.margins) return undefined;
  const found = Object.entries(measure(request.task, names, predictions));
  return Object.fromEntries(found.map(([name, { value, why }]) => [name, measured(value, why)]));
}

/**
 * What a model says of rows, beside what was measured there.
 *
 * Errors: see `evaluateRows`.
 */
export function predictionsOn(
  model: LoadedModel,
  table: Table,
  rows: Int32Array,
  { data: { weight } }: Pick<Asked, 'data'>,
): Predictions {
  const predicted = predictRows(model, table, rows);
  checkPredicted(predicted, table, rows, model.manifest.target);
  return withActual(model, predicted, table, { rows, weight });
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

function baselineFor(
  { manifest }: LoadedModel,
  { table, rows, whose, weight }: BaselineRows & { weight: string | null },
  { actual, weights }: Predictions,
): Rival & { predictions: Predictions } {
  const { task, target } = manifest;
  const predictions = baselinePredictions(task, {
    classCount: 'classes' in target ? target.classes.length : undefined,
    ...trainingTargets(target, table, rows, weight),
    actual,
    weights,
  });
  return { name: `the ${'classes' in target ? 'most frequent class' : 'mean'} of ${whose}`, predictions };
}

/** What a baseline is fitted on; of classes without weights, each once, with as much weight as it has rows. */
function trainingTargets(target: TargetEncoding, table: Table, rows: Int32Array, weight: string | null) {
  if ('classes' in target && weight === null) {
    return { trainingTargets: target.classes.map((_, k) => k), trainingWeights: classSizes(target, table, rows) };
  }
  return { trainingTargets: actualValues(target, table, rows), trainingWeights: weightsOf(table, weight, rows) };
}
