import { cramerVonMisesTail } from '../distributions/cramer-von-mises.ts';
import { averageRanks, pooled, sorted } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/**
 * Whether two samples come from one distribution: the squared gap between their empirical ones.
 *
 * The p-value is that of the limit, with mean and variance mended for the sizes; ties take their mean rank. NaN when a
 * sample has fewer than two values.
 *
 * @see Anderson 1962, Annals of Mathematical Statistics 33(3), equations 9 to 15
 */
export function cramerVonMisesTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const [n, m] = [a.length, b.length];
  if (n < 2 || m < 2) return undefinedResult();
  const { ranks } = averageRanks(pooled(sorted(a), sorted(b)));
  let [first, second] = [0, 0];
  for (let i = 0; i < n; i++) first += (ranks[i] - i - 1) ** 2;
  for (let j = 0; j < m; j++) second += (ranks[n + j] - j - 1) ** 2;
  const [product, count] = [n * m, n + m];
  const statistic = (n * first + m * second) / (product * count) - (4 * product - 1) / (6 * count);

  const expected = (1 + 1 / count) / 6;
  const spread =
    ((count + 1) * (4 * product * count - 3 * (n * n + m * m) - 2 * product)) / (180 * count ** 2 * product);
  return { statistic, pValue: cramerVonMisesTail(1 / 6 + (statistic - expected) / Math.sqrt(45 * spread)) };
}
