import { InputError } from '../../core/errors.ts';
import { normalQuantile } from '../../core/normal-quantile.ts';
import { blockMoments, type Moments, quantile } from '../../core/statistics.ts';
import type { ScaleOption, ScaleOptions, Scaling } from '../feature-encoding.ts';

/** Most quantiles that are kept of a column. */
const quantileCount = 1_000;

/**
 * Fits a scaling to values; those that are NaN do not count.
 *
 * `standard`: mean and population standard deviation. `minMax`: onto a range, [0, 1] by default. `robust`: median, and
 * the distance between two quantiles, the quartiles by default. `quantile`: the share of the values below, by straight
 * lines between at most 1,000 quantiles, as it is or turned into the deviate of a normal distribution. A spread of zero
 * counts as 1. Quantiles follow definition 7 of Hyndman & Fan 1996.
 *
 * @param offsets where each canonical block begins among `values`, and their end
 * @param name of the column, for messages
 * @throws InputError when the column's spread overflows
 * @see scikit-learn 1.2, StandardScaler, MinMaxScaler, RobustScaler, QuantileTransformer
 */
export function fitScaling(values: Float64Array, offsets: Int32Array, option: ScaleOption, name: string): Scaling {
  const options = typeof option === 'string' ? ({ kind: option } as ScaleOptions) : option;
  if (options.kind === 'none') return { mean: 0, scale: 1 };
  if (options.kind === 'standard') return standardScaling(blockMoments(values, undefined, offsets), name);
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (options.kind === 'quantile') return checked(quantileScaling(sorted, options), name);
  if (options.kind === 'robust') return checked(robustScaling(sorted, options.quantiles), name);
  return checked(rangeScaling(sorted, options.range), name);
}

/** The scaled value, in float64; `value` is not NaN. */
export function applyScaling({ mean, scale, quantiles, output }: Scaling, value: number): number {
  if (!quantiles) return (value - mean) / scale;
  const share = shareBelow(quantiles, value);
  return output === 'normal' ? clampedDeviate(share) : share;
}

/**
 * `fitScaling` by `standard`, of values with these moments.
 *
 * @throws InputError when the column's spread overflows
 */
export function standardScaling({ count, mean, variance }: Moments, name: string): Scaling {
  return checked({ mean: mean + 0, scale: isRoundingNoise(variance, mean, count) ? 1 : Math.sqrt(variance) }, name);
}

/** Whether a variance may be nothing but the rounding of its sums; such a column is centred and not scaled. */
function isRoundingNoise(variance: number, mean: number, count: number): boolean {
  const noise = count * mean * Number.EPSILON;
  return variance < Number.POSITIVE_INFINITY && variance <= count * Number.EPSILON * variance + noise * noise;
}

function rangeScaling(sorted: Float64Array, [from, to]: readonly [number, number] = [0, 1]): Scaling {
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  // The least of numbers, divided by the range, may be 0.
  const scale = (max - min) / (to - from) || 1 / (to - from);
  return { mean: min - from * scale + 0, scale };
}

function robustScaling(sorted: Float64Array, [low, high]: readonly [number, number] = [0.25, 0.75]): Scaling {
  return { mean: quantile(sorted, 0.5) + 0, scale: quantile(sorted, high) - quantile(sorted, low) || 1 };
}

function quantileScaling(
  sorted: Float64Array,
  { count = quantileCount, output }: { count?: number; output?: 'uniform' | 'normal' },
): Scaling {
  const steps = Math.max(1, Math.min(count, sorted.length) - 1);
  const quantiles = Array.from({ length: steps + 1 }, (_, i) => {
    // Multiplied first: i / steps is rounded, and times sorted.length - 1 it may miss the position of equal values.
    const position = (i * (sorted.length - 1)) / steps;
    const below = Math.floor(position);
    const share = position - below;
    return (share === 0 ? sorted[below] : sorted[below] + share * (sorted[below + 1] - sorted[below])) + 0;
  });
  return { mean: 0, scale: 1, quantiles, ...(output === 'normal' ? { output } : {}) };
}

/** Of a value that several quantiles equal, the middle of their shares. */
function shareBelow(quantiles: readonly number[], value: number): number {
  const last = quantiles.length - 1;
  if (value <= quantiles[0]) return 0;
  if (value >= quantiles[last]) return 1;
  const after = firstAbove(quantiles, value);
  // quantiles[after - 1] ≤ value < quantiles[after]
  if (quantiles[after - 1] < value) {
    const [low, high] = [quantiles[after - 1], quantiles[after]];
    // Halved, so that the distance between two huge values does not overflow.
    return (after - 1 + (value / 2 - low / 2) / (high / 2 - low / 2)) / last;
  }
  let first = after - 1;
  while (first > 0 && quantiles[first - 1] === value) first--;
  return (first + after - 1) / 2 / last;
}

/** The index of the first quantile above `value`. */
function firstAbove(quantiles: readonly number[], value: number): number {
  let [low, high] = [0, quantiles.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (quantiles[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The farthest deviate, that of a share of about 1e-7: the ends of the range have none. */
const farthestDeviate = 5.199337582605575;

function clampedDeviate(share: number): number {
  return Math.min(farthestDeviate, Math.max(-farthestDeviate, normalQuantile(share)));
}

function checked(scaling: Scaling, name: string): Scaling {
  const { mean, scale, quantiles = [] } = scaling;
  if ([mean, scale, ...quantiles].every(Number.isFinite)) return scaling;
  throw new InputError(
    `column ${JSON.stringify(name)}: expected numbers whose squares can be summed, found larger ones`,
    { advice: 'Mend the cells, divide them by a constant, or leave the column out' },
  );
}
