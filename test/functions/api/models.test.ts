import { beforeEach, describe, expect, test } from 'vitest';
import { type ApiClient, apiClient } from '../../support/api.ts';
import type { TestHone } from '../../support/functions.ts';
import { putText, sampleCsv } from '../../support/jobs.ts';
import { housesPipeline } from '../../support/s3-events.ts';

const none = '0'.repeat(32);

let hone: TestHone;
let api: ApiClient;

beforeEach(() => {
  api = apiClient();
  hone = api.hone;
});

describe('models', () => {
  test('are listed with their champion, and looked at with signature and metrics', async () => {
    expect((await api.send('GET', '/models')).body).toEqual({ models: [] });
    const { version } = await api.train();
    expect((await api.send('GET', '/models')).body).toMatchObject({
      models: [{ name: 'houses', champion: version, metric: { name: expect.any(String), value: expect.any(Number) } }],
    });
    expect((await api.send('GET', '/models/houses')).body).toMatchObject({
      versions: [version],
      aliases: { champion: version },
      champion: { version, task: 'regression', signature: { output: { name: 'value', kind: 'number' } } },
    });
    expect((await api.send('GET', '/models/nobody')).status).toBe(404);
  });

  test('have a card, the champion and every other version', async () => {
    const first = await api.train();
    const second = await api.train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    const cardAt = async (path: string) => {
      const { status, body } = await api.send('GET', `/models/houses${path}`);
      return [status, /[0-9a-f]{32}/.exec(String(body))?.[0]];
    };
    expect(await cardAt('/card')).toEqual([200, second.version]);
    expect(await cardAt(`/versions/${first.version}/card`)).toEqual([200, first.version]);
    expect(await cardAt(`/versions/${first.version.slice(0, 6)}/card`)).toEqual([200, first.version]);
    expect(await cardAt(`/versions/${first.version.slice(0, 5)}/card`)).toEqual([400, undefined]);
    expect((await api.send('GET', `/models/houses/versions/${none}/card`)).status).toBe(404);
    expect((await api.send('GET', '/models/houses/versions/latest/card')).status).toBe(400);
  });

  test('move aliases by compare-and-set, and back', async () => {
    const first = await api.train();
    const second = await api.train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    const [a, b] = [first.version, second.version];
    const put = (alias: string, body: object) => api.send('PUT', `/models/houses/aliases/${alias}`, body);
    expect(await put('champion', { version: a, from: a })).toMatchObject({
      status: 409,
      body: { error: 'ConflictError' },
    });
    expect(await put('champion', { version: a, from: null })).toMatchObject({ status: 409 });
    expect(await put('champion', { version: a, from: b })).toMatchObject({
      status: 200,
      body: { version: a, from: b },
    });
    expect(await put('shadow', { version: b, from: null })).toMatchObject({ status: 200, body: { from: null } });
    expect(await put('champion', { version: none })).toMatchObject({ status: 404 });
    expect(await put('short', { version: a.slice(0, 7) })).toMatchObject({ status: 200, body: { version: a } });
    expect(await put('short', { version: b.slice(0, 6), from: b.slice(0, 6) })).toMatchObject({ status: 409 });
    expect(await put('short', { version: b.slice(0, 6), from: a.slice(0, 6) })).toMatchObject({
      status: 200,
      body: { version: b, from: a },
    });
    expect(await put('short', { version: a.slice(0, 5) })).toMatchObject({ status: 400 });
    expect(await put('CHAMPION', { version: a })).toMatchObject({ status: 400 });
    expect(await api.send('POST', '/models/houses/aliases/champion/rollback')).toMatchObject({
      status: 200,
      body: { version: b, from: a },
    });
    const nothing = await api.send('POST', '/models/houses/aliases/shadow/rollback');
    expect([nothing.status, nothing.body.detail]).toEqual([
      404,
      expect.stringContaining(`expected a version before ${b} to go back to, found none`),
    ]);
    expect((await api.send('POST', '/models/houses/aliases/other/rollback')).status).toBe(404);
  });

  test('of twenty who move an alias at once from the same version, one does', async () => {
    const first = await api.train();
    const { version: from } = await api.train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    const asked = Array.from({ length: 20 }, () =>
      api.send('PUT', '/models/houses/aliases/champion', { version: first.version, from }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(19).fill(409)]);
  });
});

describe('evaluations', () => {
  test('answer metrics and a report that can be read', async () => {
    const { version } = await api.train();
    await putText(hone.store, 'datasets/new/a.csv', sampleCsv(40, { seed: 9 }));
    const { status, body } = await api.send('POST', '/evaluations', {
      model: 'houses',
      data: { path: 'datasets/new/' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model: 'houses',
      version,
      status: 'evaluated',
      metrics: { rmse: { value: expect.any(Number) } },
    });
    expect((await api.send('GET', body.links.report)).status).toBe(200);
    expect((await api.send('GET', body.links.reportJson)).body).toMatchObject({ kind: 'evaluation' });
    const again = await api.send('POST', '/evaluations', { model: 'houses', data: { path: 'datasets/new/' } });
    expect(again.body).toEqual({ ...body, status: 'found' });
  });

  test('of predictions that were made elsewhere take the document that would ask for them', async () => {
    await putText(hone.store, 'datasets/vendor/a.csv', 'y,p\n1,0.9\n0,0.2\n1,0.6\n0,0.7\n');
    const request = {
      name: 'vendor',
      task: 'binary',
      predictions: { path: 'datasets/vendor/' },
      evaluate: { metrics: ['auc'], gates: [{ metric: 'auc', atLeast: 0.7 }] },
    };
    const { status, body } = await api.send('POST', '/evaluations', request);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'vendor',
      status: 'evaluated',
      gate: 'pass',
      metrics: { auc: { value: 0.75 } },
    });
    expect((await api.send('GET', body.links.reportJson)).body).toMatchObject({ kind: 'evaluation', name: 'vendor' });
    expect((await api.send('POST', '/evaluations', request)).body).toEqual({ ...body, status: 'found' });
  });

  test.each([
    [{ name: 'v', task: 'binary', predictions: { path: './x.csv' } }, 'local path'],
    [{ name: 'v', task: 'binary', predictions: { path: 'datasets/none/' } }, 'found no object there'],
    [{ name: 'v', task: 'binary', predictions: { path: 'models/' } }, 'where hone keeps its own'],
    [{ name: 'v', task: 'guess', predictions: { path: 'datasets/x/' } }, 'task'],
    [{ model: 'houses', name: 'v', predictions: { path: 'datasets/x/' } }, 'expected model or predictions, found both'],
  ])('of predictions refuse %j: %s', async (body, detail) => {
    const { status, body: problem } = await api.send('POST', '/evaluations', body);
    expect(status).toBe(400);
    expect(JSON.stringify(problem)).toContain(detail);
  });

  test.each([
    [{ model: 'houses', data: { path: 'datasets/none/' } }, 400],
    [{ model: 'nobody', data: { path: 'datasets/houses/' } }, 404],
    [{ model: 'houses', data: { path: './x.csv' } }, 400],
    [{ model: 'houses' }, 400],
  ])('refuse %j with %i', async (body, status) => {
    await api.train();
    expect((await api.send('POST', '/evaluations', body)).status).toBe(status);
  });
});
