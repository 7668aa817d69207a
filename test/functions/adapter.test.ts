import { afterEach, expect, test, vi } from 'vitest';
import { latestFailure, startAttempt } from '../../functions/adapter/attempts.ts';
import { check, hashSchema } from '../../functions/adapter/check.ts';
import { environmentServices, storeLocation } from '../../functions/adapter/environment.ts';
import { onLambda } from '../../functions/adapter/on-lambda.ts';
import { powertoolsTelemetry } from '../../functions/adapter/powertools.ts';
import { readProblem } from '../../functions/adapter/problems.ts';
import { contextOf } from '../../functions/adapter/services.ts';
import { traceOf } from '../../functions/adapter/telemetry.ts';
import { createTasks } from '../../functions/tasks/tasks.ts';
import { InputError, StoreError } from '../../lib/core/errors.ts';
import { readOutcome, recordFailure } from '../../lib/jobs/runs.ts';
import type { Store } from '../../lib/store/store.ts';
import { functionNames } from '../engine/workflows.ts';
import { readEvent, seedForEvents } from '../support/events.ts';
import { testHone } from '../support/functions.ts';
import { putText, testContext } from '../support/jobs.ts';

const run = '0123456789abcdef0123456789abcdef';
const invocation = {
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 12_345,
  functionName: 'hone-test-train',
};

afterEach(() => void vi.restoreAllMocks());

test.each([
  [{ HONE_BUCKET: 'data' }, 's3://data/'],
  [{ HONE_BUCKET: 'data', HONE_PREFIX: 'team/hone' }, 's3://data/team/hone'],
  [{ HONE_STORE: '/tmp/hone', HONE_BUCKET: 'data' }, '/tmp/hone'],
])('the store of %j lies at %s', (environment, location) => {
  expect(storeLocation(environment)).toBe(location);
});

test('an environment that names no store fails at the first use, not before', async () => {
  const services = environmentServices({});
  await expect(services.store()).rejects.toThrow(/expected HONE_BUCKET/);
  await expect(services.store()).rejects.toThrow(InputError);
});

test('an engine without ARNs is built, and refuses to start', async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  const engine = await environmentServices({ HONE_BUCKET: 'data' }).engine();
  await expect(engine.start('training', 'a', {})).rejects.toThrow(/expected the ARN/);
  vi.unstubAllEnvs();
});

test('other stores are opened in S3 only', async () => {
  const { openStore } = environmentServices({ HONE_BUCKET: 'data' });
  await expect(openStore('/etc')).rejects.toThrow(/expected s3:\/\/bucket/);
  expect((await openStore('s3://other/part')).location).toBe('s3://other/part/');
});

test('a handler is built once, at its first call', async () => {
  let built = 0;
  const handler = onLambda(() => {
    built++;
    return async (event: number) => event + 1;
  });
  expect(built).toBe(0);
  expect([await handler(1, invocation), await handler(2, invocation)]).toEqual([2, 3]);
  expect(built).toBe(1);
});

test('a job’s time is what the invocation has left; without one it does not run out', async () => {
  const { services } = testHone();
  expect((await contextOf(services, invocation)).remainingMs()).toBe(12_345);
  expect((await contextOf(services)).remainingMs()).toBe(Number.POSITIVE_INFINITY);
});

test('there is a task for each function that the workflows call, and no other', () => {
  expect(Object.keys(createTasks(testHone().services)).sort()).toEqual(functionNames().sort());
});

test.each(['train', 'evaluate', 'register'])('%s reads what is kept of its run once', async (name) => {
  const { services, store } = testHone();
  await seedForEvents(store);
  const event = readEvent(name);
  const key = `runs/${event.run}/request.json`;
  const get = vi.spyOn(store, 'get');
  await createTasks(services)[name](event);
  expect(get.mock.calls.filter(([asked]) => asked === key)).toHaveLength(1);
});

test('a step of a run names its run, and nothing beside it', async () => {
  const { services } = testHone();
  const tasks = createTasks(services);
  const failing = (step: unknown) => tasks.train(step).catch(({ name }: Error) => name);
  const unknown = { run: 'f'.repeat(32) };
  expect([await failing(unknown), await failing({ ...unknown, kept: {} }), await failing([unknown])]).toEqual([
    'NotFoundError',
    'InputError',
    'InputError',
  ]);
});

test.each([
  ['plan', {}, /pipeline/],
  ['plan', { pipeline: '../x', dataset: 'a', trigger: 't' }, /pipeline: expected a name/],
  ['plan', { ...readEvent('plan'), more: 1 }, /more: expected no such key/],
  ['train', { run: '../../x' }, /run: expected 32 hexadecimal digits/],
  ['train', null, /expected an object/],
  ['evaluate', { run: 7 }, /run/],
  ['register', 'x', /expected an object/],
  ['inspect', { dataset: '' }, /dataset/],
  ['score', { scoring: run.toUpperCase() }, /scoring/],
  ['record-failure', { run }, /error/],
])('%s refuses the step %j', async (name, step, message) => {
  const { services, store } = testHone();
  const failure = await createTasks(services)
    [name](step)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'InputError' });
  const { message: kept } = await readProblem(await contextOf(services), {
    Error: 'InputError',
    Cause: JSON.stringify({ errorMessage: (failure as Error).message }),
  });
  expect(kept).toMatch(message);
  expect((await store.list('runs/problems/')).objects.length + (await store.list(`runs/${run}/`)).objects.length).toBe(
    1,
  );
});

