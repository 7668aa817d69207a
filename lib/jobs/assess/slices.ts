import { InputError } from '../../core/errors.ts';
import { type Metric, metricNamed } from '../../metrics/catalogue.ts';
import { type Slice, type SliceColumn, sliceRows } from '../../metrics/slices/slice-rows.ts';
import { type MeasuredSlice, measureSlices, type SliceMetric } from '../../metrics/slices/worst-slices.ts';
import { type SummedMetric, termsOf, unitCountOf } from '../../metrics/terms/terms.ts';
import type { Measured } from '../../metrics/uncertain.ts';
import { sliceLimit } from '../../report/limits.ts';
import { measured as reported } from '../../report/measured.ts';
import type { Evaluation } from '../../report/report.ts';
import { reportedInterval } from './comparisons.ts';

/** What to slice by. */
export interface SliceRequest {
  /** One cell a row (a query, of rankings), in the order of the predictions. */
  columns: readonly SliceColumn[];
  /** Pairs of columns to slice by together; by default all pairs of up to four columns. */
  pairs?: readonly (readonly [string, string])[];
  /** The metric to rank slices by; by default the first of those measured that is made of sums. */
  metric?: string;
  /** Slices with fewer rows are not looked at. */
  leastRows?: number;
}

type ReportedSlices = NonNullable<Evaluation['slices']>;

/** Slices of all pairs of more columns than this are too many to tell chance from fault. */
const pairedColumns = 4;

/**
 * The slices, the worst first, each with an interval that is corrected for looking at so many.
 *
 * @throws InputError when the metric is not made of sums over rows
 */
export function slicesOf(
  own: Measured,
  { columns, pairs = allPairs(columns), metric: asked, leastRows = 30 }: SliceRequest,
): ReportedSlices {
  const { metric, name, summed } = rankingMetric(own, asked);
  const slices = sliceRows(columns, { pairs, leastRows });
  const { confidence } = own.options;
  const found = measureSlices(sliceMetric(metric, summed, own), unitCountOf(own.predictions), slices, { confidence });
  const worst = new Set(found.worst.map(keyOf));
  const ordered = [
    ...found.worst,
    ...found.slices.filter((slice) => !worst.has(keyOf(slice))).sort((a, b) => gapOf(b) - gapOf(a)),
  ];
  return {
    metric: name,
    examined: slices.length,
    leastRows,
    correction: 'Bonferroni for the intervals, Benjamini and Hochberg for the verdicts',
    slices: ordered.slice(0, sliceLimit).map((slice) => {
      const interval = reportedInterval(slice.interval);
      const value = reported(slice.value, Number.isNaN(slice.value) ? 'undefined on these rows' : undefined);
      const difference = slice.value - found.overall;
      return {
        name: slice.conditions.map(({ column, value: is }) => `${column} = ${is}`).join(', '),
        columns: slice.conditions.map(({ column }) => column),
        rowCount: slice.rowCount,
        metrics: { [name]: interval && value.value !== null ? { ...value, interval } : value },
        ...(Number.isFinite(difference) && {
          difference: { metric: name, value: difference, verdict: verdictOf(slice, worst.has(keyOf(slice))) },
        }),
      };
    }),
  };
}

/** A metric by its sums on rows that are chosen, as slices and gates on them ask for. */
export function sliceMetric(
  { direction, range }: Pick<Metric, 'direction' | 'range'>,
  { terms, of, share }: SummedMetric,
  { predictions }: Pick<Measured, 'predictions'>,
): SliceMetric {
  const { width } = terms;
  // Weighted shares are no numbers of hits among trials.
  if (!share || predictions.weights) {
    return { width, add: (row, sums, at) => terms.add(row, sums, at), of, direction, range };
  }
  return {
    width: 2,
    add(row, sums, at) {
      const held = share(row);
      if (held < 0) return;
      sums[at] += held;
      sums[at + 1]++;
    },
    of: (sums) => sums[0] / sums[1],
    direction,
    range,
    isShare: true,
  };
}

/** A metric of many sums takes the square of them in each slice. */
const widestTerms = 64;

function rankingMetric(
  own: Measured,
  asked: string | undefined,
): { name: string; metric: Metric; summed: SummedMetric } {
  const names = asked === undefined ? Object.keys(own.values) : [asked];
  for (const name of names) {
    const metric = metricNamed(name, own.task);
    const summed = termsOf(metric, own.predictions, own.shared);
    if (summed && summed.terms.width <= widestTerms) return { name, metric, summed };
  }
  throw new InputError(`slices: expected a metric that is made of sums over rows, found ${names.join(', ')}`, {
    advice: 'Name one with evaluate.metrics or --metrics, such as accuracy, logLoss or rmse',
  });
}

const gapOf = ({ gap }: MeasuredSlice): number => (Number.isNaN(gap) ? Number.NEGATIVE_INFINITY : gap);

const keyOf = ({ conditions }: Pick<Slice, 'conditions'>): string => JSON.stringify(conditions);

function verdictOf({ gap, adjustedPValue }: MeasuredSlice, isWorst: boolean): 'better' | 'worse' | 'undecided' {
  if (isWorst) return 'worse';
  return gap < 0 && adjustedPValue <= 0.05 ? 'better' : 'undecided';
}

function allPairs(columns: readonly SliceColumn[]): [string, string][] {
  if (columns.length > pairedColumns) return [];
  return columns.flatMap(({ name: a }, i) => columns.slice(i + 1).map(({ name: b }): [string, string] => [a, b]));
}
