import { expect, test } from 'vitest';
import { NotFoundError } from '../../lib/core/errors.ts';
import type { Context, JobProgress } from '../../lib/jobs/context.ts';
import { takeOverStale } from '../../lib/jobs/pending.ts';
import { listPipelines } from '../../lib/jobs/pipelines.ts';
import { abandonPlan, type PlanStep, plan, planForObjects } from '../../lib/jobs/plan.ts';
import type { Store } from '../../lib/store/store.ts';
import { putText, sampleCsv, type TestClock, testContext } from '../support/jobs.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { housesPipeline } from '../support/s3-events.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

async function begin(
  ready = '',
): Promise<{ context: Context; clock: TestClock; step: PlanStep; notes: () => Promise<string[]> }> {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const context = testContext({ clock });
  await putText(context.store, 'pipelines/houses.yml', housesPipeline(ready));
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(40));
  const [step] = await planForObjects(context, ['datasets/houses/part-1.csv']);
  const notes = async () => (await context.store.list('runs/pending/')).objects.map(({ key }) => key);
  return { context, clock, step, notes };
}

function copyOf({ objects }: MemoryStore): MemoryStore {
  const copy = memoryStore();
  for (const [key, object] of objects) copy.objects.set(key, object);
  return copy;
}

/** The store, with something that happens once, right after a note was written. */
function afterNote(store: Store, happen: () => Promise<void>): Store {
  let hasHappened = false;
  return {
    ...store,
    async put(key, body, options) {
      const info = await store.put(key, body, options);
      if (hasHappened || !key.startsWith('runs/pending/')) return info;
      hasHappened = true;
      await happen();
      return info;
    },
  };
}

const another = async (context: Context): Promise<string> =>
  (await planForObjects(context, ['datasets/houses/part-2.csv']))[0].trigger;

test('a dataset is waited for until it has been quiet for a minute, then it trains', async () => {
  const { context, clock, step } = await begin();
  expect(await plan(context, step)).toEqual({ next: 'wait', waitSeconds: 60, ...step });
  clock.nowMs += 59_001;
  expect(await plan(context, step)).toMatchObject({ next: 'wait', waitSeconds: 1 });
  clock.nowMs += 999;
  expect(await plan(context, step)).toMatchObject({ next: 'train', run: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

test('who waits says for what, and, where only time must pass, until when', async () => {
  const seen: JobProgress[] = [];
  const onProgress = (progress: JobProgress) => void seen.push(progress);
  const quiet = await begin();
  const untilMs = quiet.clock.nowMs + minuteMs;
  await plan({ ...quiet.context, onProgress }, quiet.step);
  quiet.clock.nowMs += 20_000;
  await plan({ ...quiet.context, onProgress }, quiet.step);
  const marked = await begin('  ready: { marker: _SUCCESS }');
  await plan({ ...marked.context, onProgress }, marked.step);
  const waits = { kind: 'waiting', dataset: 'datasets/houses/' };
  const reason = 'until nothing was written to it for 60 s';
  expect(seen).toEqual([
    { ...waits, reason, untilMs },
    { ...waits, reason, untilMs },
    { ...waits, reason: 'for the object _SUCCESS' },
  ]);
});

test('each new object begins the wait anew', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs += 50_000;
  await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(40, { seed: 2 }));
  expect(await plan(context, step)).toMatchObject({ next: 'wait', waitSeconds: 60 });
});

test('a store whose clock is ahead is waited for no longer than the quiet time', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs -= hourMs;
  expect(await plan(context, step)).toMatchObject({ next: 'wait', waitSeconds: 60 });
});

test('a pipeline with a marker waits for it however quiet the dataset is', async () => {
  const { context, clock, step } = await begin('  ready: { marker: _SUCCESS }');
  clock.nowMs += 24 * hourMs;
  expect(await plan(context, step)).toMatchObject({ next: 'wait', waitSeconds: 60 });
  await putText(context.store, 'datasets/houses/_SUCCESS', '');
  expect(await plan(context, step)).toMatchObject({ next: 'train' });
});

test('events while a workflow waits give the same one; events after it began give another', async () => {
  const { context, clock, step, notes } = await begin();
  expect(await another(context)).toBe(step.trigger);
  clock.nowMs += minuteMs;
  expect(await plan(context, step)).toMatchObject({ next: 'train' });
  expect(await notes()).toEqual([]);
  expect(await another(context)).not.toBe(step.trigger);
});

test('an object that comes between two looks is not lost: its own workflow waits for it', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs += minuteMs;
  // The note is closed before the listing that the training begins with; here an object comes right then.
  let trigger: string | undefined;
  const store = afterNote(context.store, async () => {
    await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(40, { seed: 2 }));
    trigger = await another(context);
  });
  expect(await plan({ ...context, store }, step)).toEqual({
    next: 'done',
    reason: 'another workflow waits for the dataset',
  });
  expect(trigger).not.toBe(step.trigger);
  clock.nowMs += minuteMs;
  expect(await plan(context, { ...step, trigger: trigger as string })).toMatchObject({ next: 'train' });
});

