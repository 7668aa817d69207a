import { expect, test } from 'vitest';
import type { Context } from '../../lib/jobs/context.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openScoring, readScoring, type ScoringResult, score } from '../../lib/jobs/score.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

async function trained(): Promise<Context> {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
  await runPipeline(context, pipelineOf(housesPipeline()));
  return context;
}

async function scored(context: Context, input: string, id?: string): Promise<ScoringResult> {
  const { scoring } = await openScoring(context, { name: 'houses', input, id });
  await score(context, { scoring });
  return (await readScoring(context, scoring)) ?? expect.fail('no result');
}

const textOf = async ({ store }: Context, key: string) => new TextDecoder().decode((await store.get(key)).body);
const namesOf = ({ outputs }: ScoringResult) => outputs.map((key) => key.split('/').slice(3).join('/'));

test.each([
  [
    ['part-1.csv', 'part-2.csv.gz.csv', 'sub/part-1.csv'],
    ['part-1.csv', 'part-2.csv.gz.csv', 'sub/part-1.csv'],
  ],
  [
    ['sales.2024.csv', 'sales.2025.csv'],
    ['sales.2024.csv', 'sales.2025.csv'],
  ],
  [
    ['a', 'a.csv', 'b.csv'],
    ['a.csv', 'a.csv.csv', 'b.csv.csv'],
  ],
  [
    ['a.csv', 'a.tsv', 'a.tsv.csv'],
    ['a.csv.csv', 'a.tsv.csv', 'a.tsv.csv.csv'],
  ],
])('each object has an output of its own: %j', async (files, outputs) => {
  const context = await trained();
  for (const [i, file] of files.entries()) await putText(context.store, `datasets/new/${file}`, sampleCsv(4 + i));
  const result = await scored(context, 'datasets/new/');
  expect(namesOf(result)).toEqual(outputs);
  for (const [i, key] of result.outputs.entries()) {
    expect((await textOf(context, key)).trimEnd().split('\n')).toHaveLength(5 + i);
  }
});

test('row ids come out as they went in, however much they look like numbers', async () => {
  const context = await trained();
  const ids = ['007', '12345678901234567890', '1e3', '"a,b"'];
  const rows = ids.map((id) => `${id},1,2,a`);
  await putText(context.store, 'datasets/new/a.csv', `key,size,age,zone\n${rows.join('\n')}\n`);
  const { outputs } = await scored(context, 'datasets/new/', 'key');
  const lines = (await textOf(context, outputs[0])).trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.slice(0, line.lastIndexOf(',')))).toEqual(ids);
});

test('with no time left, each call scores one object', async () => {
  const context = { ...(await trained()), remainingMs: () => 0 };
  for (const part of ['1', '2', '3']) await putText(context.store, `datasets/new/${part}.csv`, sampleCsv(4));
  const { scoring } = await openScoring(context, { name: 'houses', input: 'datasets/new/' });
  const calls = [];
  do calls.push((await score(context, { scoring })).done);
  while (!calls.at(-1) && calls.length < 10);
  expect(calls).toEqual([false, false, true]);
});

test('levels that training did not see are told of', async () => {
  const context = await trained();
  await putText(context.store, 'datasets/new/a.csv', 'size,age,zone\n1,2,a\n1,2,moon\n');
  const { warnings } = await scored(context, 'datasets/new/');
  expect(warnings).toContainEqual('Column "zone": 1 of 2 cells hold what the training data did not: "moon".');
});
