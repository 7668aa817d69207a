import { exp } from '../elementary.ts';
import { deviance, nonZero, stirlingError, type Tails } from './gamma.ts';

const twoPi = 6.283185307179586;

/**
 * The regularized incomplete beta function I_x(a, b), and 1 less it; a and b above 0, x in [0, 1].
 *
 * Relative errors are about 1e-13 while a and b are below a million; NaN outside the domain.
 *
 * @param y 1 − x: give it where it is known to more digits than the difference keeps
 * @see DLMF 8.17.22, the continued fraction; Loader 2000 for what stands before it
 */
export function betaTails(a: number, b: number, x: number, y = 1 - x): Tails {
  if (!(a > 0 && b > 0 && a + b < Number.POSITIVE_INFINITY && x >= 0 && y >= 0))
    return { lower: Number.NaN, upper: Number.NaN };
  if (x === 0) return { lower: 0, upper: 1 };
  if (y === 0) return { lower: 1, upper: 0 };
  const front = (binomialTerm(a, b, x, y) * a * b) / (a + b);
  if (x <= (a + 1) / (a + b + 2)) {
    const lower = Math.min(1, (front * betaFraction(a, b, x)) / a);
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, (front * betaFraction(b, a, y)) / b);
  return { lower: 1 - upper, upper };
}

/**
 * Γ(k + m + 1) / (Γ(k + 1) Γ(m + 1)) · p^k · q^m: how likely k of k + m trials succeed, for real k and m from 0.
 *
 * @param q 1 − p
 * @see Loader 2000, Fast and accurate computation of binomial probabilities
 */
export function binomialTerm(k: number, m: number, p: number, q: number): number {
  const n = k + m;
  if (p === 0) return k === 0 ? 1 : 0;
  if (q === 0) return m === 0 ? 1 : 0;
  if (n === 0) return 1;
  // With k = 0 what is left is q^m, which the deviance from n successes gives without a power.
  if (k === 0) return exp(-powerDeviance(m, q, p));
  if (m === 0) return exp(-powerDeviance(k, p, q));
  const errors = stirlingError(n) - stirlingError(k) - stirlingError(m);
  return exp(errors - deviance(k, n * p) - deviance(m, n * q)) * Math.sqrt(n / (twoPi * k * m));
}

/** −n log p. */
function powerDeviance(n: number, p: number, q: number): number {
  return deviance(n, n * p) + n * q;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let k = 1; ; k++) {
    const even = (k * (b - k) * x) / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + k) * (a + b + k) * x) / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) <= 2 ** -52) return fraction;
  }
}
