import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { compareMeasured } from '../../lib/metrics/compare.ts';
import { averagePrecisionAgainstChance } from '../../lib/metrics/intervals/average-precision.ts';
import { bootstrap } from '../../lib/metrics/intervals/bootstrap.ts';
import { delongAgainstChance, delongDifference } from '../../lib/metrics/intervals/delong.ts';
import { sectionsInterval } from '../../lib/metrics/intervals/sections.ts';
import type { ClassPredictions, Task, ValuePredictions } from '../../lib/metrics/predictions.ts';
import { rankScores } from '../../lib/metrics/ranked-scores.ts';
import { averagePrecisionScore } from '../../lib/metrics/score-metrics.ts';
import { scoreTable, unweightedScoreTable } from '../../lib/metrics/score-table.ts';
import { measureUncertain } from '../../lib/metrics/uncertain.ts';
import { sample } from './samples.ts';

/** Two classes whose scores overlap. */
function twoClasses(count: number, seed = 1, digits = 3): ClassPredictions {
  const random = seededRandom(seed);
  const actual = Int32Array.from({ length: count }, () => Number(random.nextFloat() < 0.4));
  const probabilities = Float64Array.from(actual, (label) => {
    const score = 0.3 + 0.3 * label + 0.2 * random.normal();
    return Math.round(Math.min(1, Math.max(0, score)) * 10 ** digits) / 10 ** digits;
  });
  const predicted = Int32Array.from(probabilities, (score) => Number(score >= 0.5));
  return { kind: 'classes', classCount: 2, actual, predicted, probabilities };
}

function values(count: number, seed = 2): ValuePredictions {
  const random = seededRandom(seed);
  const actual = Float64Array.from({ length: count }, () => 10 * random.normal());
  return { kind: 'values', actual, predicted: actual.map((value) => value + random.normal()) };
}

const methodsOf = (task: Task, names: string[], predictions: Parameters<typeof measureUncertain>[2]) => {
  const { values: found } = measureUncertain(task, names, predictions, { resamples: 100 });
  return Object.fromEntries(names.map((name) => [name, found[name].interval?.method]));
};

describe('the method of each metric’s interval', () => {
  test('proportions use Wilson, areas DeLong and the jackknife, sums a bootstrap', () => {
    const names = ['accuracy', 'recall', 'precision', 'auc', 'averagePrecision', 'f1', 'logLoss', 'ks'];
    expect(methodsOf('binary', names, twoClasses(500))).toEqual({
      accuracy: 'wilson',
      recall: 'wilson',
      precision: 'wilson',
      auc: 'delong',
      averagePrecision: 'jackknife',
      f1: 'bootstrap',
      logLoss: 'bootstrap',
      ks: 'bootstrap',
    });
  });

  test('metrics that are not functions of sums are measured on sections of many rows', () => {
    expect(methodsOf('regression', ['rmse', 'medianAe'], values(5000))).toEqual({
      rmse: 'bootstrap',
      medianAe: 'sections',
    });
    expect(methodsOf('regression', ['medianAe'], values(500))).toEqual({ medianAe: 'bootstrap' });
  });

  test.each<Task>(['regression', 'count', 'binary', 'multiclass', 'multilabel', 'ranking', 'text', 'detection'])(
    'or none, and why, of the six rows of a %s task',
    (task) => {
      for (const { interval } of Object.values(
        measureUncertain(
          task,
          ['accuracy', 'rmse', 'ndcg', 'bleu', 'ap', 'f1'].filter((name) => fits(task, name)),
          sample(task),
        ).values,
      )) {
        if (interval && Number.isNaN(interval.low)) expect(interval.note).toBeTruthy();
      }
    },
  );

  test('above 100,000 rows groups of neighbours are drawn, and the note says so', () => {
    const { values: found } = measureUncertain('regression', ['rmse'], values(120_000), { resamples: 50 });
    expect(found.rmse.interval?.note).toMatch(/^\d+ groups of up to 512 neighbouring rows were drawn/);
  });
});

test('random groups of rows give the interval that single rows give, even of rows in order of their errors', () => {
  const { actual, predicted } = values(20_000);
  const order = [...actual.keys()].sort(
    (a, b) => Math.abs(actual[a] - predicted[a]) - Math.abs(actual[b] - predicted[b]),
  );
  const sorted: ValuePredictions = {
    kind: 'values',
    actual: Float64Array.from(order, (row) => actual[row]),
    predicted: Float64Array.from(order, (row) => predicted[row]),
  };
  const widthOf = (options: { pooledFrom?: number }) => {
    const { interval } = measureUncertain('regression', ['rmse'], sorted, options).values.rmse;
    return (interval?.high ?? 0) - (interval?.low ?? 0);
  };
  const [single, pooled] = [widthOf({}), widthOf({ pooledFrom: 5000 })];
  expect(Math.abs(pooled / single - 1)).toBeLessThan(0.15);
  // The same as theory says: the error of a root mean square of normal errors is σ / √(2n).
  expect(Math.abs(single / (2 * 1.96 * Math.sqrt(1 / 40_000)) - 1)).toBeLessThan(0.15);
});

const fits = (task: Task, name: string): boolean =>
  ({
    regression: ['rmse'],
    count: ['rmse'],
    binary: ['accuracy', 'f1'],
    multiclass: ['accuracy', 'f1'],
    multilabel: ['f1'],
    ranking: ['ndcg'],
    text: ['bleu'],
    detection: ['ap'],
  })[task].includes(name);

