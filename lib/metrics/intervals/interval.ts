import { checkWithin } from '../../core/checks.ts';
import { normalQuantile } from '../../core/normal-quantile.ts';

/** Where a metric's true value lies, as far as the rows can tell. */
export interface Interval {
  /** NaN, as `high`, where nothing can be said; `note` says why. */
  low: number;
  high: number;
  /** In how many of repeated samples such an interval holds the true value; 0.95 by default. */
  confidence: number;
  method: 'bootstrap' | 'wilson' | 'delong' | 't' | 'jackknife' | 'delta' | 'sections';
  /** How many times the rows were drawn anew, for `bootstrap`. */
  resamples?: number;
  /** What a reader should know: that groups of rows were drawn, that weights were taken as an effective sample size. */
  note?: string;
}

export interface IntervalOptions {
  /** In (0, 1). */
  confidence?: number;
}

/** Estimate ± as many standard errors as the confidence asks for, held within [least, most]. */
export function normalInterval(
  estimate: number,
  standardError: number,
  {
    confidence = 0.95,
    method,
    least = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
  }: IntervalOptions & { method: Interval['method']; least?: number; most?: number },
): Interval {
  const reach = deviate(confidence) * standardError;
  return { low: Math.max(least, estimate - reach), high: Math.min(most, estimate + reach), confidence, method };
}

/** How many standard errors hold that share of a normal distribution. @throws InputError unless it is in (0, 1) */
export function deviate(confidence: number): number {
  checkWithin('confidence', confidence, Number.MIN_VALUE, 1 - Number.EPSILON / 2);
  return -normalQuantile((1 - confidence) / 2);
}

/** An interval of which nothing is known. */
export function unknownInterval(method: Interval['method'], confidence: number, note: string): Interval {
  return { low: Number.NaN, high: Number.NaN, confidence, method, note };
}
