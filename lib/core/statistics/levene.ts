import { fisherTail } from '../distributions/tails.ts';
import { mean, median, sumOfSquares } from './describe.ts';
import { type TestResult, undefinedResult } from './test-result.ts';

/**
 * Whether samples have one variance, by their distances from their medians.
 *
 * @see Brown & Forsythe 1974, Journal of the American Statistical Association 69(346)
 */
export function leveneTest(...samples: ArrayLike<number>[]): TestResult {
  const distances = samples.map((sample) => {
    const centre = median(sample);
    return Float64Array.from(sample, (value) => Math.abs(value - centre));
  });
  const count = distances.reduce((total, { length }) => total + length, 0);
  const grand = distances.reduce((total, part) => total + mean(part) * part.length, 0) / count;
  const between = distances.reduce((total, part) => total + part.length * (mean(part) - grand) ** 2, 0);
  const within = distances.reduce((total, part) => total + sumOfSquares(part), 0);
  const [above, below] = [samples.length - 1, count - samples.length];
  const statistic = (below * between) / (above * within);
  if (Number.isNaN(statistic) || below <= 0) return undefinedResult();
  return { statistic, pValue: fisherTail(statistic, above, below) };
}
