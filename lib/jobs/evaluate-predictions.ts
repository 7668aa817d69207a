import { InputError } from '../core/errors.ts';
import { recipe } from '../core/recipe.ts';
import { blockOffsets } from '../data/block-offsets.ts';
import { cellText, findColumn, placeOf } from '../data/lookup.ts';
import { defaultMetrics } from '../metrics/catalogue.ts';
import type { SliceColumn } from '../metrics/slices/slice-rows.ts';
import type { UncertaintyOptions } from '../metrics/uncertain.ts';
import type { PredictionsDocument } from '../pipeline/predictions-schema.ts';
import { formatCount } from '../report/format.ts';
import type { Evaluation, Metrics, Report } from '../report/report.ts';
import { putJson, readIfThere } from '../store/json.ts';
import { type AssessOptions, assess } from './assess/assess.ts';
import type { Rival } from './assess/comparisons.ts';
import { checkPredictionsMetrics } from './check-metrics.ts';
import type { Context } from './context.ts';
import { evaluationFootprint } from './footprint.ts';
import { decidePredictions } from './gates/decide-predictions.ts';
import { baselineOf } from './given/baselines.ts';
import { readDetections } from './given/detections.ts';
import { type Given, readGiven } from './given/read-given.ts';
import { predictionsReport, profileLimit } from './predictions-report.ts';
import { reportTime, writeReport } from './reports.ts';
import { identityOf, runKey, shortHash } from './runs.ts';
import { groupColumn, sliceColumn } from './slice-columns.ts';
import { listDataset, type SourceObject } from './sources.ts';

/** The result of an evaluation of predictions, kept as runs/<run>/result.json. */
export interface PredictionsResult {
  /** Names the evaluation by its document, each object's key and tag, and the recipe. */
  run: string;
  name: string;
  /** `found` when the same objects were evaluated under the same document before. */
  status: 'evaluated' | 'found';
  gate: Report['verdict']['gate'];
  metrics: Metrics;
  /** Which rows were scored. */
  on: string;
  /** Key of the report's JSON; the page lies beside it. */
  report: string;
}

/**
 * Evaluates predictions, whoever made them, and writes a report under reports/<name>/.
 *
 * @param only which objects of predictions to evaluate; all when left out
 * @throws InputError when the document names an unknown metric, or a column or a file is missing or wrong
 */
export async function evaluatePredictions(
  context: Context,
  document: PredictionsDocument,
  only: (object: SourceObject) => boolean = () => true,
): Promise<PredictionsResult> {
  checkPredictionsMetrics(document);
  const { store } = context;
  const { schedule: _, ...asked } = document;
  const objects = await findObjects(context, document, only);
  const identity = Object.fromEntries(Object.entries(objects).map(([role, found]) => [role, identityOf(found ?? [])]));
  const run = shortHash({ kind: 'predictions', asked, identity, recipe });
  const found = await readIfThere<PredictionsResult>(store, runKey(run, 'result.json'));
  if (found) return { ...found, status: 'found' };

  const startMs = context.now();
  const assessed =
    document.task === 'detection' ? await assessBoxes(document, objects) : await assessRows(context, document, objects);
  const took = await evaluationFootprint(context, startMs);
  const createdAt = await reportTime(context, run);
  const report = predictionsReport(document, { run, createdAt, objects: objects.own, ...assessed, ...took });
  const result: PredictionsResult = {
    run,
    name: document.name,
    status: 'evaluated',
    gate: report.verdict.gate,
    metrics: assessed.evaluation.metrics,
    on: assessed.evaluation.on,
    report: await writeReport(context, report),
  };
  await putJson(store, runKey(run, 'result.json'), result);
  return result;
}

interface Objects {
  own: SourceObject[];
  against?: SourceObject[];
  truth?: SourceObject[];
}

async function findObjects(
  context: Context,
  { task, predictions, against }: PredictionsDocument,
  only: (object: SourceObject) => boolean,
): Promise<Objects> {
  const own = (await listDataset(context, predictions.path)).filter(only);
  if (task === 'detection' && own.length > 1) {
    throw new InputError(
      `predictions.path: expected one object of detections at ${predictions.path}, found ${own.length}`,
    );
  }
  return {
    own,
    ...(against && { against: await listDataset(context, against.path) }),
    ...(predictions.truth !== undefined && { truth: await listDataset(context, predictions.truth) }),
  };
}

/** What a report says of predictions. */
export interface AssessedPredictions {
  evaluation: Evaluation;
  verdict: Pick<Report['verdict'], 'gate' | 'sentence' | 'gates'>;
  /** The table of predictions; detections have none. */
  given?: Given;
  notes: Report['defaults'];
  warnings: string[];
}

