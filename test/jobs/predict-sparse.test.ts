import { expect, test } from 'vitest';
import { openModel } from '../../lib/jobs/open-model.ts';
import { predictRecords } from '../../lib/jobs/predict.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';

/** A model of three numbers, of which in each row one is not zero. */
async function trainedOn(file: string, text: string) {
  const context = testContext();
  await putText(context.store, `datasets/s/${file}`, text);
  const yaml = `name: s\ntask: regression\ndata: { path: datasets/s/, target: label, split: none }\nprepare: { scale: none, target: none }\nevaluate: { gates: [] }\n`;
  await runPipeline(context, pipelineOf(yaml));
  return openModel(context, { name: 's' });
}

const rows = Array.from({ length: 60 }, (_, i) => ({ at: (i % 3) + 1, value: i + 1 }));

test('fields that are left out of a row are zero to a model of LIBSVM data, without a warning', async () => {
  const model = await trainedOn('s.svm', rows.map(({ at, value }) => `${at * value} ${at}:${value}\n`).join(''));
  const { predictions, warnings } = predictRecords(model, [{ 2: 10 }, {}, { 1: 0, 2: 10, 3: null }, { 9: 1 }]);
  // The label is the number, as often as its index says.
  expect(predictions.map((value) => Math.round((value as number) * 1000) / 1000)).toEqual([20, 0, 20, 0]);
  expect(warnings).toEqual(['rows[3]: Field "9" is not known to the model and was ignored.']);
});

test('to a model of the same numbers as CSV they are missing, and a warning says so', async () => {
  const cells = ({ at, value }: { at: number; value: number }) => [1, 2, 3].map((i) => (i === at ? value : 0));
  const lines = rows.map((row) => [row.at * row.value, ...cells(row)].join(','));
  const model = await trainedOn('s.csv', `label,1,2,3\n${lines.join('\n')}\n`);
  expect(predictRecords(model, [{ 2: 10 }]).warnings).toEqual([
    'rows[0]: Fields "1", "3" are not there and taken as missing; null says that without a warning.',
  ]);
});
