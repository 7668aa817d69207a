import { expect, test } from 'vitest';
import { createDatasetCreated } from '../../functions/triggers/dataset-created.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun, readOutcome } from '../../lib/jobs/runs.ts';
import { train } from '../../lib/jobs/train.ts';
import type { Store } from '../../lib/store/store.ts';
import { type TestHone, testHone } from '../support/functions.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { housesPipeline, objectCreated } from '../support/s3-events.ts';

/** What an object holds, without what a clock measured. */
function contentOf(store: MemoryStore): Record<string, string> {
  const text = ({ body }: { body: Uint8Array }) => new TextDecoder('latin1').decode(body);
  return Object.fromEntries([...store.objects].map(([key, object]) => [key, text(object)]));
}

async function drop(hone: TestHone, yaml = housesPipeline()): Promise<void> {
  await putText(hone.store, 'pipelines/houses.yml', yaml);
  await putText(hone.store, 'datasets/houses/part-1.csv', sampleCsv(120));
  await createDatasetCreated(hone.services)(objectCreated('datasets/houses/part-1.csv'));
  await hone.engine.idle();
}

async function readJson<T>(store: Store, key: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode((await store.get(key)).body));
}

test('an S3 event ends in a registered version that champion names, with report and result', async () => {
  const hone = testHone();
  const beganMs = hone.clock.nowMs;
  await drop(hone);
  expect(hone.clock.nowMs - beganMs).toBe(60_000);
  const [outcome] = hone.outcomes.values();
  if (outcome.status !== 'succeeded') throw new Error(JSON.stringify(outcome));
  const { run, version } = outcome.output as { run: string; version: string };
  expect(await readJson(hone.store, 'models/houses/aliases/champion.json')).toEqual({
    version,
    history: [],
    generation: 1,
  });
  expect(await readOutcome(hone.store, run)).toMatchObject({
    result: { run, version, status: 'trained', gate: 'pass' },
  });
  expect(await hone.store.head(`runs/${run}/report.html`)).toBeDefined();
  expect((await hone.store.list('runs/pending/')).objects).toEqual([]);
});

test('hone run and the workflow leave the same objects', async () => {
  const clock = { nowMs: Date.UTC(2026, 0, 1) };
  const direct = memoryStore(() => clock.nowMs);
  const context = testContext({ clock, store: direct });
  await putText(direct, 'pipelines/houses.yml', housesPipeline());
  await putText(direct, 'datasets/houses/part-1.csv', sampleCsv(120));
  const result = await runPipeline(context, pipelineOf(housesPipeline()));

  const hone = testHone();
  const byWorkflow = hone.store as MemoryStore;
  await drop(hone);

  const [left, right] = [contentOf(direct), contentOf(byWorkflow)];
  const outside = (objects: Record<string, string>) =>
    Object.fromEntries(Object.entries(objects).filter(([key]) => !key.startsWith('runs/')));
  expect(outside(right)).toEqual(outside(left));
  // The workflow's mark goes when somebody next looks at what is open.
  const unmarked = Object.keys(right).filter((key) => !key.startsWith('runs/open/'));
  expect(unmarked.sort()).toEqual(Object.keys(left).sort());
  const { run } = result;
  for (const file of ['request.json', 'manifest.json', 'model.safetensors', 'evaluation.json', 'result.json']) {
    expect(right[`runs/${run}/${file}`], file).toBe(left[`runs/${run}/${file}`]);
  }
});

/** Of many steps, each of which can be the last before a deadline. */
const stepwise = `${housesPipeline()}optimizer: { name: adam }\n`;

test('a training that is cut off again and again is the same to the bit as one that was not', async () => {
  const whole = testHone();
  await drop(whole, stepwise);
  let calls = 0;
  const cut = testHone();
  await putText(cut.store, 'datasets/houses/part-1.csv', sampleCsv(120));
  const context = testContext({ store: cut.store, remainingMs: () => (calls++ % 4 === 3 ? 0 : 60_000) });
  const { run } = await openRun(context, pipelineOf(stepwise));
  let rounds = 0;
  while (!(await train(context, { run })).done) rounds++;
  expect(rounds).toBeGreaterThan(0);
  await cut.engine.start('training', `${run}-0`, { run });
  await cut.engine.idle();
  expect((cut.store as MemoryStore).lasting()).toEqual(
    Object.fromEntries(
      Object.entries((whole.store as MemoryStore).lasting()).filter(([key]) => !key.startsWith('pipelines/')),
    ),
  );
});

