import { metricNamed } from '../../metrics/catalogue.ts';
import { compareMeasured } from '../../metrics/compare.ts';
import type { Comparison } from '../../metrics/intervals/comparison.ts';
import type { Interval } from '../../metrics/intervals/interval.ts';
import type { AnyPredictions } from '../../metrics/predictions.ts';
import { type Measured, measureUncertain } from '../../metrics/uncertain.ts';
import { formatNumber } from '../../report/format.ts';
import { measured as reported } from '../../report/measured.ts';
import type { Evaluation, Metrics } from '../../report/report.ts';

type ReportedComparison = NonNullable<Evaluation['comparisons']>[number];
type ReportedInterval = NonNullable<ReportedComparison['interval']>;

/** Metrics as a report holds them. */
export function reportedMetrics({ values }: Pick<Measured, 'values'>): Metrics {
  return Object.fromEntries(
    Object.entries(values).map(([name, { value, why, interval }]) => {
      const own = interval && reportedInterval(interval);
      const unsure = interval && !own ? `no interval: ${interval.note ?? 'nothing is known of it'}` : undefined;
      const reason = [why, unsure].filter((part) => part !== undefined).join('; ');
      const shown = reported(value, reason === '' ? undefined : reason);
      return [name, own && shown.value !== null ? { ...shown, interval: own } : shown];
    }),
  );
}

/** An interval as a report holds it; undefined where nothing is known. */
export function reportedInterval({
  low,
  high,
  confidence,
  method,
  resamples,
  note,
}: Interval): ReportedInterval | undefined {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return {
    low,
    high,
    confidence,
    method: methodNames[method],
    ...(resamples !== undefined && { resamples }),
    ...(note !== undefined && { note }),
  };
}

const methodNames: Record<Interval['method'], string> = {
  bootstrap: 'percentile bootstrap',
  wilson: 'Wilson',
  delong: 'DeLong',
  t: "Student's t",
  jackknife: 'infinitesimal jackknife',
  delta: 'delta method',
  sections: 'sectioning',
};

const testNames: Record<Comparison['method'], string> = {
  'paired bootstrap': 'paired bootstrap',
  mcnemar: 'McNemar',
  delong: 'DeLong',
  'paired t': "paired Student's t",
  jackknife: 'infinitesimal jackknife',
};

/** Other predictions of the same rows, and their name in a report. */
export interface Rival {
  name: string;
  predictions: AnyPredictions;
}

/** Predictions to compare with, and in which role. */
export type Opponent = Rival & { against: ReportedComparison['against'] };

/**
 * The metrics of other predictions on the same rows, and how those of `own` differ from them.
 *
 * @throws InputError when both do not have the same rows
 */
export function comparisonsWith(
  own: Measured,
  opponent: Opponent,
): { metrics: Metrics; comparisons: ReportedComparison[] } {
  const other = measureUncertain(own.task, Object.keys(own.values), opponent.predictions, {
    ...own.options,
    intervals: false,
  });
  const comparisons = Object.entries(compareMeasured(own, other)).map(([metric, comparison]) =>
    reportedComparison(own, other, { metric, comparison, opponent }),
  );
  // Of another's metrics the values alone are shown; what the difference is sure of stands in the comparison.
  const metrics = Object.fromEntries(
    Object.entries(other.values).map(([name, { value, why }]) => [name, reported(value, why)]),
  );
  return { metrics, comparisons };
}

function reportedComparison(
  own: Measured,
  other: Measured,
  { metric, comparison, opponent: { against, name } }: { metric: string; comparison: Comparison; opponent: Opponent },
): ReportedComparison {
  const { difference, pValue, method } = comparison;
  const { title, direction } = metricNamed(metric, own.task);
  const interval = reportedInterval(comparison.interval);
  const confidence = comparison.interval.confidence;
  const isSure = pValue < 1 - confidence;
  const isBetter = direction === 'higher' ? difference > 0 : difference < 0;
  const verdict = isSure ? (isBetter ? 'better' : 'worse') : 'undecided';
  const [value, otherValue] = [own.values[metric].value, other.values[metric].value];
  const whose = against === 'file' ? `that of ${name}` : against === 'champion' ? `champion's` : `that of ${name}`;
  const where = interval
    ? `, ${Number((confidence * 100).toPrecision(6))}% interval ${formatNumber(interval.low, { digits: 3 })} to ${formatNumber(interval.high, { digits: 3 })}`
    : '';
  const chance = Number.isNaN(pValue)
    ? ''
    : `, p ${pValue < 0.001 ? '< 0.001' : `= ${formatNumber(pValue, { digits: 2 })}`}`;
  const gap =
    difference === 0
      ? 'the same as'
      : `${formatNumber(Math.abs(difference), { digits: 3 })} ${difference > 0 ? 'above' : 'below'}`;
  const outcome = {
    better: 'better',
    worse: 'worse',
    undecided: 'these rows do not tell which is better',
  }[verdict];
  return {
    against,
    name,
    metric,
    value,
    other: otherValue,
    difference,
    ...(interval && { interval }),
    ...(Number.isNaN(pValue) ? {} : { pValue }),
    test: testNames[method],
    verdict,
    sentence: `${title} ${formatNumber(value)} is ${gap} ${whose}, ${formatNumber(otherValue)} (${testNames[method]}${where}${chance}): ${outcome}.`,
  };
}
