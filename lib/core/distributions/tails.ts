import { betaTails } from './beta.ts';
import { gammaTails } from './gamma.ts';

/** How likely a standard normal deviate lies above x. */
export function normalTail(x: number): number {
  const { lower, upper } = gammaTails(0.5, (x * x) / 2);
  return x < 0 ? 0.5 + lower / 2 : upper / 2;
}

/** How likely a standard normal deviate lies at or below x. */
export const normalShare = (x: number): number => normalTail(-x);

/**
 * How likely a chi-square variate lies above x.
 *
 * @param degrees of freedom, above 0
 */
export function chiSquareTail(x: number, degrees: number): number {
  return x < 0 ? 1 : gammaTails(degrees / 2, x / 2).upper;
}

/**
 * How likely Student's t lies above x.
 *
 * @param degrees of freedom, above 0; infinite for the normal distribution
 */
export function studentTail(x: number, degrees: number): number {
  if (degrees === Number.POSITIVE_INFINITY) return normalTail(x);
  const square = x * x;
  if (square === Number.POSITIVE_INFINITY) return x > 0 ? 0 : 1;
  const beyond = betaTails(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square)).lower / 2;
  return x < 0 ? 1 - beyond : beyond;
}

/**
 * How likely Fisher's F lies above x.
 *
 * @param above degrees of freedom of the numerator, above 0; `below` those of the denominator
 */
export function fisherTail(x: number, above: number, below: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const total = below + above * x;
  return betaTails(below / 2, above / 2, below / total, (above * x) / total).lower;
}

/**
 * How likely k or fewer, and how likely more than k, of n trials succeed.
 *
 * @param p how likely each does, in [0, 1]
 */
export function binomialTails(k: number, n: number, p: number): { atMost: number; above: number } {
  if (k < 0) return { atMost: 0, above: 1 };
  if (k >= n) return { atMost: 1, above: 0 };
  const { lower, upper } = betaTails(Math.floor(k) + 1, n - Math.floor(k), p);
  return { atMost: upper, above: lower };
}
