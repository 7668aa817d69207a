import { expect, test } from 'vitest';
import { evaluatePredictions } from '../../lib/jobs/evaluate-predictions.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { checkPredictionsDocument } from '../../lib/pipeline/check-pipeline.ts';
import { apiClient } from '../support/api.ts';
import { pipelineOf, testContext } from '../support/jobs.ts';

const misspelt = `name: bad
task: binary
data: { path: datasets/nowhere/, target: y }
search: { kind: grid, over: { model.l2: [0, 1] }, metric: f-one }
evaluate:
  metrics: [auc, acuracy, roc_auc, rmse, 'fBeta@beta=much']
  gates:
    - { metric: LogLoss, atMost: 1 }
    - { metric: modelByte, atMost: 1 }
    - { metric: zebra, atLeast: 1 }
    - { metric: costUsd, atMost: 1 }
`;

/** The lines of the message, without the place that each begins with. */
const said = [
  'evaluate.metrics[1]: expected a metric for a binary task, found "acuracy". Did you mean "accuracy"?',
  'evaluate.metrics[2]: expected a metric for a binary task, found "roc_auc". Did you mean "auc"?',
  'evaluate.metrics[3]: expected a metric for a binary task, found "rmse", which is for regression, count',
  'evaluate.metrics[4]: metric fBeta@beta=much, beta: expected a number from 0, found "much"',
  'evaluate.gates[0].metric: expected a metric for a binary task, found "LogLoss". Did you mean "logLoss"?',
  'evaluate.gates[1].metric: expected a metric for a binary task, found "modelByte". Did you mean "modelBytes"?',
  'evaluate.gates[2].metric: expected a metric for a binary task, found "zebra"',
  'search.metric: expected a metric for a binary task, found "f-one"',
].map((line) => `pipeline bad, ${line}`);

test('all metrics that a pipeline misspells are named at once, before its data is looked for', async () => {
  const context = testContext();
  const failure = await runPipeline(context, pipelineOf(misspelt)).catch((error: Error) => error);
  expect(failure).toMatchObject({ name: 'InputError' });
  const lines = (failure as Error).message.split('\n');
  expect(lines.slice(0, -1)).toEqual(said);
  expect(lines.at(-1)).toMatch(/^Metrics for a binary task: accuracy, .*logLoss/);
  expect([...context.store.objects.keys()]).toEqual([]);
});

test('a training that is asked for over HTTP is refused likewise, and leaves no run', async () => {
  const { send, hone } = apiClient();
  const document = {
    name: 'bad',
    task: 'regression',
    data: { path: 'datasets/nowhere/', target: 'y' },
    evaluate: { metrics: ['rmsee'] },
  };
  const { status, body } = await send('POST', '/trainings', { pipeline: document });
  expect([status, body.detail]).toEqual([
    400,
    'pipeline bad, evaluate.metrics[0]: expected a metric for a regression task, found "rmsee". Did you mean "rmse"?',
  ]);
  expect((await hone.store.list('')).objects).toEqual([]);
});

test('the same holds for a document that evaluates predictions', async () => {
  const document = {
    name: 'rain',
    task: 'ranking',
    predictions: { path: 'predictions/nowhere.csv' },
    evaluate: { metrics: ['ndgc@10', 'map'], gates: [{ metric: 'Map', atLeast: 0.5 }] },
  };
  await expect(evaluatePredictions(testContext(), checkPredictionsDocument(document, 'rain.yml'))).rejects.toThrow(
    'rain, evaluate.metrics[0]: expected a metric for a ranking task, found "ndgc@10". Did you mean "ndcg"?\n' +
      'rain, evaluate.gates[0].metric: expected a metric for a ranking task, found "Map". Did you mean "map"?',
  );
});

test('an evaluation that is asked for over HTTP is refused before its data is looked for', async () => {
  const document = {
    name: 'rain',
    task: 'binary',
    predictions: { path: 'predictions/nowhere.csv' },
    evaluate: { metrics: ['aucc'] },
  };
  const { status, body } = await apiClient().send('POST', '/evaluations', document);
  expect([status, body.detail]).toEqual([
    400,
    'rain, evaluate.metrics[0]: expected a metric for a binary task, found "aucc". Did you mean "auc"?',
  ]);
});

test('defaults are not checked twice', async () => {
  const document = `name: bad\ntask: regression\ndata: { path: datasets/x/, target: y }\nevaluate: { metrics: [rmsee] }\nsearch: { kind: grid, over: { model.l2: [0, 1] } }\n`;
  await expect(runPipeline(testContext(), pipelineOf(document))).rejects.toThrow(/^[^\n]*metrics\[0\][^\n]*"rmse"\?$/);
});
