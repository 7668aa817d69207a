import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import {
  averagePrecisionAgainstChance,
  averagePrecisionInterval,
} from '../../../lib/metrics/intervals/average-precision.ts';
import { bootstrap, bootstrapSums } from '../../../lib/metrics/intervals/bootstrap.ts';
import {
  lossDifference,
  mcnemarTest,
  pairedBootstrap,
  pairedBootstrapSums,
} from '../../../lib/metrics/intervals/comparison.ts';
import { delongDifference, delongInterval } from '../../../lib/metrics/intervals/delong.ts';
import { meanInterval } from '../../../lib/metrics/intervals/mean-interval.ts';
import { rowSums, totalSums } from '../../../lib/metrics/intervals/row-sums.ts';
import { proportionInterval, wilsonInterval } from '../../../lib/metrics/intervals/wilson.ts';
import { rocAucScore } from '../../../lib/metrics/score-metrics.ts';
import { scoreTable } from '../../../lib/metrics/score-table.ts';

describe('Wilson', () => {
  test.each([
    // Newcombe 1998, Statistics in Medicine 17(8), table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%d of %d', (hits, trials, low, high) => {
    const found = wilsonInterval(hits / trials, trials);
    expect([found.low, found.high].map((end) => Number(end.toFixed(4)))).toEqual([low, high]);
    expect(found).toMatchObject({ confidence: 0.95, method: 'wilson' });
  });

  test('a row that counts for nothing changes nothing, and a note says when rows weigh differently', () => {
    const plain = proportionInterval([1, 0, 1, 1]);
    expect(proportionInterval([1, 0, 1, 1, 0], { weights: [1, 1, 1, 1, 0] })).toMatchObject({
      low: plain.low,
      high: plain.high,
    });
    expect(plain.note).toBeUndefined();
    expect(proportionInterval([1, 0], { weights: [3, 1] }).note).toBe(
      'weighted rows, which tell as much as 2 equal ones',
    );
  });

  test('without rows, or with a confidence of 1, there is none', () => {
    expect(wilsonInterval(Number.NaN, 0)).toMatchObject({ low: Number.NaN, note: 'there are no rows' });
    expect(() => wilsonInterval(0.5, 9, { confidence: 1 })).toThrow('confidence: expected a number in');
  });
});

describe('DeLong', () => {
  // The components by hand: 0.1 < 0.35 < 0.4 < 0.8 with classes 0 1 0 1; positives' shares ½, 1; negatives' 1, ½.
  const [actual, scores] = [
    [0, 0, 1, 1],
    [0.1, 0.4, 0.35, 0.8],
  ];

  test('variance by hand: 1/8 of each class over its two rows', () => {
    const { auc, low, high } = delongInterval(scoreTable(actual, scores));
    expect(auc).toBe(0.75);
    const error = Math.sqrt(0.125 / 2 + 0.125 / 2);
    const reach = (1.959963984540054 * error) / (0.75 * 0.25);
    const back = (x: number) => 1 / (1 + Math.exp(-x));
    expect([low, high]).toEqual([
      expect.closeTo(back(Math.log(3) - reach), 12),
      expect.closeTo(back(Math.log(3) + reach), 12),
    ]);
  });

  test('agrees with the areas and covariances by pairs, ties and weights among them', () => {
    const random = seededRandom(4);
    const labels = Array.from({ length: 60 }, () => random.nextInt(2));
    const [a, b] = [0, 1].map(() => labels.map((label) => random.nextInt(6) + 2 * label));
    const weights = labels.map(() => 1 + random.nextInt(3));
    const found = delongDifference(labels, a, b, { weights });
    const areas = [a, b].map((one) => rocAucScore(labels, one, { weights }));
    expect(found.difference).toBeCloseTo(areas[0] - areas[1], 12);
    // By the definition, each pair of rows compared.
    const psi = (x: number, y: number) => (x > y ? 1 : x === y ? 0.5 : 0);
    const rows = (label: number) => labels.flatMap((own, row) => (own === label ? [row] : []));
    const total = (label: number) => rows(label).reduce((sum, row) => sum + weights[row], 0);
    let variance = 0;
    for (const label of [0, 1]) {
      let squares = 0;
      for (const row of rows(label)) {
        const shares = [a, b].map(
          (one) =>
            rows(1 - label).reduce(
              (sum, other) => sum + weights[other] * (label ? psi(one[row], one[other]) : psi(one[other], one[row])),
              0,
            ) / total(1 - label),
        );
        squares += (weights[row] * (shares[0] - areas[0] - shares[1] + areas[1])) ** 2;
      }
      variance += (squares / total(label) ** 2) * (rows(label).length / (rows(label).length - 1));
    }
    const alone = [a, b].map((one) => delongInterval(scoreTable(labels, one, { weights })).auc);
    expect(alone).toEqual(areas.map((area) => expect.closeTo(area, 12)));
    expect(found.interval.high - found.difference).toBeCloseTo(1.959963984540054 * Math.sqrt(variance), 12);
  });

  test('an area has the variance of its difference from chance, with ties and weights, too', () => {
    const random = seededRandom(9);
    const labels = Array.from({ length: 80 }, () => random.nextInt(2));
    const tied = labels.map((label) => random.nextInt(5) + label);
    const weights = labels.map(() => 1 + random.nextInt(4));
    const { auc, low } = delongInterval(scoreTable(labels, tied, { weights }));
    // A constant ranks nothing: its area is ½, without any variance.
    const chance = delongDifference(labels, tied, new Float64Array(80), { weights });
    expect(chance.difference).toBeCloseTo(auc - 0.5, 12);
    const reach = chance.interval.high - chance.difference;
    const odds = Math.log(auc / (1 - auc)) - reach / (auc * (1 - auc));
    expect(low).toBeCloseTo(1 / (1 + Math.exp(-odds)), 12);
  });

  test('scores that part the classes wholly leave one end open', () => {
    const { low, high, note } = delongInterval(scoreTable([0, 0, 0, 1, 1], [1, 2, 3, 4, 5]));
    expect([low, high]).toEqual([expect.closeTo(Math.sqrt(0.025), 12), 1]);
    expect(note).toContain('wholly');
    expect(delongInterval(scoreTable([0, 1], [1, 2]))).toMatchObject({ low: Number.NaN, auc: 1 });
  });

  test('scores that rank alike do not differ', () => {
    expect(
      delongDifference(
        actual,
        scores,
        scores.map((score) => 2 * score + 1),
      ),
    ).toMatchObject({ difference: 0, pValue: 1 });
  });
});

