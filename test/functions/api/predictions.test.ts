import { beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreError } from '../../../lib/core/errors.ts';
import type { Store } from '../../../lib/store/store.ts';
import { type ApiClient, apiClient } from '../../support/api.ts';
import type { TestHone } from '../../support/functions.ts';
import { putText } from '../../support/jobs.ts';
import { housesPipeline } from '../../support/s3-events.ts';

const none = '0'.repeat(32);
const rows = [
  { size: 50, age: 10, zone: 'a' },
  { size: 80, age: 2.5, zone: 'b' },
];

let hone: TestHone;
let api: ApiClient;

beforeEach(() => {
  api = apiClient();
  hone = api.hone;
});

describe('predictions', () => {
  const predict = (body: object) => api.send('POST', '/models/houses/predictions', body);

  test('answer a number a row, with the version and the age of the alias', async () => {
    const { version } = await api.train();
    const { status, headers, body } = await predict({ rows });
    expect(status).toBe(200);
    expect(body).toEqual({
      model: 'houses',
      version,
      predictions: [expect.any(Number), expect.any(Number)],
      warnings: [],
    });
    expect([headers.get('hone-model-version'), headers.get('age')]).toEqual([version, '0']);
    expect((await predict({ rows, version })).headers.get('age')).toBeNull();
    expect((await predict({ rows, version: version.slice(0, 6) })).body).toEqual(body);
    expect((await predict({ rows, alias: 'champion' })).body).toEqual(body);
  });

  test('answer labels and probabilities for classes', async () => {
    await api.train(
      housesPipeline()
        .replace('regression', 'binary')
        .replace('target: value', 'target: class')
        .replace('[id, class]', '[id, value]'),
    );
    const { body } = await predict({ rows });
    for (const { label, probabilities } of body.predictions) {
      expect(['high', 'low']).toContain(label);
      expect(probabilities.high + probabilities.low).toBeCloseTo(1, 12);
    }
  });

  test('follow an alias within five seconds, and at once where it was moved', async () => {
    const first = await api.train();
    const second = await api.train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    expect(second.version).not.toBe(first.version);
    const versionNow = async () => (await predict({ rows })).body.version;
    expect(await versionNow()).toBe(second.version);
    const elsewhere = async (version: string) =>
      apiClient({ hone }).app.request('/models/houses/aliases/champion', {
        method: 'PUT',
        body: JSON.stringify({ version }),
        headers: { 'content-type': 'application/json' },
      });
    await elsewhere(first.version);
    hone.clock.nowMs += 4_999;
    const stale = await predict({ rows });
    expect([stale.body.version, stale.headers.get('age')]).toEqual([second.version, '4']);
    hone.clock.nowMs += 1;
    expect(await versionNow()).toBe(first.version);
    await api.send('PUT', '/models/houses/aliases/champion', { version: second.version });
    expect(await versionNow()).toBe(second.version);
  });

  describe('with an alias that is three seconds known', () => {
    let [first, second] = [{ version: '' }, { version: '' }];
    let letAnswer: () => void;
    let lookups: number;

    beforeEach(async () => {
      first = await api.train();
      second = await api.train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
      lookups = 0;
      const store: Partial<Store> = {
        async get(key, options) {
          const found = await hone.store.get(key, options);
          if (!key.includes('/aliases/')) return found;
          lookups++;
          if (lookups > 1) {
            await new Promise<void>((resolve) => {
              letAnswer = resolve;
            });
          }
          return found;
        },
      };
      api = apiClient({ hone, store });
      await predict({ rows });
      await apiClient({ hone }).send('PUT', '/models/houses/aliases/champion', { version: first.version });
      hone.clock.nowMs += 3_500;
    });

    test('look it up again without waiting, and only once for all', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => predict({ rows })));
      expect(answers.map(({ body, headers }) => [body.version, headers.get('age')])).toEqual(
        Array.from({ length: 10 }, () => [second.version, '3']),
      );
      expect(lookups).toBe(2);
      letAnswer();
      await vi.waitUntil(async () => (await predict({ rows })).body.version === first.version);
      hone.clock.nowMs += 2_000;
      const { body, headers } = await predict({ rows });
      expect([body.version, headers.get('age'), lookups]).toEqual([first.version, '2', 2]);
    });

    test('ignore a lookup that was answered too late', async () => {
      await predict({ rows });
      const answerEarlier = letAnswer;
      hone.clock.nowMs += 60_000;
      const waiting = predict({ rows });
      await vi.waitUntil(() => lookups === 3);
      answerEarlier();
      letAnswer();
      expect((await waiting).headers.get('age')).toBe('0');
      expect((await predict({ rows })).headers.get('age')).toBe('0');
    });
  });

  test('read a version from the store once', async () => {
    await api.train();
    let reads = 0;
    const store: Partial<Store> = {
      get(key, options) {
        reads++;
        return hone.store.get(key, options);
      },
    };
    api = apiClient({ hone, store });
    await Promise.all(Array.from({ length: 10 }, () => predict({ rows })));
    expect(reads).toBe(3); // The alias, the manifest, the model.
    await predict({ rows });
    expect(reads).toBe(3);
  });

  test('that failed for a store that did not answer are tried anew by the next request', async () => {
    await api.train();
    let isBroken = true;
    const store: Partial<Store> = {
      get: (key, options) => (isBroken ? Promise.reject(new StoreError('no answer')) : hone.store.get(key, options)),
    };
    api = apiClient({ hone, store });
    expect((await predict({ rows })).status).toBe(503);
    isBroken = false;
    expect((await predict({ rows })).status).toBe(200);
  });

  test.each([
    [{ rows: [] }, 400, /rows/],
    [{ rows: 'x' }, 400, /rows/],
    [{ rows: [{ size: 'wide', age: 1, zone: 'a' }] }, 400, /rows\[0\].*size/],
    [{ rows: [{ size: [1] }] }, 400, /rows/],
    [{ rows, input: 'datasets/houses/' }, 400, /^body: expected rows or input, found both$/],
    [{ rows: [], input: 'datasets/houses/' }, 400, /^body: expected rows or input, found both$/],
    [
      { rows: Array(10_001).fill({ size: 7 }) },
      400,
      /^body\.rows: expected a list of at most 10000, found one of 10001$/,
    ],
    [{ rows, version: 'latest' }, 400, /version/],
    [{ rows, version: none }, 404, /version/],
    [{ rows, alias: 'shadow' }, 404, /alias shadow/],
    [{ rows, alias: '../champion' }, 400, /alias/],
    [{ input: 'datasets/none/' }, 400, /found no object/],
    [{ input: '/etc/' }, 400, /local path/],
  ])('refuse %j with %i', async (body, status, detail) => {
    await api.train();
    expect(await predict(body)).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
  });

  test('show a number beyond float64 as it was written', async () => {
    await api.train();
    const { status, body } = await api.send('POST', '/models/houses/predictions', '{"rows": [{"size": -1e400}]}');
    expect([status, body.detail]).toEqual([400, 'rows[0]: field "size": expected a finite number, found "-1e400"']);
  });

  test('of a model that is not there are not found', async () => {
    expect((await api.send('POST', '/models/nobody/predictions', { rows })).status).toBe(404);
    expect((await api.send('POST', '/models/..%2fx/predictions', { rows })).status).toBe(400);
  });

  test('of a whole dataset are a workflow that writes them beside row ids', async () => {
    await api.train();
    const begun = await predict({ input: 'datasets/houses/', id: 'id' });
    expect(begun).toMatchObject({ status: 202, body: { status: 'running', objects: 1 } });
    const { self } = begun.body.links;
    expect(begun.headers.get('location')).toBe(self);
    await hone.engine.idle();
    const done = await api.send('GET', self);
    expect(done.body).toMatchObject({ status: 'done', result: { rows: 80 } });
    const output = new TextDecoder().decode((await hone.store.get(done.body.result.outputs[0])).body);
    expect(output.split('\n').slice(0, 2)).toEqual(['id,prediction', expect.stringMatching(/^r0,-?\d/)]);
    expect((await predict({ input: 'datasets/houses/', id: 'id' })).status).toBe(200);
    expect((await api.send('GET', `/scorings/${none}`)).status).toBe(404);
  });

  test('of a dataset that lacks a column end as a failure that says so', async () => {
    await api.train();
    await putText(hone.store, 'datasets/narrow/a.csv', 'id,age\n1,2\n');
    const { body } = await predict({ input: 'datasets/narrow/' });
    await hone.engine.idle();
    expect((await api.send('GET', body.links.self)).body).toMatchObject({
      status: 'failed',
      error: { name: 'InputError' },
    });
  });
});
