/**
 * exp and expm1 of lib/core/elementary/exponential.ts, operation for operation, so that they give the same bits; where the
 * method and its error are explained. And `expOfPair`, which takes two numbers at once to the same bits.
 */
import { powerTable } from './tables';

const stepsPerUnit: f64 = 92.33248261689366;
const stepHigh: f64 = 0.010830424696223417;
const stepLow: f64 = 2.572804622327669e-14;
const rounder: f64 = 6755399441055744.0;

/**
 * What `expOfPair` and those who call it need in both lanes: read from memory, as a vector that is written in the code is
 * built anew by three instructions each time that it is used.
 */
const pairConstants = memory.data<f64>([
  // From 0 on stepsPerUnit, rounder, stepHigh, stepLow; at 32 where `exp` takes another way.
  92.33248261689366, 6755399441055744.0, 0.010830424696223417, 2.572804622327669e-14, 708,
  // From 40 on the polynomial of `expm1Near`, the lowest power first.
  0.5, 0.16666666666657848, 0.04166666666663917, 0.008333342012483104, 0.0013888903926115566,
  // At 80: 1, which is also the bits of an exponent of 0. At 88: the bit of the sign.
  1, -0.0,
]);

// @ts-ignore: decorator
@inline
export function pairOfOnes(): v128 {
  return v128.load64_splat(pairConstants, 80);
}

// @ts-ignore: decorator
@inline
export function pairOfSignBits(): v128 {
  return v128.load64_splat(pairConstants, 88);
}

/** 2 to the `exponent`, a whole number in [-1022, 1023]. */
// @ts-ignore: decorator
@inline
export function twoTo(exponent: i32): f64 {
  return reinterpret<f64>((<i64>exponent + 1023) << 52);
}

/** What rounding took from the sum: a + b - sum, exactly. */
// @ts-ignore: decorator
@inline
export function sumError(a: f64, b: f64, sum: f64): f64 {
  const bSeen = sum - a;
  return a - (sum - bSeen) + (b - bSeen);
}

/** e to the x. Within 1 ulp. */
export function exp(x: f64): f64 {
  if (!(abs(x) < 708)) return expFar(x);
  const steps = x * stepsPerUnit + rounder - rounder;
  const r = x - steps * stepHigh - steps * stepLow;
  const n = <i32>steps;
  return powerTimesExp(n, r) * twoTo(n >> 6);
}

/** e to the x, minus 1. Within 2 ulp. */
export function expm1(x: f64): f64 {
  if (abs(x) < 0.0625) return expm1Small(x);
  if (x > 45) return exp(x);
  if (x < -40) return -1;
  if (x != x) return x;
  const steps = x * stepsPerUnit + rounder - rounder;
  const r = x - steps * stepHigh - steps * stepLow;
  const n = <i32>steps;
  const j = 2 * (n & 63);
  const scale = twoTo(n >> 6);
  const scaled = unchecked(powerTable[j]) * scale;
  const whole = scaled - 1;
  return whole + (sumError(scaled, -1, whole) + (unchecked(powerTable[j + 1]) * scale + scaled * expm1Near(r)));
}

/** e to each of two numbers, to the bits of `exp`. */
// @ts-ignore: decorator
@inline
export function expOfPair(x: v128): v128 {
  const isNear = f64x2.lt(f64x2.abs(x), v128.load64_splat(pairConstants, 32));
  if (!i64x2.all_true(isNear)) return f64x2(exp(f64x2.extract_lane(x, 0)), exp(f64x2.extract_lane(x, 1)));
  const raised = f64x2.add(f64x2.mul(x, v128.load64_splat(pairConstants)), v128.load64_splat(pairConstants, 8));
  const steps = f64x2.sub(raised, v128.load64_splat(pairConstants, 8));
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(steps, v128.load64_splat(pairConstants, 16))),
    f64x2.mul(steps, v128.load64_splat(pairConstants, 24)),
  );
  // The whole number n stands in the lowest bits of the float that was raised: its last six name the place in the table.
  const table = changetype<usize>(powerTable);
  const first = v128.load(table + ((<usize>i32x4.extract_lane(raised, 0) & 63) << 4));
  const second = v128.load(table + ((<usize>i32x4.extract_lane(raised, 2) & 63) << 4));
  const power = v128.shuffle<f64>(first, second, 0, 2);
  const rest = v128.shuffle<f64>(first, second, 1, 3);
  const whole = f64x2.add(power, f64x2.add(rest, f64x2.mul(power, expm1NearOfPair(r))));
  // 2 to the n >> 6: the other bits of n, moved to where the exponent stands.
  const exponent = i64x2.shl(v128.andnot(raised, i64x2.splat(63)), 46);
  return f64x2.mul(whole, i64x2.add(exponent, pairOfOnes()));
}

// @ts-ignore: decorator
@inline
function powerTimesExp(n: i32, r: f64): f64 {
  const j = 2 * (n & 63);
  const power = unchecked(powerTable[j]);
  return power + (unchecked(powerTable[j + 1]) + power * expm1Near(r));
}

// @ts-ignore: decorator
@inline
function expm1Near(r: f64): f64 {
  const square = r * r;
  const low = 0.5 + r * 0.16666666666657848;
  return (
    r + square * (low + square * (0.04166666666663917 + r * 0.008333342012483104 + square * 0.0013888903926115566))
  );
}

// @ts-ignore: decorator
@inline
function expm1NearOfPair(r: v128): v128 {
  const square = f64x2.mul(r, r);
  const low = f64x2.add(v128.load64_splat(pairConstants, 40), f64x2.mul(r, v128.load64_splat(pairConstants, 48)));
  const high = f64x2.add(
    f64x2.add(v128.load64_splat(pairConstants, 56), f64x2.mul(r, v128.load64_splat(pairConstants, 64))),
    f64x2.mul(square, v128.load64_splat(pairConstants, 72)),
  );
  return f64x2.add(r, f64x2.mul(square, f64x2.add(low, f64x2.mul(square, high))));
}

function expm1Small(x: f64): f64 {
  if (abs(x) < 5.551115123125783e-17) return x;
  const square = x * x;
  const cubic: f64 = 1.0 / 6.0 + x * (1.0 / 24.0) + square * (1.0 / 120.0 + x * (1.0 / 720.0));
  const rest: f64 = 1.0 / 5040.0 + x * (1.0 / 40320.0) + square * (1.0 / 362880.0 + x * (1.0 / 3628800.0));
  return x + (0.5 * square + x * square * (cubic + square * square * rest));
}

/** Where 2^k is not, or hardly, a normal float. */
function expFar(x: f64): f64 {
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  if (x != x) return x;
  const steps = x * stepsPerUnit + rounder - rounder;
  const r = x - steps * stepHigh - steps * stepLow;
  const n = <i32>steps;
  const half = n >> 7;
  return powerTimesExp(n, r) * twoTo(half) * twoTo((n >> 6) - half);
}
