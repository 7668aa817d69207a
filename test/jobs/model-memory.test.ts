import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { createModel } from '../../lib/models/create-model.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const yaml = (hidden: number[]) => `
name: houses
task: regression
data: { path: datasets/houses/, target: value }
model: { kind: mlp, hidden: [${hidden}] }
optimizer: { name: adam }
stop: { epochs: 1 }
`;

describe('a model too large to train', () => {
  test('is refused with the memory that it would need, before it is made', async () => {
    const context = { ...testContext(), memoryBytes: 512 * 2 ** 20 };
    await putText(context.store, 'datasets/houses/a.csv', sampleCsv(60));
    await expect(runPipeline(context, pipelineOf(yaml([3000, 3000])))).rejects.toThrow(
      /^pipeline houses, model: expected a model that 512 MiB of memory can train, found 90\d{5} parameters, which need 7\d\d MiB/,
    );
    expect((await runPipeline(context, pipelineOf(yaml([8])))).status).toBe('trained');
  });

  test('is refused where no memory is stated, before its weights are drawn', () => {
    expect(() => createModel({ kind: 'mlp', inputs: 4, hidden: [1e9, 1e9] })).toThrow(InputError);
    expect(() => createModel({ kind: 'mlp', inputs: 4, hidden: [20_000, 20_000] })).toThrow(
      'hidden: expected at most 268435456 parameters, found 400140001',
    );
  });
});

test('a document may not ask for threads by the thousand, each of which is an engine in memory', () => {
  const threads = (count: number) => () => pipelineOf(`${yaml([2])}threads: ${count}\n`);
  expect(threads(64)).not.toThrow();
  expect(threads(100_000)).toThrow('threads: expected a number of at most 64, found 100000');
});
