import { describe, expect, test } from 'vitest';
import { InputError, NotFoundError } from '../../lib/core/errors.ts';
import type { Context } from '../../lib/jobs/context.ts';
import { openModel } from '../../lib/jobs/open-model.ts';
import { predictRecords } from '../../lib/jobs/predict.ts';
import { predictionsCsv } from '../../lib/jobs/predictions-csv.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { openRun } from '../../lib/jobs/runs.ts';
import { readForScoring } from '../../lib/jobs/score.ts';
import { listDataset } from '../../lib/jobs/sources.ts';
import { train } from '../../lib/jobs/train.ts';
import type { Manifest } from '../../lib/registry/manifest.ts';
import { decodeSafetensors } from '../../lib/registry/safetensors.ts';
import { readManifest } from '../../lib/registry/versions.ts';
import type { Report } from '../../lib/report/report.ts';
import { getJson } from '../../lib/store/json.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

/** The sample with a column of counts, whose mean is e^(1 + size/50 − age/40), and one of no use. */
function rowsWithCounts(rowCount: number): string {
  const [head, ...lines] = sampleCsv(rowCount).trim().split('\n');
  const rows = lines.map((line, i) => {
    const [, size, age] = line.split(',').map(Number);
    const noise = (((i * 7919) % 101) - 50) / 100;
    return `${line},${Math.max(0, Math.round(Math.exp(1 + size / 50 - age / 40) * (1 + noise)))},${(i * 37) % 11}`;
  });
  return `${[`${head},count,noise`, ...rows].join('\n')}\n`;
}

const csv = rowsWithCounts(400);

const document = (task: string, target: string, rest: string, exclude = ['id', 'value', 'class', 'count', 'noise']) =>
  `name: m\ntask: ${task}\ndata: { path: datasets/m/, target: ${target}, exclude: [${exclude.filter((name) => name !== target)}] }\n${rest}`;

async function run(yaml: string, context = testContext()) {
  if (!(await context.store.head('datasets/m/m.csv'))) await putText(context.store, 'datasets/m/m.csv', csv);
  const result = await runPipeline(context, pipelineOf(yaml));
  const manifest = await readManifest(context.store, 'm', result.version);
  const report = (await getJson(context.store, result.report)).value as Report;
  return { context, result, manifest, report };
}

const metric = ({ result }: { result: { metrics: Record<string, { value: number | null }> } }, name: string) =>
  result.metrics[name].value as number;

const tensorsOf = async (context: Context, { name, version }: Manifest) =>
  decodeSafetensors((await context.store.get(`models/${name}/${version}/model.safetensors`)).body);

describe.each([
  ['regression', 'value', 'model: { loss: huber, delta: 0.5 }'],
  ['regression', 'value', 'model: { loss: log-cosh, l2: 0.001 }'],
  ['regression', 'value', 'model: { loss: absolute }\nstop: { epochs: 60 }'],
  ['regression', 'value', 'model: { l1: 0.001 }'],
  ['regression', 'value', 'model: { kind: mlp, hidden: [16] }\nstop: { epochs: 60 }'],
  ['regression', 'value', 'model: { kind: mlp, hidden: [8, 8], activation: tanh, loss: huber }\nstop: { epochs: 60 }'],
  ['count', 'count', ''],
  ['count', 'count', 'model: { loss: tweedie, power: 1.2 }'],
  ['count', 'count', 'model: { kind: mlp, hidden: [8] }\nstop: { epochs: 60 }'],
])('%s of %s, %s', (task, target, rest) => {
  test('is trained, is better than the mean, and answers in the units of the target', async () => {
    const trained = await run(document(task, target, rest));
    const baseline = trained.report.evaluation?.baseline?.metrics.rmse.value as number;
    expect(metric(trained, 'rmse')).toBeLessThan(baseline * 0.6);
    const model = await openModel(trained.context, { name: 'm' });
    const { predictions } = predictRecords(model, [{ size: 90, age: 5, zone: 'b' }]);
    // 3·90 − 2·5 + 25 + 5 and e^(1 + 90/50 − 5/40), roughly.
    const expected = target === 'value' ? 290 : 14.5;
    expect(Math.abs((predictions[0] as number) / expected - 1)).toBeLessThan(0.25);
  });
});

describe.each([
  ['binary', 'class', 'model: { loss: focal }\nstop: { epochs: 100 }'],
  ['binary', 'class', 'model: { labelSmoothing: 0.05, classWeights: balanced }'],
  ['binary', 'class', 'model: { kind: mlp, hidden: [12], activation: gelu }\nstop: { epochs: 60 }'],
  ['multiclass', 'zone', 'model: { kind: mlp, hidden: [12], classWeights: { a: 2, c: 0.5 } }\nstop: { epochs: 30 }'],
  ['multiclass', 'zone', 'model: { loss: focal, gamma: 1 }\nstop: { epochs: 30 }'],
])('%s of %s, %s', (task, target, rest) => {
  test('answers with probabilities that sum to one', async () => {
    const exclude = target === 'zone' ? ['id', 'class', 'count', 'noise'] : undefined;
    const trained = await run(document(task, target, rest, exclude));
    if (task === 'binary') expect(metric(trained, 'accuracy')).toBeGreaterThan(0.9);
    const model = await openModel(trained.context, { name: 'm' });
    const record = { size: 90, age: 5, zone: 'b', value: 300 };
    const [answer] = predictRecords(model, [record]).predictions;
    const { label, probabilities } = answer as { label: string; probabilities: Record<string, number> };
    const values = Object.values(probabilities);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 14);
    expect(probabilities[label]).toBe(Math.max(...values));
  });
});

