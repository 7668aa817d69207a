import { describe, expect, test } from 'vitest';
import type { NumberColumn } from '../../lib/data/table.ts';
import { evaluate } from '../../lib/jobs/evaluate.ts';
import { predictRows } from '../../lib/jobs/predictions.ts';
import { prepare } from '../../lib/jobs/prepare.ts';
import { register } from '../../lib/jobs/register.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { train } from '../../lib/jobs/train.ts';
import { defaultMetrics } from '../../lib/metrics/catalogue.ts';
import { champion, moveAlias, readAlias, rollBackAlias } from '../../lib/registry/aliases.ts';
import { readVersion } from '../../lib/registry/versions.ts';
import { renderTable } from '../../lib/report/terminal.ts';
import type { Store } from '../../lib/store/store.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const yaml = (gates = '', l2 = 0) => `
name: houses
task: regression
data: { path: datasets/houses/, target: value, exclude: [id, class] }
optimizer: { name: gd, learningRate: 0.1 }
model: { l2: ${l2} }
stop: { steps: 100 }
${gates && `evaluate: { gates: [${gates}] }`}
`;

async function withData() {
  const context = testContext();
  await putText(context.store, 'datasets/houses/houses.csv', sampleCsv(200));
  const run = (document: string) => runPipeline({ ...context, memory: new Map() }, pipelineOf(document));
  const championNow = async () => (await readAlias(context.store, 'houses', champion))?.version;
  return { context, run, championNow };
}

test.each(['regression', 'count', 'binary', 'multiclass'] as const)(
  'the default gate of a %s task reads the metric that a report shows first',
  (task) => {
    const { request } = pipelineOf(`name: a\ntask: ${task}\ndata: { path: datasets/a/, target: y }`);
    expect(request.evaluate.gates.map(({ metric }) => metric)).toEqual([defaultMetrics(task)[0]]);
  },
);

describe('gates decide whether champion moves', () => {
  test('without gates, what is no worse than the baseline in the first metric moves it, and the report says so', async () => {
    const { context, run, championNow } = await withData();
    const result = await run(yaml());
    expect(result.gate).toBe('pass');
    expect(await championNow()).toBe(result.version);
    const report = await readReport(context, result.report);
    const gate = { metric: 'rmse', noWorseThan: 'baseline', byDefault: true };
    expect(report.request).toMatchObject({ evaluate: { gates: [gate] } });
    expect(report.defaults).toContainEqual({ path: 'evaluate.gates', value: [gate] });
    expect(report.verdict.gates[0].sentence).toMatch(
      /^RMSE: expected no worse than baseline's .* \(the default gate\), found/,
    );
  });

  test('without gates, what is worse than the baseline does not move it', async () => {
    const { run, championNow } = await withData();
    // So strong a penalty, on the intercept too, that all predictions are 0, far from the mean.
    const useless = yaml('', 1e9)
      .replace('l2: 1000000000', 'l2: 1000000000, penaliseIntercept: true')
      .replace(/^optimizer:.*$/m, 'prepare: { target: none }');
    expect(useless).not.toBe(yaml());
    const result = await run(useless);
    expect(result.gate).toBe('fail');
    expect(await championNow()).toBeUndefined();
  });

  test('with an empty list of gates everything moves it, and terminal and report warn of that', async () => {
    const { context, run, championNow } = await withData();
    const result = await run(yaml().trimEnd().concat('\nevaluate: { gates: [] }'));
    expect(result.gate).toBe('none');
    expect(await championNow()).toBe(result.version);
    const report = await readReport(context, result.report);
    expect(report.verdict.sentence).toMatch(/^Warning: evaluate\.gates is empty/);
    expect(renderTable(report, { path: 'x' })).toMatch(/^gates: none +Warning: evaluate\.gates is empty/m);
    const page = await context.store.get(result.report.replace('.json', '.html'));
    expect(new TextDecoder().decode(page.body)).toContain('Warning: no gates');
  });

  test('a gate that holds lets it move; one that fails registers the version and leaves it', async () => {
    const { context, run, championNow } = await withData();
    const good = await run(yaml('{ metric: r2, atLeast: 0.9 }'));
    expect([good.gate, await championNow()]).toEqual(['pass', good.version]);

    const bad = await run(yaml('{ metric: r2, atLeast: 0.9999 }'));
    expect([bad.gate, await championNow()]).toEqual(['fail', good.version]);
    expect(await context.store.head(`models/houses/${bad.version}/manifest.json`)).toBeDefined();
    const { verdict } = await readReport(context, bad.report);
    expect(verdict.champion).toEqual({
      moved: false,
      version: good.version,
      sentence: `A gate failed. Champion stays at version ${good.version}.`,
    });
  });

  test.each([
    ['{ metric: rmse, atMost: 1000 }', 'pass'],
    ['{ metric: rmse, atMost: 0.1 }', 'fail'],
    ['{ metric: rmse, noWorseThan: baseline }', 'pass'],
    ['{ metric: rmse, noWorseThan: champion }', 'pass'],
    ['{ metric: mse, atMost: 1.0e6 }', 'pass'],
  ])('%s: %s', async (gate, expected) => {
    const { run } = await withData();
    expect((await run(yaml(gate))).gate).toBe(expected);
  });

  test('a challenger is held against the champion on the same rows, with the slack it was given', async () => {
    const { run, championNow } = await withData();
    const first = await run(yaml());
    // A strong penalty shrinks the coefficients: much worse than the champion, and not within 1 %.
    const worse = await run(yaml('{ metric: rmse, noWorseThan: champion, by: 0.01 }', 1));
    expect([worse.gate, await championNow()]).toEqual(['fail', first.version]);
    const tolerated = await run(yaml('{ metric: rmse, noWorseThan: champion, by: 100 }', 1));
    expect([tolerated.gate, await championNow()]).toEqual(['pass', tolerated.version]);
  });
});

test('a champion that moved after the evaluation is evaluated against again', async () => {
  const { context, run } = await withData();
  const first = await run(yaml());
  const second = await run(yaml('', 0.001));
  const pipeline = pipelineOf(yaml('{ metric: rmse, noWorseThan: champion, by: 0.5 }', 0.002));
  const { run: third } = await openRun(context, pipeline);
  await train(context, { run: third });
  await evaluate(context, { run: third });
  await moveAlias(context.store, 'houses', champion, {
    to: first.version,
    from: await readAlias(context.store, 'houses', champion),
  });
  expect(await register(context, { run: third })).toMatchObject({ done: false });
  expect((await readAlias(context.store, 'houses', champion))?.version).toBe(first.version);
  await evaluate(context, { run: third });
  const registered = await register(context, { run: third });
  expect(registered).toMatchObject({ done: true, gate: 'pass' });
  expect(await readAlias(context.store, 'houses', champion)).toMatchObject({
    version: registered.version,
    history: [first.version, second.version, first.version],
  });
});

test('finding work already done moves no alias', async () => {
  const { context, run, championNow } = await withData();
  const first = await run(yaml());
  const second = await run(yaml('', 0.001));
  expect(await championNow()).toBe(second.version);
  expect(await run(yaml())).toMatchObject({ status: 'found', version: first.version });
  await putText(context.store, 'datasets/houses/houses.csv', sampleCsv(200));
  expect(await run(yaml())).toMatchObject({ status: 'found', version: first.version });
  expect(await championNow()).toBe(second.version);
});

test('registering twice changes nothing', async () => {
  const { context } = await withData();
  const { run } = await openRun(context, pipelineOf(yaml()));
  await train(context, { run });
  await evaluate(context, { run });
  const once = await register(context, { run });
  const objects = context.store.lasting();
  expect(await register(context, { run })).toEqual(once);
  expect(context.store.lasting()).toEqual(objects);
});

test('rollback points champion at the version before, and needs one', async () => {
  const { context, run, championNow } = await withData();
  const first = await run(yaml());
  await expect(rollBackAlias(context.store, 'houses', champion)).rejects.toThrow('expected a version before');
  const second = await run(yaml('', 0.001));
  expect(await rollBackAlias(context.store, 'houses', champion)).toEqual({ from: second.version, to: first.version });
  expect(await championNow()).toBe(first.version);
});

test('an alias moves only from the state that the mover saw, and only to a version that is there', async () => {
  const { context, run } = await withData();
  const first = await run(yaml());
  const seen = await readAlias(context.store, 'houses', champion);
  const second = await run(yaml('', 0.001));
  const move = (to: string) => moveAlias(context.store, 'houses', champion, { to, from: seen });
  await expect(move(second.version)).rejects.toMatchObject({ name: 'ConflictError' });
  await expect(move('0'.repeat(32))).rejects.toMatchObject({ name: 'NotFoundError' });
  expect(first.version).not.toBe(second.version);
});

test('champion and candidate are scored under the weights that the run asks for', async () => {
  const { context, run } = await withData();
  const weighted = yaml('', 0.5).replace('target: value', 'target: value, weight: age');
  const unweighted = await run(yaml());
  const report = await readReport(context, (await run(weighted)).report);
  expect(report.evaluation?.champion?.version).toBe(unweighted.version);
  const other = report.evaluation?.champion?.metrics.rmse.value;
  // By hand, from the predictions of the champion on the rows that are held out: none is weighed by its own request.
  expect(other).not.toBe(unweighted.metrics.rmse.value);
  const { rows, table } = await heldOut(context, weighted);
  const predicted = predictRows(await readVersion(context.store, 'houses', unweighted.version), table, rows);
  const column = (name: string) => (table.columns.find((each) => each.name === name) as NumberColumn).values;
  const [actual, weights] = [column('value'), column('age')];
  let [sum, total] = [0, 0];
  rows.forEach((row, i) => {
    if (predicted.kind === 'values') sum += weights[row] * (predicted.values[i] - actual[row]) ** 2;
    total += weights[row];
  });
  expect(other).toBeCloseTo(Math.sqrt(sum / total), 9);
});

async function heldOut(context: ReturnType<typeof testContext>, document: string) {
  const prepared = await prepare(context, await openRun(context, pipelineOf(document)));
  return { rows: prepared.test, table: prepared.table };
}

test('the curve of a training in batches shows the mean loss of each epoch', async () => {
  const { context, run } = await withData();
  const inBatches = yaml().replace(/^optimizer:.*$/m, 'optimizer: { name: sgd, learningRate: 0.01, batchSize: 16 }');
  expect(inBatches).not.toBe(yaml());
  const report = await readReport(context, (await run(inBatches)).report);
  expect(report.training).toMatchObject({ curveOf: 'epochs', loss: expect.any(Number) });
  const { curve = [], epochs, loss } = report.training ?? {};
  expect(curve.map(({ epoch }) => epoch)).toEqual(Array.from({ length: Number(epochs) }, (_, i) => i + 1));
  expect(curve.at(-1)?.loss).toBe(loss);
});

test('the report states the defaults, the data, and every section that a decision needs', async () => {
  const { context, run } = await withData();
  const report = await readReport(context, (await run(yaml('{ metric: r2, atLeast: 0.5 }'))).report);
  expect(report.defaults.map(({ path }) => path)).toContain('prepare.scale');
  expect(report.data).toMatchObject({
    rowCount: 200,
    target: 'value',
    objects: [{ key: 'datasets/houses/houses.csv', rowCount: 200 }],
  });
  expect(report.data.columns.map(({ name, role }) => [name, role])).toEqual([
    ['id', 'excluded'],
    ['size', 'feature'],
    ['age', 'feature'],
    ['zone', 'feature'],
    ['value', 'target'],
    ['class', 'excluded'],
  ]);
  expect(report.verdict.gates[0].sentence).toMatch(/^R²: expected at least 0.5, found 0\.9\d*\.$/);
  expect(report.training?.curve.at(-1)?.step).toBe(100);
  const { manifest } = await readVersion(context.store, 'houses', report.version as string);
  expect(report.training).toMatchObject({ curveOf: 'rows', loss: manifest.training.loss });
  expect(report.evaluation?.predictedVsActual).toHaveLength(report.data.testRowCount);
});

test('what is registered are the bytes that were verified: a file that is read once more may be another', async () => {
  const { context } = await withData();
  const { run } = await openRun(context, pipelineOf(yaml()));
  await train(context, { run });
  await evaluate(context, { run });
  let reads = 0;
  const store: Store = {
    ...context.store,
    async get(key, options) {
      const object = await context.store.get(key, options);
      if (!key.startsWith('runs/') || !key.endsWith('.safetensors') || reads++ === 0) return object;
      return { ...object, body: object.body.map((byte, i) => (i === 200 ? byte ^ 1 : byte)) };
    },
  };
  const { version } = await register({ ...context, store }, { run });
  expect((await readVersion(context.store, 'houses', version)).manifest.version).toBe(version);
});