test('an interval from sums equals the one from resampled rows', () => {
  const predictions = twoClasses(300);
  const { f1 } = measureUncertain('binary', ['f1'], predictions, { resamples: 200, seed: 5 }).values;
  // The same draws, but each measured from its rows.
  const { actual, predicted } = predictions;
  const direct = bootstrap(
    actual.length,
    (counts) => {
      let [hits, wrong] = [0, 0];
      for (let row = 0; row < actual.length; row++) {
        if (actual[row] && predicted[row]) hits += counts[row];
        else if (actual[row] || predicted[row]) wrong += counts[row];
      }
      return (2 * hits) / (2 * hits + wrong);
    },
    { resamples: 200, seed: 5 },
  );
  expect(f1.interval?.low).toBeCloseTo(direct.low, 12);
  expect(f1.interval?.high).toBeCloseTo(direct.high, 12);
});

test('an interval by sections has its nominal coverage of a mean', () => {
  const random = seededRandom(3);
  let covered = 0;
  const trials = 600;
  for (let trial = 0; trial < trials; trial++) {
    const sections = Float64Array.from({ length: 30 }, () => random.normal());
    const mean = sections.reduce((sum, one) => sum + one, 0) / 30;
    const { low, high } = sectionsInterval(mean, sections);
    if (low <= 0 && high >= 0) covered++;
  }
  expect(covered / trials).toBeGreaterThan(0.93);
  expect(covered / trials).toBeLessThan(0.97);
});

test('the table of ranked rows equals the table of the rows', () => {
  const { actual, probabilities } = twoClasses(6000, 4, 2);
  const direct = scoreTable(actual, probabilities);
  const ranked = unweightedScoreTable(rankScores(actual, probabilities));
  for (const part of ['scores', 'positive', 'negative', 'positiveSquares', 'negativeSquares'] as const) {
    expect([...ranked[part]]).toEqual([...direct[part]]);
  }
  expect([ranked.positiveRows, ranked.negativeRows]).toEqual([direct.positiveRows, direct.negativeRows]);
});

describe('against scores that are all the same', () => {
  const { actual, probabilities } = twoClasses(400);
  const constant = new Float64Array(400).fill(0.3);

  test("DeLong's difference needs no order of them", () => {
    const [short, long] = [
      delongAgainstChance(scoreTable(actual, probabilities)),
      delongDifference(actual, probabilities, constant),
    ];
    expect(short.difference).toBeCloseTo(long.difference, 12);
    expect(short.interval.low).toBeCloseTo(long.interval.low, 10);
    expect(short.pValue).toBeCloseTo(long.pValue, 12);
  });

  test('average precision differs by as much as a bootstrap sees', () => {
    const { difference, interval } = averagePrecisionAgainstChance(scoreTable(actual, probabilities));
    const drawn = bootstrap(
      400,
      (counts) =>
        averagePrecisionScore(actual, probabilities, { weights: counts }) -
        averagePrecisionScore(actual, constant, { weights: counts }),
      { resamples: 2000 },
    );
    expect(difference).toBeCloseTo(
      averagePrecisionScore(actual, probabilities) - averagePrecisionScore(actual, constant),
      12,
    );
    // Both methods agree within a tenth of the interval's width.
    const width = interval.high - interval.low;
    expect(Math.abs(interval.low - drawn.low) / width).toBeLessThan(0.1);
    expect(Math.abs(interval.high - drawn.high) / width).toBeLessThan(0.1);
  });
});

describe('a comparison', () => {
  const names = ['accuracy', 'auc', 'f1', 'logLoss', 'ks'];
  const own = measureUncertain('binary', names, twoClasses(800), { resamples: 200 });

  test('of predictions with themselves finds no difference', () => {
    for (const { difference, pValue } of Object.values(compareMeasured(own, own))) {
      expect(difference).toBe(0);
      expect(pValue).toBe(1);
    }
  });

  test('with worse predictions of the same rows is certain, by the appropriate test for each metric', () => {
    const { actual } = twoClasses(800);
    const random = seededRandom(9);
    const probabilities = actual.map(() => 0) as unknown as Int32Array;
    const noise = Float64Array.from(probabilities, () => random.nextFloat());
    const other = measureUncertain(
      'binary',
      names,
      { ...twoClasses(800), probabilities: noise, predicted: Int32Array.from(noise, (score) => Number(score > 0.5)) },
      { resamples: 200 },
    );
    const found = compareMeasured(own, other);
    for (const name of names) {
      expect(found[name].difference).toBeCloseTo(own.values[name].value - other.values[name].value, 12);
    }
    expect(Object.values(found).map(({ method }) => method)).toEqual([
      'mcnemar',
      'delong',
      'paired bootstrap',
      'paired bootstrap',
      'paired bootstrap',
    ]);
    for (const name of ['accuracy', 'auc', 'f1', 'ks']) expect(found[name].interval.low).toBeGreaterThan(0);
    for (const { pValue } of Object.values(found)) expect(pValue).toBeLessThan(0.02);
  });

  test('with predictions of other rows is refused', () => {
    const other = measureUncertain('binary', names, twoClasses(700), { resamples: 50 });
    expect(() => compareMeasured(own, other)).toThrow('expected 800 rows of classes, found 700 of classes');
  });
});