describe.each(['hinge', 'squared-hinge'])('loss %s', (loss) => {
  test('tells classes and margins, and no probabilities', async () => {
    const trained = await run(
      document('binary', 'class', `model: { loss: ${loss}, l2: 0.001 }\nstop: { epochs: 100 }`),
    );
    const { context, result, report } = trained;
    expect(metric(trained, 'accuracy')).toBeGreaterThan(0.9);
    expect(metric(trained, 'auc')).toBeGreaterThan(0.95);
    expect(result.metrics.logLoss.value).toBeNull();
    expect(report.evaluation?.metrics.logLoss.why).toContain('makes no probabilities');
    expect(report.model?.coefficientUnits).toContain('margins');
    const model = await openModel(context, { name: 'm' });
    // Classes stand in order: high, low.
    const { predictions } = predictRecords(model, [
      { size: 90, age: 5, zone: 'b' },
      { size: 5, age: 40, zone: 'a' },
    ]);
    expect(predictions.map((answer) => (answer as { label: string }).label)).toEqual(['high', 'low']);
    const margins = predictions.map((answer) => (answer as { margin: number }).margin);
    expect(margins[0]).toBeLessThan(0);
    expect(margins[1]).toBeGreaterThan(0);
    const table = await readForScoring(model, await listDataset(context, 'datasets/m/'));
    const [head, first] = predictionsCsv(model, table, 'id').split('\n');
    expect(head).toBe('id,prediction,margin');
    expect(first.split(',')).toHaveLength(3);
  });
});

test('quantiles of a residual lie in their order, and cover their share', async () => {
  const share = async (quantile: number) => {
    const yaml = document(
      'regression',
      'value',
      `model: { loss: quantile, quantile: ${quantile} }\nstop: { epochs: 300 }`,
    );
    const { context } = await run(yaml);
    const model = await openModel(context, { name: 'm' });
    const table = await readForScoring(model, await listDataset(context, 'datasets/m/'));
    const predicted = predictionsCsv(model, table, 'id').trim().split('\n').slice(1);
    const actual = csv
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[4]));
    return actual.filter((value, i) => value < Number(predicted[i].split(',')[1])).length / actual.length;
  };
  const [low, high] = [await share(0.2), await share(0.8)];
  expect(Math.abs(low - 0.2)).toBeLessThan(0.1);
  expect(Math.abs(high - 0.8)).toBeLessThan(0.1);
});

test('l1 makes the coefficients of useless features exactly zero, whichever way it is minimised', async () => {
  for (const optimizer of ['', 'optimizer: { name: gd, learningRate: 0.1 }\nstop: { steps: 400 }']) {
    const yaml = document('regression', 'value', `model: { l1: 0.05 }\n${optimizer}`, ['id', 'class', 'count']);
    const { context, manifest, report } = await run(yaml);
    const { tensors } = await tensorsOf(context, manifest);
    const names = manifest.encoding.columns.map(({ name }) => name);
    const values = [...(tensors.coefficients.data as Float64Array)];
    expect(values[names.indexOf('noise')]).toBe(0);
    expect(Math.abs(values[names.indexOf('size')])).toBeGreaterThan(0.5);
    expect(report.model?.l1).toBe(0.05);
    if (optimizer === '') expect(report.model?.optimizer.name).toBe('fista');
  }
});

test('an mlp is kept layer by layer, under the names of torch, and its report lists no coefficients', async () => {
  const yaml = document('regression', 'value', 'model: { kind: mlp, hidden: [6, 3] }\nstop: { epochs: 3 }');
  const { context, manifest, report } = await run(yaml);
  const { tensors } = await tensorsOf(context, manifest);
  const inputs = manifest.model.inputs;
  expect(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))).toEqual({
    'layers.0.weight': [6, inputs],
    'layers.0.bias': [6],
    'layers.1.weight': [3, 6],
    'layers.1.bias': [3],
    'layers.2.weight': [1, 3],
    'layers.2.bias': [1],
    feature_mean: [inputs],
    feature_scale: [inputs],
    target_mean: [1],
    target_scale: [1],
  });
  expect(report.model).toMatchObject({ kind: 'mlp', loss: 'squared', hidden: [6, 3], coefficients: [] });
  expect(report.model?.intercepts).toBeUndefined();
});

