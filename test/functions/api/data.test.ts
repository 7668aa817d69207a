import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../lib/store/store.ts';
import { type ApiClient, apiClient } from '../../support/api.ts';
import type { TestHone } from '../../support/functions.ts';
import { putText, sampleCsv } from '../../support/jobs.ts';

let hone: TestHone;
let api: ApiClient;

beforeEach(() => {
  api = apiClient();
  hone = api.hone;
});

describe('datasets', () => {
  test('are uploaded to a presigned URL where the store has such a thing', async () => {
    const store: Partial<Store> = {
      presignPut: async (key, { expiresInSeconds, contentType }) =>
        `https://s3.example/${key}?${expiresInSeconds}&${contentType}`,
    };
    api = apiClient({ hone, store });
    expect((await api.send('POST', '/datasets/houses', { file: 'a.csv', contentType: 'text/csv' })).body).toEqual({
      url: 'https://s3.example/datasets/houses/a.csv?900&text/csv',
      method: 'PUT',
      key: 'datasets/houses/a.csv',
      headers: { 'content-type': 'text/csv' },
      expiresInSeconds: 900,
    });
  });

  test('are uploaded to this server where it takes them', async () => {
    const { body } = await api.send('POST', '/datasets/houses', { file: 'north/part 1 (ü).csv' });
    expect(body).toMatchObject({ key: 'datasets/houses/north/part 1 (ü).csv', expiresInSeconds: null });
    const { pathname } = new URL(body.url);
    expect(body.url).toMatch(/^http:\/\/127\.0\.0\.1:8787\//);
    expect(await api.send('PUT', pathname, 'a,b\n1,2\n', { 'content-type': 'text/csv' })).toMatchObject({
      status: 201,
      body: { key: 'datasets/houses/north/part 1 (ü).csv', size: 8 },
    });
    expect(await hone.store.head('datasets/houses/north/part 1 (ü).csv')).toMatchObject({ size: 8 });
    expect((await api.send('PUT', '/datasets/houses/big.csv', 'x'.repeat(1001))).status).toBe(413);
    expect(await hone.store.head('datasets/houses/big.csv')).toBeUndefined();
  });

  test.each([['../pipelines/x.yml'], ['a//b.csv'], ['/a.csv'], [''], ['a\\b.csv'], ['a/../../../b.csv']])(
    'named %j are refused',
    async (file) => {
      expect((await api.send('POST', '/datasets/houses', { file })).status).toBe(400);
      const path = `/datasets/houses/${encodeURIComponent(file)}`;
      expect([400, 404]).toContain((await api.send('PUT', path, 'x')).status);
      expect((await hone.store.list('')).objects).toEqual([]);
    },
  );

  test('are not taken where neither is so', async () => {
    api = apiClient({ hone, uploadLimitBytes: 0 });
    expect((await api.send('POST', '/datasets/houses', { file: 'a.csv' })).status).toBe(501);
    expect((await api.send('PUT', '/datasets/houses/a.csv', 'x')).status).toBe(404);
  });
});

describe('reports', () => {
  test.each([
    ['/reports/../models/x.json'],
    ['/reports/%2e%2e/models/x.json'],
    ['/reports/x/none.html'],
    ['/reports/x/secret.bin'],
  ])('GET %s is refused', async (path) => {
    await putText(hone.store, 'models/x.json', '{}');
    await putText(hone.store, 'reports/x/secret.bin', '{}');
    expect([400, 404]).toContain((await api.send('GET', path)).status);
  });

  test('that are larger than Lambda may answer are redirected to, where the store can presign', async () => {
    const key = 'reports/houses/big.html';
    await putText(hone.store, key, 'x'.repeat(5 * 1024 * 1024 + 1));
    expect((await api.send('GET', `/${key}`)).status).toBe(200);
    const store: Partial<Store> = { presignGet: async (wanted) => `https://s3.example/${wanted}` };
    api = apiClient({ hone, store });
    const { status, headers } = await api.send('GET', `/${key}`);
    expect([status, headers.get('location')]).toEqual([302, `https://s3.example/${key}`]);
    await putText(hone.store, 'reports/houses/small.html', 'x'.repeat(5 * 1024 * 1024));
    expect((await api.send('GET', '/reports/houses/small.html')).status).toBe(200);
  });
});

describe('the page', () => {
  test('begins with a prediction that the model there answers', async () => {
    await api.train();
    const { body } = await api.send('GET', '/');
    const [, path, quoted] = /curl -X POST \S+(\/models\/\S+) .* -d '(\{.*?\})'<\/pre>/.exec(body) ?? [];
    const asked = JSON.parse(quoted.replaceAll('&quot;', '"'));
    expect(Object.keys(asked.rows[0])).toEqual(['size', 'age', 'zone']);
    const answer = await api.send('POST', path, asked);
    expect([answer.status, answer.body.warnings]).toEqual([200, []]);
  });

  test('shows a failed training with why, until it is tried again', async () => {
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    const document = { name: 'lost', task: 'regression', data: { path: 'datasets/houses/', target: '<b>' } };
    const { body } = await api.send('POST', '/trainings', { pipeline: document });
    await hone.engine.idle();
    const page = (await api.send('GET', '/')).body;
    const [, row] = new RegExp(`<tr><td>lost</td>(.*${body.run}.*)</tr>`).exec(page) ?? [];
    expect(row).toContain('<td>failed</td>');
    expect(row).toContain('InputError: data.target: expected a column of the dataset, found &quot;&lt;b&gt;&quot;');
    expect(row).not.toContain('report.html');
    await putText(hone.store, `runs/${body.run}/started.json`, JSON.stringify({ attempt: 1, atMs: 0 }));
    expect((await api.send('GET', '/')).body).not.toContain(body.run);
  });

  test('lists what there is, escapes it, and loads nothing', async () => {
    await api.train();
    await putText(hone.store, 'pipelines/<img src=x>.yml', 'name: "<script>alert(1)</script>"');
    await putText(hone.store, 'reports/a&b/<b>.html', 'x');
    const { status, headers, body } = await api.send('GET', '/');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(body).toContain('<a href="/models/houses">houses</a>');
    expect(body).not.toMatch(/<script|<img|<b>|src=x>/);
    expect(body).toContain('&lt;img src=x&gt;');
    expect(body).toContain('href="/reports/a%26b/%3Cb%3E.html"');
    expect(body).not.toMatch(/(src|href)="https?:/);
  });
});
