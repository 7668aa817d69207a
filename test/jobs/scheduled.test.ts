import { expect, test } from 'vitest';
import { runScheduled } from '../../lib/jobs/scheduled.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';
import { daily, trainedDaily } from '../support/scheduled.ts';

const hourMs = 3_600_000;

test('a slot is served once: the hourly ticks after it find nothing due until the next one', async () => {
  const { context, clock, reports } = await trainedDaily();
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
  const { context, clock } = await trainedDaily();
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
  const { context, reports } = await trainedDaily();
  const outcomes = (await Promise.all(Array.from({ length: 20 }, () => runScheduled(context)))).flat();
  expect(outcomes.filter(({ status }) => status === 'evaluated')).toHaveLength(1);
  expect(outcomes.filter(({ status }) => status === 'busy' || status === 'not-due')).toHaveLength(19);
  expect(await reports()).toHaveLength(1);
});

test('a slot whose call died is taken over when Lambda must have ended it', async () => {
  const { context, clock } = await trainedDaily();
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
  const { context } = await trainedDaily();
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
  const { context } = await trainedDaily();
  expect(await runScheduled({ ...context, remainingMs: () => 15_000 })).toEqual([]);
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated' }]);
});
