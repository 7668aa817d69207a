import { checkNotNegative, checkSameLength } from '../checks.ts';
import { log } from '../elementary.ts';
import { InputError } from '../errors.ts';

/** Shares of categories, or counts, which are divided by their sum; from 0. */
type Shares = ArrayLike<number>;

/** Entropy in nats; 0 log 0 is 0. @throws InputError when a share is negative or all are 0 */
export function entropy(shares: Shares): number {
  return normalised('shares', shares).reduce((total, p) => (p > 0 ? total - p * log(p) : total), 0);
}

/**
 * Kullback–Leibler divergence of q from p in nats: what it costs to take q for p. Infinite where q is 0 and p is not.
 *
 * @throws InputError when lengths differ, a share is negative, or all of one are 0
 */
export function kullbackLeibler(p: Shares, q: Shares): number {
  return sumOver(p, q, (a, b) => (a > 0 ? a * log(a / b) : 0));
}

/**
 * Root of the Jensen–Shannon divergence in nats: a distance, from 0 to √(ln 2) ≈ 0.833.
 *
 * @see Endres & Schindelin 2003, IEEE Transactions on Information Theory 49(7)
 * @throws InputError as kullbackLeibler
 */
export function jensenShannonDistance(p: Shares, q: Shares): number {
  const half = (a: number, b: number) => (a > 0 ? a * log(a / ((a + b) / 2)) : 0);
  return Math.sqrt(Math.max(0, sumOver(p, q, (a, b) => half(a, b) + half(b, a)) / 2));
}

/** Hellinger distance, from 0 to 1. @throws InputError as kullbackLeibler */
export function hellingerDistance(p: Shares, q: Shares): number {
  return Math.sqrt(sumOver(p, q, (a, b) => (Math.sqrt(a) - Math.sqrt(b)) ** 2) / 2);
}

/** Total variation: the largest difference in the share of any set of categories, from 0 to 1. @throws as kullbackLeibler */
export function totalVariation(p: Shares, q: Shares): number {
  return sumOver(p, q, (a, b) => Math.abs(a - b)) / 2;
}

function sumOver(p: Shares, q: Shares, term: (a: number, b: number) => number): number {
  checkSameLength('p', p, 'q', q);
  const [a, b] = [normalised('p', p), normalised('q', q)];
  let total = 0;
  for (let i = 0; i < a.length; i++) total += term(a[i], b[i]);
  return total;
}

function normalised(name: string, shares: Shares): Float64Array {
  checkNotNegative(name, shares);
  const values = Float64Array.from(shares);
  const total = values.reduce((sum, share) => sum + share, 0);
  if (total === 0) throw new InputError(`${name}: expected a share above 0, found none`);
  return values.map((share) => share / total);
}
