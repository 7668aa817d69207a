import { InputError } from '../../lib/core/errors.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { command, type Options, type Values, versionOptions } from '../command.ts';
import { localContext } from '../context.ts';
import { asDataPath } from '../data-path.ts';
import { evaluateGiven, printEvaluation } from '../evaluate-given.ts';
import { exitCodeOfGate } from '../exit-codes.ts';
import { documentOf, ofPredictions } from '../predictions-document.ts';

/** Options that say which version of a model to evaluate, and on which data. */
const ofModel = {
  data: { type: 'string', value: 'DATA', summary: 'labelled rows: a local path, s3://…, or a key in the store' },
  ...versionOptions,
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

/** Checks that either a model or a file of predictions is given, and no option that belongs to the other. */
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
