import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../../functions/triggers/api/app.ts';
import { components } from '../../functions/triggers/api/schemas.ts';
import { ConflictError, InputError, NotFoundError, NumericError, StoreError } from '../../lib/core/errors.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import type { Store } from '../../lib/store/store.ts';
import { type TestHone, testHone } from '../support/functions.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

// biome-ignore lint/suspicious/noExplicitAny: each answer has a shape of its own, which its schema is held to below
type Body = any;

const none = '0'.repeat(32);
const rows = [
  { size: 50, age: 10, zone: 'a' },
  { size: 80, age: 2.5, zone: 'b' },
];

let hone: TestHone;
let api: ReturnType<typeof createApi>;

beforeEach(() => {
  hone = testHone();
  api = createApi(hone.services, { uploadLimitBytes: 1000 });
});

/** Sends a request and holds the answer to the OpenAPI document. */
async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await api.request(`http://127.0.0.1:8787${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const parsed: Body = isJson ? JSON.parse(text) : text;
  await holdToSchema(method, path, response, parsed);
  return { status: response.status, headers: response.headers, body: parsed };
}

async function train(yaml = housesPipeline()) {
  await putText(hone.store, 'pipelines/houses.yml', yaml);
  await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
  return runPipeline(testContext({ store: hone.store, clock: hone.clock }), pipelineOf(yaml));
}

describe('trainings', () => {
  test('begin with 202, are looked at while they run, and end with a result and a report', async () => {
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    const begun = await send('POST', '/trainings', { pipeline: 'houses' });
    expect(begun).toMatchObject({ status: 202, body: { status: 'running' } });
    const { run } = begun.body;
    expect(begun.headers.get('location')).toBe(`/trainings/${run}`);
    expect(hone.starts).toMatchObject([{ workflow: 'training', name: `${run}-0`, status: 'started' }]);
    await hone.engine.idle();
    const done = await send('GET', `/trainings/${run}`);
    expect(done.body).toMatchObject({ status: 'done', result: { status: 'trained', gate: 'none' } });
    const page = await send('GET', done.body.links.report);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await send('GET', `/trainings/${run}/report.json`)).body).toMatchObject({ kind: 'training', run });
    expect((await send('GET', `/trainings/${run}/report`, undefined, { accept: 'text/html' })).body).toBe(page.body);
    expect((await send('GET', `/trainings/${run}/report`)).body).toMatchObject({ kind: 'training' });
  });

  test('asked for again, answer 200 with the result, and start nothing', async () => {
    const { run } = await train();
    expect(await send('POST', '/trainings', { pipeline: 'houses' })).toMatchObject({
      status: 200,
      body: { run, status: 'done', result: { run } },
    });
    expect(hone.starts).toEqual([]);
  });

  test('take a document in the request', async () => {
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    const document = {
      name: 'inline',
      task: 'regression',
      data: { path: 'datasets/houses/', target: 'value' },
      stop: { steps: 3 },
    };
    const { status, body } = await send('POST', '/trainings', { pipeline: document });
    expect(status).toBe(202);
    await hone.engine.idle();
    expect((await send('GET', `/trainings/${body.run}`)).body.status).toBe('done');
  });

  test('show their latest step while they run', async () => {
    await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(80));
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
    const idle = { start: async () => 'started' as const };
    api = createApi({ ...hone.services, engine: async () => idle });
    const { body } = await send('POST', '/trainings', { pipeline: 'houses' });
    expect((await send('GET', `/trainings/${body.run}`)).body).toMatchObject({ status: 'running', progress: null });
    const point = { step: 300, epoch: 3, loss: 0.5, gradientNorm: 0.1 };
    const lines = [{ ...point, step: 200 }, point, { milliseconds: { train: 5 } }].map((line) => JSON.stringify(line));
    await putText(hone.store, `runs/${body.run}/progress-000000000000.jsonl`, `${lines.join('\n')}\n`);
    expect((await send('GET', `/trainings/${body.run}`)).body.progress).toEqual(point);
  });

  test('that failed say why, and start anew when they are asked for again', async () => {
    await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
    await putText(hone.store, 'datasets/houses/part-1.csv', 'id,size,value,class\n1,2,oops,a\n2,3,4,a\n');
    const { body } = await send('POST', '/trainings', { pipeline: 'houses' });
    await hone.engine.idle();
    expect((await send('GET', `/trainings/${body.run}`)).body).toMatchObject({
      status: 'failed',
      error: { name: 'InputError', message: expect.stringMatching(/part-1\.csv, line 2.*"oops"/) },
    });
    await send('POST', '/trainings', { pipeline: 'houses' });
    expect(hone.starts.map(({ name }) => name)).toEqual([`${body.run}-0`, `${body.run}-1`]);
    await hone.engine.idle();
  });

  test.each([
    [{ pipeline: 'nobody' }, 404, /expected pipelines\/nobody\.yml/],
    [{ pipeline: '../x' }, 400, /pipeline/],
    [{}, 400, /pipeline/],
    [
      { pipeline: { name: 'a', task: 'regression', data: { path: 'datasets/none/', target: 'y' } } },
      400,
      /found no object/,
    ],
    [{ pipeline: { name: 'a', task: 'regression', data: { path: '/etc/passwd', target: 'y' } } }, 400, /local path/],
    [{ pipeline: { name: 'a', task: 'regression', data: { path: '../x.csv', target: 'y' } } }, 400, /local path/],
    [
      { pipeline: { name: 'a', task: 'regression', data: { path: 'd/', traget: 'y' } } },
      400,
      /traget: expected no such key/,
    ],
    [{ pipeline: { name: 'a', task: 'guess', data: { path: 'd/', target: 'y' } } }, 400, /pipeline\.task/],
  ])('refuse %j with %i', async (body, status, detail) => {
    expect(await send('POST', '/trainings', body)).toMatchObject({
      status,
      body: { detail: expect.stringMatching(detail) },
    });
    expect(hone.starts).toEqual([]);
  });

  test.each([
    [`/trainings/${none}`, 404],
    [`/trainings/${none}/report.html`, 404],
    ['/trainings/..%2f..%2fx', 400],
    ['/trainings/1', 400],
  ])('GET %s answers %i', async (path, status) => {
    expect((await send('GET', path)).status).toBe(status);
  });
});

describe('predictions', () => {
  const predict = (body: object) => send('POST', '/models/houses/predictions', body);

  test('answer a number a row, with the version and the age of the alias', async () => {
    const { version } = await train();
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
    expect((await predict({ rows, alias: 'champion' })).body).toEqual(body);
  });

  test('answer labels and probabilities for classes', async () => {
    await train(
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
    const first = await train();
    const second = await train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    expect(second.version).not.toBe(first.version);
    const versionNow = async () => (await predict({ rows })).body.version;
    expect(await versionNow()).toBe(second.version);
    const elsewhere = async (version: string) =>
      createApi(hone.services).request('/models/houses/aliases/champion', {
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
    await send('PUT', '/models/houses/aliases/champion', { version: second.version });
    expect(await versionNow()).toBe(second.version);
  });

  test('read a version from the store once', async () => {
    await train();
    let reads = 0;
    const store: Store = {
      ...hone.store,
      get(key, options) {
        reads++;
        return hone.store.get(key, options);
      },
    };
    api = createApi({ ...hone.services, store: async () => store });
    await Promise.all(Array.from({ length: 10 }, () => predict({ rows })));
    expect(reads).toBe(3); // The alias, the manifest, the model.
    await predict({ rows });
    expect(reads).toBe(3);
  });

  test('that failed for a store that did not answer are tried anew by the next request', async () => {
    await train();
    let isBroken = true;
    const store: Store = {
      ...hone.store,
      get: (key, options) => (isBroken ? Promise.reject(new StoreError('no answer')) : hone.store.get(key, options)),
    };
    api = createApi({ ...hone.services, store: async () => store });
    expect((await predict({ rows })).status).toBe(503);
    isBroken = false;
    expect((await predict({ rows })).status).toBe(200);
  });

  test.each([
    [{ rows: [] }, 400, /rows/],
    [{ rows: 'x' }, 400, /rows/],
    [{ rows: [{ size: 'wide', age: 1, zone: 'a' }] }, 400, /rows\[0\].*size/],
    [{ rows: [{ size: [1] }] }, 400, /rows/],
    [{ rows, input: 'datasets/houses/' }, 400, /body/],
    [{ rows, version: 'latest' }, 400, /version/],
    [{ rows, version: none }, 404, /version/],
    [{ rows, alias: 'shadow' }, 404, /alias shadow/],
    [{ rows, alias: '../champion' }, 400, /alias/],
    [{ input: 'datasets/none/' }, 400, /found no object/],
    [{ input: '/etc/' }, 400, /local path/],
  ])('refuse %j with %i', async (body, status, detail) => {
    await train();
    expect(await predict(body)).toMatchObject({ status, body: { detail: expect.stringMatching(detail) } });
  });

  test('of a model that is not there are not found', async () => {
    expect((await send('POST', '/models/nobody/predictions', { rows })).status).toBe(404);
    expect((await send('POST', '/models/..%2fx/predictions', { rows })).status).toBe(400);
  });

  test('of a whole dataset are a workflow that writes them beside row ids', async () => {
    await train();
    const begun = await predict({ input: 'datasets/houses/', id: 'id' });
    expect(begun).toMatchObject({ status: 202, body: { status: 'running', objects: 1 } });
    const { self } = begun.body.links;
    expect(begun.headers.get('location')).toBe(self);
    await hone.engine.idle();
    const done = await send('GET', self);
    expect(done.body).toMatchObject({ status: 'done', result: { rows: 80 } });
    const output = new TextDecoder().decode((await hone.store.get(done.body.result.outputs[0])).body);
    expect(output.split('\n').slice(0, 2)).toEqual(['id,prediction', expect.stringMatching(/^r0,-?\d/)]);
    expect((await predict({ input: 'datasets/houses/', id: 'id' })).status).toBe(200);
    expect((await send('GET', `/scorings/${none}`)).status).toBe(404);
  });

  test('of a dataset that lacks a column end as a failure that says so', async () => {
    await train();
    await putText(hone.store, 'datasets/narrow/a.csv', 'id,age\n1,2\n');
    const { body } = await predict({ input: 'datasets/narrow/' });
    await hone.engine.idle();
    expect((await send('GET', body.links.self)).body).toMatchObject({
      status: 'failed',
      error: { name: 'InputError' },
    });
  });
});

describe('models', () => {
  test('are listed with their champion, and looked at with signature and metrics', async () => {
    expect((await send('GET', '/models')).body).toEqual({ models: [] });
    const { version } = await train();
    expect((await send('GET', '/models')).body).toMatchObject({
      models: [{ name: 'houses', champion: version, metric: { name: expect.any(String), value: expect.any(Number) } }],
    });
    expect((await send('GET', '/models/houses')).body).toMatchObject({
      versions: [version],
      aliases: { champion: version },
      champion: { version, task: 'regression', signature: { output: { name: 'value', kind: 'number' } } },
    });
    expect((await send('GET', '/models/nobody')).status).toBe(404);
  });

  test('move aliases by compare-and-set, and back', async () => {
    const first = await train();
    const second = await train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    const [a, b] = [first.version, second.version];
    const put = (alias: string, body: object) => send('PUT', `/models/houses/aliases/${alias}`, body);
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
    expect(await put('CHAMPION', { version: a })).toMatchObject({ status: 400 });
    expect(await send('POST', '/models/houses/aliases/champion/rollback')).toMatchObject({
      status: 200,
      body: { version: b, from: a },
    });
    expect((await send('POST', '/models/houses/aliases/shadow/rollback')).status).toBe(409);
    expect((await send('POST', '/models/houses/aliases/other/rollback')).status).toBe(404);
  });

  test('of twenty who move an alias at once from the same version, one does', async () => {
    const first = await train();
    const { version: from } = await train(housesPipeline().replace('epochs: 5', 'epochs: 9'));
    const asked = Array.from({ length: 20 }, () =>
      send('PUT', '/models/houses/aliases/champion', { version: first.version, from }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(19).fill(409)]);
  });
});

describe('evaluations', () => {
  test('answer metrics and a report that can be read', async () => {
    const { version } = await train();
    await putText(hone.store, 'datasets/new/a.csv', sampleCsv(40, { seed: 9 }));
    const { status, body } = await send('POST', '/evaluations', { model: 'houses', data: { path: 'datasets/new/' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model: 'houses',
      version,
      status: 'evaluated',
      metrics: { rmse: { value: expect.any(Number) } },
    });
    expect((await send('GET', body.links.report)).status).toBe(200);
    expect((await send('GET', body.links.reportJson)).body).toMatchObject({ kind: 'evaluation' });
    const again = await send('POST', '/evaluations', { model: 'houses', data: { path: 'datasets/new/' } });
    expect(again.body).toEqual({ ...body, status: 'found' });
  });

  test.each([
    [{ model: 'houses', data: { path: 'datasets/none/' } }, 400],
    [{ model: 'nobody', data: { path: 'datasets/houses/' } }, 404],
    [{ model: 'houses', data: { path: './x.csv' } }, 400],
    [{ model: 'houses' }, 400],
  ])('refuse %j with %i', async (body, status) => {
    await train();
    expect((await send('POST', '/evaluations', body)).status).toBe(status);
  });
});

describe('datasets', () => {
  test('are uploaded to a presigned URL where the store has such a thing', async () => {
    const store: Store = {
      ...hone.store,
      presignPut: async (key, { expiresInSeconds, contentType }) =>
        `https://s3.example/${key}?${expiresInSeconds}&${contentType}`,
    };
    api = createApi({ ...hone.services, store: async () => store });
    expect((await send('POST', '/datasets/houses', { file: 'a.csv', contentType: 'text/csv' })).body).toEqual({
      url: 'https://s3.example/datasets/houses/a.csv?900&text/csv',
      method: 'PUT',
      key: 'datasets/houses/a.csv',
      headers: { 'content-type': 'text/csv' },
      expiresInSeconds: 900,
    });
  });

  test('are uploaded to this server where it takes them', async () => {
    const { body } = await send('POST', '/datasets/houses', { file: 'north/part 1 (ü).csv' });
    expect(body).toMatchObject({ key: 'datasets/houses/north/part 1 (ü).csv', expiresInSeconds: null });
    const { pathname } = new URL(body.url);
    expect(body.url).toMatch(/^http:\/\/127\.0\.0\.1:8787\//);
    expect(await send('PUT', pathname, 'a,b\n1,2\n', { 'content-type': 'text/csv' })).toMatchObject({
      status: 201,
      body: { key: 'datasets/houses/north/part 1 (ü).csv', size: 8 },
    });
    expect(await hone.store.head('datasets/houses/north/part 1 (ü).csv')).toMatchObject({ size: 8 });
    expect((await send('PUT', '/datasets/houses/big.csv', 'x'.repeat(1001))).status).toBe(413);
    expect(await hone.store.head('datasets/houses/big.csv')).toBeUndefined();
  });

  test.each([['../pipelines/x.yml'], ['a//b.csv'], ['/a.csv'], [''], ['a\\b.csv'], ['a/../../../b.csv']])(
    'named %j are refused',
    async (file) => {
      expect((await send('POST', '/datasets/houses', { file })).status).toBe(400);
      const path = `/datasets/houses/${encodeURIComponent(file)}`;
      expect([400, 404]).toContain((await send('PUT', path, 'x')).status);
      expect((await hone.store.list('')).objects).toEqual([]);
    },
  );

  test('are not taken where neither is so', async () => {
    api = createApi(hone.services);
    expect((await send('POST', '/datasets/houses', { file: 'a.csv' })).status).toBe(501);
    expect((await send('PUT', '/datasets/houses/a.csv', 'x')).status).toBe(404);
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
    expect([400, 404]).toContain((await send('GET', path)).status);
  });

  test('that are larger than Lambda may answer are redirected to, where the store can presign', async () => {
    const key = 'reports/houses/big.html';
    await putText(hone.store, key, 'x'.repeat(5 * 1024 * 1024 + 1));
    expect((await send('GET', `/${key}`)).status).toBe(200);
    const store: Store = { ...hone.store, presignGet: async (wanted) => `https://s3.example/${wanted}` };
    api = createApi({ ...hone.services, store: async () => store });
    const { status, headers } = await send('GET', `/${key}`);
    expect([status, headers.get('location')]).toEqual([302, `https://s3.example/${key}`]);
  });
});

