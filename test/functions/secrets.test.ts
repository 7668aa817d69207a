import { afterEach, expect, test, vi } from 'vitest';
import { powertoolsTelemetry } from '../../functions/adapter/powertools.ts';
import { servicesOf } from '../../functions/adapter/services.ts';
import { createTasks } from '../../functions/tasks/tasks.ts';
import { createApiHandler } from '../../functions/triggers/api.ts';
import { createDatasetCreated } from '../../functions/triggers/dataset-created.ts';
import { createScheduled } from '../../functions/triggers/scheduled.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { readEvent } from '../support/events.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { memoryStore } from '../support/memory-store.ts';
import { housesPipeline, objectCreated } from '../support/s3-events.ts';

/** Stands in cells, in headers and in bodies, and in nothing that may be logged. */
const canary = 'canary-9d1c7e52';
const invocation = { awsRequestId: 'request-1', functionName: 'hone-test', getRemainingTimeInMillis: () => 900_000 };

afterEach(() => vi.restoreAllMocks());

test('no cell and no credential stands in a log, a metric or an error that leaves a handler', async () => {
  const { said } = listen();
  const store = memoryStore(Date.now);
  const services = servicesOf({ store, engine: { start: async () => 'started' }, telemetry: powertoolsTelemetry() });
  const tasks = createTasks(services);
  const leaving: unknown[] = [];
  const call = async (work: () => Promise<unknown>) => {
    try {
      leaving.push(await work());
    } catch (error) {
      // As Lambda reports it: the name, the message and the stack.
      leaving.push([(error as Error).name, (error as Error).message, (error as Error).stack]);
      return (error as Error).name;
    }
  };

  const bad = `${sampleCsv(30)}r30,${canary},5,a,${canary},low\n`;
  await putText(store, 'pipelines/houses.yml', housesPipeline('  columns: { size: number, value: number }'));
  await putText(store, 'datasets/houses/a.csv', bad);
  const run = await runOn(store, 'datasets/houses/');
  expect(await call(() => tasks.train({ run }, invocation))).toBe('InputError');
  // What went wrong is kept where the data's owner finds it.
  const problem = new TextDecoder().decode((await store.get(`runs/${run}/problem.json`)).body);
  expect(problem).toContain(canary);
  const failure = {
    run,
    error: {
      Error: 'InputError',
      Cause: JSON.stringify({ errorMessage: `What went wrong is kept in runs/${run}/problem.json` }),
    },
  };
  await call(() => tasks['record-failure'](failure, invocation));

  await putText(store, 'datasets/houses/a.csv', sampleCsv(60).replaceAll(',a,', `,${canary},`));
  const good = await runOn(store, 'datasets/houses/');
  for (const name of ['train', 'evaluate', 'register'])
    expect(await call(() => tasks[name]({ run: good }, invocation))).toBe(undefined);
  await call(() => tasks.inspect({ dataset: 'datasets/houses/' }, invocation));
  await call(() => createDatasetCreated(services)(objectCreated('datasets/houses/a.csv'), invocation));
  await call(() => createScheduled(services)({}, invocation));

  const api = createApiHandler(services);
  const ask = (body: object | string, path = '/models/houses/predictions') =>
    api(requestEvent(path, typeof body === 'string' ? body : JSON.stringify(body)), invocation as never);
  const answers = [
    await ask({ rows: [{ size: 1, age: 2, zone: canary }] }),
    await ask({ rows: [{ size: canary, age: 2 }] }),
    await ask({ rows: [{ [canary]: 1 }] }),
    await ask(`{"rows": ${canary}`),
    await ask({ pipeline: canary }, '/trainings'),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 400, 200, 400, 404]);

  expect(said()).toContain('"message":"problem"');
  expect(said()).toContain('_aws'); // Metrics are in it, too.
  expect(said()).not.toContain(canary);
  expect(said()).not.toContain('Bearer');
  expect(JSON.stringify(leaving)).not.toContain(canary);
});

test('an answer to a client never holds a place in the code', async () => {
  listen();
  const broken = {
    ...memoryStore(),
    get: async () => {
      throw new TypeError(`cannot read ${canary} of undefined`);
    },
  };
  const services = servicesOf({
    store: broken,
    engine: { start: async () => 'started' },
    telemetry: powertoolsTelemetry(),
  });
  const { statusCode, body } = await createApiHandler(services)(
    requestEvent('/models/houses/predictions', '{"rows":[{"a":1}]}'),
    invocation as never,
  );
  expect(statusCode).toBe(500);
  expect(body).not.toMatch(/\.ts|\.mjs|at |TypeError|node:/);
  expect(body).not.toContain(canary);
});

/** All that is written to standard output and standard error from now on. */
function listen(): { said: () => string } {
  const lines: string[] = [];
  const write = (chunk: unknown) => {
    lines.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...parts) => void lines.push(parts.map(String).join(' ')));
  }
  return { said: () => lines.join('\n') };
}

async function runOn(store: ReturnType<typeof memoryStore>, path: string): Promise<string> {
  const pipeline = pipelineOf(
    housesPipeline('  columns: { size: number, value: number }').replace('datasets/houses/', path),
  );
  return (await openRun({ ...testContext({ store }), now: Date.now }, pipeline)).run;
}

function requestEvent(path: string, body: string) {
  const event = structuredClone(readEvent('api-create-predictions'));
  event.headers.authorization = `Bearer ${canary}`;
  event.headers.cookie = `session=${canary}`;
  event.rawPath = path;
  event.requestContext.http.path = path;
  return { ...event, body, isBase64Encoded: false };
}
