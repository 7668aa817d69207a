import { findMetric } from '../metrics/catalogue.ts';
import { formatNumber, formatShare } from './format.ts';

/** What a reader needs beside a metric's number. */
export interface MetricTitle {
  title: string;
  /** Which way is better, where that is known. */
  direction: 'higher' | 'lower' | undefined;
  /** What it measures, in a sentence. */
  summary: string | undefined;
}

/** Title and direction of a metric by its name; a name that is not known speaks for itself. */
export function metricTitle(name: string): MetricTitle {
  const metric = findMetric(name);
  if (!metric) return { title: name, direction: directionOf(name), summary: undefined };
  const { title, direction, summary } = metric;
  return { title, direction, summary };
}

/**
 * The gap between a model's value and another's, in words: '72% lower', '+0.31'; undefined when either one is.
 *
 * Errors and losses, which have no upper bound, compare as a share of the other's; all else as a difference.
 */
export function compareMetric(
  name: string,
  value: number | null,
  other: number | null,
): { text: string; isBetter: boolean | undefined } | undefined {
  if (value === null || other === null) return undefined;
  if (value === other) return { text: 'the same', isBetter: undefined };
  const { direction } = metricTitle(name);
  const isBetter = direction && (direction === 'higher' ? value > other : value < other);
  if (direction !== 'lower' || value < 0 || other <= 0) {
    return { text: `${value > other ? '+' : ''}${formatNumber(value - other, { digits: 3 })}`, isBetter };
  }
  const ratio = value / other;
  // A multiple is easier to read than a percentage of four digits.
  if (ratio >= 10_000) return { text: 'many times as high', isBetter };
  if (ratio >= 10) return { text: `${formatNumber(ratio, { digits: 2 })} times as high`, isBetter };
  return { text: `${formatShare(Math.abs(1 - ratio))} ${ratio < 1 ? 'lower' : 'higher'}`, isBetter };
}

function directionOf(name: string): MetricTitle['direction'] {
  if (name.endsWith('Score')) return 'higher';
  return name.endsWith('Loss') || name.endsWith('Error') ? 'lower' : undefined;
}
