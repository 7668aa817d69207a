import { expect, test } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { evaluate } from '../../lib/jobs/evaluate.ts';
import { inOrder } from '../../lib/jobs/generations.ts';
import { register } from '../../lib/jobs/register.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { train } from '../../lib/jobs/train.ts';
import { champion, moveAlias, readAlias, rollBackAlias } from '../../lib/registry/aliases.ts';
import type { Report } from '../../lib/report/report.ts';
import { readJson } from '../../lib/store/json.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { housesPipeline } from '../support/s3-events.ts';

const pipeline = pipelineOf(housesPipeline());
const never = async () => undefined;

/** A run on new data, trained and evaluated: all but its decision. */
async function evaluated(context: Context, seed: number): Promise<string> {
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(60, { seed }));
  const { run } = await openRun(context, pipeline);
  await train(context, { run });
  await evaluate(context, { run });
  return run;
}

test('a training of older data that ends last leaves champion to the newer one, and says so', async () => {
  const context = testContext();
  const older = await evaluated(context, 1);
  // Its data is kept for it, where the newer run does not see it.
  const objects = new Map(context.store.objects);
  const newer = await evaluated(context, 2);
  const { version } = await register(context, { run: newer });
  context.store.objects.set(
    'datasets/houses/part-1.csv',
    objects.get('datasets/houses/part-1.csv') as NonNullable<ReturnType<typeof objects.get>>,
  );
  expect(await register(context, { run: older })).toMatchObject({ done: true });
  expect(await readAlias(context.store, 'houses', champion)).toMatchObject({ version, history: [], generation: 2 });
  const { verdict } = await readJson<Report>(context.store, `runs/${older}/report.json`);
  expect(verdict.champion).toEqual({
    moved: false,
    version,
    sentence: `Champion stays at version ${version}, which was trained on newer data.`,
  });
});

test('a roll-back stands, though the run that was rolled back had not yet noted that it moved champion', async () => {
  const context = testContext();
  const first = await register(context, { run: await evaluated(context, 1) });
  const run = await evaluated(context, 2);
  const killed: Context = {
    ...context,
    store: {
      ...context.store,
      put: (key, ...rest) =>
        key.endsWith('decision.json') ? Promise.reject(new StoreError('killed')) : context.store.put(key, ...rest),
    },
  };
  await expect(register(killed, { run })).rejects.toThrow('killed');
  await rollBackAlias(context.store, 'houses', champion);
  await register(context, { run });
  expect((await readAlias(context.store, 'houses', champion))?.version).toBe(first.version);
});

test('a person may put any version there, and the next training on newer data still takes its place', async () => {
  const context = testContext();
  const first = await register(context, { run: await evaluated(context, 1) });
  const second = await register(context, { run: await evaluated(context, 2) });
  await moveAlias(context.store, 'houses', champion, {
    to: first.version,
    from: await readAlias(context.store, 'houses', champion),
  });
  const third = await register(context, { run: await evaluated(context, 3) });
  expect(await readAlias(context.store, 'houses', champion)).toMatchObject({
    version: third.version,
    history: [first.version, second.version, first.version],
    generation: 3,
  });
});

test('who was overtaken between its look and its number looks again', async () => {
  const context = testContext();
  const looks: string[] = [];
  const look = async () => {
    looks.push('slow');
    // Another one looks, and takes its number, before the first one's look is numbered.
    if (looks.length === 1) await inOrder(context, 'houses', async () => ({ run: 'quick' }), never);
    return { run: 'slow' };
  };
  expect(await inOrder(context, 'houses', look, never)).toEqual({ run: 'slow', generation: 2 });
  expect(looks).toHaveLength(2);
});

test('a run keeps its number when it looks again, and one that has ended takes none', async () => {
  const context = testContext();
  const look = async () => ({ run: 'a' });
  expect(await inOrder(context, 'houses', look, never)).toMatchObject({ generation: 1 });
  expect(await inOrder(context, 'houses', look, never)).toMatchObject({ generation: 1 });
  await inOrder(context, 'houses', async () => ({ run: 'b' }), never);
  const before = { run: 'a', generation: 1 };
  expect(await inOrder(context, 'houses', look, async () => before)).toEqual(before);
  expect(await inOrder(context, 'houses', async () => ({ run: 'c' }), never)).toMatchObject({ generation: 3 });
});

test('numbers go on after champion’s own when all below runs/ has expired', async () => {
  const context = testContext();
  await register(context, { run: await evaluated(context, 1) });
  await register(context, { run: await evaluated(context, 2) });
  for (const key of [...context.store.objects.keys()]) if (key.startsWith('runs/')) context.store.objects.delete(key);
  await putText(context.store, 'datasets/houses/part-1.csv', sampleCsv(60, { seed: 3 }));
  const { version } = await runPipeline(context, pipeline);
  expect(await readAlias(context.store, 'houses', champion)).toMatchObject({ version, generation: 3 });
});

test('a champion of an earlier release, which has no number, gives way to the next training', async () => {
  const context = testContext();
  await register(context, { run: await evaluated(context, 1) });
  const { version: first, history } = (await readAlias(context.store, 'houses', champion)) ?? {};
  await putText(context.store, 'models/houses/aliases/champion.json', JSON.stringify({ version: first, history }));
  const { version } = await register(context, { run: await evaluated(context, 2) });
  expect((await readAlias(context.store, 'houses', champion))?.version).toBe(version);
});