test('what passes is thrown as it is, so that the workflow tries again', async () => {
  const hone = testHone();
  const store: Store = { ...hone.store, get: () => Promise.reject(new StoreError('no answer')) };
  const tasks = createTasks({ ...hone.services, store: async () => store });
  await expect(tasks.train({ run })).rejects.toThrow(new StoreError('no answer'));
  expect((await hone.store.list('')).objects).toEqual([]);
});

test('a failure whose process died is recorded by its Cause as it stands', async () => {
  const { services, store } = testHone();
  const Cause = 'RequestId: 1 Error: Runtime exited with error: signal: killed';
  await createTasks(services)['record-failure']({ run, calls: 1, error: { Error: 'Runtime.ExitError', Cause } });
  expect(await readOutcome(store, run)).toEqual({ error: { name: 'Runtime.ExitError', message: Cause, attempt: 0 } });
});

test('a Cause that points outside the problems is taken as text', async () => {
  const { services, store } = testHone();
  await putText(store, 'models/secret.json', '{"name":"x","message":"secret"}');
  for (const key of ['models/secret.json', 'runs/../models/secret.json']) {
    const message = `What went wrong is kept in ${key}`;
    const Cause = JSON.stringify({ errorMessage: message });
    expect(await readProblem(await contextOf(services), { Error: 'E', Cause })).toEqual({ name: 'E', message });
  }
});

test('a trace holds names and places, and nothing of a message, however it looks', () => {
  const inner = new TypeError('inner SECRET');
  const error = new InputError('column "a":\n    at SECRET (file:///x.ts:1:2)\nfound "SECRET"', { cause: inner });
  const trace = traceOf(error);
  expect(trace).toMatchObject({ name: 'InputError', cause: { name: 'TypeError' } });
  expect(trace.at[0]).toMatch(/^at .*adapter\.test\.ts:\d+:\d+/);
  expect(JSON.stringify(trace)).not.toContain('SECRET');
  expect(traceOf('SECRET')).toEqual({ name: 'string', at: [] });
});

test('on Lambda a line is JSON with request, run and level, and metrics are in the embedded format', () => {
  const lines: string[] = [];
  const stdout = (line: string) => void lines.push(line);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation(stdout);
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand'); // As Lambda sets it.
  vi.stubEnv('POWERTOOLS_DEV', 'true'); // Writes to the console that tests can see, and no metrics unless told to.
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const telemetry = powertoolsTelemetry({ service: 'hone', namespace: 'hone' });
  for (let call = 0; call < 2; call++) {
    telemetry.begin(invocation);
    telemetry.note({ run });
    telemetry.info('read', { progress: { rows: 5 } });
    telemetry.measure('RowsRead', 'Count', 5);
    telemetry.end();
  }
  vi.unstubAllEnvs();
  const parsed = lines.flatMap((line) => line.trim().split(/\n(?=\{)/)).map((line) => JSON.parse(line));
  expect(parsed.filter(({ message }) => message === 'read')).toMatchObject([
    { level: 'INFO', service: 'hone', run, function_request_id: 'request-1', cold_start: true, progress: { rows: 5 } },
    { run, cold_start: false },
  ]);
  const metrics = parsed.filter((line) => line._aws);
  expect(metrics.filter((line) => 'ColdStart' in line)).toMatchObject([
    { ColdStart: 1, function_name: 'hone-test-train' },
  ]);
  expect(metrics.filter((line) => 'RowsRead' in line)).toHaveLength(2);
  expect(metrics.find((line) => 'RowsRead' in line)._aws.CloudWatchMetrics[0]).toMatchObject({
    Namespace: 'hone',
    Metrics: [{ Name: 'RowsRead', Unit: 'Count' }],
  });
});

test('each attempt is an execution of its own: a failure starts the next, a running one none', async () => {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const context = testContext({ clock });
  const names: string[] = [];
  const engine = {
    start: async (_: string, name: string) => {
      if (names.includes(name)) return 'exists' as const;
      names.push(name);
      return 'started' as const;
    },
  };
  const services = { ...testHone({ clock, store: context.store }).services, engine: async () => engine };
  const start = () => startAttempt(services, context, 'training', { name: 'houses', id: run });
  await start();
  await start();
  expect(names).toEqual([`${run}-0`]);
  await recordFailure(context, run, { name: 'InputError', message: 'wrong' });
  expect(await latestFailure(context, run)).toMatchObject({ message: 'wrong', attempt: 0 });
  await start();
  expect(names).toEqual([`${run}-0`, `${run}-1`]);
  expect(await latestFailure(context, run)).toBeUndefined();
  // It died without a word: no sign of life for an hour.
  clock.nowMs += 3_599_999;
  await start();
  expect(names).toHaveLength(2);
  await putText(context.store, `runs/${run}/progress-000000000000.jsonl`, '');
  clock.nowMs += 3_599_999;
  await start();
  expect(names).toHaveLength(2);
  clock.nowMs += 1;
  await start();
  expect(names.at(-1)).toBe(`${run}-2`);
  // The attempts that died left no error; the failure of this one is its own all the same.
  await recordFailure(context, run, { name: 'InputError', message: 'wrong again' });
  expect(await latestFailure(context, run)).toMatchObject({ message: 'wrong again', attempt: 2 });
});

test('a value nested a hundred thousand deep is refused in words, of which its beginning is shown', () => {
  const depth = 100_000;
  const deep = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  expect(() => check(hashSchema, deep, 'event.run')).toThrow(`event.run: expected a string, found ${'['.repeat(57)}…`);
  const wide = { a: 'x'.repeat(1000), b: Array.from({ length: 1000 }, () => deep) };
  expect(() => check(hashSchema, wide, 'event.run')).toThrow(
    `event.run: expected a string, found {"a":"${'x'.repeat(51)}…`,
  );
});
