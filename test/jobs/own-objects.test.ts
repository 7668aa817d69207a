import { describe, expect, test } from 'vitest';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { inspectDataset } from '../../lib/jobs/inspect.ts';
import { listPipelines, readPipeline } from '../../lib/jobs/pipelines.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { openScoring } from '../../lib/jobs/score.ts';
import { findDataset } from '../../lib/jobs/sources.ts';
import type { Store } from '../../lib/store/store.ts';
import { apiClient } from '../support/api.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { memoryStore } from '../support/memory-store.ts';
import { housesPipeline } from '../support/s3-events.ts';

const own = [
  'pipelines/',
  'models/houses/',
  'runs',
  'runs/',
  'reports/x.json',
  'predictions/houses/',
  'settings/',
  'Models/',
  'RUNS/a',
];

describe('what hone keeps for itself is no data', () => {
  test.each(own)('%s: not to train on, to score, to evaluate or to inspect', async (path) => {
    const context = testContext();
    await putText(context.store, `${path.replace(/\/$/, '')}/a.csv`, sampleCsv(20));
    const refusal = /expected a dataset, such as datasets\/<name>\/, found .* where hone keeps its own/;
    const pipeline = pipelineOf(housesPipeline().replace('path: datasets/houses/', `path: ${path}`));
    await expect(openRun(context, pipeline)).rejects.toThrow(refusal);
    await expect(openScoring(context, { name: 'houses', version: '0'.repeat(32), input: path })).rejects.toThrow(
      refusal,
    );
    await expect(inspectDataset(context, { dataset: path })).rejects.toThrow(refusal);
    const trained = apiClient();
    await trained.train();
    const { store } = trained.hone;
    await expect(evaluateModel({ ...context, store }, { name: 'houses', path })).rejects.toThrow(refusal);
  });

  test('nor by its full address, nor as part of a larger place', async () => {
    const location = 's3://example-bucket/team/';
    const store: Store = { ...memoryStore(), location };
    await putText(store, 'runs/a.csv', sampleCsv(20));
    await putText(store, 'datasets/a.csv', sampleCsv(20));
    const context = testContext({ store });
    for (const path of [
      `${location}runs/`,
      location,
      's3://example-bucket/team',
      's3://example-bucket/',
      's3://example-bucket',
    ]) {
      await expect(findDataset(context, path)).rejects.toThrow(/where hone keeps its own/);
    }
    const [found] = await findDataset(context, `${location}datasets/`);
    expect(found.key).toBe(`${location}datasets/a.csv`);
    // A neighbour of the store is nobody's business here: another store is opened for it.
    let opened = '';
    const elsewhere = {
      ...context,
      openStore: async (place: string) => {
        opened = place;
        return memoryStore();
      },
    };
    expect(await findDataset(elsewhere, 's3://example-bucket/teams/runs/')).toEqual([]);
    expect(opened).toBe('s3://example-bucket');
  });

  test.each(['datasets/houses/', 'houses/', 'model/', 'run'])('%s is', async (path) => {
    expect(await findDataset(testContext(), path)).toEqual([]);
  });
});

describe('a pipeline’s document', () => {
  test('that names another pipeline is refused: it would train that one’s models', async () => {
    const { store } = testContext();
    await putText(store, 'pipelines/cottages.yml', housesPipeline());
    const message = 'pipelines/cottages.yml, name: expected cottages, as the document is called, found houses';
    await expect(readPipeline(store, 'cottages')).rejects.toThrow(message);
    const [listed] = await listPipelines(store);
    expect(listed).toMatchObject({ name: 'cottages', problem: { name: 'InputError', message } });
    const api = apiClient();
    await putText(api.hone.store, 'pipelines/cottages.yml', housesPipeline());
    expect((await api.send('POST', '/trainings', { pipeline: 'cottages' })).status).toBe(400);
  });

  test('is one: of two of the same name, the second is a problem', async () => {
    const { store } = testContext();
    await putText(store, 'pipelines/houses.yaml', housesPipeline());
    await putText(store, 'pipelines/houses.yml', housesPipeline());
    const listed = await listPipelines(store);
    expect(listed.map((entry) => 'problem' in entry && entry.problem.message)).toEqual([
      false,
      'pipelines/houses.yml: expected one document for pipeline houses, found another',
    ]);
  });
});

describe('a path that is an address', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/data.csv',
    'file:///etc/passwd',
    'ftp://127.0.0.1/x',
    '\\\\host\\share',
    'datasets/../../etc/passwd',
    'datasets//x',
    'datasets/\u0000',
    '.hone-store/versions',
    's3://169.254.169.254/latest/',
    's3://127.0.0.1/',
    's3://localhost:9000/x',
    's3://user@host/x',
    's3://a/../b',
  ])('%j asks nobody on the network, and finds nothing', async (path) => {
    const { openStore } = await import('../../lib/store/open.ts');
    const context = { ...testContext(), openStore };
    // The store in memory takes any key; the real ones check them.
    const { folderStore } = await import('../../lib/store/folder.ts');
    const store = folderStore('/nonexistent-hone-store');
    await expect(findDataset({ ...context, store }, path)).rejects.toMatchObject({ name: 'InputError' });
  });
});
