import { describe, expect, test } from 'vitest';
import { rememberShared } from '../../lib/metrics/catalogue/entry.ts';
import { measure, metricNamed, metricsOf } from '../../lib/metrics/catalogue.ts';
import { kindOfTask, type Task } from '../../lib/metrics/predictions.ts';
import { termsOf, unitCountOf } from '../../lib/metrics/terms/terms.ts';
import { pick, sample as plainSample, withMargins } from './samples.ts';

/** Whether it is of margins. */
const sampleFor = (name: string, task: Task) =>
  name === 'hingeLoss' ? withMargins(plainSample(task)) : plainSample(task);

const tasks = Object.keys(kindOfTask) as Task[];
const parameters: Record<string, string> = { fBeta: 'fBeta@2', adjustedR2: 'adjustedR2@1' };

const summed = tasks.flatMap((task) =>
  metricsOf(task).flatMap((base) => {
    const name = parameters[base] ?? base;
    const found = termsOf(metricNamed(name, task), sampleFor(name, task), rememberShared());
    return found ? [[name, task] as const] : [];
  }),
);

describe.each(summed)('%s of a %s task, made of sums over units', (name, task) => {
  test.each([
    ['all units', [0, 1, 2, 3, 4, 5]],
    ['a drawn sample of them', [2, 2, 0, 5, 3, 2, 1, 4]],
  ])('is what it is when measured, of %s', (_, units) => {
    const predictions = sampleFor(name, task);
    const { terms, of } = termsOf(metricNamed(name, task), predictions, rememberShared()) as NonNullable<
      ReturnType<typeof termsOf>
    >;
    const sums = new Float64Array(terms.width);
    for (const unit of units) terms.add(unit, sums, 0);
    expect(of(sums)).toBeCloseTo(measure(task, [name], pick(predictions, units))[name].value, 12);
  });

  test('as a share counts hits among the units that it asks of', () => {
    const predictions = { ...sampleFor(name, task), weights: undefined };
    const found = termsOf(metricNamed(name, task), predictions, rememberShared());
    if (!found?.share) return;
    const held = Array.from({ length: unitCountOf(predictions) }, (_, unit) => found.share?.(unit) ?? -1);
    const asked = held.filter((one) => one >= 0);
    const value = asked.reduce((sum, one) => sum + one, 0) / asked.length;
    expect(value).toBeCloseTo(measure(task, [name], predictions)[name].value, 14);
  });
});

test('every default metric is made of sums, but for the area under the ROC curve, which has its own interval', () => {
  const names = new Set(summed.map(([name, task]) => `${task} ${name.split('@')[0]}`));
  for (const task of ['regression', 'count', 'binary', 'multilabel', 'ranking', 'text'] as const) {
    for (const name of ['rmse', 'r2', 'accuracy', 'f1', 'logLoss', 'ndcg', 'map', 'bleu', 'wer']) {
      if (metricsOf(task).includes(name)) expect(names).toContain(`${task} ${name}`);
    }
  }
});
