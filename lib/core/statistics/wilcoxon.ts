import { normalTail } from '../distributions/tails.ts';
import { averageRanks } from './ranks.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/** Most differences for which the exact distribution is formed. */
const exactLimit = 50;

/**
 * Whether the differences a − b of paired values lie evenly around 0: the signed-rank test. Two-sided.
 *
 * Differences of 0 are left out, as Wilcoxon did. Exact with at most 50 pairs, none of them equal; else by the normal
 * approximation, corrected for ties and not for continuity. NaN when no difference is left.
 *
 * @see Wilcoxon 1945, Biometrics Bulletin 1(6)
 */
export function wilcoxonTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const gaps = Array.from(a, (value, i) => value - b[i]).filter((gap) => gap !== 0);
  if (gaps.length === 0) return undefinedResult();
  const { ranks, ties } = averageRanks(gaps.map(Math.abs));
  const count = gaps.length;
  const most = (count * (count + 1)) / 2;
  const plus = gaps.reduce((total, gap, i) => (gap > 0 ? total + ranks[i] : total), 0);
  const statistic = Math.min(plus, most - plus);
  if (a.length <= exactLimit && count === a.length) return { statistic, pValue: exactShare(count, Math.floor(plus)) };

  const tied = ties.reduce((total, size) => total + (size * size * size - size), 0);
  const deviation = Math.sqrt((most * (2 * count + 1)) / 12 - tied / 48);
  return { statistic, pValue: 2 * normalTail(Math.abs(statistic - most / 2) / deviation) };
}

/** How likely a sum of the ranks 1 … count, each taken or not, lies as far out as `plus`. */
function exactShare(count: number, plus: number): number {
  const most = (count * (count + 1)) / 2;
  const shares = new Float64Array(most + 1);
  shares[0] = 1;
  for (let rank = 1; rank <= count; rank++) {
    for (let sum = (rank * (rank + 1)) / 2; sum >= 0; sum--) {
      shares[sum] = 0.5 * (shares[sum] + (sum >= rank ? shares[sum - rank] : 0));
    }
  }
  let tail = 0;
  for (let sum = Math.min(plus, most - plus); sum >= 0; sum--) tail += shares[sum];
  return Math.min(1, 2 * tail);
}
