import { describe, expect, test } from 'vitest';
import type { Context } from '../../lib/jobs/context.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun, type RunResult } from '../../lib/jobs/runs.ts';
import { train } from '../../lib/jobs/train.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const csv = sampleCsv(300);

const yaml = (optimizer: string, stop = '{ steps: 50 }') => `
name: houses
task: regression
data: { path: datasets/houses/, target: value, exclude: [id, class] }
optimizer: ${optimizer}
stop: ${stop}
`;

/** Runs to the end, in a fresh context each call, so that nothing is kept in memory between them. */
async function runInCalls(
  document: string,
  remainingMs: () => number,
): Promise<{ result: RunResult; context: Context; calls: number }> {
  const context = testContext();
  await putText(context.store, 'datasets/houses/houses.csv', csv);
  const { run } = await openRun(context, pipelineOf(document));
  let calls = 0;
  for (let done = false; !done; calls++) {
    ({ done } = await train({ ...testContext({ remainingMs }), store: context.store, memory: new Map() }, { run }));
  }
  return { result: await runPipeline(context, pipelineOf(document)), context, calls };
}

/** Calls that each takes at the least, of one step each; a search may arrive before its 50 steps are used. */
describe.each<[string, string, number]>([
  ...(['adagrad', 'rmsprop', 'adadelta', 'adamw', 'adamax', 'nadam', 'radam', 'lion'] as const).map(
    (name): [string, string, number] => [name, `{ name: ${name}, batchSize: 32 }`, 50],
  ),
  ['newton', '{ name: newton }', 50],
  ['a closed form', '{ name: closedForm }', 2],
  ['lbfgs', '{ name: lbfgs, memory: 2 }', 16],
  [
    'adam on a schedule',
    '{ name: adam, batchSize: 32, schedule: { kind: sequential, of: [{ kind: linear, epochs: 1 }, { kind: cosine }], at: [1] } }',
    50,
  ],
  [
    'sgd that slows down on plateaus',
    '{ name: sgd, batchSize: full, learningRate: 0.9, schedule: { kind: chained, of: [{ kind: plateau, patience: 1 }, { kind: exponential, gamma: 0.99 }] } }',
    50,
  ],
  ['gd', '{ name: gd, learningRate: 0.1 }', 50],
  ['sgd', '{ name: sgd, learningRate: 0.01, batchSize: 32, momentum: 0.9, nesterov: true }', 50],
  ['sgd over all rows', '{ name: sgd, learningRate: 0.1, batchSize: full, momentum: 0.5, dampening: 0.1 }', 50],
  ['adam', '{ name: adam, learningRate: 0.05, batchSize: 32 }', 50],
  ['adam over all rows', '{ name: adam, learningRate: 0.05, batchSize: full, weightDecay: 0.01 }', 50],
])('a training by %s', (_, optimizer, count) => {
  test(`that is interrupted at every one of its steps, ${count} or more, leaves the same bytes as one that is not`, async () => {
    const whole = await runInCalls(yaml(optimizer), () => Number.POSITIVE_INFINITY);
    // With no time left at all, each call takes its one step.
    const steps = await runInCalls(yaml(optimizer), () => 0);
    expect(whole.calls).toBe(1);
    expect(steps.calls).toBeGreaterThanOrEqual(count);
    expect((steps.context.store as ReturnType<typeof testContext>['store']).lasting()).toEqual(
      (whole.context.store as ReturnType<typeof testContext>['store']).lasting(),
    );
  });
});

