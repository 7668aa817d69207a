import { InputError, NotFoundError } from '../core/errors.ts';
import { conformTable } from '../data/schema/schema.ts';
import type { Table } from '../data/table.ts';
import { actualValues } from '../data/target.ts';
import { baselinePredictions } from '../metrics/baseline.ts';
import { defaultMetrics, measure } from '../metrics/catalogue.ts';
import { confusionMatrix } from '../metrics/confusion.ts';
import { rocCurve } from '../metrics/curves.ts';
import type { Predictions } from '../metrics/predictions.ts';
import type { Request } from '../pipeline/resolve.ts';
import { champion, readAlias } from '../registry/aliases.ts';
import { modelFile } from '../registry/keys.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type LoadedModel, openModelFile, readVersion } from '../registry/versions.ts';
import { formatCount } from '../report/format.ts';
import { curveLimit, type Evaluation, type Metrics, measured, predictionLimit } from '../report/report.ts';
import { thin } from '../report/thin.ts';
import { putJson } from '../store/json.ts';
import type { Context } from './context.ts';
import { gateMetrics } from './gates.ts';
import { predictRows, withActual } from './predictions.ts';
import { type Prepared, prepare, weightsOf } from './prepare.ts';
import { readJson, readRun, runKey } from './runs.ts';

export interface EvaluateStep {
  run: string;
}

/** What `evaluate` leaves for `register`: the candidate's evaluation, and the champion's on the same rows. */
export interface EvaluatedRun {
  evaluation: Evaluation;
  /** The version that `champion` named when it was looked at; null when it named none. */
  championVersion: string | null;
  /** The champion's metrics on the same rows; null when there is none, or it cannot score them. */
  championMetrics: Metrics | null;
  /** Why the champion could not score the rows. */
  championProblem?: string;
}

/** Evaluates a run's candidate, a baseline and the champion on the held-out rows; leaves runs/<run>/evaluation.json. */
export async function evaluate(context: Context, { run }: EvaluateStep): Promise<{ run: string }> {
  const { store } = context;
  const request = await readRun(store, run);
  const prepared = await prepare(context, request);
  const startMs = context.now();
  const candidate = await readCandidate(context, run);
  const evaluation = evaluateHeldOut(candidate, prepared, request.request);
  const evaluated = { evaluation, ...(await evaluateChampion(context, candidate.manifest, prepared, request.request)) };
  await putJson(store, runKey(run, 'evaluation.json'), evaluated);
  context.onProgress?.({ kind: 'evaluated', rows: prepared.test.length, milliseconds: context.now() - startMs });
  return { run };
}

/** A run's candidate: trained, not yet registered. */
export async function readCandidate({ store }: Context, run: string): Promise<LoadedModel> {
  const manifest = await readJson<Manifest>(store, runKey(run, 'manifest.json'));
  const key = runKey(run, modelFile);
  const { body } = await store.get(key);
  return { manifest, parameters: openModelFile(manifest, body, `${store.location}${key}`) };
}

/** A version's evaluation on the rows that its pipeline holds out. Follows from data, request and recipe alone. */
export function evaluateHeldOut(model: LoadedModel, { table, training, test }: Prepared, request: Request): Evaluation {
  const on =
    request.data.split === 'none'
      ? `The ${formatCount(test.length, 'row')} that it was trained on, since the pipeline holds none out: expect worse on new data.`
      : `The ${formatCount(test.length, 'row')} held out of training.`;
  return evaluateRows(model, table, test, {
    on,
    baselineOn: { table, rows: training, whose: 'the training rows' },
    request,
  });
}

/** The rows that a baseline is fitted on, and what a report calls them. */
interface BaselineRows {
  table: Table;
  rows: Int32Array;
  whose: string;
}

/**
 * A model's evaluation on rows of a table.
 *
 * @param options.on which rows these are, for the report
 * @param options.baselineOn the rows that the baseline is fitted on
 */
