import { checkSameLength } from '../../core/checks.ts';
import { studentQuantile } from '../../core/distributions/quantiles.ts';
import { binomialTails, chiSquareTail } from '../../core/distributions/tails.ts';
import { mean, variance } from '../../core/statistics/describe.ts';
import { pairedTTest } from '../../core/statistics/t-test.ts';
import { type BootstrapOptions, drawCounts, drawSums, percentileInterval } from './bootstrap.ts';
import { type Interval, type IntervalOptions, normalInterval } from './interval.ts';
import { type RowSums, totalSums } from './row-sums.ts';

/** How two models differ on the same rows. */
export interface Comparison {
  /** The metric of the first less that of the second. */
  difference: number;
  interval: Interval;
  /** How likely a difference as large is when there is none; NaN where nothing can be said. */
  pValue: number;
  method: 'paired bootstrap' | 'mcnemar' | 'delong' | 'paired t' | 'jackknife';
}

/**
 * Difference of a metric that is a function of sums over rows, both models drawn on the same rows.
 *
 * @param sums those of the first model's metric and of the second's, side by side: width 2w
 * @param metric of the w sums of one model
 */
export function pairedBootstrapSums(
  sums: RowSums,
  metric: (sums: Float64Array) => number,
  options: BootstrapOptions = {},
): Comparison {
  const half = sums.width / 2;
  const difference = (both: Float64Array) => metric(both.subarray(0, half)) - metric(both.subarray(half));
  const [draws] = drawSums(sums, [difference], options);
  const interval = percentileInterval(draws, sums.unitCount, options);
  if (sums.unitRows > 1)
    interval.note = `${sums.unitCount} groups of up to ${sums.unitRows} neighbouring rows were drawn`;
  return comparisonOfDraws(difference(totalSums(sums)), draws, interval);
}

/**
 * Difference of any metric, both models drawn on the same rows.
 *
 * @param evaluate first less second, when row i counts `counts[i]` times
 */
export function pairedBootstrap(
  rowCount: number,
  evaluate: (counts: Float64Array) => number,
  options: BootstrapOptions = {},
): Comparison {
  const observed = evaluate(new Float64Array(rowCount).fill(1));
  const draws = drawCounts(rowCount, evaluate, options);
  return comparisonOfDraws(observed, draws, percentileInterval(draws, rowCount, options));
}

/**
 * McNemar's test of two classifiers on the same rows, and the difference of their accuracies.
 *
 * @param onlyFirst rows that the first has right and the second wrong; onlySecond likewise
 * @param rowCount all rows
 * @param method `exact`: the binomial distribution; `continuity`: χ² with Edwards's correction. Exact below 25 differing
 *   rows by default
 * @see McNemar 1947, Psychometrika 12(2); Bonett & Price 2012, Journal of Educational and Behavioral Statistics 37(4), for
 *   the interval
 */
export function mcnemarTest(
  onlyFirst: number,
  onlySecond: number,
  rowCount: number,
  { method, confidence = 0.95 }: IntervalOptions & { method?: 'exact' | 'continuity' } = {},
): Comparison & { statistic: number } {
  const differing = onlyFirst + onlySecond;
  const kind = method ?? (differing < 25 ? 'exact' : 'continuity');
  const gap = Math.abs(onlyFirst - onlySecond);
  const least = Math.min(onlyFirst, onlySecond);
  const statistic = kind === 'exact' ? least : differing === 0 ? 0 : Math.max(0, gap - 1) ** 2 / differing;
  const pValue =
    differing === 0
      ? 1
      : kind === 'exact'
        ? Math.min(1, 2 * binomialTails(least, differing, 0.5).atMost)
        : chiSquareTail(statistic, 1);

  const [first, second] = [(onlyFirst + 1) / (rowCount + 2), (onlySecond + 1) / (rowCount + 2)];
  const error = Math.sqrt((first + second - (first - second) ** 2) / (rowCount + 2));
  const interval = normalInterval(first - second, error, { confidence, method: 'delta', least: -1, most: 1 });
  return { difference: (onlyFirst - onlySecond) / rowCount, interval, pValue, method: 'mcnemar', statistic };
}

/**
 * Difference of two models' mean losses on the same rows, by Student's t of the rows' differences.
 *
 * @param losses of each row; otherLosses likewise, shape [n]
 */
export function lossDifference(
  losses: ArrayLike<number>,
  otherLosses: ArrayLike<number>,
  { confidence = 0.95 }: IntervalOptions = {},
): Comparison {
  checkSameLength('losses', losses, 'otherLosses', otherLosses);
  const gaps = Float64Array.from(losses, (loss, row) => loss - otherLosses[row]);
  const difference = mean(gaps);
  const { pValue } = pairedTTest(losses, otherLosses);
  const error = Math.sqrt(variance(gaps) / gaps.length);
  const reach = gaps.length > 1 ? studentQuantile(1 - (1 - confidence) / 2, gaps.length - 1) * error : Number.NaN;
  const interval: Interval = { low: difference - reach, high: difference + reach, confidence, method: 't' };
  // No row differs: the test is undefined, the answer is not.
  return { difference, interval, pValue: error === 0 && difference === 0 ? 1 : pValue, method: 'paired t' };
}

/**
 * The comparison that draws of a difference make.
 *
 * @param difference on the rows as they are
 * @param draws of the same, both models on the same drawn rows
 * @param interval of the draws
 */
export function comparisonOfDraws(difference: number, draws: Float64Array, interval: Interval): Comparison {
  let [below, above, defined] = [0, 0, 0];
  for (const value of draws) {
    if (Number.isNaN(value)) continue;
    defined++;
    if (value <= 0) below++;
    if (value >= 0) above++;
  }
  // The draws that reach 0, one more counted on each side: a p-value of 0 can't be seen with a thousand draws.
  const pValue = Number.isNaN(interval.low)
    ? Number.NaN
    : Math.min(1, (2 * (Math.min(below, above) + 1)) / (defined + 1));
  return { difference, interval, pValue, method: 'paired bootstrap' };
}
