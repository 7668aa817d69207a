import { normalTail } from '../distributions/tails.ts';
import { averageRanks, pooled } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/**
 * Whether values of `a` tend to be larger than those of `b`, or smaller; the statistic is U of `a`.
 *
 * `auto` is exact when there are no ties and one sample has at most 8 values.
 *
 * @param alternative `greater`: values of `a` are the larger ones
 * @param continuity whether the normal approximation moves half a step towards the middle
 * @see Mann & Whitney 1947, Annals of Mathematical Statistics 18(1)
 */
export function mannWhitneyTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  {
    method = 'auto',
    alternative = 'two-sided',
    continuity = true,
  }: {
    method?: 'auto' | 'exact' | 'asymptotic';
    alternative?: 'two-sided' | 'greater' | 'less';
    continuity?: boolean;
  } = {},
): TestResult {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return undefinedResult();
  const { ranks, ties } = averageRanks(pooled(a, b));
  let statistic = (-n * (n + 1)) / 2;
  for (let i = 0; i < n; i++) statistic += ranks[i];
  const other = n * m - statistic;
  const extreme = alternative === 'greater' ? statistic : alternative === 'less' ? other : Math.max(statistic, other);
  const hasTies = ties.some((count) => count > 1);
  const isExact = method === 'exact' || (method === 'auto' && !hasTies && Math.min(n, m) <= 8);
  const tail = isExact ? exactTail(n, m, extreme) : normalTail(standardised(extreme, n, m, ties, continuity));
  return { statistic, pValue: alternative === 'two-sided' ? (tail > 0.5 ? 1 : 2 * tail) : tail };
}

function standardised(u: number, n: number, m: number, ties: number[], continuity: boolean): number {
  const count = n + m;
  const tied = ties.reduce((total, size) => total + (size * size * size - size), 0);
  const deviation = Math.sqrt(((n * m) / 12) * (count + 1 - tied / (count * (count - 1))));
  return (u - (n * m) / 2 - (continuity ? 0.5 : 0)) / deviation;
}

/**
 * How likely U is at least `u` without ties.
 *
 * The counts are the coefficients of the Gaussian binomial, formed one factor (1 − q^(m + i)) / (1 − q^i) at a time. A
 * coefficient depends on smaller ones only, so those of a tail keep their digits.
 */
function exactTail(n: number, m: number, u: number): number {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const counts = new Float64Array(few * many + 1);
  counts[0] = 1;
  for (let i = 1; i <= few; i++) {
    for (let k = i * many; k >= many + i; k--) counts[k] -= counts[k - many - i];
    for (let k = i; k <= i * many; k++) counts[k] += counts[k - i];
  }
  // The distribution is symmetric: U at least u is as likely as U at most n·m − u.
  let tail = 0;
  for (let k = Math.floor(few * many - u); k >= 0; k--) tail += counts[k];
  let orders = 1;
  for (let i = 1; i <= few; i++) orders *= (many + i) / i;
  return Math.min(1, tail / orders);
}
