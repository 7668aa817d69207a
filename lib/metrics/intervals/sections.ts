import { studentQuantile } from '../../core/distributions/quantiles.ts';
import { variance } from '../../core/statistics/describe.ts';
import { type Interval, type IntervalOptions, unknownInterval } from './interval.ts';

/** Sections that the rows are cut into. */
const sectionCount = 30;

/**
 * Interval of any metric from what it is on sections of the rows, each measured by itself: one pass, where a bootstrap
 * would take a thousand.
 *
 * The sections' values scatter about the metric √sections times as widely as the metric about its true value. For many
 * rows: a section must be large enough for the metric to be settled on it.
 *
 * @param value of the metric on all rows, about which the interval lies
 * @param sections the metric on each section, shape [sections]
 * @param range least and most values there can be
 * @returns NaN ends when the metric is undefined on a section
 * @see Asmussen & Glynn 2007, Stochastic Simulation, section III.5a
 */
export function sectionsInterval(
  value: number,
  sections: Float64Array,
  {
    confidence = 0.95,
    range: [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }: IntervalOptions & { range?: readonly [number, number] } = {},
): Interval {
  const count = sections.length;
  const lost = sections.filter((one) => !Number.isFinite(one)).length;
  if (lost > 0) return unknownInterval('sections', confidence, `undefined on ${lost} of ${count} sections of the rows`);
  const reach = studentQuantile(1 - (1 - confidence) / 2, count - 1) * Math.sqrt(variance(sections) / count);
  const note = `from ${count} sections of neighbouring rows`;
  return {
    low: Math.max(least, value - reach),
    high: Math.min(most, value + reach),
    confidence,
    method: 'sections',
    note,
  };
}

/** Where each section begins, with the end of the last appended; shape [sections + 1]. */
export const sectionOffsets = (unitCount: number): Int32Array =>
  Int32Array.from({ length: sectionCount + 1 }, (_, i) => Math.floor((i * unitCount) / sectionCount));
