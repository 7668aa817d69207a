import { expect, test } from 'vitest';
import { createScheduled } from '../../functions/triggers/scheduled.ts';
import { StoreError } from '../../lib/core/errors.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { runScheduled } from '../../lib/jobs/scheduled.ts';
import type { Store } from '../../lib/store/store.ts';
import { readEvent } from '../support/events.ts';
import { testHone } from '../support/functions.ts';
import { pipelineOf, putText, sampleCsv, type TestClock, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

const hourMs = 3_600_000;
const daily = `${housesPipeline()}schedule: { every: 1 day }\n`;

async function trained(): Promise<{ context: Context; clock: TestClock; reports: () => Promise<string[]> }> {
  const clock = { nowMs: Date.UTC(2026, 0, 1, 0, 5) };
  const context = testContext({ clock });
  await putText(context.store, 'pipelines/houses.yml', daily);
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(80));
  await runPipeline(context, pipelineOf(daily));
  const reports = async () =>
    (await context.store.list('reports/')).objects.map(({ key }) => key).filter((key) => key.endsWith('.json'));
  return { context, clock, reports };
}

test('a slot is served once: the hourly ticks after it find nothing due until the next one', async () => {
  const { context, clock, reports } = await trained();
  expect(await runScheduled(context)).toMatchObject([{ pipeline: 'houses', status: 'evaluated', on: 'held-out rows' }]);
  for (let tick = 1; tick < 24; tick++) {
    clock.nowMs += hourMs;
    expect(await runScheduled(context)).toMatchObject([{ status: 'not-due' }]);
  }
  clock.nowMs += hourMs;
  expect(await runScheduled(context)).toMatchObject([{ status: 'nothing-new' }]);
  expect(await reports()).toHaveLength(1);
});

test('new objects are what is scored, those that the champion was trained on are not', async () => {
  const { context, clock } = await trained();
  await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(30, { seed: 5 }));
  const [first] = await runScheduled(context);
  expect(first).toMatchObject({ status: 'evaluated', on: 'new objects' });
  if (first.status !== 'evaluated') throw new Error(first.status);
  expect(first.result.on).toContain('30 labelled rows of 1 object');
  const report = JSON.parse(new TextDecoder().decode((await context.store.get(first.result.report)).body));
  expect(report.data.objects.map(({ key }: { key: string }) => key)).toEqual(['datasets/houses/part-2.csv']);
  clock.nowMs += 24 * hourMs;
  expect(await runScheduled(context)).toMatchObject([{ status: 'nothing-new' }]);
});

test('twenty ticks at once evaluate once', async () => {
  const { context, reports } = await trained();
  const outcomes = (await Promise.all(Array.from({ length: 20 }, () => runScheduled(context)))).flat();
  expect(outcomes.filter(({ status }) => status === 'evaluated')).toHaveLength(1);
  expect(outcomes.filter(({ status }) => status === 'busy' || status === 'not-due')).toHaveLength(19);
  expect(await reports()).toHaveLength(1);
});

test('a slot whose call died is taken over when Lambda must have ended it', async () => {
  const { context, clock } = await trained();
  const slot = Math.floor(clock.nowMs / 1000 / 86_400);
  await putText(
    context.store,
    `runs/slots/houses/86400-${slot}.json`,
    JSON.stringify({ state: 'begun', atMs: clock.nowMs }),
  );
  clock.nowMs += 15 * 60_000;
  expect(await runScheduled(context)).toMatchObject([{ status: 'busy' }]);
  clock.nowMs += 60_000;
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated' }]);
});

test('a pipeline that fails does not keep the others from their turn', async () => {
  const { context } = await trained();
  await putText(context.store, 'pipelines/a-broken.yml', 'name: [');
  await putText(context.store, 'pipelines/b-untrained.yml', daily.replace('name: houses', 'name: b-untrained'));
  await putText(context.store, 'datasets/houses/part-2.csv', 'size,age\n1\n');
  await putText(
    context.store,
    'pipelines/unscheduled.yml',
    housesPipeline().replace('name: houses', 'name: unscheduled'),
  );
  expect(await runScheduled(context)).toMatchObject([
    { pipeline: 'b-untrained', status: 'no-champion' },
    { pipeline: 'houses', status: 'failed', error: { name: 'InputError' } },
  ]);
});

test('nothing is begun that there is no time for; the next tick does it', async () => {
  const { context } = await trained();
  expect(await runScheduled({ ...context, remainingMs: () => 15_000 })).toEqual([]);
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated' }]);
});

test('a store that did not answer fails the call, and the delivery after it does the work', async () => {
  const { context, clock } = await trained();
  let isBroken = true;
  const store: Store = {
    ...context.store,
    get: (key, options) =>
      isBroken && key.startsWith('models/')
        ? Promise.reject(new StoreError('no answer'))
        : context.store.get(key, options),
  };
  const { services, log } = testHone({ store, clock });
  const handler = createScheduled(services);
  await expect(handler(readEvent('scheduled'))).rejects.toThrow(StoreError);
  isBroken = false;
  expect(await handler(readEvent('scheduled'))).toMatchObject([{ status: 'evaluated' }]);
  expect(log.measurements).toContainEqual({ name: 'ScheduledEvaluations', unit: 'Count', value: 1 });
});

test('the log names pipeline, run and error, and holds no cell of the data', async () => {
  const { context, clock } = await trained();
  await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(30).replace(/\n(r3,)[^,]*/, '\n$1SECRET-CELL'));
  const { services, log } = testHone({ store: context.store, clock });
  expect(await createScheduled(services)(readEvent('scheduled'))).toMatchObject([
    { status: 'failed', error: { message: expect.stringContaining('SECRET-CELL') } },
  ]);
  expect(JSON.stringify(log.lines)).toContain('InputError');
  expect(JSON.stringify(log.lines)).not.toContain('SECRET-CELL');
});
