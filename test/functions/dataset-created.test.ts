import type { S3Event } from 'aws-lambda';
import { expect, test } from 'vitest';
import { createDatasetCreated, startForObjects } from '../../functions/triggers/dataset-created.ts';
import { StoreError } from '../../lib/core/errors.ts';
import type { PlanOutcome } from '../../lib/jobs/plan.ts';
import type { Store } from '../../lib/store/store.ts';
import { readEvent } from '../support/events.ts';
import { type TestHone, testHone } from '../support/functions.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { memoryStore } from '../support/memory-store.ts';
import { housesPipeline, objectCreated } from '../support/s3-events.ts';

async function withHouses(hone: TestHone, parts = ['part-1.csv']): Promise<TestHone> {
  await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
  for (const part of parts) await putText(hone.store, `datasets/houses/${part}`, sampleCsv(60));
  return hone;
}

const runsOf = async ({ store }: TestHone): Promise<string[]> => {
  const { objects } = await store.list('runs/');
  return objects.flatMap(({ key }) => (key.endsWith('/result.json') ? [key.split('/')[1]] : []));
};

test('the same event twenty times at once starts one workflow, and trains once', async () => {
  const hone = await withHouses(testHone());
  const handler = createDatasetCreated(hone.services);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => handler(objectCreated('datasets/houses/part-1.csv'))),
  );
  expect(new Set(answers.flat().map(({ trigger }) => trigger)).size).toBe(1);
  expect(hone.starts.filter(({ status }) => status === 'started')).toHaveLength(1);
  await hone.engine.idle();
  expect([...hone.outcomes.values()]).toMatchObject([{ status: 'succeeded', output: { done: true, gate: 'pass' } }]);
  expect(await runsOf(hone)).toHaveLength(1);
});

test('five hundred parts make one workflow and one run, in whatever order their events come', async () => {
  const parts = Array.from({ length: 500 }, (_, i) => `part-${String(i).padStart(3, '0')}.csv`);
  const hone = testHone();
  await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
  for (const part of parts)
    await putText(hone.store, `datasets/houses/${part}`, sampleCsv(1, { seed: part.charCodeAt(7) }));
  await putText(hone.store, 'datasets/houses/part-500.csv', sampleCsv(100));
  const handler = createDatasetCreated(hone.services);
  // Every third first, then the others backwards.
  const shuffled = [...parts.filter((_, i) => i % 3 === 0), ...parts.filter((_, i) => i % 3 !== 0).reverse()];
  for (const part of shuffled) await handler(objectCreated(`datasets/houses/${part}`));
  expect(new Set(hone.starts.map(({ name }) => name)).size).toBe(1);
  await hone.engine.idle();
  const [run, ...others] = await runsOf(hone);
  expect(others).toEqual([]);
  const request = JSON.parse(new TextDecoder().decode((await hone.store.get(`runs/${run}/request.json`)).body));
  expect(request.objects).toHaveLength(501);
});

test.each(['part 1.csv', 'größe+naïve (2).csv', 'a&b=c%20d.csv', '日本/東京 1.csv'])(
  'the key %j arrives encoded and is understood',
  async (name) => {
    const hone = testHone();
    const key = `datasets/houses/${name}`;
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline().replace('datasets/houses/', `'${key}'`));
    await putText(hone.store, key, sampleCsv(60));
    const answer = await createDatasetCreated(hone.services)(objectCreated(key));
    expect(answer).toMatchObject([{ pipeline: 'houses' }]);
    await hone.engine.idle();
    expect([...hone.outcomes.values()]).toMatchObject([{ status: 'succeeded' }]);
  },
);

test.each([
  ['outside datasets/', 'models/houses/x.csv'],
  ['a folder’s marker', 'datasets/houses/'],
  ['a marker that nobody waits for', 'datasets/houses/_SUCCESS'],
  ['a hidden file', 'datasets/visitors/.part-1.csv.swp'],
  ['a temporary folder', 'datasets/visitors/_temporary/part-1.csv'],
  ['a key that no store holds', 'datasets/visitors//x.csv'],
  ['a key that leads elsewhere', 'datasets/../models/x.csv'],
])('%s starts nothing', async (_, key) => {
  const hone = await withHouses(testHone());
  expect(await createDatasetCreated(hone.services)(objectCreated(key))).toEqual([]);
  expect(hone.starts).toEqual([]);
});

test('the marker that a pipeline waits for starts its workflow', async () => {
  const hone = testHone();
  await putText(hone.store, 'pipelines/houses.yml', housesPipeline('  ready: { marker: _DONE }'));
  const handler = createDatasetCreated(hone.services);
  expect(await handler(objectCreated('datasets/houses/_DONE'))).toMatchObject([{ pipeline: 'houses' }]);
  expect(await handler(objectCreated('datasets/houses/_OTHER'))).toEqual([]);
});

