import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { catalogue, findMetric, improvement, measure, metricNamed } from '../../lib/metrics/catalogue.ts';
import type { Task } from '../../lib/metrics/predictions.ts';
import { sample } from './samples.ts';

test.each<[string, Task, string, Record<string, unknown>, string]>([
  ['rmse', 'regression', 'rmse', {}, 'RMSE'],
  ['ndcg@10', 'ranking', 'ndcg@10', { k: 10 }, 'NDCG@10'],
  ['ndcg@k=10', 'ranking', 'ndcg@10', { k: 10 }, 'NDCG@10'],
  ['ndcg', 'ranking', 'ndcg', { k: Number.POSITIVE_INFINITY }, 'NDCG'],
  ['ndcg@10;gain=exponential', 'ranking', 'ndcg@10;gain=exponential', { k: 10 }, 'NDCG (k 10, gain exponential)'],
  ['fBeta@2', 'binary', 'fBeta@2', { beta: 2, average: 'auto' }, 'F2'],
  ['fBeta@2;average=macro', 'multiclass', 'fBeta@2;average=macro', { average: 'macro' }, 'F2 (macro)'],
  ['f1@micro', 'multiclass', 'f1@micro', { average: 'micro' }, 'F1 (micro)'],
  ['f1@auto;zeroDivision=warn', 'multiclass', 'f1', { average: 'auto' }, 'F1'],
  ['f1@zeroDivision=1', 'binary', 'f1@zeroDivision=1', { zeroDivision: '1' }, 'F1 (zero division 1)'],
  ['auc@maxFpr=0.1', 'binary', 'auc@0.1', { maxFpr: 0.1 }, 'ROC AUC (max FPR 0.1)'],
  [
    'auc@pairing=pairs;average=weighted',
    'multiclass',
    'auc@average=weighted;pairing=pairs',
    {},
    'ROC AUC (weighted, pairing pairs)',
  ],
  ['pinball@.9', 'regression', 'pinball@0.9', { alpha: 0.9 }, 'Pinball loss (alpha 0.9)'],
  ['topK@5', 'multiclass', 'topK@5', { k: 5 }, 'Top-5 accuracy'],
  ['tweedieDeviance@-1e0', 'count', 'tweedieDeviance@-1', { power: -1 }, 'Tweedie deviance (power -1)'],
  ['lift@0.05', 'binary', 'lift@0.05', { share: 0.05 }, 'Lift in the top 5%'],
])('%s of a %s task is %s', (written, task, name, parameters, title) => {
  const metric = metricNamed(written, task);
  expect(metric.name).toBe(name);
  expect(metric.parameters).toMatchObject(parameters);
  expect(metric.title).toBe(title);
  expect(metricNamed(name, task)).toEqual(metric);
  expect(findMetric(written)).toEqual(metric);
});

test.each<[string, Task, string]>([
  ['rmse@2', 'regression', 'metric rmse@2: rmse takes no parameters'],
  ['ndcg@', 'ranking', 'metric ndcg@, k: expected a whole number in [1, 2147483648], found ""'],
  ['ndcg@0', 'ranking', 'k: expected a whole number in [1, 2147483648], found "0"'],
  ['ndcg@2.5', 'ranking', 'found "2.5"'],
  ['ndcg@ten', 'ranking', 'found "ten"'],
  ['ndcg@0x10', 'ranking', 'found "0x10"'],
  ['ndcg@Infinity', 'ranking', 'found "Infinity"'],
  ['ndcg@10;20', 'ranking', 'metric ndcg@10;20: expected k, gain, ties, zeroDivision, found "20"'],
  ['ndcg@10;k=20', 'ranking', 'expected k once, found it twice'],
  ['ndcg@depth=10', 'ranking', 'found "depth=10"'],
  ['ndcg@constructor=10', 'ranking', 'found "constructor=10"'],
  ['fBeta', 'binary', 'metric fBeta: expected fBeta@beta=…, found no beta'],
  ['fBeta@-1', 'binary', 'beta: expected a number from 0, found "-1"'],
  ['auc@0', 'binary', 'maxFpr: expected a number in (0, 1], found "0"'],
  ['auc@pairing=pairs', 'binary', 'pairing: expected one of rest, found "pairs"'],
  ['logLoss@0.5', 'binary', 'epsilon: expected a number in [0, 0.5), found "0.5"'],
  ['f1@binary', 'multiclass', 'average: expected one of auto, micro, macro, weighted, found "binary"'],
  ['f1@samples', 'binary', 'found "samples"'],
  ['adjustedR2', 'regression', 'expected adjustedR2@features=…'],
])('%s of a %s task is refused: %s', (name, task, message) => {
  expect(() => metricNamed(name, task)).toThrow(InputError);
  expect(() => metricNamed(name, task)).toThrow(message);
});

test('a power between 0 and 1 is refused when it is measured', () => {
  expect(() => measure('count', ['tweedieDeviance@0.5'], sample('count'))).toThrow(
    'power: expected a number up to 0 or from 1, found 0.5',
  );
});

describe('a name with parameters', () => {
  test('is the key of its measurement, as it was written, and says which way is better', () => {
    const measured = measure('ranking', ['ndcg@k=1', 'ndcg@1', 'coverageError'], sample('ranking'));
    expect(Object.keys(measured)).toEqual(['ndcg@k=1', 'ndcg@1', 'coverageError']);
    expect(measured['ndcg@k=1']).toEqual(measured['ndcg@1']);
    expect(improvement('ndcg@10', 0.9, 0.8)).toBeCloseTo(0.1, 15);
    expect(improvement('pinball@0.9', 1, 3)).toBe(2);
  });

  test('that no metric has is found nowhere, whatever it is', () => {
    for (const name of ['', '@', 'ndcg@x', 'toString', '__proto__@1', 'rmse@'])
      expect(findMetric(name)).toBeUndefined();
  });
});

test('no name or choice needs a comma or a blank, so that lists of names can be parted by them', () => {
  for (const { name, parameters } of Object.values(catalogue)) {
    const words = [
      name,
      ...Object.entries(parameters).flatMap(([key, p]) => [key, ...('choices' in p ? p.choices : [])]),
    ];
    for (const word of words) expect(word).toMatch(/^\w+$/);
  }
});
