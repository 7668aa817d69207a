import { exp, log } from '../elementary.ts';
import { leastSquares } from '../least-squares.ts';
import { pooled, sorted } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/** Significances of table 2, and the coefficients that give their critical values. */
const levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
const b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
const b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
const b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];

/**
 * Whether two samples come from one distribution, with weight on the tails: the midrank form of the k-sample test, k = 2.
 *
 * The p-value is interpolated in the published table, and lies in [0.001, 0.25]: at an end, the true one lies beyond. NaN
 * with fewer than two distinct values or fewer than four in all.
 *
 * @see Scholz & Stephens 1987, Journal of the American Statistical Association 82(399), equation 7 and table 2
 */
export function andersonDarlingTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const count = a.length + b.length;
  const all = sorted(pooled(a, b));
  if (count < 4 || a.length === 0 || b.length === 0 || all[0] === all[count - 1]) return undefinedResult();
  const gap = ((count - 1) / count) * (midrankGap(sorted(a), all) + midrankGap(sorted(b), all));
  const statistic = (gap - 1) / Math.sqrt(nullVariance(a.length, b.length));
  return { statistic, pValue: interpolated(statistic) };
}

function midrankGap(sample: Float64Array, all: Float64Array): number {
  const count = all.length;
  let [total, before] = [0, 0];
  for (let start = 0; start < count; ) {
    let end = start;
    while (end < count && all[end] === all[start]) end++;
    let until = before;
    while (until < sample.length && sample[until] === all[start]) until++;
    const ties = end - start;
    const [middle, own] = [start + ties / 2, (before + until) / 2];
    const gap = count * own - middle * sample.length;
    total += ((ties / count) * gap * gap) / (middle * (count - middle) - (count * ties) / 4);
    [start, before] = [end, until];
  }
  return total / sample.length;
}

function nullVariance(n: number, m: number): number {
  const count = n + m;
  const inverses = 1 / n + 1 / m;
  let [h, g] = [1, 0];
  let partial = 0;
  for (let i = count - 1; i >= 2; i--) {
    partial += 1 / i;
    g += partial / (count - i + 1);
  }
  h += partial;
  const k = 2;
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverses;
  const b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverses - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverses + 4 * h;
  const d = (2 * h + 6) * k * k - 4 * h * k;
  return (((a * count + b) * count + c) * count + d) / ((count - 1) * (count - 2) * (count - 3));
}

/** By the parabola through the logarithms of the levels, least squares. */
function interpolated(statistic: number): number {
  const critical = b0.map((value, i) => value + b1[i] + b2[i]);
  if (statistic < critical[0]) return levels[0];
  if (statistic > critical[critical.length - 1]) return levels[levels.length - 1];
  const parabola = leastSquares(3);
  for (const [i, value] of critical.entries()) parabola.add([1, value, value * value], 0, log(levels[i]));
  const [c0, c1, c2] = parabola.solve();
  return exp(c0 + statistic * (c1 + statistic * c2));
}
