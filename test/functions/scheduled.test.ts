import { expect, test } from 'vitest';
import { createScheduled } from '../../functions/triggers/scheduled.ts';
import { StoreError } from '../../lib/core/errors.ts';
import type { Store } from '../../lib/store/store.ts';
import { readEvent } from '../support/events.ts';
import { testHone } from '../support/functions.ts';
import { putText, sampleCsv } from '../support/jobs.ts';
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
