import { expect, test } from 'vitest';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { champion, moveAlias, readAlias } from '../../lib/registry/aliases.ts';
import { renderHtml } from '../../lib/report/html.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const document = (target: string, { task = 'regression', gates = '', l2 = 0 } = {}) =>
  `name: houses\ntask: ${task}\ndata: { path: datasets/houses/, target: ${target}, include: [zone, size] }\n` +
  `model: { l2: ${l2} }\n${gates && `evaluate: { gates: ${gates} }\n`}`;

/** A store in which champion predicts the value of houses, as a number. */
async function withChampion() {
  const context = testContext();
  await putText(context.store, 'datasets/houses/houses.csv', sampleCsv(200));
  const run = (yaml: string) => runPipeline({ ...context, memory: new Map() }, pipelineOf(yaml));
  const first = await run(document('value'));
  const championNow = async () => (await readAlias(context.store, 'houses', champion))?.version;
  expect(await championNow()).toBe(first.version);
  return { context, run, first, championNow };
}

test.each([
  ['another target of the same task', 'age', 'regression', '"age" (regression)'],
  ['another task', 'class', 'binary', '"class" (binary)'],
])('a model of %s waits for a word before it takes champion’s place', async (_, target, task, own) => {
  const { context, run, first, championNow } = await withChampion();
  const gates = task === 'binary' ? '' : '[{ metric: rmse, atMost: 1000 }]';
  const second = await run(document(target, { task, gates }));
  expect([second.status, second.gate, await championNow()]).toEqual(['trained', 'undecided', first.version]);
  const report = await readReport(context, second.report);
  const question = `champion predicts "value" (regression), this version ${own}`;
  expect(report.verdict.champion).toEqual({
    moved: false,
    version: first.version,
    sentence:
      `Champion stays at version ${first.version}, for ${question}. To put this version in its place: ` +
      `hone promote houses ${second.version}. To keep both: train it under another name.`,
  });
  expect(report.verdict.gates.at(-1)).toMatchObject({
    verdict: 'undecided',
    sentence: `Champion: expected it to answer the same question, found another: ${question}.`,
  });
  expect(report.evaluation?.champion).toBeUndefined();
  expect(String(renderHtml(report))).toContain('Not yet: it answers another question than champion');
});

test('neither an empty list of gates nor one against champion lets it pass; what fails, fails', async () => {
  const { run, first, championNow } = await withChampion();
  const gatesOf = async (gates: string) => (await run(document('age', { gates }))).gate;
  expect(await gatesOf('[]')).toBe('undecided');
  expect(await gatesOf('[{ metric: rmse, noWorseThan: champion }]')).toBe('undecided');
  expect(await gatesOf('[{ metric: rmse, atMost: 0 }]')).toBe('fail');
  expect(await championNow()).toBe(first.version);
});

test('once promoted, it is champion like any other', async () => {
  const { context, run, championNow } = await withChampion();
  const second = await run(document('age'));
  const from = await readAlias(context.store, 'houses', champion);
  await moveAlias(context.store, 'houses', champion, { to: second.version, from });
  const third = await run(document('age', { l2: 0.001, gates: '[{ metric: rmse, atMost: 1000 }]' }));
  expect([third.gate, await championNow()]).toEqual(['pass', third.version]);
});

test('a version that was found is not compared with a champion that predicts something else', async () => {
  const { context, run } = await withChampion();
  const gates = '[{ metric: rmse, noWorseThan: champion }]';
  await run(document('age', { gates }));
  await putText(context.store, 'datasets/houses/houses.csv', sampleCsv(200));
  const found = await run(document('age', { gates }));
  expect([found.status, found.gate]).toEqual(['found', 'undecided']);
  expect((await readReport(context, found.report)).verdict.gates[0].sentence).toBe(
    'RMSE: champion answers another question.',
  );
});

test('another positive class of the same target is not another question', async () => {
  const { context, run } = await withChampion();
  const zones =
    'name: zones\ntask: multiclass\ndata: { path: datasets/houses/, target: zone, include: [size] }\nevaluate: { gates: [] }\n';
  await run(zones);
  await putText(context.store, 'datasets/houses/more.csv', sampleCsv(60, { seed: 2 }).replaceAll(',c,', ',d,'));
  const { version, report } = await run(zones);
  expect((await readAlias(context.store, 'zones', champion))?.version).toBe(version);
  expect((await readReport(context, report)).verdict.champion.sentence).toContain('The one before could not score');
});
