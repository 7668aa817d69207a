import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handle } from 'hono/aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Services } from '../../functions/adapter/services.ts';
import { servicesOf } from '../../functions/adapter/services.ts';
import type { Invocation } from '../../functions/adapter/telemetry.ts';
import { createTasks } from '../../functions/tasks/tasks.ts';
import { apiRoutes, createApi } from '../../functions/triggers/api/app.ts';
import { createDatasetCreated } from '../../functions/triggers/dataset-created.ts';
import { createScheduled } from '../../functions/triggers/scheduled.ts';
import { folderStore } from '../../lib/store/folder.ts';
import { s3Store } from '../../lib/store/s3.ts';
import type { Store } from '../../lib/store/store.ts';
import { access } from '../../scripts/deployment.ts';
import { eventNames, functionOf, readEvent, seedForEvents } from '../support/events.ts';
import { startS3Server } from '../support/s3-server.ts';

type AnyHandler = (event: unknown, invocation?: Invocation) => Promise<unknown>;
type HttpAnswer = { statusCode: number; headers: Record<string, string>; body: string };

const invocation: Invocation = {
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  getRemainingTimeInMillis: () => 900_000,
};

/** What each sample's answer must be; a sample without one fails. */
const expected: Record<string, (answer: unknown) => void> = {
  'dataset-created': (answer) =>
    expect(answer).toEqual([
      { pipeline: 'houses', dataset: 'datasets/houses/', trigger: expect.any(String), status: 'started' },
    ]),
  'dataset-created-test': (answer) => expect(answer).toEqual([]),
  scheduled: (answer) =>
    expect(answer).toMatchObject([{ pipeline: 'houses', status: 'evaluated', on: 'held-out rows' }]),
  plan: (answer) => expect(answer).toMatchObject({ next: 'train', run: expect.stringMatching(/^[0-9a-f]{32}$/) }),
  train: (answer) => expect(answer).toEqual({ run: readEvent('train').run, done: true, found: false }),
  evaluate: (answer) => expect(answer).toEqual({ run: readEvent('evaluate').run }),
  register: (answer) => expect(answer).toMatchObject({ run: readEvent('register').run, done: true, gate: 'pass' }),
  inspect: (answer) => expect(answer).toMatchObject({ dataset: 'datasets/visitors/', status: 'inspected', rows: 3 }),
  score: (answer) => expect(answer).toEqual({ scoring: readEvent('score').scoring, done: true }),
  'record-failure': (answer) =>
    expect(answer).toMatchObject({ error: 'NumericError', run: readEvent('record-failure').run }),
  'record-failure-plan': (answer) =>
    expect(answer).toMatchObject({ error: 'NotFoundError', dataset: 'datasets/barns/', problem: expect.any(String) }),
  'api-create-training': answers(202, { status: 'running' }),
  'api-get-training': answers(200, { status: 'done', result: { status: 'trained' } }),
  'api-get-training-report': answersText(200, 'text/html', '<!doctype html>'),
  'api-get-training-report-html': answersText(200, 'text/html', '<!doctype html>'),
  'api-get-training-report-json': answers(200, { kind: 'training', name: 'houses' }),
  'api-create-evaluation': answers(200, { model: 'houses', gate: 'none' }),
  'api-create-predictions': answers(200, { model: 'houses', predictions: [expect.any(Number), expect.any(Number)] }),
  'api-create-scoring': answers(202, { status: 'running', objects: 1 }),
  'api-get-scoring': answers(200, { scoring: readEvent('score').scoring }),
  'api-list-models': answers(200, { models: expect.arrayContaining([expect.objectContaining({ name: 'houses' })]) }),
  'api-get-model': answers(200, { name: 'houses', champion: { task: 'regression' } }),
  'api-get-model-card': answersText(200, 'text/markdown', '# Model card: houses'),
  'api-get-version-card': answersText(200, 'text/markdown', '# Model card: houses'),
  'api-put-alias': answers(200, { alias: 'champion', version: JSON.parse(readEvent('api-put-alias').body).version }),
  'api-roll-back-alias': answers(200, { alias: 'champion' }),
  'api-create-upload': answers(200, { method: 'PUT', key: 'datasets/houses/part 2.csv' }),
  'api-get-report': answersText(200, 'text/html', '<!doctype html>'),
  'api-get-openapi': answers(200, { openapi: '3.1.1' }),
  'api-get-page': answersText(200, 'text/html', 'houses'),
};

const backends: [string, () => Promise<{ store: Store; stop: () => Promise<void> }>][] = [
  [
    'a folder',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'hone-events-'));
      return { store: folderStore(folder), stop: async () => rmSync(folder, { recursive: true }) };
    },
  ],
  [
    'S3',
    async () => {
      const server = await startS3Server({ buckets: ['example-hone-data'] });
      const store = s3Store({ bucket: 'example-hone-data', client: server.client(), backoffMs: () => 5 });
      return { store, stop: () => server.close() };
    },
  ],
];

