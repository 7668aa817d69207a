import { betaTails } from '../distributions/beta.ts';
import { chiSquareTail, normalTail } from '../distributions/tails.ts';
import { exp, log, pow } from '../elementary.ts';
import { normalQuantile } from '../normal-quantile.ts';
import { excessKurtosis, mean, skewness, sumOfSquares } from './describe.ts';
import { sorted } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/**
 * Whether values are normally distributed, by their skewness and kurtosis: the K² test. NaN with fewer than 8 values.
 *
 * @see D'Agostino & Pearson 1973, Biometrika 60(3); Anscombe & Glynn 1983, Biometrika 70(1), for the kurtosis
 */
export function skewnessKurtosisTest(values: ArrayLike<number>): TestResult {
  if (values.length < 8) return undefinedResult();
  const [s, k] = [skewnessDeviate(values), kurtosisDeviate(values)];
  const statistic = s * s + k * k;
  return Number.isNaN(statistic) ? undefinedResult() : { statistic, pValue: chiSquareTail(statistic, 2) };
}

/** @see D'Agostino 1970, Biometrika 57(3) */
function skewnessDeviate(values: ArrayLike<number>): number {
  const n = values.length;
  const y = skewness(values) * Math.sqrt(((n + 1) * (n + 3)) / (6 * (n - 2)));
  const beta = (3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3)) / ((n - 2) * (n + 5) * (n + 7) * (n + 9));
  const square = Math.sqrt(2 * (beta - 1)) - 1;
  const ratio = y / Math.sqrt(2 / (square - 1));
  return log(ratio + Math.sqrt(ratio * ratio + 1)) / Math.sqrt(0.5 * log(square));
}

function kurtosisDeviate(values: ArrayLike<number>): number {
  const n = values.length;
  const expected = (3 * (n - 1)) / (n + 1);
  const spread = (24 * n * (n - 2) * (n - 3)) / ((n + 1) * (n + 1) * (n + 3) * (n + 5));
  const x = (excessKurtosis(values) + 3 - expected) / Math.sqrt(spread);
  const rootBeta =
    ((6 * (n * n - 5 * n + 2)) / ((n + 7) * (n + 9))) * Math.sqrt((6 * (n + 3) * (n + 5)) / (n * (n - 2) * (n - 3)));
  const a = 6 + (8 / rootBeta) * (2 / rootBeta + Math.sqrt(1 + 4 / (rootBeta * rootBeta)));
  const below = 1 + x * Math.sqrt(2 / (a - 4));
  const root = Math.sign(below) * pow((1 - 2 / a) / Math.abs(below), 1 / 3);
  return (1 - 2 / (9 * a) - root) / Math.sqrt(2 / (9 * a));
}

/**
 * Whether values are normally distributed, by how straight they lie against normal order statistics: Shapiro and Wilk's W.
 *
 * NaN with fewer than 3 values or a constant. The p-value is good for up to 5,000 values.
 *
 * @see Royston 1995, Applied Statistics 44(4), algorithm AS R94
 */
export function shapiroWilkTest(values: ArrayLike<number>): TestResult {
  const n = values.length;
  const ascending = sorted(values);
  if (n < 3 || ascending[0] === ascending[n - 1]) return undefinedResult();
  const weights = shapiroWeights(n);
  let across = 0;
  for (let i = 0; i < weights.length; i++) across += weights[i] * (ascending[n - 1 - i] - ascending[i]);
  const statistic = Math.min(1, across ** 2 / sumOfSquares(ascending.map((value) => value - mean(values))));
  return { statistic, pValue: shapiroTail(statistic, n) };
}

/** Of the upper half of the order statistics, from the outermost in. */
function shapiroWeights(n: number): Float64Array {
  const half = n >> 1;
  if (n === 3) return Float64Array.of(Math.sqrt(0.5));
  const scores = Float64Array.from({ length: half }, (_, i) => -normalQuantile((i + 1 - 0.375) / (n + 0.25)));
  const squares = 2 * scores.reduce((total, score) => total + score * score, 0);
  const root = 1 / Math.sqrt(n);
  const outer = horner([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], root) + scores[0] / Math.sqrt(squares);
  const next = horner([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root) + scores[1] / Math.sqrt(squares);
  const given = n > 5 ? 2 : 1;
  let [rest, left] = [squares - 2 * scores[0] ** 2, 1 - 2 * outer * outer];
  if (given === 2) {
    rest -= 2 * scores[1] ** 2;
    left -= 2 * next * next;
  }
  const weights = scores.map((score) => score / Math.sqrt(rest / left));
  weights[0] = outer;
  if (given === 2) weights[1] = next;
  return weights;
}

function shapiroTail(w: number, n: number): number {
  // Three values: the exact (6/π)(arcsin √W − arcsin √¾), the arc sine being a beta distribution.
  if (n === 3) return Math.min(1, Math.max(0, 3 * betaTails(0.5, 0.5, w).lower - 2));
  const y = log(1 - w);
  const size = log(n);
  if (n <= 11) {
    const limit = 0.459 * n - 2.273;
    if (y >= limit) return 1e-99;
    const centre = horner([0.544, -0.39978, 0.025054, -6.714e-4], n);
    const spread = exp(horner([1.3822, -0.77857, 0.062767, -0.0020322], n));
    return normalTail((-log(limit - y) - centre) / spread);
  }
  const centre = horner([-1.5861, -0.31082, -0.083751, 0.0038915], size);
  const spread = exp(horner([-0.4803, -0.082676, 0.0030302], size));
  return normalTail((y - centre) / spread);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((value, coefficient) => value * x + coefficient, 0);
}
