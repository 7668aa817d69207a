import { studentTail } from '../distributions/tails.ts';
import { mean, sumOfSquares, variance } from './describe.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/**
 * Whether two samples have one mean: Student's t, or Welch's where the variances may differ. Two-sided.
 *
 * @see Student 1908, Biometrika 6(1); Welch 1947, Biometrika 34(1/2)
 */
export function tTest(a: ArrayLike<number>, b: ArrayLike<number>, { equalVariances = true } = {}): TestResult {
  const gap = mean(a) - mean(b);
  if (equalVariances) {
    const degrees = a.length + b.length - 2;
    const spread = (sumOfSquares(a) + sumOfSquares(b)) / degrees;
    return fromT(gap / Math.sqrt(spread * (1 / a.length + 1 / b.length)), degrees);
  }
  const [shareA, shareB] = [variance(a) / a.length, variance(b) / b.length];
  const degrees = (shareA + shareB) ** 2 / (shareA ** 2 / (a.length - 1) + shareB ** 2 / (b.length - 1));
  return fromT(gap / Math.sqrt(shareA + shareB), degrees);
}

/** Whether the mean of the differences a − b of paired values is 0. Two-sided. */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const gaps = Float64Array.from(a, (value, i) => value - b[i]);
  return fromT(mean(gaps) / Math.sqrt(variance(gaps) / gaps.length), gaps.length - 1);
}

function fromT(statistic: number, degrees: number): TestResult {
  if (Number.isNaN(statistic) || !(degrees > 0)) return undefinedResult();
  return { statistic, pValue: Math.min(1, 2 * studentTail(Math.abs(statistic), degrees)) };
}
