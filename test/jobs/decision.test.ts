import { expect, test } from 'vitest';
import { evaluateModel } from '../../lib/jobs/evaluate-model.ts';
import { openModel } from '../../lib/jobs/open-model.ts';
import { predictRecords } from '../../lib/jobs/predict.ts';
import { readReport } from '../../lib/jobs/reports.ts';
import { runPipeline } from '../../lib/jobs/run.ts';
import { pipelineOf, putText, sampleCsv, testContext } from '../support/jobs.ts';

const yaml = (evaluate: string, model = '{ l2: 0.01 }') => `
name: houses
task: binary
data: { path: datasets/houses/, target: class, include: [size, zone] }
model: ${model}
evaluate: { gates: [], ${evaluate} }
`;

async function trained(document: string) {
  const context = testContext();
  await putText(context.store, 'datasets/houses/a.csv', sampleCsv(800));
  const result = await runPipeline(context, pipelineOf(document));
  const model = await openModel(context, { name: 'houses' });
  return { context, result, model, report: await readReport(context, result.report) };
}

const rows = Array.from({ length: 60 }, (_, i) => ({ size: 35 + i, zone: 'a' }));

test('a threshold for precision is chosen on rows kept back, saved, and decides predictions', async () => {
  const { model, report, result } = await trained(yaml('threshold: { precision: 0.98 }, metrics: [precision, recall]'));
  const { decision, target, data } = model.manifest;
  const threshold = decision?.threshold?.value ?? Number.NaN;
  expect(threshold).toBeGreaterThan(0.5);
  expect(decision?.rowCount).toBeGreaterThan(60);
  // The three parts together are all rows.
  expect(data.trainingRowCount + data.testRowCount + (decision?.rowCount ?? 0)).toBe(data.rowCount);
  const positive = 'classes' in target ? target.classes[1] : '';
  const { predictions } = predictRecords(model, rows);
  const said = predictions.map((one) => {
    if (typeof one === 'number' || !('probabilities' in one)) throw new Error('expected probabilities');
    return { isPositive: one.label === positive, isAbove: one.probabilities[positive] >= threshold };
  });
  expect(said.map(({ isPositive }) => isPositive)).toEqual(said.map(({ isAbove }) => isAbove));
  expect(new Set(said.map(({ isPositive }) => isPositive)).size).toBe(2);
  expect(report.evaluation?.threshold).toEqual({
    value: threshold,
    aim: 'the most recall at a precision of 0.98',
    on: `${decision?.rowCount} of the training rows, kept back from fitting`,
  });
  expect(result.metrics.precision.value).toBeGreaterThan(0.9);
});

test.each(['platt', 'isotonic'] as const)(
  '%s calibration is saved and applied, the same bits each time',
  async (calibrate) => {
    const document = yaml('metrics: [brier]', `{ l2: 1, calibrate: ${calibrate} }`);
    const { context, model, report, result } = await trained(document);
    const plain = await trained(yaml('metrics: [brier]', '{ l2: 1 }'));
    expect(model.manifest.decision?.calibration?.kind).toBe(calibrate);
    expect(report.evaluation?.calibration?.method).toBe(calibrate);
    const { before } = report.evaluation?.calibration ?? {};
    expect(Object.keys(before ?? {})).toEqual(['brier']);
    expect(before?.brier.value).toBeGreaterThan(result.metrics.brier.value ?? 1);
    // Such a large penalty leaves probabilities near the middle, which calibration corrects.
    expect(result.metrics.brier.value).toBeLessThan(plain.result.metrics.brier.value ?? 0);

    const again = await trained(document);
    expect(again.model.manifest).toEqual(model.manifest);
    expect(predictRecords(again.model, rows)).toEqual(predictRecords(model, rows));
    const later = await evaluateModel(context, { name: 'houses', path: 'datasets/houses/', heldOut: true });
    expect(later.metrics.brier.value).toBe(result.metrics.brier.value);
  },
);

test.each(['folds: 4', 'validation: 0.25'])(
  'a search scores by the threshold that each fold chooses (%s)',
  async (how) => {
    const searched = async (threshold: string) => {
      const search = `search: { kind: grid, over: { model.l2: [0.01, 1] }, metric: recall, ${how} }`;
      const { report } = await trained(`${yaml(`${threshold} metrics: [recall, accuracy]`)}${search}\n`);
      return report.evaluation?.search?.trials.map(({ mean }) => mean ?? 0) ?? [];
    };
    const [likelier, chosen] = [await searched(''), await searched('threshold: { recall: 0.99 },')];
    expect(chosen).toHaveLength(2);
    for (const [trial, mean] of chosen.entries()) expect(mean).toBeGreaterThan(likelier[trial]);
  },
);

test('without either, no row is kept back and nothing is saved', async () => {
  const { model, report } = await trained(yaml(''));
  expect(model.manifest.decision).toBeUndefined();
  expect(report.evaluation).not.toHaveProperty('threshold');
  const { trainingRowCount, testRowCount, rowCount } = model.manifest.data;
  expect(trainingRowCount + testRowCount).toBe(rowCount);
});

test.each([
  ['evaluate: { threshold: f1 }', 'evaluate.threshold: expected it only with task binary, found task regression'],
  ['model: { calibrate: platt }', 'model.calibrate: expected it only with task binary, found task regression'],
])('%s is refused where there are not two classes', (line, message) => {
  const document = `name: h\ntask: regression\ndata: { path: datasets/h/, target: value }\n${line}\n`;
  expect(() => pipelineOf(document)).toThrow(message);
});
