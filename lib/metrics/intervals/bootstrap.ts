import { checkInteger } from '../../core/checks.ts';
import { type Random, seededRandom } from '../../core/random.ts';
import { quantile } from '../../core/statistics.ts';
import { drawnSums, type UnitSums } from '../../kernels/draws.ts';
import type { KernelMemory } from '../../kernels/instantiate.ts';
import { type MetricCall, rememberShared, unshared } from '../catalogue/entry.ts';
import { deviate, type Interval, type IntervalOptions, unknownInterval } from './interval.ts';
import { groupsDrawn, type RowSums } from './row-sums.ts';

/** How a bootstrap resamples. */
export interface BootstrapOptions extends IntervalOptions {
  /** Seed of the draws; the same seed gives the same interval. 0 by default. */
  seed?: number;
  /** How many times the units are resampled, from 20. 1000 by default. */
  resamples?: number;
  /** The kernel memory whose threads draw, such as the one that holds the rows. By default, this thread draws alone. */
  memory?: KernelMemory;
}

/** Fewest units for an interval: with fewer, draws say little about anything but themselves. */
const leastUnits = 10;

/**
 * Percentile intervals of metrics that are functions of sums over rows.
 *
 * All metrics are measured on the same draws. A draw in which one is undefined is left out of its interval, and the note
 * counts them.
 *
 * @param sums of each row, or of each group of rows; see rowSums
 * @param metrics each a function of the sums over all rows
 * @throws InputError when resamples is not a whole number from 20
 * @see Efron 1979, Annals of Statistics 7(1); Efron & Tibshirani 1993, section 13.3; Künsch 1989 for groups of neighbours
 */
export function bootstrapSums<Name extends string>(
  sums: RowSums,
  metrics: Readonly<Record<Name, (sums: Float64Array) => number>>,
  options: BootstrapOptions = {},
): Record<Name, Interval> {
  const names = Object.keys(metrics) as Name[];
  const draws = drawSums(
    sums,
    names.map((name) => metrics[name]),
    options,
  );
  const intervals = names.map((name, k) => [name, noted(percentileInterval(draws[k], sums.unitCount, options), sums)]);
  return Object.fromEntries(intervals) as Record<Name, Interval>;
}

/** The values of metrics on resampled units: for each metric, shape [resamples]. */
export function drawSums(
  { values, unitCount, width }: RowSums,
  metrics: readonly ((sums: Float64Array) => number)[],
  options: BootstrapOptions = {},
): Float64Array[] {
  const columns = Array.from({ length: width }, (_, j) =>
    Float64Array.from({ length: unitCount }, (_, unit) => values[unit * width + j]),
  );
  const [found] = drawTogether(unitCount, [{ sums: { columns }, metrics }], options);
  return found;
}

/** Sums of the same units, and the metrics that are functions of them. */
export interface DrawnGroup {
  sums: UnitSums;
  metrics: readonly SumsMetric[];
}

/**
 * A metric as a function of sums, whose array is used again for the next draw; `shared` keeps what several metrics of the same
 * sums have in common.
 */
export type SumsMetric = (sums: Float64Array, shared: MetricCall['shared']) => number;

/**
 * The values of metrics of several groups of sums on resampled units, shape [groups, metrics, resamples].
 *
 * How often each unit is drawn is counted once per draw, for all groups. Draw `i` takes the same units whatever is summed:
 * values of one draw belong together, and so do their differences.
 *
 * @throws InputError when `resamples` is not a whole number from 20, or `seed` no whole number
 */
export function drawTogether(
  unitCount: number,
  groups: readonly DrawnGroup[],
  { seed = 0, resamples = 1000, memory }: BootstrapOptions = {},
): Float64Array[][] {
  checkInteger('resamples', resamples, 20);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  const sums = drawnSums(
    unitCount,
    groups.map((group) => group.sums),
    { seed, draws: resamples, memory },
  );
  return groups.map(({ metrics }, g) => {
    const [found, width] = [metrics.map(() => new Float64Array(resamples)), sums[g].length / resamples];
    const own = new Float64Array(width);
    for (let draw = 0; draw < resamples; draw++) {
      for (let j = 0; j < width; j++) own[j] = sums[g][draw * width + j];
      const shared = metrics.length > 1 ? rememberShared() : unshared;
      for (let k = 0; k < metrics.length; k++) found[k][draw] = metrics[k](own, shared);
    }
    return found;
  });
}

/**
 * Percentile interval of any metric of the rows.
 *
 * @param evaluate the metric when row i counts `counts[i]` times; the array is used again for the next draw
 * @throws InputError as bootstrapSums
 */
export function bootstrap(
  rowCount: number,
  evaluate: (counts: Float64Array) => number,
  options: BootstrapOptions = {},
): Interval {
  return percentileInterval(drawCounts(rowCount, evaluate, options), rowCount, options);
}

/** The values that a metric takes when rows are drawn anew, shape [resamples]. */
export function drawCounts(
  rowCount: number,
  evaluate: (counts: Float64Array) => number,
  { seed = 0, resamples = 1000 }: BootstrapOptions = {},
): Float64Array {
  checkInteger('resamples', resamples, 20);
  const [counts, found] = [new Float64Array(rowCount), new Float64Array(resamples)];
  for (let draw = 0; draw < resamples; draw++) {
    countDraws(counts, seededRandom(seed, draw));
    found[draw] = evaluate(counts);
  }
  return found;
}

/** The middle share of drawn values. */
export function percentileInterval(
  draws: Float64Array,
  unitCount: number,
  { confidence = 0.95 }: IntervalOptions = {},
): Interval {
  deviate(confidence);
  const defined = draws.filter((value) => !Number.isNaN(value)).sort();
  const lost = draws.length - defined.length;
  if (unitCount < leastUnits) {
    return unknownInterval('bootstrap', confidence, `${unitCount} rows are too few to draw from`);
  }
  if (lost > draws.length / 2) {
    return unknownInterval('bootstrap', confidence, `undefined in ${lost} of ${draws.length} draws`);
  }
  const outside = (1 - confidence) / 2;
  return {
    low: quantile(defined, outside),
    high: quantile(defined, 1 - outside),
    confidence,
    method: 'bootstrap',
    resamples: draws.length,
    ...(lost > 0 ? { note: `undefined in ${lost} of ${draws.length} draws, which were left out` } : {}),
  };
}

function noted(interval: Interval, sums: RowSums): Interval {
  if (sums.unitRows === 1) return interval;
  const drawn = groupsDrawn(sums);
  return { ...interval, note: interval.note ? `${drawn}; ${interval.note}` : drawn };
}

/**
 * Counts how often each unit is drawn, in as many draws as there are units.
 *
 * Uniform, except for a bias below units / 2^32, which no interval can show; Random.nextInt takes five times as long.
 */
function countDraws(counts: Float64Array, random: Random): void {
  counts.fill(0);
  const unitCount = counts.length;
  for (let i = 0; i < unitCount; i++) counts[Math.floor(random.nextUint32() * 2 ** -32 * unitCount)]++;
}