describe.each(backends)('on %s', (_, open) => {
  let backend: Awaited<ReturnType<typeof open>>;
  let handlers: Record<string, AnyHandler>;
  const used = new Set<string>();
  let current = '';

  beforeAll(async () => {
    backend = await open();
    await seedForEvents(backend.store);
    const engine = { start: async () => 'started' as const };
    const store = watched(backend.store, (operation, key) => used.add(`${current} ${operation} ${key}`));
    handlers = handlersOf(servicesOf({ store, engine }));
  });
  afterAll(() => backend?.stop());

  test.each(eventNames)('%s is answered, within what the function’s role allows', async (name) => {
    current = functionOf(name, Object.keys(handlers)) ?? 'nobody';
    expect(handlers, `a handler for events/${name}.json`).toHaveProperty(current);
    // What another sample began is not at work here: nobody runs the workflows that it started.
    for (const { key } of (await backend.store.list('runs/open/')).objects) await backend.store.delete(key);
    used.clear();
    const answer = await handlers[current](readEvent(name), invocation);
    expect(expected[name], `an expectation for events/${name}.json`).toBeDefined();
    expected[name](answer);
    expect([...used].filter((use) => !isAllowed(use))).toEqual([]);
  });

  test('each handler has a sample', () => {
    const functions = Object.keys(handlers);
    expect([...new Set(eventNames.map((name) => functionOf(name, functions)))].sort()).toEqual(functions.sort());
  });
});

test('each operation of the API has a sample', () => {
  const sampled = new Set(
    eventNames
      .filter((name) => name.startsWith('api-'))
      .map((name) => {
        const { method, path } = readEvent(name).requestContext.http;
        const routes = apiRoutes({ acceptsUploads: false });
        const matching = routes.filter(
          (route) => route.method.toUpperCase() === method && patternOf(route.path).test(path),
        );
        return matching
          .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
          ?.path.concat(' ', method);
      }),
  );
  const routed = apiRoutes({ acceptsUploads: false }).map(({ path, method }) => `${path} ${method.toUpperCase()}`);
  expect([...sampled].sort()).toEqual(routed.sort());
});

function handlersOf(services: Services): Record<string, AnyHandler> {
  const api = handle(createApi(services, { uploadLimitBytes: 1_000_000 }));
  return {
    ...createTasks(services),
    api: ((event: never, context: never) => api(event, context)) as unknown as AnyHandler,
    'dataset-created': createDatasetCreated(services) as AnyHandler,
    scheduled: createScheduled(services) as AnyHandler,
  };
}

/** A store that tells which operation each call needs of a role. */
function watched(store: Store, use: (operation: 'reads' | 'writes' | 'deletes', key: string) => void): Store {
  const telling =
    <Rest extends unknown[], Answer>(
      operation: Parameters<typeof use>[0],
      call: (key: string, ...rest: Rest) => Answer,
    ) =>
    (key: string, ...rest: Rest): Answer => {
      use(operation, key);
      return call(key, ...rest);
    };
  const { presignPut, presignGet } = store;
  return {
    location: store.location,
    get: telling('reads', store.get),
    head: telling('reads', store.head),
    list: telling('reads', store.list),
    put: telling('writes', store.put),
    delete: telling('deletes', store.delete),
    ...(presignPut ? { presignPut: telling('writes', presignPut) } : {}),
    ...(presignGet ? { presignGet: telling('reads', presignGet) } : {}),
  };
}

function isAllowed(use: string): boolean {
  const [, name, operation, key] = /^(\S+) (\S+) (.*)$/.exec(use) ?? [];
  const prefixes = access[name]?.[operation as 'reads' | 'writes' | 'deletes'] ?? [];
  return prefixes.some((prefix) => patternOf(`${prefix.replaceAll('*', '{any}')}{path}`).test(key));
}

/** A path with parameters as a regular expression; one named `path` may hold slashes, and may be nothing. */
function patternOf(path: string): RegExp {
  const parts = path.split(/(\{\w+\})/).map((part) => {
    if (part === '{path}') return '.*';
    return part.startsWith('{') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}

function answers(status: number, body: object): (answer: unknown) => void {
  return (answer) => {
    const { statusCode, body: text } = answer as HttpAnswer;
    expect(text).toMatch(/^\{/);
    expect(JSON.parse(text)).toMatchObject(body);
    expect(statusCode).toBe(status);
  };
}

function answersText(status: number, contentType: string, part: string): (answer: unknown) => void {
  return (answer) => {
    const { statusCode, headers, body, isBase64Encoded } = answer as HttpAnswer & { isBase64Encoded?: boolean };
    expect(statusCode).toBe(status);
    expect(headers['content-type']).toContain(contentType);
    expect(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body).toContain(part);
  };
}
