import { expect, test } from 'vitest';
import { inspect, inspectDataset } from '../../lib/jobs/inspect.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { getText } from '../../lib/store/text.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const lines = (line: (row: number) => string) => Array.from({ length: 100 }, (_, row) => line(row)).join('\n');

test('an inspection leaves a report and a draft of a pipeline, and is found the second time', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(60));
  const result = await inspectDataset(context, { dataset: 'datasets/houses/' });
  expect(result).toEqual({
    dataset: 'datasets/houses/',
    status: 'inspected',
    rows: 60,
    columns: 6,
    report: 'reports/houses/20260101T000000Z-inspection.json',
    draft: 'reports/houses/pipeline-draft.yml',
  });
  const report = await readReport(context, result.report);
  expect(report).toMatchObject({ kind: 'inspection', name: 'houses', draft: { key: result.draft } });
  expect(await getText(context.store, result.draft)).toBe(report.draft?.text);
  const objects = context.store.objects.size;
  expect(await inspectDataset(context, { dataset: 'datasets/houses/' })).toEqual({ ...result, status: 'found' });
  expect(context.store.objects.size).toBe(objects);
});

test('looking at a dataset writes nothing', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses.csv', sampleCsv(60));
  const { table, profile } = await inspect(context, 'datasets/houses.csv');
  expect(table.rowCount).toBe(60);
  expect(profile.map(({ name }) => name)).toEqual(['id', 'size', 'age', 'zone', 'value', 'class']);
  expect([...context.store.objects.keys()]).toEqual(['datasets/houses.csv']);
});

test.each([
  ['two values', lines((row) => `${row},${row % 2 ? 'yes' : 'no'}`), 'binary'],
  ['a few texts', lines((row) => `${row},c${row % 4}`), 'multiclass'],
  ['a few numbers', lines((row) => `${row},${row % 4}`), 'multiclass'],
  ['many numbers', lines((row) => `${row},${row * 1.5}`), 'regression'],
])('a last column of %s drafts a pipeline that runs (%#)', async (_, body, task) => {
  const context = testContext();
  await putText(context.store, 'datasets/x.csv', `x,y\n${body}\n`);
  const { draft } = await inspect(context, 'datasets/x.csv');
  expect(draft).toContain(`name: "x"\ntask: ${task}\n`);
  expect((await runPipeline(context, pipelineOf(draft))).status).toBe('trained');
});

test.each([
  ['datasets/house prices (2026).csv', 'house-prices-2026'],
  ['datasets/part.2026.csv', 'part.2026'],
  ['datasets/(1).csv', '1'],
  ['datasets/–.csv', 'dataset'],
])('the draft for %s is named %s', async (path, name) => {
  const context = testContext();
  await putText(context.store, path, 'x,y\n1,2\n2,3\n');
  expect((await inspect(context, path)).draft).toContain(`name: "${name}"\n`);
});

test('data that cannot be read leaves the error of the inspection', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/bad/bad.csv', 'x,y\n1,2\n3,"4\n');
  await expect(inspectDataset(context, { dataset: 'datasets/bad/' })).rejects.toMatchObject({ name: 'InputError' });
  const [error] = [...context.store.objects.keys()].filter((key) => key.endsWith('/error.json'));
  expect(JSON.parse(await getText(context.store, error))).toMatchObject({ name: 'InputError', attempt: 0 });
});

test('an inspection of data with bad cells reports on the rest, and warns of each', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/x.csv', `x,y\n${lines((row) => `${row},${row === 7 ? '?' : row * 2}`)}\n`);
  const { report, rows } = await inspectDataset(context, { dataset: 'datasets/x.csv' });
  expect(rows).toBe(100);
  expect((await readReport(context, report)).data.warnings).toEqual([
    '1 cell or row can’t be read, so a training refuses the data; here such a cell counts as missing, and such a row is left out. Here they are:',
    'datasets/x.csv, line 9, column "y": expected a number, found "?".',
  ]);
});
