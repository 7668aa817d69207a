import { formatNumber } from '../format.ts';
import { type Html, html, raw } from '../markup.ts';
import type { Measured } from '../report.ts';

export type Interval = NonNullable<Extract<Measured, { value: number }>['interval']>;

/** A value, and where it truly lies. */
export interface Estimate {
  value: number;
  interval?: Interval;
}

/** What an estimate is held against: a rule across, or a diamond. */
export interface Reference {
  value: number;
  name: string;
  as: 'rule' | 'diamond';
}

const width = 160;
const inset = 8;

/**
 * An estimate with its interval as a small drawing that needs no script, beside what it is held against.
 *
 * @param domain the ends of the drawing; what lies beyond is drawn at the edge
 */
export function drawEstimate(
  { value, interval }: Estimate,
  { domain, references = [] }: { domain: readonly [number, number]; references?: readonly Reference[] },
): Html {
  const [from, to] = domain;
  const x = (at: number) => {
    const share = to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 0.5;
    return Math.round((inset + share * (width - 2 * inset)) * 10) / 10;
  };
  const marks = references.map(({ value: at, as }) =>
    raw(
      as === 'rule'
        ? `<path class="rule" d="M${x(at)} 1V19"/>`
        : `<path class="diamond" d="M${x(at)} 5l5 5l-5 5l-5-5Z"/>`,
    ),
  );
  const range =
    interval &&
    raw(
      `<path class="range" d="M${x(interval.low)} 10H${x(interval.high)}M${x(interval.low)} 6V14M${x(interval.high)} 6V14"/>`,
    );
  const held = references.map(({ name, value: at }) => `; ${name} ${formatNumber(at)}`).join('');
  const label = `${formatNumber(value)}${interval ? `, interval ${describeInterval(interval)}` : ''}${held}`;
  return html`<svg class="estimate" viewBox="0 0 ${width} 20" role="img" aria-label="${label}"><path class="track" d="M${inset} 10H${width - inset}"/>${marks}${range}${raw(`<circle cx="${x(value)}" cy="10" r="3.5"/>`)}</svg>`;
}

/** The least stretch that holds all of these, and their intervals. */
export function domainOf(
  estimates: readonly (Estimate | undefined)[],
  others: readonly number[] = [],
): [number, number] {
  const ends = estimates.flatMap((estimate) =>
    estimate ? [estimate.value, ...(estimate.interval ? [estimate.interval.low, estimate.interval.high] : [])] : [],
  );
  const all = [...ends, ...others].filter(Number.isFinite);
  return all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
}

/** '0.91 to 0.917'. */
export function describeInterval({ low, high }: Interval): string {
  return `${formatNumber(low)} to ${formatNumber(high)}`;
}

/** '95% interval', by the first of the estimates that has one; undefined when none has. */
export function intervalTitle(estimates: readonly (Measured | undefined)[]): string | undefined {
  const interval = estimates.map(intervalOf).find((found) => found !== undefined);
  return interval && `${formatNumber(interval.confidence * 100)}% interval`;
}

/** The estimate of a metric that has a value. */
export function estimateOf(measured: Measured | undefined): Estimate | undefined {
  return measured && measured.value !== null ? measured : undefined;
}

/** A metric's interval, if it has one that can be drawn. */
export function intervalOf(measured: Measured | undefined): Interval | undefined {
  return estimateOf(measured)?.interval;
}
