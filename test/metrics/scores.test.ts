import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { calibrationCurve, expectedCalibrationError, maximumCalibrationError } from '../../lib/metrics/calibration.ts';
import { detectionErrorCurve, gainCurve } from '../../lib/metrics/curves.ts';
import { rankScores } from '../../lib/metrics/ranked-scores.ts';
import {
  areaUnderRoc,
  averagePrecisionScore,
  gainScore,
  kolmogorovSmirnov,
  liftScore,
  rocAucScore,
} from '../../lib/metrics/score-metrics.ts';

const labels = [0, 0, 1, 1];
const scores = [0.1, 0.4, 0.35, 0.8];

/** Rows of both classes, with ties and whole weights. */
const rows = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.integer({ min: 0, max: 12 }).map((score) => score / 12),
      weight: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 2, maxLength: 40 },
  )
  .filter((all) => [0, 1].every((label) => all.some((row) => row.label === label && row.weight > 0)));

type Row = { label: number; score: number; weight: number };
type Metric = (actual: number[], scores: number[], options: { weights?: number[] }) => number;

const metrics: Record<string, Metric> = {
  rocAucScore,
  'rocAucScore up to 0.3': (actual, given, options) => rocAucScore(actual, given, { ...options, maxFpr: 0.3 }),
  averagePrecisionScore,
  kolmogorovSmirnov,
  gainScore: (actual, given, options) => gainScore(actual, given, { ...options, share: 0.37 }),
  expectedCalibrationError,
  maximumCalibrationError,
};

const value = (metric: Metric, all: Row[], options: { weighted?: boolean } = {}) =>
  metric(
    all.map(({ label }) => label),
    all.map(({ score }) => score),
    options.weighted === false ? {} : { weights: all.map(({ weight }) => weight) },
  );

describe.each(Object.entries(metrics))('%s', (name, metric) => {
  test('of weighted rows is that of the rows repeated, and lies in [0, 1]', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const repeated = all.flatMap((row) => Array<Row>(row.weight).fill(row));
        const found = value(metric, all);
        expect(found).toBeCloseTo(value(metric, repeated, { weighted: false }), 12);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1 + 1e-15);
      }),
    );
  });

  test('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), (all, keys) => {
        const shuffled = all
          .map((row) => [keys.next().value as number, row] as const)
          .sort(([a], [b]) => a - b)
          .map(([, row]) => row);
        expect(value(metric, shuffled)).toBeCloseTo(value(metric, all), 12);
      }),
    );
  });

  if (!name.includes('Calibration')) {
    test('keeps its value when scores are stretched without changing their order', () => {
      fc.assert(
        fc.property(rows, (all) => {
          const stretched = all.map((row) => ({ ...row, score: row.score ** 3 * 1000 - 5 }));
          expect(value(metric, stretched)).toBeCloseTo(value(metric, all), 12);
        }),
      );
    });
  }
});

test('the area under the ROC curve and average precision of many classes are means over the classes', () => {
  // Class 2 is found by its column alone; the others cannot be told apart.
  const actual = [0, 1, 2, 2];
  const columns = [0.4, 0.4, 0.2, 0.4, 0.4, 0.2, 0.1, 0.1, 0.8, 0.2, 0.2, 0.6];
  const against = (k: number) => [
    actual.map((label) => Number(label === k)),
    actual.map((_, row) => columns[3 * row + k]),
  ];
  const each = [0, 1, 2].map((k) => rocAucScore(against(k)[0], against(k)[1]));
  expect(rocAucScore(actual, columns)).toBeCloseTo((each[0] + each[1] + each[2]) / 3, 15);
  expect(rocAucScore(actual, columns, { average: 'weighted' })).toBeCloseTo((each[0] + each[1] + 2 * each[2]) / 4, 15);
  expect(rocAucScore(actual, columns, { pairing: 'pairs' })).toBeCloseTo((0.5 + 1 + 1) / 3, 15);
  const precisions = [0, 1, 2].map((k) => averagePrecisionScore(against(k)[0], against(k)[1]));
  expect(averagePrecisionScore(actual, columns)).toBeCloseTo((precisions[0] + precisions[1] + precisions[2]) / 3, 15);
});