export function evaluateRows(
  model: LoadedModel,
  table: Table,
  rows: Int32Array,
  { on, baselineOn, request }: { on: string; baselineOn: BaselineRows; request: Pick<Request, 'task' | 'evaluate'> },
): Evaluation {
  const { target } = model.manifest;
  const predicted = predictRows(model, table, rows);
  const predictions = withActual(model, predicted, table, rows);
  const names = metricNames(request);
  const baseline = baselineFor(model, baselineOn, predictions);
  const evaluation: Evaluation = {
    on,
    rowCount: rows.length,
    metrics: metricsOf(request.task, names, predictions),
    baseline: { name: baseline.name, metrics: metricsOf(request.task, names, baseline.predictions) },
  };
  if (predictions.kind === 'values') {
    evaluation.predictedVsActual = samplePairs(predictions.actual, predictions.predicted);
    return evaluation;
  }
  if (!('classes' in target)) return evaluation;
  const { classes } = target;
  const labels = classes.map((_, index) => index);
  const { values } = confusionMatrix(predictions.actual, predictions.predicted, { labels });
  evaluation.confusionMatrix = { labels: classes, counts: toRows(values, classes.length) };
  if (classes.length === 2) {
    evaluation.positiveClass = classes[1];
    evaluation.roc = rocOf(predictions);
  }
  return evaluation;
}

async function evaluateChampion(
  { store }: Context,
  candidate: Manifest,
  prepared: Prepared,
  request: Request,
): Promise<Omit<EvaluatedRun, 'evaluation'>> {
  const { name } = candidate;
  const state = await readAlias(store, name, champion);
  if (!state) return { championVersion: null, championMetrics: null };
  const championVersion = state.version;
  try {
    const model = await readVersion(store, name, championVersion);
    checkSameAnswers(model.manifest, candidate);
    const { schema } = model.manifest;
    const table = schema ? conformTable(schema, prepared.table) : prepared.table;
    const { metrics } = evaluateHeldOut(model, { ...prepared, table }, request);
    return { championVersion, championMetrics: metrics };
  } catch (error) {
    // A champion that cannot read today's data, or is gone, must not keep its successor from being judged.
    if (!(error instanceof InputError || error instanceof NotFoundError)) throw error;
    return { championVersion, championMetrics: null, championProblem: error.message };
  }
}

function checkSameAnswers({ target, version }: Manifest, candidate: Manifest): void {
  const answers = (t: Manifest['target']) => ('classes' in t ? t.classes.join(', ') : 'a number');
  if (answers(target) === answers(candidate.target)) return;
  throw new InputError(
    `model ${candidate.name} ${version}: expected it to answer as the candidate does (${answers(candidate.target)}), found ${answers(target)}`,
  );
}

/** The metrics to report: those of the pipeline or else the task's usual ones, and those that gates ask for. */
export function metricNames({ task, evaluate }: Pick<Request, 'task' | 'evaluate'>): string[] {
  return [...new Set([...(evaluate.metrics ?? defaultMetrics(task)), ...gateMetrics(evaluate.gates)])];
}

function metricsOf(task: Request['task'], names: string[], predictions: Predictions): Metrics {
  const values = measure(task, names, predictions);
  return Object.fromEntries(Object.entries(values).map(([name, { value, why }]) => [name, measured(value, why)]));
}

function baselineFor(
  { manifest }: LoadedModel,
  { table, rows, whose }: BaselineRows,
  { actual, weights }: Predictions,
): { name: string; predictions: Predictions } {
  const { task, target, request } = manifest;
  const predictions = baselinePredictions(task, {
    classCount: 'classes' in target ? target.classes.length : undefined,
    trainingTargets: actualValues(target, table, rows),
    trainingWeights: weightsOf(table, (request as Pick<Request, 'data'>).data.weight, rows),
    actual,
    weights,
  });
  return { name: `the ${'classes' in target ? 'most frequent class' : 'mean'} of ${whose}`, predictions };
}

/** At most 2,000 pairs, evenly spaced over the rows. */
function samplePairs(actual: Float64Array, predicted: Float64Array): { actual: number; predicted: number }[] {
  const count = Math.min(actual.length, predictionLimit);
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor((i * actual.length) / count);
    return { actual: actual[row], predicted: predicted[row] };
  });
}

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
