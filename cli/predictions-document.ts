import { InputError } from '../lib/core/errors.ts';
import { nameOf } from '../lib/jobs/file-name.ts';
import { checkPredictionsDocument } from '../lib/pipeline/check-pipeline.ts';
import type { PredictionsDocument } from '../lib/pipeline/predictions-schema.ts';
import type { Options, Values } from './command.ts';
import { asDataPath } from './data-path.ts';
import { readGate } from './gate-option.ts';

/** Options that say what a file of predictions holds, and what to make of it. */
export const ofPredictions = {
  predictions: {
    type: 'string',
    value: 'DATA',
    summary:
      'predictions beside labels, whoever made them: CSV, TSV, JSON Lines, Parquet or LIBSVM, .gz and .zst too; detections as JSON in COCO format',
  },
  task: {
    type: 'string',
    value: 'TASK',
    summary: 'binary, multiclass, multilabel, regression, count, ranking, detection or text',
  },
  label: {
    type: 'string',
    value: 'COLUMN',
    summary: 'what is so; found by its name when left out, as the next two; several as truth_*',
  },
  score: {
    type: 'string',
    value: 'COLUMN',
    summary: 'scores or probabilities; of several classes or labels a column each, such as p_*',
  },
  prediction: { type: 'string', value: 'COLUMN', summary: 'what the model says' },
  weight: { type: 'string', value: 'COLUMN', summary: 'weights of the rows' },
  group: { type: 'string', value: 'COLUMN', summary: "ranking: each item's query" },
  'group-sizes': {
    type: 'string',
    value: 'FILE',
    summary: 'ranking: the number of items of each query, one a line; DATA.query or .group is found',
  },
  truth: {
    type: 'string',
    value: 'FILE',
    summary: 'detection: annotations in COCO format, where DATA does not hold them',
  },
  logprobs: { type: 'string', value: 'COLUMN', summary: "text: JSON lists of the tokens' log-probabilities" },
  pattern: { type: 'string', value: 'REGEX', summary: 'text: what patternMatch looks for' },
  positive: { type: 'string', value: 'LABEL', summary: 'binary: the label that counts as positive; the last in order' },
  threshold: {
    type: 'string',
    value: 'NUMBER',
    summary: 'scores from here on are positive; 0.5, or 0 for scores outside of [0, 1]',
  },
  against: {
    type: 'string',
    value: 'DATA',
    summary: "another model's predictions of the same rows, in the same order unless --id names them",
  },
  id: { type: 'string', value: 'COLUMN', summary: 'with --against: the column of both files that names the rows' },
  baseline: { type: 'string', value: 'KIND', summary: "mean, 'last value', 'most frequent', 'random order' or none" },
  metrics: { type: 'string', value: 'A,B', summary: 'by their names in hone metrics; those usual for the task' },
  gate: {
    type: 'string',
    value: 'GATE',
    multiple: true,
    summary:
      "such as 'auc>=0.8', 'rmse<=baseline', 'auc>=against-1% at 95% from 1000 rows', 'recall>=0.7 on slices'; may be given again",
  },
  slices: { type: 'string', value: 'A,B', summary: 'columns to slice by' },
  fairness: { type: 'string', value: 'A,B', summary: 'columns whose groups should be treated alike; binary' },
  'worst-rows': {
    type: 'string',
    value: 'N',
    summary: 'show the N rows with the largest losses: mind who may read the report',
  },
  confidence: { type: 'string', value: 'SHARE', summary: 'of intervals and comparisons; 0.95' },
  resamples: { type: 'string', value: 'N', summary: 'draws of a bootstrap; 1000' },
  seed: { type: 'string', value: 'N', summary: 'of the draws; 0' },
  name: { type: 'string', value: 'NAME', summary: 'of the reports; that of the file' },
  format: { type: 'string', value: 'FORMAT', summary: 'csv, tsv, jsonl, parquet or libsvm; found by looking' },
  'no-header': { type: 'boolean', summary: 'the first line is data; columns are named 0, 1, …' },
} as const satisfies Options;

/**
 * What the options of `hone evaluate --predictions` ask for, as the document that would ask for the same.
 *
 * @throws InputError naming the option that is not as it should be
 */
export function documentOf(values: Values<typeof ofPredictions>): PredictionsDocument {
  const { predictions, task, against, gate } = values;
  if (predictions === undefined || task === undefined) {
    throw new InputError('hone evaluate --predictions: expected --task TASK, found none', {
      advice: 'binary, multiclass, multilabel, regression, count, ranking, detection or text',
    });
  }
  const list = (text: string | undefined) => text?.split(',').map((one) => one.trim());
  const document = {
    name: values.name ?? nameOf(predictions),
    task,
    predictions: {
      path: asDataPath(predictions),
      format: values.format,
      header: values['no-header'] ? false : undefined,
      label: values.label,
      score: values.score,
      prediction: values.prediction,
      weight: values.weight,
      id: values.id,
      group: values.group,
      groupSizes: values['group-sizes'] && asDataPath(values['group-sizes']),
      truth: values.truth && asDataPath(values.truth),
      logProbabilities: values.logprobs,
      pattern: values.pattern,
      positive: values.positive,
      threshold: number(values.threshold, 'threshold'),
    },
    against: against && { path: asDataPath(against) },
    evaluate: {
      metrics: list(values.metrics),
      gates: gate?.map(readGate),
      slices: list(values.slices),
      fairness: list(values.fairness),
      baseline: values.baseline,
      confidence: number(values.confidence, 'confidence'),
      resamples: number(values.resamples, 'resamples'),
      seed: number(values.seed, 'seed'),
      worstRows: number(values['worst-rows'], 'worst-rows'),
    },
  };
  // As JSON, so that what is left out is absent.
  return checkPredictionsDocument(JSON.parse(JSON.stringify(document)), 'hone evaluate');
}

function number(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InputError(`hone evaluate, --${option}: expected a number, found ${JSON.stringify(text)}`);
}
