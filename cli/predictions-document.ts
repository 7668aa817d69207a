import { InputError } from '../lib/core/errors.ts';
import { nameOf } from '../lib/jobs/file-name.ts';
import { checkPredictionsDocument } from '../lib/pipeline/check-pipeline.ts';
import type { PredictionsDocument } from '../lib/pipeline/predictions-schema.ts';
import type { Values } from './command.ts';
import type { ofPredictions } from './commands/evaluate.ts';
import { asDataPath } from './data-path.ts';
import { readGate } from './gate-option.ts';

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
