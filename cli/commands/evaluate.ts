import { InputError } from '../../lib/core/errors.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { command, type Options, type Values } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { evaluateGiven, exitCodeOfGate, printEvaluation } from '../evaluate-given.ts';
import { documentOf } from '../predictions-document.ts';

/** Options that say which of a model's versions to evaluate, and on what. */
const ofModel = {
  data: { type: 'string', value: 'DATA', summary: 'labelled rows: a local path, s3://…, or a key in the store' },
  version: { type: 'string', value: 'VERSION', summary: 'the version; by default the one that the alias names' },
  alias: { type: 'string', value: 'ALIAS', summary: 'champion by default' },
} as const satisfies Options;

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

export const evaluateCommand = command({
  name: 'evaluate',
  synopsis: 'MODEL --data DATA | --predictions DATA --task TASK',
  summary: 'Evaluate a registered version on labelled data, or predictions that anybody made, and write a report.',
  positionals: ['MODEL?'],
  options: { ...ofModel, ...ofPredictions },
  async run([model], values) {
    const { store, json, predictions } = values;
    checkUse(model, values);
    const context = await localContext({ store });
    if (predictions !== undefined) return evaluateGiven(context, documentOf(values), { store, json });
    const result = await evaluateVersion(context, model, values);
    await printEvaluation(context, result, { store, json });
    return exitCodeOfGate(result.gate);
  },
});

async function evaluateVersion(
  context: Parameters<typeof evaluateModel>[0],
  name: string,
  { data, version, alias }: Values<typeof ofModel>,
) {
  if (!data) throw new InputError('hone evaluate: expected --data DATA, found none');
  return evaluateModel(context, { name, version, alias, path: asDataPath(data) });
}

/** A model's version or a file of predictions, never both. */
function checkUse(model: string | undefined, values: Values<typeof ofModel & typeof ofPredictions>): void {
  const given = Object.keys(values).filter((option) => values[option as keyof typeof values] !== undefined);
  const foreign = given.find((option) => Object.hasOwn(model === undefined ? ofModel : ofPredictions, option));
  if (model === undefined && values.predictions === undefined) {
    throw new InputError(
      'hone evaluate: expected MODEL --data DATA, or --predictions DATA --task TASK, found neither',
      {
        advice: 'See hone evaluate --help',
      },
    );
  }
  if (foreign === undefined) return;
  throw new InputError(
    model === undefined
      ? `hone evaluate --predictions: expected no --${foreign}, which is for a model's version`
      : `hone evaluate ${model}: expected no --${foreign}, which is for a file of predictions`,
  );
}
