import { quantile } from '../statistics.ts';
import { sorted } from './ranks.ts';

/** Arithmetic mean; NaN without values. */
export function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
}

/**
 * Variance in the values' units, squared; NaN with no more values than `lost`.
 *
 * @param lost degrees of freedom that the mean has cost: 1 for a sample, 0 for a whole population
 */
export function variance(values: ArrayLike<number>, { lost = 1 } = {}): number {
  return values.length > lost ? sumOfSquares(values) / (values.length - lost) : Number.NaN;
}

/** Sum of squared deviations from the mean. */
export function sumOfSquares(values: ArrayLike<number>): number {
  return sumOfDeviations(values, (gap) => gap * gap);
}

/** Third standardised moment of the population, without a correction for bias; NaN for a constant. */
export function skewness(values: ArrayLike<number>): number {
  const second = sumOfSquares(values) / values.length;
  return sumOfDeviations(values, (gap) => gap * gap * gap) / values.length / (second * Math.sqrt(second));
}

/** Fourth standardised moment of the population less the 3 of a normal one; NaN for a constant. */
export function excessKurtosis(values: ArrayLike<number>): number {
  const second = sumOfSquares(values) / values.length;
  return sumOfDeviations(values, (gap) => gap * gap * (gap * gap)) / values.length / (second * second) - 3;
}

/** The middle value, or the mean of the two in the middle; NaN of none. */
export function median(values: ArrayLike<number>): number {
  return quantile(sorted(values), 0.5);
}

/** Median distance from the median, not scaled to a normal distribution's standard deviation. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const centre = median(values);
  return median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}

/** What the middle half of the values spans. */
export function interquartileRange(values: ArrayLike<number>): number {
  const ascending = sorted(values);
  return quantile(ascending, 0.75) - quantile(ascending, 0.25);
}

/** The most frequent value, of equally frequent ones the least; NaN without values. */
export function mode(values: ArrayLike<number>): number {
  const ascending = sorted(values);
  let [best, bestCount] = [Number.NaN, 0];
  for (let start = 0; start < ascending.length; ) {
    let end = start + 1;
    while (end < ascending.length && ascending[end] === ascending[start]) end++;
    if (end - start > bestCount) [best, bestCount] = [ascending[start], end - start];
    start = end;
  }
  return best;
}

function sumOfDeviations(values: ArrayLike<number>, term: (gap: number) => number): number {
  const centre = mean(values);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += term(values[i] - centre);
  return total;
}
