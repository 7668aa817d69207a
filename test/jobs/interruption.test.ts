import { expect, test } from 'vitest';
import type { Interruption } from '../../lib/jobs/context.ts';
import { InterruptedError, runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { memoryStore } from '../support/memory-store.ts';

const pipeline = pipelineOf(`
name: houses
task: regression
data: { path: datasets/houses/, target: value, exclude: [id, class] }
optimizer: { name: gd, learningRate: 0.1 }
stop: { steps: 5 }
`);

async function someHouses() {
  const store = memoryStore();
  await putText(store, 'datasets/houses/a.csv', sampleCsv(60));
  return store;
}

test('a run listens for the wish to end while there is a training to lose, and at no other time', async () => {
  const seen: string[] = [];
  const interruption: Interruption = {
    isWished: false,
    listen: () => void seen.push('listens'),
    stopListening: () => void seen.push('stops listening'),
  };
  const context = testContext({ store: await someHouses(), onProgress: ({ kind }) => void seen.push(kind) });
  await runPipeline({ ...context, interruption }, pipeline);
  expect(seen).toEqual(['reading', 'read', 'listens', 'trained', 'stops listening', 'evaluated']);
});

test('a wish that comes when the training has ended keeps it, and the next run evaluates it', async () => {
  const store = await someHouses();
  let isWished = false;
  const context = testContext({
    store,
    onProgress({ kind }) {
      if (kind === 'trained') isWished = true;
    },
  });
  const interruption: Interruption = {
    listen() {},
    stopListening() {},
    get isWished() {
      return isWished;
    },
  };
  await expect(runPipeline({ ...context, interruption }, pipeline)).rejects.toThrow(InterruptedError);
  const seen: string[] = [];
  const again = testContext({ store, onProgress: ({ kind }) => void seen.push(kind) });
  expect(await runPipeline(again, pipeline)).toMatchObject({ status: 'trained' });
  expect(seen).not.toContain('trained');
  expect(seen).toContain('evaluated');
});
