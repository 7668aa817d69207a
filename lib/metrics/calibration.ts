import { checkInteger, checkSameLength, checkWithin } from '../core/checks.ts';
import { quantile } from '../core/statistics.ts';
import { checkClasses } from './labels.ts';
import { totalWeight, whyEmpty } from './mean.ts';
import { ascendingOrder } from './order.ts';
import type { MetricOptions } from './warn.ts';

export interface CalibrationOptions extends MetricOptions {
  /** How many bins, from 1. */
  bins?: number;
  /** Bins of equal width on [0, 1], or of about equally many rows. */
  strategy?: 'uniform' | 'quantile';
}

/** One entry for each bin that holds a row, by ascending probability. */
export interface CalibrationCurve {
  /** Mean forecast of class 1 in the bin. */
  predicted: Float64Array;
  /** Share of its rows that are of class 1. */
  observed: Float64Array;
  /** Weight of its rows; their number without weights. */
  weight: Float64Array;
  /** How many rows it holds, those left out that weigh nothing. */
  rowCount: Float64Array;
  /** As how many equal rows they tell: (Σw)² / Σw². */
  trials: Float64Array;
}

/**
 * Reliability of forecasts: what share came true of those that said about 10%, about 20%, and so on.
 *
 * A bin holds its upper edge, the first its lower one as well. Quantile bins are cut by rows, whatever their weights.
 * Empty, with a warning, when there are no rows, or all weigh nothing.
 *
 * @param actual outcomes, 0 or 1, shape [n]
 * @param probabilities forecast of outcome 1, in [0, 1], shape [n]
 * @throws InputError when lengths differ, an outcome is neither 0 nor 1, a probability leaves [0, 1], a weight is
 *   negative, or `bins` is not a whole number from 1
 * @see DeGroot & Fienberg 1983, The Statistician 32; Niculescu-Mizil & Caruana 2005, ICML, 625-632
 */
export function calibrationCurve(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { bins = 10, strategy = 'uniform', weights, warn }: CalibrationOptions = {},
): CalibrationCurve {
  checkSameLength('actual', actual, 'probabilities', probabilities);
  checkClasses('actual', actual, 2);
  checkWithin('probabilities', probabilities, 0, 1);
  checkInteger('bins', bins, 1, 1 << 20);
  if (totalWeight(actual.length, weights) === 0) {
    warn?.(whyEmpty(actual.length));
    const [predicted, observed, weight, rowCount, trials] = [0, 1, 2, 3, 4].map(() => new Float64Array(0));
    return { predicted, observed, weight, rowCount, trials };
  }
  const isUniform = strategy === 'uniform';
  const edges = isUniform ? uniformEdges(bins) : quantileEdges(probabilities, bins, weights);
  const [forecasts, outcomes, totals, squares, counts] = [0, 1, 2, 3, 4].map(() => new Float64Array(bins));
  for (let row = 0; row < actual.length; row++) {
    const weight = weights ? weights[row] : 1;
    const bin = isUniform ? binOfEqual(edges, probabilities[row]) : edgesBelow(edges, probabilities[row]);
    forecasts[bin] += weight * probabilities[row];
    outcomes[bin] += weight * actual[row];
    totals[bin] += weight;
    squares[bin] += weight * weight;
    if (weight > 0) counts[bin]++;
  }
  const filled = (_: number, bin: number) => totals[bin] > 0;
  return {
    predicted: forecasts.map((sum, bin) => sum / totals[bin]).filter(filled),
    observed: outcomes.map((sum, bin) => sum / totals[bin]).filter(filled),
    weight: totals.filter(filled),
    rowCount: counts.filter(filled),
    trials: totals.map((total, bin) => (total * total) / squares[bin]).filter(filled),
  };
}

/**
 * Expected calibration error: the gap between forecast and outcome in each bin, averaged by the bins' rows.
 *
 * Unitless, in [0, 1]; 0 is perfect. It depends on the bins, which a report states. NaN when there are no rows, or all
 * weigh nothing. Parameters and errors are those of `calibrationCurve`.
 *
 * @see Naeini, Cooper & Hauskrecht 2015, AAAI, 2901-2907
 * @example expectedCalibrationError([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75]) // 0.25
 */
export function expectedCalibrationError(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: CalibrationOptions = {},
): number {
  const { predicted, observed, weight } = calibrationCurve(actual, probabilities, options);
  let [sum, total] = [0, 0];
  for (let bin = 0; bin < weight.length; bin++) {
    sum += weight[bin] * Math.abs(observed[bin] - predicted[bin]);
    total += weight[bin];
  }
  return sum / total;
}

/**
 * Maximum calibration error: the widest gap between forecast and outcome among the bins.
 *
 * Range, undefined cases, parameters and errors are those of `expectedCalibrationError`.
 *
 * @example maximumCalibrationError([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75]) // 0.25
 */
export function maximumCalibrationError(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: CalibrationOptions = {},
): number {
  const { predicted, observed } = calibrationCurve(actual, probabilities, options);
  if (predicted.length === 0) return Number.NaN;
  return observed.reduce((widest, share, bin) => Math.max(widest, Math.abs(share - predicted[bin])), 0);
}

/** The edges between bins of equal width, as multiples of the rounded width: a score of 0.3 lies below 3 · 0.1. */
function uniformEdges(bins: number): Float64Array {
  return Float64Array.from({ length: bins - 1 }, (_, i) => (i + 1) * (1 / bins));
}

function quantileEdges(
  probabilities: ArrayLike<number>,
  bins: number,
  weights: ArrayLike<number> | undefined,
): Float64Array {
  const counted = weights
    ? Float64Array.from(probabilities).filter((_, row) => weights[row] > 0)
    : Float64Array.from(probabilities);
  const sorted = Float64Array.from(ascendingOrder(counted), (row) => counted[row]);
  // By way of percentages, as NumPy takes them: a quantile that falls on a value must round as it does there.
  return Float64Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, ((i + 1) * (1 / bins) * 100) / 100));
}

/** How many edges of bins of equal width lie below a value in [0, 1]: by division, then corrected for rounding. */
function binOfEqual(edges: Float64Array, value: number): number {
  let bin = Math.min(edges.length, Math.floor(value * (edges.length + 1)));
  while (bin > 0 && edges[bin - 1] >= value) bin--;
  while (bin < edges.length && edges[bin] < value) bin++;
  return bin;
}

/** How many edges lie below a value. */
function edgesBelow(edges: Float64Array, value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
