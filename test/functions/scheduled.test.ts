import { expect, test } from 'vitest';
import { contextOf } from '../../functions/adapter/services.ts';
import { createDatasetCreated } from '../../functions/triggers/dataset-created.ts';
import { createScheduled } from '../../functions/triggers/scheduled.ts';
import { StoreError } from '../../lib/core/errors.ts';
import { plan, planForObjects } from '../../lib/jobs/plan.ts';
import { readOutcome } from '../../lib/jobs/runs.ts';
import { champion, readAlias } from '../../lib/registry/aliases.ts';
import type { Store } from '../../lib/store/store.ts';
import { readEvent } from '../support/events.ts';
import { type TestHone, testHone } from '../support/functions.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
import { housesPipeline, objectCreated } from '../support/s3-events.ts';
import { trainedDaily } from '../support/scheduled.ts';

test('a store that did not answer fails the call, and the delivery after it does the work', async () => {
  const { context, clock } = await trainedDaily();
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
  const { context, clock } = await trainedDaily();
  await putText(context.store, 'datasets/houses/part-2.csv', sampleCsv(30).replace(/\n(r3,)[^,]*/, '\n$1SECRET-CELL'));
  const { services, log } = testHone({ store: context.store, clock });
  expect(await createScheduled(services)(readEvent('scheduled'))).toMatchObject([
    { status: 'failed', error: { message: expect.stringContaining('SECRET-CELL') } },
  ]);
  expect(JSON.stringify(log.lines)).toContain('InputError');
  expect(JSON.stringify(log.lines)).not.toContain('SECRET-CELL');
});

const hourMs = 3_600_000;

/** A dataset whose workflow is never run: its engine forgets what it was asked to start. */
async function forgotten(): Promise<TestHone> {
  const hone = testHone();
  await putText(hone.store, 'pipelines/houses.yml', housesPipeline('  ready: { quiet: 0 s }'));
  await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(60));
  const forgetful = { start: async () => 'started' as const };
  await createDatasetCreated({ ...hone.services, engine: async () => forgetful })(
    objectCreated('datasets/houses/part-1.csv'),
  );
  return hone;
}

test('a dataset whose workflow died is taken up after an hour, at the tick, and not before', async () => {
  const hone = await forgotten();
  const tick = createScheduled(hone.services);
  hone.clock.nowMs += hourMs - 1;
  await tick(readEvent('scheduled'));
  expect(hone.starts).toEqual([]);
  hone.clock.nowMs += 1;
  await tick(readEvent('scheduled'));
  await hone.engine.idle();
  expect(hone.starts).toMatchObject([{ workflow: 'training', status: 'started' }]);
  expect((await readAlias(hone.store, 'houses', champion))?.version).toBeDefined();
  await tick(readEvent('scheduled'));
  expect(hone.starts).toHaveLength(1);
});

test('a run whose workflow died is started anew at the tick; one that ended loses its mark', async () => {
  const hone = await forgotten();
  const [step] = await planForObjects(await contextOf(hone.services), ['datasets/houses/part-1.csv']);
  const planned = await plan(await contextOf(hone.services), step);
  if (planned.next !== 'train') throw new Error(planned.next);
  const marks = async () => (await hone.store.list('runs/open/')).objects.map(({ key }) => key);
  expect(await marks()).toEqual([`runs/open/training/houses/${planned.run}.json`]);
  hone.clock.nowMs += hourMs;
  await createScheduled(hone.services)(readEvent('scheduled'));
  await hone.engine.idle();
  expect(hone.starts).toMatchObject([{ name: `${planned.run}-0`, status: 'started' }]);
  expect((await readOutcome(hone.store, planned.run)).result).toBeDefined();
  await createScheduled(hone.services)(readEvent('scheduled'));
  expect(await marks()).toEqual([]);
});
