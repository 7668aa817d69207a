import { normalTail } from '../../core/distributions/tails.ts';
import { benjaminiHochberg } from '../../core/statistics/multiplicity.ts';
import { deviate, type Interval, normalInterval } from '../intervals/interval.ts';
import { wilsonInterval } from '../intervals/wilson.ts';
import type { Condition, Slice } from './slice-rows.ts';

/** A metric that is a function of sums over rows. */
export interface SliceMetric {
  /** Sums of a row. */
  width: number;
  /** Adds row `row` to `sums`, which begins at `at`. */
  add(row: number, sums: Float64Array, at: number): void;
  /** The metric, of the sums over rows. */
  of(sums: Float64Array): number;
  direction: 'higher' | 'lower';
  /** Least and most values there can be. */
  range?: readonly [number, number];
  /**
   * Whether it is a share of rows, the first sum by the second, each row adding 0 or 1: accuracy, recall, precision. Then
   * intervals are Wilson's, as the delta method sees no error in a slice that is right throughout.
   */
  isShare?: boolean;
}

export interface MeasuredSlice {
  conditions: Condition[];
  rowCount: number;
  value: number;
  /**
   * Simultaneous (Bonferroni): with the stated confidence, the intervals of all slices hold at once. NaN where the slice
   * says too little.
   */
  interval: Interval;
  /** How much worse than the other rows, in the metric's unit: positive when worse, whichever way that is. */
  gap: number;
  /** Of the gap being none, two-sided, before and after Benjamini and Hochberg's correction for looking at many. */
  pValue: number;
  adjustedPValue: number;
}

/** A metric on all rows, and on slices. */
export interface SliceReport {
  overall: number;
  /** All slices, in the order given. */
  slices: MeasuredSlice[];
  /** Those that are worse than the rest beyond what looking at many explains, the worst first, by the sure part of the gap. */
  worst: MeasuredSlice[];
}

/**
 * Measures a metric on each slice, and finds those on which the model is surely worse.
 *
 * Errors are by the delta method: how the metric answers to the sums, and how those spread from row to row. One pass over
 * each slice, however many resamples a bootstrap would take.
 *
 * @param rowCount all rows; slices hold row numbers below it
 * @param falseShare of the slices listed as worst, at most so many are false alarms on average
 * @see Benjamini & Hochberg 1995, JRSS B 57(1); Oehlert 1992, The American Statistician 46(1), for the delta method
 */
export function measureSlices(
  metric: SliceMetric,
  rowCount: number,
  slices: readonly Slice[],
  { confidence = 0.95, falseShare = 0.05 }: { confidence?: number; falseShare?: number } = {},
): SliceReport {
  const all = momentsOf(metric, { length: rowCount });
  const share = 1 - (1 - confidence) / Math.max(1, slices.length);
  const reach = deviate(share);
  const note = `holds for all ${slices.length} slices at once (Bonferroni)`;
  const measured = slices.map(({ conditions, rows }) => {
    const own = momentsOf(metric, rows);
    const others = less(all, own);
    const [here, rest] = [estimate(metric, own), estimate(metric, others)];
    const gap = metric.direction === 'higher' ? rest.value - here.value : here.value - rest.value;
    const error = Math.sqrt(metric.isShare ? pooledVariance(own.sums, others.sums) : here.variance + rest.variance);
    const pValue = error > 0 ? 2 * normalTail(Math.abs(gap) / error) : gap === 0 ? 1 : Number.NaN;
    const interval = { ...intervalOf(metric, own, here, share), confidence, note };
    const slice = { conditions, rowCount: rows.length, value: here.value, interval, gap, pValue };
    return { slice, sure: gap - reach * error };
  });
  const adjusted = benjaminiHochberg(measured.map(({ slice }) => slice.pValue));
  const complete = measured.map(({ slice, sure }, i) => ({ ...slice, adjustedPValue: adjusted[i], sure }));
  const worst = complete.filter(({ gap, adjustedPValue }) => gap > 0 && adjustedPValue <= falseShare);
  worst.sort((a, b) => b.sure - a.sure);
  const plain = ({ sure: _, ...slice }: MeasuredSlice & { sure: number }): MeasuredSlice => slice;
  return { overall: metric.of(all.sums), slices: complete.map(plain), worst: worst.map(plain) };
}

function intervalOf(metric: SliceMetric, own: Moments, { value, variance }: Estimate, confidence: number): Interval {
  if (metric.isShare) return wilsonInterval(value, own.sums[1], { confidence });
  // Without any spread nothing is known of the error.
  const error = variance > 0 ? Math.sqrt(variance) : Number.NaN;
  const [least, most] = metric.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return normalInterval(value, error, { confidence, method: 'delta', least, most });
}

/** Of the difference of two shares when there is none. */
function pooledVariance(here: Float64Array, rest: Float64Array): number {
  const share = (here[0] + rest[0]) / (here[1] + rest[1]);
  return share * (1 - share) * (1 / here[1] + 1 / rest[1]);
}

/** Sums of rows, and of the products of each two of a row's. */
interface Moments {
  count: number;
  sums: Float64Array;
  products: Float64Array;
}

function momentsOf({ width, add }: SliceMetric, rows: Uint32Array | { length: number }): Moments {
  const [sums, products, one] = [new Float64Array(width), new Float64Array(width * width), new Float64Array(width)];
  for (let i = 0; i < rows.length; i++) {
    one.fill(0);
    add(rows instanceof Uint32Array ? rows[i] : i, one, 0);
    for (let a = 0; a < width; a++) {
      sums[a] += one[a];
      for (let b = 0; b < width; b++) products[a * width + b] += one[a] * one[b];
    }
  }
  return { count: rows.length, sums, products };
}

function less(all: Moments, part: Moments): Moments {
  return {
    count: all.count - part.count,
    sums: all.sums.map((sum, i) => sum - part.sums[i]),
    products: all.products.map((product, i) => product - part.products[i]),
  };
}

interface Estimate {
  value: number;
  variance: number;
}

/** The metric, and the variance of its estimate: its slope by the sums, twice, into the sums' own covariance. */
function estimate({ of, width }: SliceMetric, { count, sums, products }: Moments): Estimate {
  const value = of(sums);
  const slope = Float64Array.from(sums, (sum, i) => {
    const step = 1e-6 * Math.max(Math.abs(sum), Math.sqrt(products[i * width + i]), 1e-12);
    return (of(sums.with(i, sum + step)) - of(sums.with(i, sum - step))) / (2 * step);
  });
  let variance = 0;
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) {
      variance += slope[a] * slope[b] * (products[a * width + b] - (sums[a] * sums[b]) / count);
    }
  }
  return { value, variance: count > 1 ? Math.max(0, variance) * (count / (count - 1)) : Number.NaN };
}
