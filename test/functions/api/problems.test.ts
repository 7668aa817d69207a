import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { apiRoutes } from '../../../functions/triggers/api/app.ts';
import { components } from '../../../functions/triggers/api/schemas.ts';
import { ConflictError, InputError, NotFoundError, NumericError, StoreError } from '../../../lib/core/errors.ts';
import { runPipeline } from '../../../lib/jobs/run.ts';
import type { Store } from '../../../lib/store/store.ts';
import { type ApiClient, apiClient, type Body } from '../../support/api.ts';
import type { TestHone } from '../../support/functions.ts';
import { pipelineOf, putText, testContext } from '../../support/jobs.ts';

let hone: TestHone;
let api: ApiClient;

beforeEach(() => {
  api = apiClient();
  hone = api.hone;
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
    const store: Partial<Store> = { list: () => Promise.reject(error) };
    api = apiClient({ hone, store });
    const answer = await api.app.request('/models');
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

  test('a parameter in the query is refused on every route, with what belongs where', async () => {
    const routes = apiRoutes({ acceptsUploads: true });
    for (const { method, path, body } of routes) {
      const address = path.replace('{id}', '0'.repeat(32)).replaceAll(/\{\w+\}/g, 'abcdef');
      const sent = body === undefined ? undefined : {};
      const { status, body: problem } = await api.send(method.toUpperCase(), `${address}?alias=staging&x=1`, sent);
      expect([status, problem.detail], path).toEqual([
        400,
        expect.stringContaining('query: expected no parameters, found "alias"'),
      ]);
    }
    const { body } = await api.send('POST', '/models/houses/predictions?alias=staging', { rows: [{}] });
    expect(body.detail).toBe(
      'query: expected no parameters, found "alias"; POST /models/{name}/predictions takes none; in its path name; in its body rows, version, alias, input, id',
    );
    expect((await api.send('GET', '/models?')).status).toBe(200);
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
    const answer = await api.send(method, path, body, headers);
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
    expect((await api.app.request(request)).status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  test('the log names the request that the problem names, and quotes nothing that was sent', async () => {
    await api.train();
    const { body } = await api.send('POST', '/models/houses/predictions', {
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
    const { body } = await api.send('GET', '/openapi.json');
    const served = api.app.routes
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
    const { body } = await api.send('GET', '/openapi.json');
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

describe('requests that mean harm', () => {
  const deep = (open: string, close: string) => `${open.repeat(100_000)}1${close.repeat(100_000)}`;

  test.each([
    ['a body', '/models/houses/predictions', deep('[', ']')],
    ['a row', '/models/houses/predictions', `{"rows":[${deep('{"a":', '}')}]}`],
    ['a cell', '/models/houses/predictions', `{"rows":[{"size":${deep('[', ']')}}]}`],
    ['a pipeline', '/trainings', `{"pipeline":${deep('{"data":', '}')}}`],
  ])('%s that nests without end is wrong, and no fault of this side', async (_, path, body) => {
    const answer = await api.send('POST', path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toBe('body: expected JSON nested at most 64 deep, found more');
  });

  test('brackets within texts do not nest', async () => {
    await api.train();
    const { status } = await api.send('POST', '/models/houses/predictions', {
      rows: [{ zone: '["\\\\"'.repeat(1000), size: 1 }],
    });
    expect(status).toBe(200);
  });

  test('of thousands of wrong cells some are named, each in its place', async () => {
    const row = { size: [], age: {}, zone: [] };
    const answer = await api.send('POST', '/models/houses/predictions', { rows: Array(10_000).fill(row) });
    expect(answer.status).toBe(400);
    const lines = answer.body.detail.split('\n');
    expect(lines[0]).toBe('body.rows.0.size: expected a number, or a string, or a boolean, or a null, found []');
    expect(lines).toHaveLength(51);
  });

  test('thousands of unknown fields make a hundred warnings and a count', async () => {
    await api.train();
    const rows = Array(10_000).fill({ size: 1, age: 1, zone: 'a', colour: 'red' });
    const { status, body } = await api.send('POST', '/models/houses/predictions', { rows });
    expect(status).toBe(200);
    expect(body.warnings).toHaveLength(101);
    expect(body.warnings.at(-1)).toBe('9900 more warnings were left out.');
  });

  test('a content type with a line break in it signs no upload', async () => {
    const body = { file: 'a.csv', contentType: 'text/csv\r\nx-amz-acl: public-read' };
    expect((await api.send('POST', '/datasets/houses', body)).status).toBe(400);
  });

  test.each(['./x', '../x', '/etc/passwd', '.', '..', './/x'])(
    'the local path %s is refused at every door',
    async (path) => {
      await api.train();
      const data = { path, target: 'value' };
      const sent = await Promise.all([
        api.send('POST', '/trainings', { pipeline: { name: 'x', task: 'regression', data } }),
        api.send('POST', '/evaluations', { model: 'houses', data: { path } }),
        api.send('POST', '/models/houses/predictions', { input: path }),
      ]);
      for (const { status, body } of sent) {
        expect(status).toBe(400);
        expect(body.detail).toContain('found the local path');
      }
    },
  );
});

test('a feature named __proto__ is read from a row as any other', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `${i % 9},${i},${3 * i + (i % 9)}`);
  await putText(hone.store, 'datasets/odd/a.csv', `__proto__,constructor,y\n${lines.join('\n')}\n`);
  await runPipeline(
    testContext({ store: hone.store }),
    pipelineOf('name: odd\ntask: regression\ndata: { path: datasets/odd/, target: y }\nstop: { epochs: 50 }\n'),
  );
  const ask = async (value: number) =>
    (await api.send('POST', '/models/odd/predictions', `{"rows":[{"__proto__":${value},"constructor":1}]}`)).body;
  const [low, high] = [await ask(0), await ask(8)];
  expect([low.warnings, high.warnings]).toEqual([[], []]);
  expect(high.predictions[0]).not.toBe(low.predictions[0]);
});
