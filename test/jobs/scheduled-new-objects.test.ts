import { expect, test } from 'vitest';
import { runScheduled } from '../../lib/jobs/scheduled.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { trainedDaily } from '../support/scheduled.ts';

const hourMs = 3_600_000;

test('training data that lies under another key now is not new', async () => {
  const { context } = await trainedDaily();
  const { body } = await context.store.get('datasets/houses/part-1.csv');
  await context.store.delete('datasets/houses/part-1.csv');
  await context.store.put('datasets/houses/renamed.csv', body);
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated', on: 'held-out rows' }]);
});

test('an object of the same size as one that was trained on, and another content, is new', async () => {
  const { context } = await trainedDaily();
  const text = sampleCsv(80);
  await putText(context.store, 'datasets/houses/part-2.csv', text.replace('r7,', 'x7,'));
  const [outcome] = await runScheduled(context);
  expect(outcome).toMatchObject({ status: 'evaluated', on: 'new objects' });
  if (outcome.status === 'evaluated') expect(outcome.result.on).toContain('1 object');
});

test('a clock that goes back serves no slot twice', async () => {
  const { context, clock } = await trainedDaily();
  clock.nowMs += 26 * hourMs;
  expect(await runScheduled(context)).toMatchObject([{ status: 'evaluated' }]);
  clock.nowMs -= hourMs;
  expect(await runScheduled(context)).toMatchObject([{ status: 'not-due' }]);
});
