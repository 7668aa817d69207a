import { expect, test } from 'vitest';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { runScheduled } from '../../lib/jobs/scheduled.ts';
import { openScoring, readScoring, score } from '../../lib/jobs/score.ts';
import type { GetOptions } from '../../lib/store/store.ts';
import { pipelineOf, putText, testContext } from '../support/jobs.ts';
import { memoryStore } from '../support/memory-store.ts';
import { writeParquet } from '../support/parquet-writer.ts';

const rowCount = 20_000;
const groupRows = 10_000;
const columnBytes = groupRows * 8;
/** Two features that tell the target, an id, and a column that nobody asked for; in the file each stands apart. */
const column = (of: (row: number) => number) => Array.from({ length: rowCount }, (_, row) => of(row));
const columns = {
  id: column((row) => row),
  a: column((row) => (row * 7) % 101),
  skipped: column((row) => row / 3),
  b: column((row) => (row * 13) % 89),
  target: column((row) => 3 * ((row * 7) % 101) - 2 * ((row * 13) % 89) + (row % 3)),
};
const yaml = `name: p
task: regression
data: { path: datasets/p/, target: target, exclude: [id, skipped] }
schedule: { every: 1 day }
`;

/** A champion trained on the columns; what is fetched of Parquet from then on is noted, in bytes, fetch by fetch. */
async function trained() {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const plain = memoryStore(() => clock.nowMs);
  const fetches: number[] = [];
  const store = {
    ...plain,
    async get(key: string, options?: GetOptions) {
      const answer = await plain.get(key, options);
      if (key.endsWith('.parquet')) fetches.push(answer.body.length);
      return answer;
    },
  };
  const context = testContext({ store, clock });
  await store.put('datasets/p/1.parquet', writeParquet(columns, groupRows));
  await putText(store, 'pipelines/p.yml', yaml);
  const result = await runPipeline(context, pipelineOf(yaml));
  const trainedBy = fetches.splice(0);
  return { context, store, clock, fetches, result, trainedBy };
}

/** Fetches that are no more than a directory, and those of column chunks, of which one row group's neighbours join. */
const chunks = (fetches: number[]) => fetches.filter((bytes) => bytes > 65_536 + 1_000);
const columnsIn = (fetches: number[]) =>
  chunks(fetches).reduce((sum, bytes) => sum + Math.round(bytes / columnBytes), 0);

test('training, evaluating and scoring Parquet fetch the columns that they need, and no other', async () => {
  const { context, store, fetches, trainedBy } = await trained();
  // Of each of two row groups a, and b with target, its neighbour.
  expect([chunks(trainedBy).length, columnsIn(trainedBy)]).toEqual([4, 6]);

  const held = await evaluateModel(context, { name: 'p', path: 'datasets/p/', heldOut: true });
  expect(held.on).toContain('held out of training');
  expect([chunks(fetches).length, columnsIn(fetches.splice(0))]).toEqual([4, 6]);

  const extra = { ...columns, later: column((row) => row) };
  await store.put('datasets/new/2.parquet', writeParquet(extra, groupRows));
  await evaluateModel(context, { name: 'p', path: 'datasets/new/' });
  expect([chunks(fetches).length, columnsIn(fetches.splice(0))]).toEqual([4, 6]);

  // Without labels only the features; with an id, its column too.
  const scored = async (id?: string) => {
    const { scoring } = await openScoring(context, { name: 'p', input: 'datasets/new/', id });
    await score(context, { scoring });
    return readScoring(context, scoring);
  };
  const { warnings } = (await scored()) ?? expect.fail('no result');
  expect([chunks(fetches).length, columnsIn(fetches.splice(0))]).toEqual([4, 4]);
  // What is new is told though it is not fetched; what the pipeline excludes is not new.
  expect(warnings).toEqual(['Column "later" was not in the training data, and was ignored.']);
  expect(await scored('id')).toMatchObject({ rows: rowCount });
  expect(columnsIn(fetches.splice(0))).toBe(6);
});

test('a held-out evaluation scores the rows that the training held out, whatever is fetched', async () => {
  const { context, result } = await trained();
  const held = await evaluateModel(context, { name: 'p', path: 'datasets/p/', heldOut: true });
  expect(held.metrics).toEqual(result.metrics);
});

test('Parquet that the champion was trained on is known under another key', async () => {
  const { context, store, clock } = await trained();
  const { body } = await store.get('datasets/p/1.parquet');
  await store.delete('datasets/p/1.parquet');
  await store.put('datasets/p/renamed.parquet', body);
  clock.nowMs += 25 * 3_600_000;
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated', on: 'held-out rows' }]);
});
