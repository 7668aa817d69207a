import { expect, test } from 'vitest';
import { runPipeline } from '../../lib/jobs/run.ts';
import { runKey } from '../../lib/jobs/runs.ts';
import { openScoring, readScoring, score } from '../../lib/jobs/score.ts';
import { getText } from '../../lib/store/text.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

const csv = sampleCsv(80);
const [header, ...rows] = csv.trimEnd().split('\n');
const part = (...lines: string[]) => `${[header, ...lines].join('\n')}\n`;

/** A store with a champion of `houses`, and these objects below datasets/new/. */
async function withObjects(objects: Record<string, string>, yaml = housesPipeline()) {
  const context = testContext();
  await putText(context.store, 'datasets/houses/part-1.csv', csv);
  await runPipeline(context, pipelineOf(yaml));
  for (const [name, text] of Object.entries(objects)) await putText(context.store, `datasets/new/${name}`, text);
  const open = (id?: string) => openScoring(context, { name: 'houses', input: 'datasets/new/', id });
  const result = async (scoring: string) => {
    expect(await score(context, { scoring })).toEqual({ scoring, done: true });
    const found = await readScoring(context, scoring);
    if (!found) throw new Error('expected a result, found none');
    return found;
  };
  return { context, open, result };
}

test('each object leaves a CSV of row ids and predictions, named after it', async () => {
  const { context, open, result } = await withObjects({ 'a.csv': part(rows[0], rows[1]), 'deep/b.csv': part(rows[2]) });
  const { scoring, version } = await open('id');
  const { rows: count, outputs, ...rest } = await result(scoring);
  expect([count, rest]).toEqual([3, { scoring, model: 'houses', version, warnings: [] }]);
  expect(outputs).toEqual([`predictions/houses/${scoring}/a.csv`, `predictions/houses/${scoring}/deep/b.csv`]);
  expect(await getText(context.store, outputs[0])).toMatch(/^id,prediction\nr0,-?[\d.]+\nr1,-?[\d.]+\n$/);
});

test.each([
  [
    ['part.2025.csv', 'part.2026.csv'],
    ['part.2025.csv', 'part.2026.csv'],
  ],
  [
    ['a.csv', 'a.txt'],
    ['a.csv.csv', 'a.txt.csv'],
  ],
])('no two objects share an output: %j leave %j', async (names, outputs) => {
  const { open, result } = await withObjects(Object.fromEntries(names.map((name, i) => [name, part(rows[i])])));
  const { scoring } = await open();
  expect((await result(scoring)).outputs).toEqual(outputs.map((name) => `predictions/houses/${scoring}/${name}`));
});

test('a class stands beside the probability of each, and a cell that CSV needs quoted is quoted', async () => {
  const yaml = housesPipeline()
    .replace('regression', 'binary')
    .replace('target: value', 'target: class')
    .replace('[id, class]', '[id, value]');
  const { context, open, result } = await withObjects({ 'a.csv': part(rows[0].replace('r0', '"a ""b"", c"')) }, yaml);
  const { scoring } = await open('id');
  const [head, line] = (await getText(context.store, (await result(scoring)).outputs[0])).split('\n');
  expect(head).toBe('id,prediction,probability_high,probability_low');
  const [, ...probabilities] = /^"a ""b"", c",(?:high|low),([\d.e-]+),([\d.e-]+)$/.exec(line) ?? [];
  expect(Number(probabilities[0]) + Number(probabilities[1])).toBeCloseTo(1, 12);
});

test('categories that training had not seen are warned of', async () => {
  const { open, result } = await withObjects({ 'a.csv': part(rows[0].replace(/,[abc],/, ',moon,')) });
  const { warnings } = await result((await open()).scoring);
  expect(warnings).toEqual([expect.stringContaining('moon')]);
});

test('a scoring that runs out of time goes on with the next object, and scores none twice', async () => {
  const { context, open, result } = await withObjects({ 'a.csv': part(rows[0]), 'b.csv': part(rows[1]) });
  const { scoring } = await open();
  // A call scores one object at the least, even with no time left.
  const hurried = { ...context, remainingMs: () => 0 };
  expect(await score(hurried, { scoring })).toEqual({ scoring, done: false });
  const first = await context.store.head(`predictions/houses/${scoring}/a.csv`);
  expect(first).toBeDefined();
  expect(await readScoring(context, scoring)).toBeUndefined();
  expect((await result(scoring)).rows).toBe(2);
  expect(await context.store.head(`predictions/houses/${scoring}/a.csv`)).toEqual(first);
});

test('an object that changed under a scoring is noticed, and asks for another scoring', async () => {
  const { context, open } = await withObjects({ 'a.csv': part(rows[0]) });
  const { scoring } = await open();
  await putText(context.store, 'datasets/new/a.csv', part(rows[1]));
  await expect(score(context, { scoring })).rejects.toThrow(
    'datasets/new/a.csv: expected the object that the scoring began with, found another. Start a new scoring',
  );
  expect((await open()).scoring).not.toBe(scoring);
});

test('the same objects, version and id make the same scoring, and its request is kept', async () => {
  const { context, open } = await withObjects({ 'a.csv': part(rows[0]) });
  const request = await open('id');
  expect(await open('id')).toEqual(request);
  expect((await open()).scoring).not.toBe(request.scoring);
  expect(JSON.parse(await getText(context.store, runKey(request.scoring, 'request.json')))).toEqual(request);
});

test('an id that is no column is an InputError', async () => {
  const { context, open } = await withObjects({ 'a.csv': part(rows[0]) });
  const { scoring } = await open('name');
  await expect(score(context, { scoring })).rejects.toThrow('id: expected a column of the dataset, found "name"');
});