test('an object that comes between two looks, its event not yet delivered, is waited for by the same workflow', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs += minuteMs;
  const store = afterNote(context.store, async () => {
    await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(40, { seed: 2 }));
  });
  expect(await plan({ ...context, store }, step)).toMatchObject({ next: 'wait', waitSeconds: 60 });
  expect(await another(context)).toBe(step.trigger);
});

test('a note whose workflow died without a word is taken over after an hour, not before', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs += hourMs - 1;
  expect(await another(context)).toBe(step.trigger);
  clock.nowMs += 1;
  const taken = await another(context);
  expect(taken).not.toBe(step.trigger);
  expect(await another(context)).toBe(taken);
});

test('a workflow that goes on waiting keeps its note fresh', async () => {
  const { context, clock, step } = await begin('  ready: { marker: _SUCCESS }');
  for (let look = 0; look < 5; look++) {
    clock.nowMs += hourMs / 2;
    expect(await plan(context, step)).toMatchObject({ next: 'wait' });
  }
  expect(await another(context)).toBe(step.trigger);
});

test('a workflow that lost its note to another does not take it away', async () => {
  const { context, clock, step, notes } = await begin();
  clock.nowMs += hourMs;
  const taken = await another(context);
  expect(await plan(context, step)).toMatchObject({ next: 'train' });
  expect(await notes()).toHaveLength(1);
  expect(await another(context)).toBe(taken);
});

test('a plan that failed for good gives its note back, so that the next event starts another', async () => {
  const { context, step, notes } = await begin();
  await abandonPlan(context, step, { final: true });
  expect(await notes()).toEqual([]);
  expect(await another(context)).not.toBe(step.trigger);
});

test('a plan that failed of what may pass leaves its note for the next event, or for the hourly tick', async () => {
  const { context, step } = await begin();
  await abandonPlan(context, step, { final: false });
  expect(await takeOverStale(context)).toMatchObject([{ pipeline: 'houses', dataset: 'datasets/houses/' }]);
  // Taken over, it is fresh.
  expect(await takeOverStale(context)).toEqual([]);

  const [again] = await planForObjects(context, ['datasets/houses/part-1.csv']);
  await abandonPlan(context, again, { final: false });
  expect(await another(context)).not.toBe(again.trigger);
});

test('a training waits while another of its pipeline is at work, and begins when that has ended, or shows no sign of life', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs += minuteMs;
  const planned = await plan(context, step);
  if (planned.next !== 'train') throw new Error(planned.next);
  expect(await plan(context, step)).toEqual(planned);
  await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(40, { seed: 2 }));
  const [later] = await planForObjects(context, ['datasets/houses/part-2.csv']);
  clock.nowMs += 2 * minuteMs;
  expect(await plan(context, later)).toMatchObject({ next: 'wait', waitSeconds: 30 });

  const ended = testContext({ clock, store: copyOf(context.store as MemoryStore) });
  await putText(ended.store, `runs/${planned.run}/error.json`, '{"name":"InputError","message":"wrong","attempt":0}');
  expect(await plan(ended, later)).toMatchObject({ next: 'train' });

  clock.nowMs += hourMs;
  expect(await plan(context, later)).toMatchObject({ next: 'train' });
});

