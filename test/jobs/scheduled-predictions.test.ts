import { expect, test } from 'vitest';
import { runScheduled } from '../../lib/jobs/scheduled.ts';
import { putText, testContext } from '../support/jobs.ts';

const hourMs = 3_600_000;
const document = (more = '') =>
  `name: vendor\ntask: binary\npredictions: { path: datasets/vendor/, label: y, score: p }\n` +
  `evaluate: { gates: [{ metric: auc, atLeast: 0.6 }] }\nschedule: { every: 1 day }\n${more}`;

async function vendor() {
  const clock = { nowMs: Date.UTC(2026, 0, 1, 0, 5) };
  const context = testContext({ clock });
  await putText(context.store, 'pipelines/vendor.yml', document());
  return { context, clock };
}

test('predictions of a model that somebody else serves are evaluated on schedule, new objects alone', async () => {
  const { context, clock } = await vendor();
  expect(await runScheduled(context)).toMatchObject([{ pipeline: 'vendor', status: 'nothing-new' }]);
  clock.nowMs += 24 * hourMs;
  await putText(context.store, 'datasets/vendor/day-1.csv', 'y,p\n1,0.9\n0,0.2\n1,0.7\n0,0.8\n');
  expect(await runScheduled(context)).toMatchObject([
    { pipeline: 'vendor', status: 'evaluated', on: 'new objects', result: { name: 'vendor', gate: 'pass' } },
  ]);
  clock.nowMs += hourMs;
  expect(await runScheduled(context)).toMatchObject([{ status: 'not-due' }]);
  clock.nowMs += 24 * hourMs;
  expect(await runScheduled(context)).toMatchObject([{ status: 'nothing-new' }]);
  clock.nowMs += 24 * hourMs;
  await putText(context.store, 'datasets/vendor/day-2.csv', 'y,p\n1,0.1\n0,0.9\n');
  const [second] = await runScheduled(context);
  expect(second).toMatchObject({ status: 'evaluated', result: { gate: 'fail' } });
  if (second.status === 'evaluated') expect(second.result.on).toBe('The 2 rows of 1 object at datasets/vendor/.');
  expect((await context.store.list('reports/vendor/')).objects.filter(({ key }) => key.endsWith('.json'))).toHaveLength(
    2,
  );
});

test('predictions that cannot be read fail by themselves, and are looked at again', async () => {
  const { context, clock } = await vendor();
  await putText(context.store, 'datasets/vendor/day-1.csv', 'y,q\n1,0.9\n');
  expect(await runScheduled(context)).toMatchObject([{ status: 'failed', error: { name: 'InputError' } }]);
  clock.nowMs += 24 * hourMs;
  await putText(context.store, 'datasets/vendor/day-1.csv', 'y,p\n1,0.9\n0,0.1\n');
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated' }]);
});

test('a local path in a document of the store is refused', async () => {
  const { context } = await vendor();
  await putText(context.store, 'pipelines/vendor.yml', document().replace('datasets/vendor/', './here.csv'));
  expect(await runScheduled(context)).toEqual([]);
});
