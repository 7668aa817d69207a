import { describe, expect, test } from 'vitest';
import { cramerVonMisesTail } from '../../../lib/core/distributions/cramer-von-mises.ts';
import { logGamma } from '../../../lib/core/distributions/gamma.ts';
import { kolmogorovGapTail, kolmogorovTail, oneSidedGapTail } from '../../../lib/core/distributions/kolmogorov.ts';
import {
  betaQuantile,
  chiSquareQuantile,
  fisherQuantile,
  studentQuantile,
} from '../../../lib/core/distributions/quantiles.ts';
import {
  binomialTails,
  chiSquareTail,
  fisherTail,
  normalShare,
  normalTail,
  studentTail,
} from '../../../lib/core/distributions/tails.ts';
import golden from '../../golden/distributions.json' with { type: 'json' };

/** Largest relative error over the rows of a golden table. */
function worst(rows: unknown, found: (...of: number[]) => number): number {
  return Math.max(
    ...(rows as [number[], number][]).map(([of, value]) => Math.abs(found(...of) - value) / Math.max(value, 1e-290)),
  );
}

describe('tails agree with mpmath to 1e-12 of themselves, however small', () => {
  test('normal', () => expect(worst(golden.normalTail, normalTail)).toBeLessThan(1e-12));
  test('chi-square', () => expect(worst(golden.chiSquareTail, chiSquareTail)).toBeLessThan(1e-12));
  test("Student's t", () => expect(worst(golden.studentTail, studentTail)).toBeLessThan(1e-12));
  test("Fisher's F", () => expect(worst(golden.fisherTail, fisherTail)).toBeLessThan(1e-12));
  test('binomial', () =>
    expect(worst(golden.binomialAbove, (...of) => binomialTails(of[0], of[1], of[2]).above)).toBeLessThan(1e-12));
  test('Cramér–von Mises, whose tail is a difference from 1', () =>
    expect(worst(golden.cramerVonMisesTail, cramerVonMisesTail)).toBeLessThan(1e-9));
});

test('both tails of a normal and of a binomial variate make 1', () => {
  for (const x of [-4, -0.3, 0, 2]) expect(normalShare(x) + normalTail(x)).toBeCloseTo(1, 15);
  const { atMost, above } = binomialTails(3, 8, 0.4);
  expect(atMost + above).toBeCloseTo(1, 15);
  expect(binomialTails(8, 8, 0.4)).toEqual({ atMost: 1, above: 0 });
  expect(binomialTails(-1, 8, 0.4)).toEqual({ atMost: 0, above: 1 });
});

test('quantiles undo their tails', () => {
  for (const p of [1e-9, 0.025, 0.5, 0.8, 0.975]) {
    expect(1 - studentTail(studentQuantile(p, 7), 7)).toBeCloseTo(p, 13);
    expect(1 - chiSquareTail(chiSquareQuantile(p, 3), 3)).toBeCloseTo(p, 13);
    expect(1 - fisherTail(fisherQuantile(p, 4, 11), 4, 11)).toBeCloseTo(p, 13);
    expect(binomialTails(2, 10, betaQuantile(p, 3, 8)).above).toBeCloseTo(p, 13);
  }
});

test.each([
  // Fisher & Yates 1963, Statistical Tables, III: two-sided 5% and 1%.
  [0.975, 10, 2.228],
  [0.975, 30, 2.042],
  [0.995, 5, 4.032],
])("Student's t below which %d lies, with %d degrees of freedom, is the table's %d", (p, degrees, value) => {
  expect(studentQuantile(p, degrees)).toBeCloseTo(value, 3);
  expect(studentQuantile(1 - p, degrees)).toBeCloseTo(-value, 3);
});

test('infinite degrees of freedom make a t normal', () => {
  expect(studentTail(1.3, Number.POSITIVE_INFINITY)).toBe(normalTail(1.3));
  expect(studentTail(Number.POSITIVE_INFINITY, 3)).toBe(0);
});

test('log Γ has the values of factorials and of √π', () => {
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
  expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 13);
  expect(logGamma(0)).toBe(Number.POSITIVE_INFINITY);
  expect(logGamma(-1)).toBeNaN();
});

describe("Kolmogorov's distribution", () => {
  test.each([
    // scipy 1.17.1, stats.kstwo.sf: one value for each form that is used.
    [0.3, 5, 0.664],
    [0.1, 100, 0.2526927570063874],
    [0.05, 140, 0.8576480297656114],
    [0.05, 200, 0.6802625495871704],
    [0.03, 1000, 0.3226902143914636],
    [0.003, 200000, 0.0545369786611305],
    [0.0007, 1000000, 0.7109578604736],
    [0.3, 150, 1.8096708700049624e-12],
  ])('gap %d of %d draws', (d, n, tail) => {
    expect(Math.abs(kolmogorovGapTail(d, n) / tail - 1)).toBeLessThan(1e-11);
  });

  test('is reached by both series where they meet, and by n draws as n grows', () => {
    expect(kolmogorovTail(0.82 - 1e-15)).toBeCloseTo(kolmogorovTail(0.82), 14);
    expect(kolmogorovGapTail(1.36 / 1000, 1_000_000)).toBeCloseTo(kolmogorovTail(1.36), 3);
  });

  test('of one draw is that of a uniform variate', () => {
    // The gap is max(u, 1 − u): at least d in 2(1 − d) of the cases; one-sided, in 1 − d.
    expect(kolmogorovGapTail(0.7, 1)).toBeCloseTo(0.6, 15);
    expect(oneSidedGapTail(0.7, 1)).toBeCloseTo(0.3, 15);
    expect(kolmogorovGapTail(0.5, 0)).toBeNaN();
  });
});

test('what lies outside the domain is NaN, and ends', () => {
  expect(chiSquareTail(1, Number.POSITIVE_INFINITY)).toBeNaN();
  expect(chiSquareTail(Number.NaN, 3)).toBeNaN();
  expect(fisherTail(Number.NaN, 3, 2)).toBeNaN();
  expect(studentTail(Number.NaN, 2)).toBeNaN();
  expect(betaQuantile(2, 1, 1)).toBeNaN();
});
