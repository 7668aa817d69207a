import { expect, test } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import { covers, datasetOf, listPipelines, readPipeline } from '../../lib/jobs/pipelines.ts';
import { planForObjects } from '../../lib/jobs/plan.ts';
import type { Store } from '../../lib/store/store.ts';
import { putText, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

test('a pipeline that is wrong is listed with its problem, and does not hide the others', async () => {
  const { store } = testContext();
  await putText(store, 'pipelines/a.yml', 'name: [');
  await putText(store, 'pipelines/houses.yml', housesPipeline());
  await putText(store, 'pipelines/notes.txt', 'no pipeline');
  expect(await listPipelines(store)).toMatchObject([
    { name: 'a', problem: { name: 'InputError' } },
    { name: 'houses', pipeline: { request: { name: 'houses' } } },
  ]);
});

test('a store that does not answer is no wrong pipeline: the event that asked is not used up', async () => {
  const context = testContext();
  await putText(context.store, 'pipelines/houses.yml', housesPipeline());
  const store: Store = { ...context.store, get: () => Promise.reject(new StoreError('no answer')) };
  await expect(listPipelines(store)).rejects.toThrow(StoreError);
  await expect(planForObjects({ ...context, store }, ['datasets/houses/a.csv'])).rejects.toThrow(StoreError);
});

test('a pipeline is read by its name from .yml, .yaml or .json', async () => {
  const { store } = testContext();
  const document = { name: 'other', task: 'regression', data: { path: 'datasets/other/', target: 'y' } };
  await putText(store, 'pipelines/houses.yaml', housesPipeline());
  await putText(store, 'pipelines/other.json', JSON.stringify(document));
  expect((await readPipeline(store, 'houses')).request.name).toBe('houses');
  expect((await readPipeline(store, 'other')).request.data.target).toBe('y');
  await expect(readPipeline(store, 'barns')).rejects.toThrow(
    'pipeline barns: expected pipelines/barns.yml, found none',
  );
});

test.each([
  ['datasets/houses/', 'datasets/houses/a.csv', true],
  ['datasets/houses', 'datasets/houses/a.csv', true],
  ['datasets/houses', 'datasets/houses-2/a.csv', false],
  ['datasets/houses/a.csv', 'datasets/houses/a.csv', true],
  ['datasets/houses/a.csv', 'datasets/houses/b.csv', false],
])('whether %s covers %s: %s', (path, key, expected) => {
  expect(covers(path, key)).toBe(expected);
});

test('a key below datasets/<name>/ belongs to that dataset, one beside it is a dataset of its own', () => {
  expect(datasetOf('datasets/houses/2026/part.csv')).toBe('datasets/houses/');
  expect(datasetOf('datasets/houses.csv')).toBe('datasets/houses.csv');
});

test('a pipeline in the store that names a local path is refused by name, where it is listed and where it is run', async () => {
  const { store } = testContext();
  await putText(store, 'pipelines/houses.yml', housesPipeline().replace(/path: [^,\n]+/, 'path: ./houses.csv'));
  const message =
    'pipelines/houses.yml, data.path: expected a key in the store or s3://…, found the local path ./houses';
  await expect(readPipeline(store, 'houses')).rejects.toThrow(message);
  expect(await listPipelines(store)).toMatchObject([
    { name: 'houses', problem: { name: 'InputError', message: expect.stringContaining(message) } },
  ]);
});