test('Student: mean ± t · s / √n, weights by their effective sample size', () => {
  // 1 2 3 4 5: s = √2.5, t(0.975, 4) = 2.7764.
  const { low, high } = meanInterval([1, 2, 3, 4, 5]);
  expect(low).toBeCloseTo(3 - 2.776445105 * Math.sqrt(0.5), 8);
  expect(high).toBeCloseTo(3 + 2.776445105 * Math.sqrt(0.5), 8);
  expect(meanInterval([1, 2, 3, 4, 5], { weights: [2, 2, 2, 2, 2] }).low).toBeCloseTo(low, 12);
  expect(meanInterval([7]).low).toBeNaN();
});

describe('bootstrap', () => {
  const values = Float64Array.from({ length: 400 }, (_, i) => (i * 37) % 101);
  const sums = rowSums(400, 2, (row, to, at) => {
    to[at] += values[row];
    to[at + 1]++;
  });
  const mean = (total: Float64Array) => total[0] / total[1];

  test('agrees with the analytic interval of a mean', () => {
    const [drawn, analytic] = [bootstrapSums(sums, { mean }, { resamples: 4000 }).mean, meanInterval(values)];
    expect(Math.abs(drawn.low - analytic.low)).toBeLessThan(0.15);
    expect(Math.abs(drawn.high - analytic.high)).toBeLessThan(0.15);
    expect(drawn).toMatchObject({ method: 'bootstrap', resamples: 4000, confidence: 0.95 });
  });

  test('is the same by sums and by counts, for one seed; another seed draws others', () => {
    const byCounts = bootstrap(400, (counts) => {
      let [sum, total] = [0, 0];
      for (let row = 0; row < 400; row++) {
        sum += counts[row] * values[row];
        total += counts[row];
      }
      return sum / total;
    });
    const bySums = bootstrapSums(sums, { mean }).mean;
    expect(byCounts.low).toBeCloseTo(bySums.low, 12);
    expect(bootstrapSums(sums, { mean }).mean).toEqual(bySums);
    expect(bootstrapSums(sums, { mean }, { seed: 8 }).mean.low).not.toBe(bySums.low);
  });

  test('many rows are grouped within their blocks, and the note says so', () => {
    const add = (_: number, to: Float64Array, at: number) => {
      to[at]++;
    };
    const many = rowSums(100_001, 1, add, { blockOffsets: [0, 65_536, 65_537, 100_001] });
    expect([many.unitRows, many.unitCount]).toEqual([512, 128 + 1 + 68]);
    expect(totalSums(many)[0]).toBe(100_001);
    expect(many.values[128]).toBe(1);
    const { n } = bootstrapSums(many, { n: (total) => total[0] }, { resamples: 20 });
    expect(n.note).toBe('197 groups of up to 512 neighbouring rows were drawn, as there are many rows');
    expect(rowSums(100_000, 1, add).unitRows).toBe(1);
    expect(rowSums(4_200_000, 1, add)).toMatchObject({ unitRows: 2048, unitCount: 2051 });
  });

  test('draws in which the metric is undefined are left out and counted; few rows give no interval', () => {
    const rare = rowSums(40, 1, (row, to, at) => {
      to[at] += Number(row < 2);
    });
    const { inverse } = bootstrapSums(rare, { inverse: ([hits]) => (hits === 0 ? Number.NaN : 1 / hits) });
    expect(inverse.note).toMatch(/^undefined in 1\d\d of 1000 draws, which were left out$/);
    expect(bootstrap(9, () => 1)).toMatchObject({ low: Number.NaN, note: '9 rows are too few to draw from' });
    expect(() => bootstrap(50, () => 1, { resamples: 5 })).toThrow('resamples: expected a whole number');
  });

  test('neighbours that hang together widen the interval of many rows', () => {
    // Each 512 rows share one value: as much is known as from 200 rows, not from 102,400.
    const random = seededRandom(6);
    let level = 0;
    const one = rowSums(102_400, 2, (row, to, at) => {
      if (row % 512 === 0) level = random.normal();
      to[at] += level;
      to[at + 1]++;
    });
    const { low, high } = bootstrapSums(one, { mean }).mean;
    expect(high - low).toBeGreaterThan(0.2);
  });
});

