import { exp } from './exponential.ts';

/**
 * Error function, 2/√π times the integral of e^(-t²) from 0 to x.
 *
 * Within 2 ulp; the worst of 110,000 arguments is 1.2, just below 1. Keeps the sign of zero.
 *
 * @see Shepherd & Laframboise 1981, Mathematics of Computation 36(153), 249-253: e^(x²) erfc x as a polynomial in
 *   (x - k) / (x + k); here with k = 3, minimax for the error of erf
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return erfSmall(x);
  if (Number.isNaN(x)) return x;
  const positive = size > 6 ? 1 : 1 - erfc(size);
  return x < 0 ? -positive : positive;
}

/** x + x · p(x²), with p = erf(x) / x - 1 to 2^-62. */
function erfSmall(x: number): number {
  const s = x * x;
  const s2 = s * s;
  const s4 = s2 * s2;
  const low = 0.1283791670955126 + s * -0.3761263890318375 + s2 * (0.11283791670954858 + s * -0.026866170645072553);
  const middle =
    0.005223977624773842 + s * -0.000854832697813709 + s2 * (0.00012055331007845561 + s * -1.4925592649311555e-5);
  const high =
    1.6460956632789735e-6 + s * -1.634982922955235e-7 + s2 * (1.4656405803734169e-8 + s * -1.135939745517362e-9);
  return x + x * (low + s4 * (middle + s4 * (high + s4 * 5.933742621844213e-11)));
}

/** 1 - erf(x) on [1, 6], good to 2^-56 of 1. */
function erfc(x: number): number {
  const t = (x - 3) / (x + 3);
  const t2 = t * t;
  const t4 = t2 * t2;
  const low = 0.17900115118139714 + t * -0.32623356004282433 + t2 * (0.24560380170984286 + t * -0.15011593664849643);
  const middle =
    0.07166583507322591 + t * -0.02439251431967551 + t2 * (0.004269083091133901 + t * 0.0007077072690272637);
  const high =
    -0.0005966009712436861 + t * 4.7365575838056794e-5 + t2 * (6.836798167284484e-5 + t * -8.596850117232666e-6);
  return exp(-x * x) * (low + t4 * (middle + t4 * (high + t4 * -7.209799011790768e-6)));
}