test('class weights are those of the rows: 3 for a class is each of its rows three times', async () => {
  const [head, ...lines] = csv.trim().split('\n');
  const tripled = lines.flatMap((line) => (line.split(',')[5] === 'high' ? [line, line, line] : [line]));
  const yaml = (weights: string) =>
    document('binary', 'class', `model: { l2: 0.01${weights} }\nprepare: { scale: none }`).replace(
      'data: {',
      'data: { split: none,',
    );
  const weighted = await run(yaml(', classWeights: { high: 3 }'));
  const context = testContext();
  await putText(context.store, 'datasets/m/m.csv', `${[head, ...tripled].join('\n')}\n`);
  const repeated = await runPipeline(context, pipelineOf(yaml('')));
  const a = await tensorsOf(weighted.context, weighted.manifest);
  const b = await tensorsOf(context, await readManifest(context.store, 'm', repeated.version));
  const [one, other] = [a, b].map(({ tensors }) => tensors.coefficients.data as Float64Array);
  one.forEach((value, i) => {
    expect(value).toBeCloseTo(other[i], 7);
  });
});

test('a class weight of a class that is not there is refused', async () => {
  const yaml = document('binary', 'class', 'model: { classWeights: { hihg: 3 } }');
  await expect(run(yaml)).rejects.toThrow(/model.classWeights: expected classes among high, low, found "hihg"/);
});

describe('early stopping', () => {
  const yaml = document(
    'regression',
    'value',
    'model: { kind: mlp, hidden: [32], dropout: 0.2 }\noptimizer: { name: adam, learningRate: 0.02, batchSize: 32 }\nstop: { epochs: 80, validation: 0.2, patience: 4 }',
  );

  test('keeps the parameters of the best epoch, and says so', async () => {
    const { manifest, report } = await run(yaml);
    const { validation, epochs } = manifest.training;
    expect(validation?.epoch).toBeGreaterThan(0);
    expect(validation?.epoch).toBeLessThanOrEqual(epochs);
    expect(report.training?.sentence).toContain(`those of epoch ${validation?.epoch}`);
  });

  test('interrupted at every few steps, and with dropout, it leaves the same bytes', async () => {
    const inCalls = async (remainingMs: () => number) => {
      const context = testContext();
      await putText(context.store, 'datasets/m/m.csv', csv);
      const { run: name } = await openRun(context, pipelineOf(yaml));
      let calls = 0;
      for (let done = false; !done; calls++)
        ({ done } = await train(
          { ...testContext({ remainingMs }), store: context.store, memory: new Map() },
          { run: name },
        ));
      await runPipeline(context, pipelineOf(yaml));
      return { calls, kept: context.store.lasting() };
    };
    const whole = await inCalls(() => Number.POSITIVE_INFINITY);
    let asked = 0;
    const parts = await inCalls(() => (asked++ % 13 < 12 ? Number.POSITIVE_INFINITY : 0));
    expect(whole.calls).toBe(1);
    expect(parts.calls).toBeGreaterThan(5);
    expect(parts.kept).toEqual(whole.kept);
  });

  test('needs rows to watch', async () => {
    const context = testContext();
    await putText(context.store, 'datasets/m/m.csv', csv.split('\n').slice(0, 12).join('\n'));
    const few = document('regression', 'value', 'stop: { epochs: 3, validation: 0.001 }');
    await expect(runPipeline(context, pipelineOf(few))).rejects.toThrow(/stop.validation: expected rows to watch/);
  });
});

describe('a warm start', () => {
  const yaml = (rest = '', hidden = '[8]') =>
    document('regression', 'value', `model: { kind: mlp, hidden: ${hidden}${rest} }\nstop: { epochs: 5 }`);

  test('begins where a version ended, and is named by that version', async () => {
    const first = await run(yaml());
    const { version } = first.result;
    const again = await run(yaml(`, warmStart: ${version}`), first.context);
    expect(again.result.version).not.toBe(version);
    expect(again.manifest.training.loss as number).toBeLessThan(first.manifest.training.loss as number);
    expect(again.report.model?.warmStart).toBe(version);
    expect((again.manifest.request as { model: object }).model).toMatchObject({ warmStart: version });
  });

  test('from champion is settled once for the same request and data', async () => {
    const cold = await run(yaml(', warmStart: champion'));
    expect((cold.manifest.request as { model: object }).model).toMatchObject({ warmStart: null });
    // Its own model is champion now, and would be another start.
    const same = await run(yaml(', warmStart: champion'), cold.context);
    expect(same.result).toMatchObject({ run: cold.result.run, version: cold.result.version, status: 'found' });

    await putText(cold.context.store, 'datasets/m/more.csv', csv.split('\n').slice(0, 50).join('\n'));
    const warm = await run(yaml(', warmStart: champion'), cold.context);
    expect((warm.manifest.request as { model: object }).model).toMatchObject({ warmStart: cold.result.version });
  });

  test('from a version that is not there, or of other layers, is refused', async () => {
    const { context, result } = await run(yaml());
    await expect(run(yaml(`, warmStart: '${'0'.repeat(32)}'`), context)).rejects.toThrow(NotFoundError);
    const other = run(yaml(`, warmStart: ${result.version}`, '[9]'), context);
    await expect(other).rejects.toThrow(InputError);
    await expect(other).rejects.toThrow(/to have the features, classes and layers of this training, found others/);
  });
});
