// Coverage and false alarms, on samples whose true values are known in closed form. Seeded: each run is the same.
import { describe, expect, test } from 'vitest';
import { normalShare } from '../../../lib/core/distributions/tails.ts';
import { type Random, seededRandom } from '../../../lib/core/random.ts';
import { averagePrecisionInterval } from '../../../lib/metrics/intervals/average-precision.ts';
import { bootstrapSums } from '../../../lib/metrics/intervals/bootstrap.ts';
import { lossDifference, mcnemarTest, pairedBootstrapSums } from '../../../lib/metrics/intervals/comparison.ts';
import { delongDifference, delongInterval } from '../../../lib/metrics/intervals/delong.ts';
import type { Interval } from '../../../lib/metrics/intervals/interval.ts';
import { meanInterval } from '../../../lib/metrics/intervals/mean-interval.ts';
import { rowSums } from '../../../lib/metrics/intervals/row-sums.ts';
import { proportionInterval, wilsonInterval } from '../../../lib/metrics/intervals/wilson.ts';
import { scoreTable } from '../../../lib/metrics/score-table.ts';

const trials = 1000;

/** In which share of the trials the 95% interval holds the truth. */
function coverage(truth: number, interval: (random: Random, trial: number) => Interval, count = trials): number {
  let held = 0;
  for (let trial = 0; trial < count; trial++) {
    const { low, high } = interval(seededRandom(2024, trial), trial);
    if (low <= truth && truth <= high) held++;
  }
  return held / count;
}

/** In which share of the trials a difference is seen at 5%. */
function rejections(pValue: (random: Random, trial: number) => number): number {
  let seen = 0;
  for (let trial = 0; trial < trials; trial++) if (pValue(seededRandom(77, trial), trial) < 0.05) seen++;
  return seen / trials;
}

const normals = (random: Random, count: number, shift = 0) =>
  Float64Array.from({ length: count }, () => random.normal() + shift);

/** Rows of class 0 scored N(0, 1), then rows of class 1 scored N(shift, 1): the area is Φ(shift / √2). */
function binormal(random: Random, negatives: number, positives: number, shift: number) {
  const actual = Uint8Array.from({ length: negatives + positives }, (_, row) => (row < negatives ? 0 : 1));
  return { actual, scores: Float64Array.from(actual, (label) => random.normal() + shift * label) };
}

/** Of each row, a class and such a score; how many are positive is left to chance, as it is where rows are drawn. */
function mixed(random: Random, count: number, share: number, shift: number) {
  const actual = Uint8Array.from({ length: count }, () => Number(random.nextFloat() < share));
  return { actual, scores: Float64Array.from(actual, (label) => random.normal() + shift * label) };
}