async function assessRows(
  context: Context,
  document: PredictionsDocument,
  objects: Objects,
): Promise<AssessedPredictions> {
  const { evaluate = {}, task } = document;
  if (task === 'ranking' && evaluate.worstRows) {
    throw new InputError('evaluate.worstRows: expected none for a ranking task, whose metrics are of queries');
  }
  const { own, against } = await readGiven(context, document, objects);
  const { predictions, table, rows, classes } = own;
  const isByRow = predictions.kind !== 'rankings';
  const baseline = baselineOf(task, predictions, evaluate);
  const rival: Rival | undefined = against && {
    name: rivalName(document),
    predictions: against.predictions,
  };
  const slices = evaluate.slices && { columns: columnsOf(own, evaluate.slices) };
  const options: AssessOptions = {
    on: `${sentenceOf(own)} of ${formatCount(table.objects.length, 'object')} at ${document.predictions.path}.`,
    metrics: metricsFor(document),
    ...(classes && { classes }),
    uncertainty: { ...drawsOf(evaluate), ...(isByRow && { blockOffsets: blockOffsets(table, rows) }) },
    ...(baseline && { baseline }),
    ...(rival && { against: rival }),
    ...(slices && { slices }),
    ...(evaluate.fairness && { fairness: columnsOf(own, evaluate.fairness).map(groupColumn) }),
    ...(evaluate.worstRows && isByRow && { worst: { count: evaluate.worstRows, describe: describer(own) } }),
  };
  if (table.rowCount > profileLimit && !options.worst) {
    // The cells are not needed any more, and take as much memory as the predictions.
    table.columns = [];
  }
  const { evaluation, measured } = assess(task, predictions, options);
  const verdict = decidePredictions(evaluate.gates ?? [], {
    measured,
    ...(baseline && { baseline }),
    ...(rival && { against: rival }),
    ...(slices && { slices }),
  });
  return { evaluation, verdict, given: own, notes: own.notes as Report['defaults'], warnings: own.warnings };
}

async function assessBoxes(
  document: PredictionsDocument,
  { own, truth, against }: Objects,
): Promise<AssessedPredictions> {
  const { evaluate = {}, predictions: asked } = document;
  if (evaluate.slices || evaluate.fairness || evaluate.worstRows) {
    throw new InputError(
      'evaluate: expected no slices, fairness or worstRows for a detection task, whose images have no columns',
    );
  }
  const { predictions, classes, warnings } = await readDetections(own[0], truth?.[0]);
  // The other file's boxes are matched with the same ground truth.
  const rival = against && {
    name: rivalName(document),
    predictions: (await readDetections(against[0], truth?.[0] ?? own[0])).predictions,
  };
  const { evaluation, measured } = assess('detection', predictions, {
    on: `${formatCount(predictions.detected.length, 'detection')} at ${asked.path}, held against ${formatCount(predictions.truth.length, 'thing')} in ${formatCount(predictions.images.length, 'image')}.`,
    metrics: metricsFor(document),
    classes,
    uncertainty: drawsOf(evaluate),
    ...(rival && { against: rival }),
  });
  const verdict = decidePredictions(evaluate.gates ?? [], { measured, ...(rival && { against: rival }) });
  return { evaluation, verdict, notes: [], warnings };
}

/** How to find intervals, as far as the document says. */
function drawsOf({ confidence, resamples, seed }: NonNullable<PredictionsDocument['evaluate']>): UncertaintyOptions {
  return {
    ...(confidence !== undefined && { confidence }),
    ...(resamples !== undefined && { resamples }),
    ...(seed !== undefined && { seed }),
  };
}

function metricsFor({ task, evaluate = {} }: PredictionsDocument): string[] {
  return [
    ...new Set([...(evaluate.metrics ?? usualMetrics(task)), ...(evaluate.gates ?? []).map(({ metric }) => metric)]),
  ];
}

function sentenceOf({ predictions, rows, table }: Given): string {
  const noun = predictions.kind === 'rankings' ? 'item' : predictions.kind === 'texts' ? 'text' : 'row';
  const of = rows.length < table.rowCount ? ' with a label' : '';
  return `The ${formatCount(rows.length, noun)}${of}`;
}

function columnsOf({ table, rows, predictions }: Given, names: readonly string[]): SliceColumn[] {
  if (predictions.kind === 'rankings') {
    throw new InputError(
      'evaluate.slices: expected none for a ranking task, whose queries have no columns of their own',
    );
  }
  return names.map((name) => sliceColumn(findColumn(table, name, 'slice'), rows));
}

/** Most characters of a cell, and most cells of a row, that a report shows. */
const cellLimit = 200;
const columnLimit = 50;

function describer({ table, rows }: Given): NonNullable<AssessOptions['worst']>['describe'] {
  return (i) => ({
    place: placeOf(table, rows[i]),
    features: Object.fromEntries(
      table.columns.slice(0, columnLimit).map((column) => {
        const cell = cellText(column, rows[i]);
        return [column.name, cell === null || cell.length <= cellLimit ? cell : `${cell.slice(0, cellLimit)}…`];
      }),
    ),
  });
}

/** Those of a training; scores of binary tasks also get average precision. */
const usualMetrics = (task: PredictionsDocument['task']): string[] => [
  ...defaultMetrics(task),
  ...(task === 'binary' ? ['averagePrecision'] : []),
];

/** The name of the other predictions: their file, and their column if one is named, since the file may be the same. */
function rivalName({ against }: PredictionsDocument): string {
  const column = against?.score ?? against?.prediction;
  return column === undefined ? `${against?.path}` : `"${column}" of ${against?.path}`;
}
