/** tanh of lib/core/elementary/hyperbolic.ts, operation for operation, so that it gives the same bits. Within 2 ulp. */
import { exp } from './exponential';

export function tanh(x: f64): f64 {
  const size = abs(x);
  if (size < 0.55) return tanhSmall(x);
  if (x != x) return x;
  const positive = size > 20 ? 1.0 : 1.0 - 2.0 / (exp(2 * size) + 1);
  return x < 0 ? -positive : positive;
}

function tanhSmall(x: f64): f64 {
  if (abs(x) < 3.725290298461914e-9) return x;
  const s = x * x;
  const s2 = s * s;
  const s4 = s2 * s2;
  const low = -0.333333333333333 + s * 0.13333333333326833 + s2 * (-0.05396825396387871 + s * 0.02186948838910458);
  const middle =
    -0.00886323265279931 + s * 0.003592092532594203 + s2 * (-0.0014555459842007553 + s * 0.0005884570489100471);
  const high = -0.00023341272677144842 + s * 8.336006535421418e-5 + s2 * -1.9521024491949462e-5;
  return x + x * s * (low + s4 * (middle + s4 * high));
}