test('twenty events at once leave one note', async () => {
  const context = testContext();
  await putText(context.store, 'pipelines/houses.yml', housesPipeline());
  const triggers = await Promise.all(Array.from({ length: 20 }, () => another(context)));
  expect(new Set(triggers).size).toBe(1);
});

test('a dataset that is gone by the time is done, and one that has its result is not trained again', async () => {
  const { context, clock, step } = await begin();
  clock.nowMs += minuteMs;
  const planned = await plan(context, step);
  if (planned.next !== 'train') throw new Error(planned.next);
  await putText(context.store, `runs/${planned.run}/result.json`, '{"run": "x"}');
  expect(await plan(context, step)).toMatchObject({ next: 'done', run: planned.run });
  await context.store.delete('datasets/houses/part-1.csv');
  expect(await plan(context, step)).toEqual({ next: 'done', reason: 'the dataset is gone' });
});

test('a pipeline that was removed meanwhile is not found', async () => {
  const { context, step } = await begin();
  await context.store.delete('pipelines/houses.yml');
  await expect(plan(context, step)).rejects.toThrow(NotFoundError);
});

test('a pipeline whose document is wrong does not keep the others from their objects', async () => {
  const { context } = await begin();
  await putText(context.store, 'pipelines/broken.yml', 'name: [');
  expect(await planForObjects(context, ['datasets/houses/part-3.csv'])).toHaveLength(1);
});

test('an object that two pipelines read starts both', async () => {
  const { context } = await begin();
  await putText(context.store, 'pipelines/second.yml', housesPipeline().replace('name: houses', 'name: second'));
  const steps = await planForObjects(context, ['datasets/houses/part-3.csv']);
  expect(steps.map(({ pipeline }) => pipeline).sort()).toEqual(['houses', 'second']);
});

test('a dataset of a very long name has a note of a short one', async () => {
  const context = testContext({ store: memoryStore() });
  const key = `datasets/${'ü'.repeat(480)}/part.csv`;
  const [step] = await planForObjects(context, [key]);
  expect(step.dataset).toBe(key.slice(0, -'part.csv'.length));
  const [note] = (await context.store.list('runs/pending/')).objects;
  expect(note.key).toMatch(/^runs\/pending\/[0-9a-f]{32}\.json$/);
});

test('a wait is never longer than half an hour, so that the note of who waits stays fresh', async () => {
  const { context, clock, step } = await begin('  ready: { quiet: 12 h }');
  let looks = 0;
  for (; looks < 100; looks++) {
    const outcome = await plan(context, step);
    if (outcome.next !== 'wait') break;
    clock.nowMs += outcome.waitSeconds * 1000;
    expect(await another(context)).toBe(step.trigger);
  }
  expect(looks).toBe(24);
});

test('a marker is no data, whatever it is called and holds', async () => {
  const { context, step } = await begin('  ready: { marker: DONE }');
  expect(await plan(context, step)).toMatchObject({ next: 'wait' });
  await putText(context.store, 'datasets/houses/DONE', 'at noon, by me');
  const outcome = await plan(context, step);
  if (outcome.next !== 'train') throw new Error(outcome.next);
  const request = JSON.parse(
    new TextDecoder().decode((await context.store.get(`runs/${outcome.run}/request.json`)).body),
  );
  expect(request.objects.map(({ key }: { key: string }) => key)).toEqual(['datasets/houses/part-1.csv']);
});

test('a document whose file name no pipeline can have starts nothing, and says so in the list', async () => {
  const context = testContext();
  for (const name of ['sub/houses', 'my houses', '_houses']) {
    await putText(context.store, `pipelines/${name}.yml`, housesPipeline());
  }
  const steps = await planForObjects(context, ['datasets/houses/part-1.csv']);
  expect(steps).toMatchObject([{ pipeline: null, dataset: 'datasets/houses/' }]);
  const listed = await listPipelines(context.store);
  expect(listed.map((entry) => 'problem' in entry && entry.problem.message)).toEqual([
    expect.stringContaining('found "_houses"'),
    expect.stringContaining('found "my houses"'),
    expect.stringContaining('found "sub/houses"'),
  ]);
});
