import { betaTails } from './beta.ts';
import { chiSquareTail, fisherTail, studentTail } from './tails.ts';

/**
 * The value of Student's t below which a share `p` lies. Infinite at 0 and 1, NaN outside.
 *
 * @param degrees of freedom, above 0
 */
export function studentQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0;
  // Where the tail is the small side of p, so that no digits are lost.
  const value = pointOfTail(Math.min(p, 1 - p), (x) => studentTail(x, degrees));
  return p < 0.5 ? -value : value;
}

/** The chi-square value below which a share `p` lies; 0 at 0, infinite at 1, NaN outside. */
export function chiSquareQuantile(p: number, degrees: number): number {
  return pointOfTail(1 - p, (x) => chiSquareTail(x, degrees));
}

/** The value of Fisher's F below which a share `p` lies; 0 at 0, infinite at 1, NaN outside. */
export function fisherQuantile(p: number, above: number, below: number): number {
  return pointOfTail(1 - p, (x) => fisherTail(x, above, below));
}

/** The value of a beta variate below which a share `p` lies; NaN outside [0, 1]. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  return bisect(0, 1, (x) => betaTails(a, b, x).lower >= p);
}

/** The x from 0 at which a falling tail is `share`. */
function pointOfTail(share: number, tail: (x: number) => number): number {
  if (!(share >= 0 && share <= 1)) return Number.NaN;
  if (share === 0) return Number.POSITIVE_INFINITY;
  if (tail(0) <= share) return 0;
  let high = 1;
  while (tail(high) > share && high < 1e300) high *= 2;
  return bisect(high === 1 ? 0 : high / 2, high, (x) => tail(x) <= share);
}

/** The least number between the two for which `holds`; it must hold at `high`, and from some point on. */
function bisect(low: number, high: number, holds: (x: number) => boolean): number {
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) return high;
    if (holds(middle)) high = middle;
    else low = middle;
  }
}
