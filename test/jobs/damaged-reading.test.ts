import { expect, test } from 'vitest';
import { evaluate } from '../../lib/jobs/evaluate.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { train } from '../../lib/jobs/train.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const pipeline = pipelineOf(`
name: houses
task: regression
data: { path: datasets/houses/, target: value }
stop: { steps: 5 }
`);

/** The store, in whose answers one digit of a dataset is another when `isDamaged` says so. */
function damaging(store: Store, isDamaged: () => boolean): Store {
  return {
    ...store,
    async get(key, options) {
      const found = await store.get(key, options);
      if (!key.startsWith('datasets/') || !isDamaged()) return found;
      const body = Uint8Array.from(found.body);
      const at = body.findLastIndex((byte) => byte > 0x30 && byte <= 0x39);
      body[at] ^= 1;
      return { ...found, body };
    },
  };
}

test('an evaluation that reads other bytes than the training under the same tags fails, and the next reads anew', async () => {
  const context = testContext();
  let isDamaged = false;
  const reading = { ...context, store: damaging(context.store, () => isDamaged) };
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(80));
  const { run } = await openRun(context, pipeline);
  await train(reading, { run });
  // As in another process, nothing is remembered of the first reading.
  reading.memory.clear();
  isDamaged = true;
  await expect(evaluate(reading, { run })).rejects.toMatchObject({
    name: 'StoreError',
    message: expect.stringContaining('one of the readings is damaged'),
  });
  isDamaged = false;
  expect(await evaluate(reading, { run })).toEqual({ run });
});
