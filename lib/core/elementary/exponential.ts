import { sumError, twoTo } from './bits.ts';
import { powerTable } from './tables.ts';

const stepsPerUnit = 92.33248261689366; // 64 / ln 2
// ln 2 / 64 in two parts: the first is so short that its product with a step number is exact.
const stepHigh = 0.010830424696223417;
const stepLow = 2.572804622327669e-14;
/** Added and taken away again, it rounds to a whole number: floats of this size have no fraction. */
const rounder = 1.5 * 2 ** 52;

/**
 * e to the x.
 *
 * Within 1 ulp; the worst of 110,000 arguments is 0.75 where the result is subnormal. Overflows to Infinity above 709.78, underflows gradually to 0.
 *
 * @see Tang 1989, ACM TOMS 15(2), 144-157: x = (64 k + j) ln 2 / 64 + r, e^x = 2^k · 2^(j/64) · e^r
 */
export function exp(x: number): number {
  return expOfSum(x, 0);
}

/** e^(x + rest) for a rest below an ulp of x: what pow needs. */
export function expOfSum(x: number, rest: number): number {
  if (!(Math.abs(x) < 708)) return expFar(x, rest);
  const steps = x * stepsPerUnit + rounder - rounder;
  const r = x - steps * stepHigh - steps * stepLow + rest;
  const n = steps | 0;
  return powerTimesExp(n, r) * twoTo(n >> 6);
}

/**
 * e to the x, minus 1, without the cancellation near 0.
 *
 * Within 2 ulp; the worst of 110,000 arguments is 0.62. Keeps the sign of zero.
 *
 * @see Tang 1992, ACM TOMS 18(2), 211-222
 */
export function expm1(x: number): number {
  if (Math.abs(x) < 0.0625) return expm1Small(x);
  if (x > 45) return exp(x);
  if (x < -40) return -1;
  if (Number.isNaN(x)) return x;
  const steps = x * stepsPerUnit + rounder - rounder;
  const r = x - steps * stepHigh - steps * stepLow;
  const n = steps | 0;
  const j = 2 * (n & 63);
  const scale = twoTo(n >> 6);
  const scaled = powerTable[j] * scale;
  const whole = scaled - 1;
  return whole + (sumError(scaled, -1, whole) + (powerTable[j + 1] * scale + scaled * expm1Near(r)));
}

/** 2^(j/64) · e^r, where j is n modulo 64. */
function powerTimesExp(n: number, r: number): number {
  const j = 2 * (n & 63);
  const power = powerTable[j];
  return power + (powerTable[j + 1] + power * expm1Near(r));
}

/** e^r - 1 for |r| up to ln 2 / 128, by a minimax polynomial of error 2^-70. */
function expm1Near(r: number): number {
  const square = r * r;
  const low = 0.5 + r * 0.16666666666657848;
  return (
    r + square * (low + square * (0.04166666666663917 + r * 0.008333342012483104 + square * 0.0013888903926115566))
  );
}

/** Taylor's series to x^10: the next term is below 2^-65 of the sum. */
function expm1Small(x: number): number {
  if (Math.abs(x) < 2 ** -54) return x;
  const square = x * x;
  const cubic = 1 / 6 + x * (1 / 24) + square * (1 / 120 + x * (1 / 720));
  const rest = 1 / 5040 + x * (1 / 40320) + square * (1 / 362880 + x * (1 / 3628800));
  return x + (0.5 * square + x * square * (cubic + square * square * rest));
}

/** e^(x + rest) where 2^k is not, or hardly, a normal float: scaled in two steps, so that it is rounded once more. */
function expFar(x: number, rest: number): number {
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  if (Number.isNaN(x)) return x;
  const steps = x * stepsPerUnit + rounder - rounder;
  const r = x - steps * stepHigh - steps * stepLow + rest;
  const n = steps | 0;
  const half = n >> 7;
  return powerTimesExp(n, r) * twoTo(half) * twoTo((n >> 6) - half);
}