test('the jackknife of average precision is the metric of sklearn, and its derivative by the weights', () => {
  const [actual, scores] = [
    [1, 0, 1, 1, 0, 0, 1, 0, 1, 0],
    [0.9, 0.8, 0.8, 0.6, 0.55, 0.5, 0.5, 0.3, 0.2, 0.1],
  ];
  const value = (weights: number[]) =>
    averagePrecisionInterval(scoreTable(actual, scores, { weights })).averagePrecision;
  const weights = [1, 2, 1, 0.5, 1, 1, 3, 1, 1, 0];
  const step = 1e-5;
  const squares = weights.map((weight, i) => {
    if (weight === 0) return 0;
    const slope = (value(weights.with(i, weight + step)) - value(weights.with(i, weight - step))) / (2 * step);
    return (weight * slope) ** 2;
  });
  const error = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
  const found = averagePrecisionInterval(scoreTable(actual, scores, { weights }));
  expect(found.averagePrecision - found.low).toBeCloseTo(1.959963984540054 * error, 7);
  // [0 0 1 1], [.1 .4 .35 .8]: 0.8333, the example of scikit-learn's documentation.
  expect(averagePrecisionInterval(scoreTable([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).averagePrecision).toBeCloseTo(
    5 / 6,
    14,
  );
  expect(averagePrecisionInterval(scoreTable([0, 0], [1, 2])).low).toBeNaN();
});

test.each([
  ['only positive rows', () => true],
  ['positive rows above all others', (score: number) => score > 0.4],
])('average precision is 1 with %s, whatever they weigh, and so is its interval', (_, isPositive) => {
  const random = seededRandom(3);
  for (const rowCount of [3, 7, 49, 100]) {
    const scores = Float64Array.from({ length: rowCount }, () => random.nextFloat());
    scores[0] = 0.9;
    const actual = Int32Array.from(scores, (score) => Number(isPositive(score)));
    const weights = Float64Array.from(scores, () => random.nextFloat() + 0.01);
    for (const weighted of [{}, { weights }]) {
      const table = scoreTable(actual, scores, weighted);
      expect(averagePrecisionInterval(table)).toMatchObject({ averagePrecision: 1, low: 1, high: 1 });
      if (actual.includes(0)) continue;
      // Where all rows are positive, chance is perfect, too.
      expect(averagePrecisionAgainstChance(table)).toMatchObject({ difference: 0, pValue: 1 });
    }
  }
});

describe('comparison', () => {
  test("McNemar's test by hand", () => {
    // 5 against 1: 2 · (1 + 6) / 64. 121 against 59: 61² / 180.
    expect(mcnemarTest(5, 1, 50).pValue).toBeCloseTo(14 / 64, 14);
    expect(mcnemarTest(121, 59, 500).statistic).toBeCloseTo(61 ** 2 / 180, 12);
    expect(mcnemarTest(121, 59, 500).difference).toBeCloseTo(0.124, 14);
    expect(mcnemarTest(0, 0, 50)).toMatchObject({ pValue: 1, difference: 0 });
    expect(mcnemarTest(9, 5, 50, { method: 'continuity' }).statistic).toBeCloseTo(9 / 14, 14);
  });

  test('a difference that is plain is seen, one and the same model has none', () => {
    const random = seededRandom(12);
    const losses = Array.from({ length: 120 }, () => [random.nextFloat(), random.nextFloat() + 0.4]);
    const sums = rowSums(120, 4, (row, to, at) => {
      to[at] += losses[row][0];
      to[at + 1]++;
      to[at + 2] += losses[row][1];
      to[at + 3]++;
    });
    const mean = (total: Float64Array) => total[0] / total[1];
    const bySums = pairedBootstrapSums(sums, mean);
    expect(bySums.pValue).toBeLessThan(0.01);
    expect(bySums.interval.high).toBeLessThan(-0.2);
    const byCounts = pairedBootstrap(
      120,
      (counts) => counts.reduce((sum, count, row) => sum + count * (losses[row][0] - losses[row][1]), 0) / 120,
    );
    expect(byCounts.difference).toBeCloseTo(bySums.difference, 12);
    const [a, b] = [0, 1].map((k) => losses.map((pair) => pair[k]));
    expect(lossDifference(a, b).interval.low).toBeCloseTo(bySums.interval.low, 1);
    expect(lossDifference(a, a)).toMatchObject({ difference: 0, pValue: 1 });
    expect(pairedBootstrap(120, () => 0).pValue).toBe(1);
  });
});
