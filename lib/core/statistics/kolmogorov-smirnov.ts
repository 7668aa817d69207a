import { kolmogorovGapTail } from '../distributions/kolmogorov.ts';
import { sorted } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/** Above this many values in one sample the exact test is left for the limit: its work is the product of both. */
const exactLimit = 10_000;

/**
 * Whether two samples come from one distribution: the greatest gap between their empirical ones. Two-sided.
 *
 * Exact while neither sample has more than 10,000 values; beyond, and on request, as if n·m / (n + m) values were held
 * against a known distribution, which is NaN where that is below one half. With ties both are conservative.
 *
 * @see Hodges 1958, Arkiv för Matematik 3(43), 469-486; Schröer & Trenkler 1995 for the recursion
 */
export function kolmogorovSmirnovTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { method = 'auto' }: { method?: 'auto' | 'exact' | 'asymptotic' } = {},
): TestResult {
  if (a.length === 0 || b.length === 0) return undefinedResult();
  const statistic = greatestGap(sorted(a), sorted(b));
  const isExact = method === 'exact' || (method === 'auto' && Math.max(a.length, b.length) <= exactLimit);
  if (isExact) return { statistic, pValue: reachingShare(a.length, b.length, statistic) };
  return {
    statistic,
    pValue: kolmogorovGapTail(statistic, roundHalfEven((a.length * b.length) / (a.length + b.length))),
  };
}

function greatestGap(a: Float64Array, b: Float64Array): number {
  let [i, j, gap] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    gap = Math.max(gap, Math.abs(i * b.length - j * a.length));
  }
  return gap / (a.length * b.length);
}

/**
 * How many, of all orders in which n and m values can stand, have a gap of at least `gap` somewhere.
 *
 * An order is a path of n steps one way and m the other; the last step of a random path to (i, j) is of the first kind
 * in i of i + j cases. All terms are positive, so a small share keeps its digits.
 */
function reachingShare(n: number, m: number, gap: number): number {
  // In whole numbers, so that a gap that is reached exactly is seen to be.
  const least = Math.round(gap * n * m);
  if (least === 0) return 1;
  const shares = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= least) shares[j] = 1;
      else if (j === 0) shares[j] = i === 0 ? 0 : shares[0];
      else shares[j] = (i * shares[j] + j * shares[j - 1]) / (i + j);
    }
  }
  return shares[m];
}

function roundHalfEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
