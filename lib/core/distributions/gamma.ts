import { exp, log, log1p } from '../elementary.ts';

const halfLogTwoPi = 0.9189385332046728;
const twoPi = 6.283185307179586;

/** Shares of a distribution on both sides of a point; each is good to its own digits, however small. */
export interface Tails {
  lower: number;
  upper: number;
}

/**
 * log Γ(x) for x > 0; infinite at 0, NaN below.
 *
 * The error is a few ulp of the larger of 1 and the answer.
 *
 * @see DLMF 5.11.1, Stirling's series
 */
export function logGamma(x: number): number {
  if (!(x >= 0)) return Number.NaN;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return halfLogTwoPi + (x - 0.5) * log(x) - x + stirlingError(x);
}

/**
 * log Γ(x + 1) less Stirling's ½ log(2πx) + x log x − x, for x > 0.
 *
 * @see Loader 2000, Fast and accurate computation of binomial probabilities, section 3
 */
export function stirlingError(x: number): number {
  let [shifted, error] = [x, 0];
  // Γ(x + 2) = (x + 1) Γ(x + 1), with the large terms cancelled by hand.
  for (; shifted < 16; shifted++) error += (shifted + 0.5) * log1p(1 / shifted) - 1;
  const square = 1 / (shifted * shifted);
  const series = 1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188))));
  return error + series / shifted;
}

/**
 * x log(x / mean) + mean − x: how far a count lies from its mean, in nats; x and mean from 0.
 *
 * @see Loader 2000, section 4
 */
export function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * log(x / mean) + mean - x;
  const v = (x - mean) / (x + mean);
  let sum = (x - mean) * v;
  let term = 2 * x * v;
  for (let j = 3; ; j += 2) {
    term *= v * v;
    const next = sum + term / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * The regularized incomplete gamma functions P(a, x) and Q(a, x), a > 0 and x from 0.
 *
 * Relative errors are about 1e-14 while a is below a million; both are NaN outside the domain.
 *
 * @see DLMF 8.11.4 for the series, 8.9.2 for the continued fraction; Loader 2000 for what stands before them
 */
export function gammaTails(a: number, x: number): Tails {
  if (!(a > 0 && a < Number.POSITIVE_INFINITY && x >= 0)) return { lower: Number.NaN, upper: Number.NaN };
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 };
  // x^a e^(−x) / Γ(a + 1)
  const front = exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(twoPi * a);
  if (x < a + 1) {
    const lower = Math.min(1, front * gammaSeries(a, x));
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, front * a * gammaFraction(a, x));
  return { lower: 1 - upper, upper };
}

function gammaSeries(a: number, x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; ; k++) {
    term *= x / (a + k);
    const next = sum + term;
    if (next === sum) return sum;
    sum = next;
  }
}

/** By Lentz's method, as Thompson & Barnett 1986 (Journal of Computational Physics 64(2)) modified it. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; ; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) <= 2 ** -52) return fraction;
  }
}

/** A denominator that vanished, moved off zero: the next step makes up for it. */
export function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