test.each([
  ['regression', 'value', 'closedForm', /the closed form of least squares/],
  ['binary', 'class', 'newton', /Newton's method, as the problem is convex and small \(\d+ parameters, \d+ rows\)/],
  ['multiclass', 'zone', 'newton', /Newton's method/],
])(
  'with no optimizer named, a %s task is solved by the one that fits, and the report says so',
  async (task, target, name, why) => {
    const context = testContext();
    await putText(context.store, 'datasets/a/a.csv', csv);
    const document = `name: a\ntask: ${task}\ndata: { path: datasets/a/, target: ${target}, exclude: [id] }\nmodel: { l2: 0.01 }`;
    const result = await runPipeline(context, pipelineOf(document));
    expect(result.solution).toBe('converged');
    const json = async (key: string) => JSON.parse(new TextDecoder().decode((await context.store.get(key)).body));
    const { request, training } = await json(`models/a/${result.version}/manifest.json`);
    expect(request).toMatchObject({ optimizer: { name: 'auto' }, stop: 'auto' });
    expect(training).toMatchObject({ optimizer: { name }, because: expect.stringMatching(why) });
    const report = await json(result.report);
    expect(report.model).toMatchObject({ optimizer: { name }, optimizerReason: expect.stringMatching(why) });
    expect(report.defaults).toContainEqual({ path: 'optimizer.name', value: 'auto' });
    expect(report.training.curve.length).toBeGreaterThan(1);
  },
);

test('an interruption within an epoch does not disturb patience and tolerance', async () => {
  const document = yaml(
    '{ name: adam, learningRate: 0.05, batchSize: 16 }',
    '{ epochs: 60, tolerance: 0.001, patience: 3 }',
  );
  const whole = await runInCalls(document, () => Number.POSITIVE_INFINITY);
  let asked = 0;
  const parts = await runInCalls(document, () => (asked++ % 7 < 6 ? Number.POSITIVE_INFINITY : 0));
  expect(parts.calls).toBeGreaterThan(10);
  expect(parts.result.solution).toBe('converged');
  expect((parts.context.store as ReturnType<typeof testContext>['store']).lasting()).toEqual(
    (whole.context.store as ReturnType<typeof testContext>['store']).lasting(),
  );
});

describe('a version is named by content', () => {
  const document = yaml('{ name: gd, learningRate: 0.1 }');
  const runWith = async (files: Record<string, string>, text = document) => {
    const context = testContext();
    for (const [name, body] of Object.entries(files)) await putText(context.store, `datasets/houses/${name}`, body);
    return { context, result: await runPipeline(context, pipelineOf(text)) };
  };

  test('the same bytes under another name are the same version, found and not trained again', async () => {
    const { context, result } = await runWith({ 'a.csv': csv });
    await context.store.delete('datasets/houses/a.csv');
    await putText(context.store, 'datasets/houses/b.csv', csv);
    const again = await runPipeline({ ...context, memory: new Map() }, pipelineOf(document));
    expect(again.run).not.toBe(result.run);
    expect(again).toMatchObject({ version: result.version, status: 'found', metrics: result.metrics });
  });

  test('a second run on the same objects is found, with the same run and version', async () => {
    const { context, result } = await runWith({ 'a.csv': csv });
    const before = context.store.lasting();
    expect(await runPipeline({ ...context, memory: new Map() }, pipelineOf(document))).toEqual({
      ...result,
      status: 'found',
    });
    expect(context.store.lasting()).toEqual(before);
  });

  test('a changed cell, a renamed column, another request are other versions', async () => {
    const { result } = await runWith({ 'a.csv': csv });
    const versions = await Promise.all([
      runWith({ 'a.csv': csv.replace('r7,', 'r7x,') }),
      runWith({ 'a.csv': csv.replace('size', 'area') }),
      runWith({ 'a.csv': csv }, document.replace('0.1', '0.05')),
    ]);
    expect(new Set([result, ...versions.map((other) => other.result)].map(({ version }) => version)).size).toBe(4);
  });

  test('a dataset in two parts is read in the order of its keys', async () => {
    const lines = csv.trimEnd().split('\n');
    const [header, ...rows] = lines;
    const part = (some: string[]) => `${[header, ...some].join('\n')}\n`;
    const { context, result } = await runWith({
      'part-2.csv': part(rows.slice(150)),
      'part-1.csv': part(rows.slice(0, 150)),
    });
    const manifest = JSON.parse(
      new TextDecoder().decode((await context.store.get(`models/houses/${result.version}/manifest.json`)).body),
    );
    expect(
      manifest.data.objects.map(({ key, rowCount }: { key: string; rowCount: number }) => [key, rowCount]),
    ).toEqual([
      ['datasets/houses/part-1.csv', 150],
      ['datasets/houses/part-2.csv', 150],
    ]);
  });

  test('objects whose name begins with "_" or "." are no data', async () => {
    const { result } = await runWith({ 'a.csv': csv });
    const { result: beside } = await runWith({ 'a.csv': csv, _SUCCESS: '', '.a.csv.crc': 'xyz' });
    expect(beside.version).toBe(result.version);
  });
});

test('data that changes under a run is noticed, and asks for another run', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', csv);
  const { run } = await openRun(context, pipelineOf(yaml('{ name: gd }')));
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(300, { seed: 2 }));
  await expect(train(context, { run })).rejects.toThrow('expected the object that the run began with, found another');
});

test('weights count as repetition would', async () => {
  const rows = ['x,y,w', '1,2,1', '2,3,2', '3,7,1', '4,4,3', '5,9,1', '6,5,2'];
  const repeated = ['x,y', '1,2', '2,3', '2,3', '3,7', '4,4', '4,4', '4,4', '5,9', '6,5', '6,5'];
  const parametersOf = async (body: string[], weight: string) => {
    const context = testContext();
    await putText(context.store, 'datasets/w/w.csv', `${body.join('\n')}\n`);
    const document = `
name: w
task: regression
data: { path: datasets/w/, target: y, split: none${weight} }
prepare: { scale: none, target: none }
optimizer: { name: gd, learningRate: 0.05 }
stop: { steps: 20000, gradientNorm: 1.0e-10 }
`;
    const { version, metrics } = await runPipeline(context, pipelineOf(document));
    return { version, mse: (metrics.rmse.value as number) ** 2 };
  };
  const [weighted, plain] = [await parametersOf(rows, ', weight: w'), await parametersOf(repeated, '')];
  expect(weighted.mse).toBeCloseTo(plain.mse, 8);
});

test('a metric that does not exist is found before the data is read', async () => {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', csv);
  const { run } = await openRun(
    context,
    pipelineOf(`${yaml('{ name: gd }')}evaluate: { gates: [{ metric: toString, atMost: 1 }] }\n`),
  );
  const store: Store = { ...context.store, list: () => Promise.reject(new Error('the data was read')) };
  await expect(train({ ...context, store }, { run })).rejects.toMatchObject({ name: 'InputError' });
});
