import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { andersonDarlingTest } from '../../../lib/core/statistics/anderson-darling.ts';
import { fisherExactTest, independenceTest } from '../../../lib/core/statistics/contingency.ts';
import { kendallTest, spearmanTest } from '../../../lib/core/statistics/correlation.ts';
import { kolmogorovSmirnovTest } from '../../../lib/core/statistics/kolmogorov-smirnov.ts';
import { mannWhitneyTest } from '../../../lib/core/statistics/mann-whitney.ts';
import { benjaminiHochberg, holm } from '../../../lib/core/statistics/multiplicity.ts';
import { shapiroWilkTest } from '../../../lib/core/statistics/normality.ts';
import { populationStability } from '../../../lib/core/statistics/population-stability.ts';
import { pairedTTest } from '../../../lib/core/statistics/t-test.ts';
import { wilcoxonTest } from '../../../lib/core/statistics/wilcoxon.ts';

/** All ways to choose `size` of the numbers below `count`. */
function choices(count: number, size: number): number[][] {
  if (size === 0) return [[]];
  if (count < size) return [];
  return [...choices(count - 1, size), ...choices(count - 1, size - 1).map((rest) => [...rest, count - 1])];
}

describe('exact p-values are counts over all orders', () => {
  const orders = choices(9, 4).map((a) => {
    const b = Array.from({ length: 9 }, (_, i) => i).filter((i) => !a.includes(i));
    return { ks: kolmogorovSmirnovTest(a, b), mw: mannWhitneyTest(a, b) };
  });

  test('Kolmogorov–Smirnov', () => {
    for (const { ks } of orders) {
      const further = orders.filter((other) => other.ks.statistic >= ks.statistic - 1e-12).length;
      expect(ks.pValue).toBeCloseTo(further / orders.length, 14);
    }
  });

  test('Mann–Whitney', () => {
    for (const { mw } of orders) {
      const further = orders.filter((o) => Math.abs(o.mw.statistic - 10) >= Math.abs(mw.statistic - 10)).length;
      expect(mw.pValue).toBeCloseTo(Math.min(1, further / orders.length), 14);
    }
  });

  test('Wilcoxon', () => {
    const signs = Array.from({ length: 64 }, (_, bits) =>
      Array.from({ length: 6 }, (_, i) => ((bits >> i) & 1 ? 1 : -1)),
    );
    const all = signs.map((sign) =>
      wilcoxonTest(
        sign.map((s, i) => s * (i + 1)),
        [0, 0, 0, 0, 0, 0],
      ),
    );
    for (const { statistic, pValue } of all) {
      const further = all.filter((other) => other.statistic <= statistic).length;
      expect(pValue).toBeCloseTo(Math.min(1, further / 64), 14);
    }
  });
});

test("Fisher's tea: 3 of 4 cups right is as good as chance in 0.486 of the cases", () => {
  // Fisher 1935, The Design of Experiments, chapter II: (1 + 16 + 16 + 1) / 70 of the orders are as far out.
  expect(
    fisherExactTest([
      [3, 1],
      [1, 3],
    ]).pValue,
  ).toBeCloseTo(34 / 70, 14);
});

test('an exact p-value in the far tail keeps its digits', () => {
  const a = Array.from({ length: 40 }, (_, i) => i);
  const b = a.map((value) => value + 1000);
  // Two of the C(80, 40) orders separate the samples.
  const orders = Array.from({ length: 40 }, (_, i) => (41 + i) / (1 + i)).reduce((all, factor) => all * factor, 1);
  expect((kolmogorovSmirnovTest(a, b).pValue * orders) / 2).toBeCloseTo(1, 12);
});

test('samples too large for the exact Kolmogorov–Smirnov test are tested by the limit', () => {
  const random = seededRandom(3);
  const [a, b] = [0, 0.05].map((shift) => Float64Array.from({ length: 10_001 }, () => random.normal() + shift));
  const { statistic, pValue } = kolmogorovSmirnovTest(a, b);
  const exact = kolmogorovSmirnovTest(a.subarray(0, 10_000), b.subarray(0, 10_000), { method: 'asymptotic' });
  expect(pValue).toBeLessThan(0.05);
  expect(statistic).toBeCloseTo(exact.statistic, 2);
});

test('a test is undefined where its data say nothing', () => {
  expect(kolmogorovSmirnovTest([], [1]).pValue).toBeNaN();
  expect(mannWhitneyTest([], [1]).pValue).toBeNaN();
  expect(wilcoxonTest([1, 2], [1, 2]).pValue).toBeNaN();
  expect(andersonDarlingTest([1, 1], [1, 1]).pValue).toBeNaN();
  expect(pairedTTest([2], [1]).pValue).toBeNaN();
  expect(shapiroWilkTest([1, 2]).pValue).toBeNaN();
  expect(spearmanTest([1, 1], [1, 2]).statistic).toBeNaN();
  expect(kendallTest([1, 1, 1], [1, 2, 3]).statistic).toBeNaN();
  expect(
    independenceTest([
      [0, 0],
      [1, 2],
    ]).pValue,
  ).toBeNaN();
});

test("of three values, Shapiro and Wilk's W is at least ¾, where the p-value is 0", () => {
  expect(shapiroWilkTest([0, 0, 1])).toEqual({ statistic: expect.closeTo(0.75, 12), pValue: expect.closeTo(0, 7) });
  expect(shapiroWilkTest([0, 1, 2])).toEqual({ statistic: expect.closeTo(1, 12), pValue: expect.closeTo(1, 7) });
});

test('the stability index is judged by the size of the samples', () => {
  // The same shares, ten times the rows: the index stays, its p-value does not.
  const row = (counts: number[], times: number) => counts.flatMap((count, bin) => Array(count * times).fill(bin));
  const [few, many] = [1, 10].map((times) =>
    populationStability(row([10, 10, 10, 10], times), row([14, 9, 9, 8], times), { bins: 4 }),
  );
  expect(many.index).toBeCloseTo(few.index, 12);
  expect(few.pValue).toBeGreaterThan(0.3);
  expect(many.pValue).toBeLessThan(0.05);
});

test('the stability index rejects a true null in about 5% of the cases at 5%', () => {
  let rejected = 0;
  for (let trial = 0; trial < 1000; trial++) {
    const random = seededRandom(11, trial);
    const [a, b] = [400, 600].map((count) => Float64Array.from({ length: count }, () => random.normal()));
    if (populationStability(a, b).pValue < 0.05) rejected++;
  }
  expect(rejected / 1000).toBeGreaterThan(0.03);
  expect(rejected / 1000).toBeLessThan(0.07);
});

describe('p-values for looking at many', () => {
  test("Benjamini and Hochberg's example: 4 of 15 are kept at 5%", () => {
    // Benjamini & Hochberg 1995, section 4.1: thrombolysis trial.
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(benjaminiHochberg(p).filter((value) => value <= 0.05)).toHaveLength(4);
    expect(holm(p).filter((value) => value <= 0.05)).toHaveLength(3);
  });

  test('each keeps the place of its value, and what is undefined', () => {
    expect([...benjaminiHochberg([0.04, Number.NaN, 0.01])]).toEqual([0.04, Number.NaN, 0.02]);
    expect([...holm([0.04, Number.NaN, 0.01])]).toEqual([0.04, Number.NaN, 0.02]);
    expect([...holm([0.9, 0.8])]).toEqual([1, 1]);
  });
});
