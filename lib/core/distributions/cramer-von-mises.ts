import { exp } from '../elementary.ts';

const pi = Math.PI;

/**
 * How likely the Cramér–von Mises statistic of many draws lies above x.
 *
 * The absolute error is about 1e-14.
 *
 * @see Anderson & Darling 1952, Annals of Mathematical Statistics 23(2), equation 4.35
 */
export function cramerVonMisesTail(x: number): number {
  if (Number.isNaN(x)) return x;
  // The share below is under 1e-17 there.
  if (x < 0.003) return 1;
  let [share, coefficient] = [0, 1];
  for (let k = 0; ; k++) {
    const y = 4 * k + 1;
    const q = (y * y) / (16 * x);
    const term = coefficient * Math.sqrt(y) * scaledBesselK(0.25, q);
    share += term;
    if (term <= share * 1e-18) return Math.max(0, 1 - share / (pi * Math.sqrt(x)));
    coefficient *= (k + 0.5) / (k + 1);
  }
}

/**
 * e^(−x) K_order(x): the integral of e^(−x(1 + cosh t)) cosh(order · t) over t from 0.
 *
 * The trapezoidal rule converges faster than any power of the step, as the integrand is even and falls off doubly
 * exponentially.
 *
 * @see DLMF 10.32.9
 */
function scaledBesselK(order: number, x: number): number {
  const step = 1 / 32;
  let total = 0.5 * exp(-2 * x);
  for (let i = 1; ; i++) {
    const t = i * step;
    const weight = exp(-x * (1 + (exp(t) + exp(-t)) / 2));
    const term = (weight * (exp(order * t) + exp(-order * t))) / 2;
    total += term;
    if (term <= total * 1e-18) return total * step;
  }
}
