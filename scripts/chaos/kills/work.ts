import type { Context } from '../../../lib/jobs/context.ts';
import { evaluateModel } from '../../../lib/jobs/evaluate-model.ts';
import { runPipeline } from '../../../lib/jobs/run.ts';
import { openRun } from '../../../lib/jobs/runs.ts';
import { openScoring, score } from '../../../lib/jobs/score.ts';
import { train } from '../../../lib/jobs/train.ts';
import { folderStore } from '../../../lib/store/folder.ts';
import type { Store } from '../../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv } from '../../../test/support/jobs.ts';

const pipeline = (l2: number): string => `
name: houses
task: regression
data: { path: s3://data/houses/, target: value, exclude: [id, class] }
model: { l2: ${l2} }
optimizer: { name: adam }
stop: { steps: 40 }
evaluate: { gates: [{ metric: rmse, noWorseThan: champion, by: 1000 }] }
`;

/** Puts the data into a folder of its own: what is made of it is named by its files, and a copy is another file. */
export async function prepareData(data: string): Promise<void> {
  const store = folderStore(data);
  await putText(store, 'houses/part-1.csv', sampleCsv(60));
  await putText(store, 'later/part-1.csv', sampleCsv(40, { seed: 2 }));
}

/**
 * What a process is killed in the midst of: a training in several calls that becomes champion, one that takes its place,
 * an evaluation on later data, and a scoring. Done again, it goes on where it stands.
 */
export async function doWork(root: string, data: string): Promise<void> {
  const stores = { store: folderStore(root), data: folderStore(data) };
  const { run } = await openRun(contextOf(stores, 0), pipelineOf(pipeline(0.1)));
  for (let done = false; !done; ) ({ done } = await train(contextOf(stores, 12), { run }));
  await runPipeline(contextOf(stores), pipelineOf(pipeline(0.1)));
  await runPipeline(contextOf(stores), pipelineOf(pipeline(0)));
  await evaluateModel(contextOf(stores), { name: 'houses', path: 's3://data/later/' });
  const { scoring } = await openScoring(contextOf(stores), { name: 'houses', input: 's3://data/later/' });
  while (!(await score(contextOf(stores), { scoring })).done);
}

/** A context whose clock stands still, so that two processes leave the same bytes. @param steps until the deadline */
function contextOf({ store, data }: { store: Store; data: Store }, steps = Number.POSITIVE_INFINITY): Context {
  let ids = 0;
  let left = steps;
  return {
    store,
    openStore: async () => data,
    now: () => Date.UTC(2026, 0, 1),
    newId: () => `id-${++ids}`,
    remainingMs: () => (left-- > 0 ? 60_000 : 0),
    memory: new Map(),
  };
}
