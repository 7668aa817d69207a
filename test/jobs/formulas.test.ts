import { expect, test } from 'vitest';
import { openModel } from '../../lib/jobs/open-model.ts';
import { predictionsCsv } from '../../lib/jobs/predictions-csv.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { readForScoring } from '../../lib/jobs/score.ts';
import { listDataset } from '../../lib/jobs/sources.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';

const formulas = ['=HYPERLINK("http://x")', '+cmd|calc', '-2+3', '@SUM(A1)', '\u0009=1', '＝1+1'];

test('a text that a spreadsheet would run leaves as a text, in names of rows and of classes', async () => {
  const context = testContext();
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = Array.from({ length: 60 }, (_, i) => {
    return [cell(formulas[i % formulas.length]), i, cell(i % 2 === 0 ? '=evil()' : 'tame')].join(',');
  });
  await putText(context.store, 'datasets/f/a.csv', `who,x,class\n${lines.join('\n')}\n`);
  const pipeline = pipelineOf(
    'name: f\ntask: binary\ndata: { path: datasets/f/, target: class, exclude: [who] }\nmodel: { kind: logistic }\nevaluate: { gates: [] }\n',
  );
  const { version } = await runPipeline(context, pipeline);
  const model = await openModel(context, { name: 'f', version });
  const csv = predictionsCsv(
    model,
    await readForScoring(model, await listDataset(context, 'datasets/f/'), { id: 'who' }),
    'who',
  );
  const cells = csv.split('\n').flatMap((line) => line.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []);
  const texts = cells.map((text) => text.replace(/^"|"$/g, '').replaceAll('""', '"'));
  expect(texts.filter((text) => /^[=+\-@\t＝]/.test(text) && Number.isNaN(Number(text)))).toEqual([]);
  expect(texts).toContain("'=evil()");
  expect(texts).toContain(`'=HYPERLINK("http://x")`);
});

test('numbers keep their signs', async () => {
  const context = testContext();
  const rows = Array.from({ length: 40 }, (_, i) => `-${i},${i},${-2 * i}`);
  await putText(context.store, 'datasets/n/a.csv', `id,x,y\n${rows.join('\n')}\n`);
  await runPipeline(
    context,
    pipelineOf('name: n\ntask: regression\ndata: { path: datasets/n/, target: y, exclude: [id] }\n'),
  );
  const model = await openModel(context, { name: 'n' });
  const table = await readForScoring(model, await listDataset(context, 'datasets/n/'), { id: 'id' });
  expect(
    predictionsCsv(model, table, 'id')
      .split('\n')
      .slice(2, 41)
      .every((line) => /^-\d+,-[\d.e+-]+$/.test(line)),
  ).toBe(true);
});

test('a column that names the rows is not told to be new', async () => {
  const context = testContext();
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${2 * i}`);
  await putText(context.store, 'datasets/i/a.csv', `x,y\n${rows.join('\n')}\n`);
  await runPipeline(context, pipelineOf('name: i\ntask: regression\ndata: { path: datasets/i/, target: y }\n'));
  await putText(context.store, 'datasets/later/a.csv', `id,other,x\n${rows.map((row) => `r,${row}`).join('\n')}\n`);
  const model = await openModel(context, { name: 'i' });
  const read = async (id: string | null) =>
    (await readForScoring(model, await listDataset(context, 'datasets/later/'), { id })).warnings;
  expect(await read('id')).toContain('Column "other" was not in the training data, and was ignored.');
  expect(await read(null)).toContain('Columns "id", "other" were not in the training data, and were ignored.');
});