test('a second run of the same bytes finds the version, moves no alias, and gets its report and result', async () => {
  const hone = testHone();
  await drop(hone);
  const before = await readJson(hone.store, 'models/houses/aliases/champion.json');
  await putText(hone.store, 'datasets/houses/part-2.csv', sampleCsv(120));
  await hone.store.delete('datasets/houses/part-1.csv');
  await createDatasetCreated(hone.services)(objectCreated('datasets/houses/part-2.csv'));
  await hone.engine.idle();
  const outcome = [...hone.outcomes.values()][1];
  expect(outcome).toMatchObject({ status: 'succeeded', output: { done: true, found: true } });
  const { run } = (outcome as { output: { run: string } }).output;
  expect(await readOutcome(hone.store, run)).toMatchObject({ result: { status: 'found' } });
  expect(await hone.store.head(`runs/${run}/report.html`)).toBeDefined();
  expect(await readJson(hone.store, 'models/houses/aliases/champion.json')).toEqual(before);
});

test('a gate that fails registers the version, and champion stays where it is', async () => {
  const hone = testHone();
  await drop(hone, `${housesPipeline()}evaluate: { gates: [{ metric: rmse, atMost: 0.0001 }] }\n`);
  expect([...hone.outcomes.values()]).toMatchObject([{ status: 'succeeded', output: { done: true, gate: 'fail' } }]);
  expect(await hone.store.head('models/houses/aliases/champion.json')).toBeUndefined();
  expect((await hone.store.list('models/houses/')).objects).toHaveLength(3);
});

test('bad data ends as the run’s error with its full message; neither log nor history quotes the cell', async () => {
  const hone = testHone();
  await putText(hone.store, 'pipelines/houses.yml', housesPipeline());
  const cell = 'SECRET-CELL';
  await putText(
    hone.store,
    'datasets/houses/part-1.csv',
    sampleCsv(120).replace(/,[\d.-]+,(high|low)\n/, `,${cell},$1\n`),
  );
  await createDatasetCreated(hone.services)(objectCreated('datasets/houses/part-1.csv'));
  await hone.engine.idle();
  const [outcome] = hone.outcomes.values();
  expect(outcome).toMatchObject({ status: 'failed', error: 'InputError' });
  expect(JSON.stringify(outcome)).not.toContain(cell);
  expect(JSON.stringify(hone.log.lines)).not.toContain(cell);
  const [key] = (await hone.store.list('runs/')).objects
    .map((object) => object.key)
    .filter((k) => k.endsWith('/error.json'));
  expect(await readJson(hone.store, key)).toMatchObject({
    name: 'InputError',
    attempt: 0,
    message: expect.stringContaining(cell),
  });
});

test('a learning rate that diverges ends as a NumericError with advice', async () => {
  const hone = testHone();
  await drop(
    hone,
    `${housesPipeline()}optimizer: { name: gd, learningRate: 1000000 }\n`.replace('epochs: 5', 'epochs: 500'),
  );
  expect([...hone.outcomes.values()]).toMatchObject([{ status: 'failed', error: 'NumericError' }]);
  const [key] = (await hone.store.list('runs/')).objects
    .map((object) => object.key)
    .filter((k) => k.endsWith('/error.json'));
  expect((await readJson<{ message: string }>(hone.store, key)).message).toContain('Lower optimizer.learningRate');
});

test('every line of a task’s log names the task, and those of a run its run and pipeline', async () => {
  const hone = testHone();
  await drop(hone, stepwise);
  const ofTraining = hone.log.lines.filter(({ fields }) => fields.task === 'train');
  expect(ofTraining.map(({ message }) => message)).toEqual(expect.arrayContaining(['read', 'trained', 'done']));
  for (const { fields } of ofTraining) {
    expect(fields).toMatchObject({ run: expect.stringMatching(/^[0-9a-f]{32}$/), pipeline: 'houses' });
  }
  const measured = Object.fromEntries(hone.log.measurements.map(({ name, value }) => [name, value]));
  expect(measured).toMatchObject({ RowsRead: 120, VersionsRegistered: 1, WorkflowsStarted: 1, TrainingSteps: 5 });
});
