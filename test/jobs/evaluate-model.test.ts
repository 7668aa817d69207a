import { expect, test } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { champion, readAlias } from '../../lib/registry/aliases.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

test('two evaluations in one second leave two reports, each of its own data', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  await runPipeline(context, pipelineOf(housesPipeline()));
  const sizes = [20, 30, 40];
  for (const size of sizes) await putText(context.store, `datasets/new-${size}/a.csv`, sampleCsv(size, { seed: size }));
  const results = await Promise.all(
    sizes.map((size) => evaluateModel(context, { name: 'houses', path: `datasets/new-${size}/` })),
  );
  const reports = await Promise.all(results.map(({ report }) => readReport(context, report)));
  expect(reports.map(({ data }) => data.rowCount)).toEqual(sizes);
});

test('an evaluation killed between its page and its JSON finishes that report, and writes no other', async () => {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const context = testContext({ clock });
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  await runPipeline(context, pipelineOf(housesPipeline()));
  const dying: Store = {
    ...context.store,
    put: (key, ...rest) =>
      /^reports.*json$/.test(key) ? Promise.reject(new StoreError('killed')) : context.store.put(key, ...rest),
  };
  const what = { name: 'houses', path: 'datasets/houses/' };
  await expect(evaluateModel({ ...context, store: dying }, what)).rejects.toThrow('killed');
  clock.nowMs += 60_000;
  const { report } = await evaluateModel(context, what);
  const reports = (await context.store.list('reports/houses/2026')).objects.map(({ key }) => key);
  expect(reports).toEqual(['html', 'json', 'md'].map((ending) => report.replace(/json$/, ending)));
});

test('a pipeline that holds no rows out is not said to have been evaluated on held-out ones', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  await runPipeline(context, pipelineOf(housesPipeline('  split: none')));
  const { on } = await evaluateModel(context, { name: 'houses', path: 'datasets/houses/', heldOut: true });
  expect(on).toMatch(/^The 60 rows of datasets\/houses\/ that it was trained on/);
});

test('gates of size and latency apply to an evaluation, too; it says that those of trainings and champions are left out', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  const gates = `evaluate: { gates: [
    { metric: modelBytes, atMost: 10 }, { metric: predictionMs, atMost: 60000 },
    { metric: costUsd, atMost: 1 }, { metric: rmse, noWorseThan: champion } ] }\n`;
  const { version } = await runPipeline(context, pipelineOf(housesPipeline() + gates));
  const { report } = await evaluateModel(context, { name: 'houses', version, path: 'datasets/houses/' });
  const { verdict, data, footprint } = await readReport(context, report);
  expect(verdict.gates.map(({ metric, verdict: came }) => [metric, came])).toEqual([
    ['modelBytes', 'fail'],
    ['predictionMs', 'pass'],
  ]);
  expect(data.warnings).toEqual([
    'The gate on costUsd was left out: it is of what a training takes, and an evaluation trains nothing.',
    'The gate on rmse was left out: it compares with champion, and an evaluation is of one version.',
  ]);
  expect(Object.keys(footprint ?? {})).toEqual(
    expect.arrayContaining(['seconds', 'costUsd', 'modelBytes', 'predictionMs']),
  );
  expect(verdict.gates[0].found).toBe(footprint?.modelBytes);
});

/** Follows y = e^(x/10) but for one row, whose x lies a million away. */
const outlier = `x,y\n${Array.from({ length: 60 }, (_, i) => `${i === 5 ? 1e6 : i},${1 + i}`).join('\n')}\n`;
const logarithmic = (seed: number, more = '') =>
  `name: houses\ntask: regression\ndata: { path: datasets/houses/, target: y, split: { seed: ${seed} } }\n` +
  `prepare: { target: log }\nstop: { epochs: 100 }\n${more}`;

test('a prediction beyond the range of numbers is a NumericError that names the row, and nothing is registered', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', outlier);
  // With this seed the row is held out: what was trained without it says e^(a great many) of it.
  const failure = await runPipeline(context, pipelineOf(logarithmic(6))).catch((error: Error) => error);
  expect(failure).toMatchObject({ name: 'NumericError' });
  expect((failure as Error).message).toContain(
    'datasets/houses/a.csv, line 7: expected a prediction within the range of numbers, found Infinity',
  );
  expect(Object.keys(context.store.lasting())).toEqual(['datasets/houses/a.csv']);
});

test('a champion that fails so on new rows does not keep its successor from being judged, and the gate says why', async () => {
  const context = testContext();
  const mild = outlier.replace('1000000,', '5,');
  await putText(context.store, 'datasets/houses/a.csv', mild);
  const first = await runPipeline(context, pipelineOf(logarithmic(6)));
  await putText(context.store, 'datasets/houses/a.csv', outlier);
  // Trained with the row, for another seed holds others out; its champion has never seen the like.
  const gates = 'evaluate: { gates: [{ metric: rmse, noWorseThan: champion }] }\n';
  const document = logarithmic(6, gates).replace('target: log', 'target: standard');
  const second = await runPipeline({ ...context, memory: new Map() }, pipelineOf(document));
  expect(second.version).not.toBe(first.version);
  expect((await readAlias(context.store, 'houses', champion))?.version).toBe(second.version);
  const { verdict } = await readReport(context, second.report);
  expect(verdict.gates[0].sentence).toBe('RMSE: champion could not score these rows.');
  expect(verdict.champion.sentence).toContain('line 7: expected a prediction within the range of numbers');
});