describe('the page', () => {
  test('lists what there is, escapes it, and loads nothing', async () => {
    await train();
    await putText(hone.store, 'pipelines/<img src=x>.yml', 'name: "<script>alert(1)</script>"');
    await putText(hone.store, 'reports/a&b/<b>.html', 'x');
    const { status, headers, body } = await send('GET', '/');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(body).toContain('<a href="/models/houses">houses</a>');
    expect(body).not.toMatch(/<script|<img|<b>|src=x>/);
    expect(body).toContain('&lt;img src=x&gt;');
    expect(body).toContain('href="/reports/a%26b/%3Cb%3E.html"');
    expect(body).not.toMatch(/(src|href)="https?:/);
  });
});

describe('problems', () => {
  test.each([
    [new InputError('wrong'), 400, 'wrong'],
    [new NumericError('diverged', { advice: 'Lower it' }), 422, 'diverged. Lower it'],
    [new NotFoundError('gone'), 404, 'gone'],
    [new ConflictError('moved'), 409, 'moved'],
    [new StoreError('bucket-secret'), 503, 'Try again'],
    [new TypeError('secret internals'), 500, 'request'],
  ])('%s answers %i', async (error, status, detail) => {
    const store: Store = { ...hone.store, list: () => Promise.reject(error) };
    api = createApi({ ...hone.services, store: async () => store });
    const answer = await api.request('/models');
    const [headers, body] = [answer.headers, await answer.json()];
    expect(answer.status).toBe(status);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      type: 'about:blank',
      status,
      instance: '/models',
      detail: expect.stringContaining(detail),
    });
    expect(JSON.stringify(body)).not.toMatch(/secret|\.ts:/);
    if (status === 503) expect(headers.get('retry-after')).toBe('5');
  });

  test.each([
    ['GET', '/nowhere', undefined, {}, 404],
    ['DELETE', '/models', undefined, {}, 405],
    ['GET', '/trainings', undefined, {}, 405],
    ['POST', '/trainings', '{"pipeline":', {}, 400],
    ['POST', '/trainings', '', {}, 400],
    ['POST', '/trainings', 'pipeline=houses', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['POST', '/trainings', '{}', { 'content-type': 'text/plain' }, 415],
    ['POST', '/trainings', '{}', { 'content-type': 'application/jsonish' }, 415],
    ['POST', '/trainings', `"${'x'.repeat(1024 * 1024)}"`, {}, 413],
  ] as const)('%s %s of %j with %j is a problem', async (method, path, body, headers, status) => {
    const answer = await send(method, path, body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    if (status === 405) expect(answer.headers.get('allow')).toMatch(path === '/models' ? 'GET, HEAD' : 'POST');
  });

  test('a body over the limit is refused while it streams in, whatever its header says', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(256 * 1024));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (++sent > 100) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const request = new Request('http://127.0.0.1/trainings', {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit);
    expect((await api.request(request)).status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  test('the log names the request that the problem names, and quotes nothing that was sent', async () => {
    await train();
    const { body } = await send('POST', '/models/houses/predictions', {
      rows: [{ size: 'SECRET-CELL', age: 1, zone: 'a' }],
    });
    expect(body.detail).toContain('SECRET-CELL');
    const lines = hone.log.lines.filter(({ fields }) => fields.request === body.request);
    expect(lines.map(({ message }) => message)).toEqual(['problem', 'request']);
    expect(JSON.stringify(hone.log.lines)).not.toContain('SECRET-CELL');
  });
});

describe('the OpenAPI document', () => {
  test('holds every operation that the server has', async () => {
    const { body } = await send('GET', '/openapi.json');
    const served = api.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{\.\+\})?/g, '{$1}')}`);
    const described = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(served)].sort()).toEqual(described.sort());
    const ids = Object.values<Body>(body.paths).flatMap((methods) =>
      Object.values<Body>(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is whole: each reference leads to a schema that compiles, each path parameter is described', async () => {
    const { body } = await send('GET', '/openapi.json');
    expect(body).toMatchObject({ openapi: '3.1.1', info: { title: 'hone', version: expect.any(String) } });
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(new Set(references)).toEqual(new Set(Object.keys(components)));
    for (const name of references) expect(body.components.schemas).toHaveProperty(name);
    const ajv = new Ajv2020({ strict: false, formats: { int32: true, int64: true } });
    for (const schema of Object.values(body.components.schemas))
      expect(() => ajv.compile(schema as object)).not.toThrow();
    for (const [path, methods] of Object.entries<Body>(body.paths)) {
      for (const operation of Object.values<Body>(methods)) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(operation.parameters.map(({ name }: { name: string }) => name)).toEqual(inPath);
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['500', '503']));
        for (const response of Object.values<Body>(operation.responses)) expect(response.description).toBeTruthy();
      }
    }
  });
});

let document: Body;

/** Fails when an answer is not among those that the document states for the operation, or not of its schema. */
async function holdToSchema(method: string, path: string, response: Response, parsed: unknown): Promise<void> {
  document ??= await (await createApi(testHone().services, { uploadLimitBytes: 1 }).request('/openapi.json')).json();
  const { pathname } = new URL(`http://127.0.0.1${path}`);
  const fits = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replaceAll('.', '\\.')
        .replace('{path}', '.+')
        .replace(/\{\w+\}/g, '[^/]+')}$`,
    ).test(pathname);
  const known = Object.keys(document.paths)
    .filter((pattern) => fits(pattern) && document.paths[pattern][method.toLowerCase()])
    .sort((a, b) => a.split('{').length - b.split('{').length);
  const stated = known.length > 0 ? document.paths[known[0]][method.toLowerCase()].responses : {};
  const type = (response.headers.get('content-type') ?? '').split(';')[0];
  if (known.length > 0 && ![404, 405].includes(response.status)) {
    expect(Object.keys(stated), `${method} ${path}`).toContain(String(response.status));
  }
  const problem = { $ref: '#/components/schemas/Problem' };
  const schema = type === 'application/problem+json' ? problem : stated[response.status]?.content?.[type]?.schema;
  if (!schema) return;
  const ajv = new Ajv2020({ strict: false });
  const validate = ajv.compile({ ...schema, components: document.components });
  expect(validate(parsed), `${method} ${path}: ${ajv.errorsText(validate.errors)}`).toBe(true);
}