describe('what a class without rows leaves undefined', () => {
  test.each([
    ['the area under the ROC curve', rocAucScore],
    ['the Kolmogorov-Smirnov statistic', kolmogorovSmirnov],
  ] as const)('%s is NaN, with the class', (what, metric) => {
    const reasons: string[] = [];
    expect(metric([1, 1], [0.1, 0.2], { warn: (why) => reasons.push(why) })).toBeNaN();
    expect(reasons).toEqual([`${what} needs rows of both classes, and class 0 has none`]);
  });

  test('gain and lift are NaN, and so is each point of their curve but the share of rows', () => {
    expect(gainScore([0, 0], [0.1, 0.2])).toBeNaN();
    expect(liftScore([0, 0], [0.1, 0.2])).toBeNaN();
    const { rowShare, gain, lift } = gainCurve([0, 0], [0.1, 0.2]);
    expect([...rowShare]).toEqual([0, 0.5, 1]);
    expect([...gain, ...lift].every(Number.isNaN)).toBe(true);
  });

  test('the detection error tradeoff has no points', () => {
    expect(detectionErrorCurve([0, 0], [0.1, 0.2]).thresholds).toHaveLength(0);
  });
});

test('the gain curve passes through the gains, and lift is gain over rows', () => {
  const { rowShare, gain, lift, thresholds } = gainCurve(labels, scores);
  expect([...rowShare]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect([...gain]).toEqual([0, 0.5, 0.5, 1, 1]);
  expect([...lift]).toEqual([2, 2, 1, 4 / 3, 1]);
  expect([...thresholds]).toEqual([1.8, 0.8, 0.4, 0.35, 0.1]);
  for (const [i, share] of rowShare.entries()) if (i > 0) expect(gainScore(labels, scores, { share })).toBe(gain[i]);
});

test('rows of equal score are taken in part, so that a constant score gains its share and lifts nothing', () => {
  expect(gainScore(labels, [1, 1, 1, 1], { share: 0.3 })).toBeCloseTo(0.3, 15);
  expect(liftScore(labels, [1, 1, 1, 1], { share: 0.3 })).toBeCloseTo(1, 15);
});

describe('calibrationCurve', () => {
  test('takes an upper edge into its bin, a zero into the first, and weighs rows', () => {
    const { predicted, observed, weight } = calibrationCurve([0, 1, 1, 0], [0, 0.5, 0.5, 0.75], {
      bins: 2,
      weights: [2, 1, 3, 1],
    });
    expect([...weight]).toEqual([6, 1]);
    expect([...predicted]).toEqual([2 / 6, 0.75]);
    expect([...observed]).toEqual([4 / 6, 0]);
  });

  test('of quantile bins holds about as many rows in each', () => {
    const probabilities = Array.from({ length: 1000 }, (_, i) => (i / 1000) ** 3);
    const { weight } = calibrationCurve(
      probabilities.map((_, i) => i % 2),
      probabilities,
      { strategy: 'quantile' },
    );
    expect([...weight]).toEqual(Array(10).fill(100));
  });

  test('errors are 0 for forecasts that come true as often as they say', () => {
    const [actual, probabilities] = [
      [0, 1, 1, 1],
      [0.75, 0.75, 0.75, 0.75],
    ];
    expect(expectedCalibrationError(actual, probabilities)).toBe(0);
    expect(maximumCalibrationError(actual, probabilities, { strategy: 'quantile' })).toBe(0);
  });
});

test.each<[string, () => unknown]>([
  ['a score that is NaN', () => rankScores([0, 1], [0, Number.NaN])],
  ['three classes', () => rankScores([0, 1, 2], [0, 1, 2])],
  ['a maxFpr of 0', () => rocAucScore(labels, scores, { maxFpr: 0 })],
  ['a share above 1', () => gainScore(labels, scores, { share: 1.5 })],
  ['no bins', () => calibrationCurve(labels, scores, { bins: 0 })],
  ['a probability above 1', () => expectedCalibrationError([0, 1], [0, 1.5])],
])('metrics of scores refuse %s', (_, call) => {
  expect(call).toThrow(InputError);
});

test('the whole area of a ranking is computed once, and a partial area is kept apart', () => {
  const ranked = rankScores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
  expect([areaUnderRoc(ranked), areaUnderRoc(ranked)]).toEqual([0.75, 0.75]);
  // By hand: up to half of the negatives, the area under the curve is a quarter of the square, and that of chance an eighth.
  expect(areaUnderRoc(ranked, { maxFpr: 0.5 })).toBeCloseTo(0.5 * (1 + (0.25 - 0.125) / (0.5 - 0.125)), 15);
  expect(areaUnderRoc(ranked)).toBe(0.75);
});