test('S3’s test event, other events and events of another bucket start nothing', async () => {
  const hone = await withHouses(testHone());
  const handler = createDatasetCreated(hone.services);
  expect(await handler(readEvent('dataset-created-test'))).toEqual([]);
  const removed = objectCreated('datasets/houses/part-1.csv');
  removed.Records[0].eventName = 'ObjectRemoved:Delete';
  expect(await handler(removed)).toEqual([]);
  const remote = { ...hone.store, location: 's3://hone/team/' } as Store;
  const onS3 = createDatasetCreated({ ...hone.services, store: async () => remote });
  expect(await onS3(objectCreated('team/datasets/houses/part-1.csv', 'hole'))).toEqual([]);
  expect(await onS3(objectCreated('datasets/houses/part-1.csv', 'hone'))).toEqual([]);
  expect(await onS3(objectCreated('team/datasets/houses/part-1.csv', 'hone'))).toHaveLength(1);
});

test('several records of one event start each dataset’s workflow once', async () => {
  const hone = await withHouses(testHone());
  const keys = [
    'datasets/houses/part-1.csv',
    'datasets/visitors/a.csv',
    'datasets/houses/part-2.csv',
    'datasets/visitors/b.csv',
  ];
  const Records = keys.flatMap((key) => objectCreated(key).Records);
  const answer = await createDatasetCreated(hone.services)({ Records } as S3Event);
  expect(answer.map(({ pipeline, dataset }) => [pipeline, dataset])).toEqual([
    ['houses', 'datasets/houses/'],
    [null, 'datasets/visitors/'],
  ]);
});

test('two datasets that arrive at once are two trainings', async () => {
  const hone = await withHouses(testHone());
  await putText(hone.store, 'pipelines/barns.yml', housesPipeline().replaceAll('houses', 'barns'));
  await putText(hone.store, 'datasets/barns/part-1.csv', sampleCsv(60, { seed: 2 }));
  const handler = createDatasetCreated(hone.services);
  await Promise.all([
    handler(objectCreated('datasets/barns/part-1.csv')),
    handler(objectCreated('datasets/houses/part-1.csv')),
  ]);
  await hone.engine.idle();
  expect([...hone.outcomes.values()].map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  expect(await runsOf(hone)).toHaveLength(2);
});

test('a dataset without a pipeline gets an inspection report and a draft', async () => {
  const hone = testHone();
  await putText(hone.store, 'datasets/visitors/2026.csv', sampleCsv(60));
  await createDatasetCreated(hone.services)(objectCreated('datasets/visitors/2026.csv'));
  await hone.engine.idle();
  expect([...hone.outcomes.values()]).toMatchObject([
    { status: 'succeeded', output: { status: 'inspected', rows: 60 } },
  ]);
  expect(await hone.store.head('reports/visitors/pipeline-draft.yml')).toBeDefined();
});

test('a store that does not answer fails the call, so that Lambda delivers the event again', async () => {
  const store = memoryStore();
  const broken: Store = { ...store, list: () => Promise.reject(new StoreError('no answer')) };
  const hone = testHone({ store: broken });
  await expect(createDatasetCreated(hone.services)(objectCreated('datasets/a/b.csv'))).rejects.toThrow(StoreError);
});

test('an engine that did not answer is asked for the same workflow by the event’s next delivery', async () => {
  const hone = await withHouses(testHone());
  const names: string[] = [];
  let calls = 0;
  const services = {
    ...hone.services,
    engine: async () => ({
      async start(_: string, name: string) {
        names.push(name);
        if (++calls === 1) throw new StoreError('throttled');
        return 'started' as const;
      },
    }),
  };
  const event = objectCreated('datasets/houses/part-1.csv');
  await expect(createDatasetCreated(services)(event)).rejects.toThrow(StoreError);
  await createDatasetCreated(services)(event);
  expect(names).toEqual([names[0], names[0]]);
});

test('an object that arrives while the workflow waits is part of the same run', async () => {
  const waits: PlanOutcome[] = [];
  const hone = testHone({
    async onPlanned(outcome) {
      if (outcome.next !== 'wait') return;
      waits.push(outcome);
      if (waits.length > 2) return;
      const key = `datasets/houses/late-${waits.length}.csv`;
      // A second before the wait ends.
      const lateMs = (outcome.waitSeconds - 1) * 1000;
      hone.clock.nowMs += lateMs;
      await putText(hone.store, key, sampleCsv(30, { seed: waits.length }));
      hone.clock.nowMs -= lateMs;
      await startForObjects(hone.services, [key]);
    },
  });
  await withHouses(hone);
  await startForObjects(hone.services, ['datasets/houses/part-1.csv']);
  await hone.engine.idle();
  expect(new Set(hone.starts.map(({ name }) => name)).size).toBe(1);
  const [run, ...others] = await runsOf(hone);
  expect(others).toEqual([]);
  const request = JSON.parse(new TextDecoder().decode((await hone.store.get(`runs/${run}/request.json`)).body));
  expect(request.objects).toHaveLength(3);
});