describe('intervals at 95% hold the truth in 93% to 97% of the samples', () => {
  const promises: [name: string, share: () => number][] = [
    [
      'Wilson, 30% of 200',
      () =>
        coverage(0.3, (random) => {
          const hits = Uint8Array.from({ length: 200 }, () => Number(random.nextFloat() < 0.3));
          return proportionInterval(hits);
        }),
    ],
    [
      'Wilson, 3% of 150',
      () =>
        coverage(0.03, (random) => {
          let hits = 0;
          for (let i = 0; i < 150; i++) if (random.nextFloat() < 0.03) hits++;
          return wilsonInterval(hits / 150, 150);
        }),
    ],
    [
      'Wilson, weighted rows',
      () =>
        coverage(0.7, (random) => {
          const weights = Float64Array.from({ length: 400 }, () => 0.2 + 2 * random.nextFloat());
          return proportionInterval(
            weights.map(() => Number(random.nextFloat() < 0.7)),
            { weights },
          );
        }),
    ],
    [
      'DeLong, an area of 0.76',
      () =>
        coverage(normalShare(1 / Math.SQRT2), (random) => {
          const { actual, scores } = binormal(random, 120, 80, 1);
          return delongInterval(scoreTable(actual, scores));
        }),
    ],
    [
      'DeLong, an area of 0.92 and 50 positives',
      () =>
        coverage(normalShare(2 / Math.SQRT2), (random) => {
          const { actual, scores } = binormal(random, 400, 50, 2);
          return delongInterval(scoreTable(actual, scores));
        }),
    ],
    ['Student, a mean of 40 normal values', () => coverage(0, (random) => meanInterval(normals(random, 40)))],
    [
      'bootstrap, a mean of 200 absolute errors',
      () =>
        coverage(Math.sqrt(2 / Math.PI), (random, seed) => {
          const errors = normals(random, 200);
          const sums = rowSums(200, 2, (row, to, at) => {
            to[at] += Math.abs(errors[row]);
            to[at + 1]++;
          });
          return bootstrapSums(sums, { mae: (total) => total[0] / total[1] }, { seed, resamples: 200 }).mae;
        }),
    ],
    [
      'bootstrap, F1 of 300 rows',
      () =>
        // 40% positive, 80% of them found, 20% false alarms: F1 = 2·0.32 / (0.4 + 0.32 + 0.12).
        coverage(0.64 / 0.84, (random, seed) => {
          const sums = rowSums(300, 3, (_, to, at) => {
            const actual = random.nextFloat() < 0.4;
            const said = random.nextFloat() < (actual ? 0.8 : 0.2);
            to[at] += Number(actual && said);
            to[at + 1] += Number(actual);
            to[at + 2] += Number(said);
          });
          const f1 = ([both, actual, said]: Float64Array) => (2 * both) / (actual + said);
          return bootstrapSums(sums, { f1 }, { seed, resamples: 200 }).f1;
        }),
    ],
    [
      'bootstrap, R² of 300 rows',
      () =>
        // y = x + noise of the same variance, predicted as x: R² = ½.
        coverage(0.5, (random, seed) => {
          const [x, y] = [normals(random, 300), new Float64Array(300)];
          for (let row = 0; row < 300; row++) y[row] = x[row] + random.normal();
          const sums = rowSums(300, 4, (row, to, at) => {
            to[at]++;
            to[at + 1] += y[row];
            to[at + 2] += y[row] ** 2;
            to[at + 3] += (y[row] - x[row]) ** 2;
          });
          const r2 = ([count, sum, squares, errors]: Float64Array) => 1 - errors / (squares - sum ** 2 / count);
          return bootstrapSums(sums, { r2 }, { seed, resamples: 200 }).r2;
        }),
    ],
    [
      'bootstrap of groups of neighbours, a mean of 102,400 values',
      () =>
        coverage(
          0.5,
          (random, seed) => {
            const sums = rowSums(102_400, 2, (_, to, at) => {
              to[at] += random.nextFloat();
              to[at + 1]++;
            });
            return bootstrapSums(sums, { mean: (total) => total[0] / total[1] }, { seed, resamples: 200 }).mean;
          },
          600,
        ),
    ],
  ];

  test.each(promises)(
    '%s',
    (_, share) => {
      const held = share();
      expect(held).toBeGreaterThanOrEqual(0.93);
      expect(held).toBeLessThanOrEqual(0.97);
    },
    60_000,
  );

  test('jackknife, average precision of 2,000 rows', () => {
    // No closed form: the truth is the metric's own on two million rows of the same kind, good to about 0.0008.
    const large = mixed(seededRandom(1), 2_000_000, 0.25, 1.2);
    const truth = averagePrecisionInterval(scoreTable(large.actual, large.scores)).averagePrecision;
    const held = coverage(truth, (random) => {
      const { actual, scores } = mixed(random, 2000, 0.25, 1.2);
      return averagePrecisionInterval(scoreTable(actual, scores));
    });
    expect(held).toBeGreaterThanOrEqual(0.93);
    expect(held).toBeLessThanOrEqual(0.97);
  }, 180_000);
});

describe('two models of one quality are told apart at 5% in 3% to 7% of the samples', () => {
  const nulls: [name: string, share: () => number][] = [
    [
      'DeLong',
      () =>
        rejections((random) => {
          const { actual, scores } = binormal(random, 150, 100, 1);
          // Both see the same signal through noise of their own.
          const [a, b] = [scores.map((s) => s + 0.7 * random.normal()), scores.map((s) => s + 0.7 * random.normal())];
          return delongDifference(actual, a, b).pValue;
        }),
    ],
    [
      'McNemar with continuity, 2,000 rows',
      () =>
        rejections((random) => {
          const only = [0, 0];
          for (let row = 0; row < 2000; row++) {
            const [a, b] = [random.nextFloat() < 0.7, random.nextFloat() < 0.7];
            if (a !== b) only[Number(b)]++;
          }
          return mcnemarTest(only[0], only[1], 2000).pValue;
        }),
    ],
    [
      'paired bootstrap of RMSE, 250 rows',
      () =>
        rejections((random, seed) => {
          const sums = rowSums(250, 4, (_, to, at) => {
            const shared = random.normal();
            for (const model of [0, 2]) {
              to[at + model] += (shared + random.normal()) ** 2;
              to[at + model + 1]++;
            }
          });
          const rmse = (total: Float64Array) => Math.sqrt(total[0] / total[1]);
          return pairedBootstrapSums(sums, rmse, { seed, resamples: 200 }).pValue;
        }),
    ],
    [
      'paired t of absolute errors, 60 rows',
      () =>
        rejections((random) => {
          const [a, b] = [normals(random, 60), normals(random, 60)].map((errors) => errors.map(Math.abs));
          return lossDifference(a, b).pValue;
        }),
    ],
  ];

  test.each(nulls)(
    '%s',
    (_, share) => {
      const seen = share();
      expect(seen).toBeGreaterThanOrEqual(0.03);
      expect(seen).toBeLessThanOrEqual(0.07);
    },
    60_000,
  );
});
