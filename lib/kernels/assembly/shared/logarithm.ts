/**
 * log and log1p of lib/core/elementary/logarithm.ts, operation for operation, so that they give the same bits; where the
 * method and its error are explained. And `log1pOfPair`, which takes two numbers at once to the same bits.
 */
import { pairOfOnes, sumError, twoTo } from './exponential';
import { logTable } from './tables';

const ln2High: f64 = 0.6931471805598903;
const ln2Low: f64 = 5.497923018708371e-14;
const firstWord: i32 = 0x3fe60000;
const rounder: f64 = 100663296.0;

/** What `log1pOfPair` needs in both lanes: read from memory, as those of `expOfPair` are. */
const pairConstants = memory.data<f64>([
  // From 0 on: least number, where the interval changes, rounder, ln2High, ln2Low, and a half.
  5.551115123125783e-17, 1.375, 100663296.0, 0.6931471805598903, 5.497923018708371e-14, 0.5,
  // From 48 on the polynomial of `beyondFirstOrder`, the lowest power first.
  -0.5, 0.33333333333306325, -0.2499999998327552, 0.20000002429626007, -0.16667605827630907, 0.14242853757522636,
]);

// @ts-ignore: decorator
@inline
function highWord(x: f64): i32 {
  return <i32>(reinterpret<i64>(x) >> 32);
}

// @ts-ignore: decorator
@inline
function exponentOf(word: i32): i32 {
  return (word - firstWord) >> 20;
}

// @ts-ignore: decorator
@inline
function intervalOf(word: i32): i32 {
  return 3 * (((word - firstWord) >> 13) & 127);
}

// @ts-ignore: decorator
@inline
function reducedExactly(z: f64, inverse: f64): f64 {
  const upper = z + rounder - rounder;
  return upper * inverse - 1 + (z - upper) * inverse;
}

/** Natural logarithm. Within 1 ulp; -Infinity at ±0, NaN below. */
export function log(x: f64): f64 {
  const word = highWord(x);
  if (word < 0x00100000 || word >= 0x7ff00000) return logFar(x);
  return logNormal(x, word, 0);
}

/** log(1 + x). Within 2 ulp; -Infinity at -1, NaN below. */
export function log1p(x: f64): f64 {
  if (abs(x) < 5.551115123125783e-17) return x;
  const sum = 1 + x;
  const word = highWord(sum);
  if (word < 0x00100000 || word >= 0x7ff00000) return logFar(sum);
  const k = exponentOf(word);
  const i = intervalOf(word);
  const scale = scaleDown(k);
  const inverse = unchecked(logTable[i]);
  const rounded = reducedExactly(sum * scale, inverse);
  const correction = sumError(1, x, sum) * scale * inverse;
  const r = rounded + correction;
  const whole = <f64>k * ln2High + unchecked(logTable[i + 1]);
  const first = whole + r;
  const rest =
    sumError(whole, r, first) + sumError(rounded, correction, r) + (<f64>k * ln2Low + unchecked(logTable[i + 2]));
  return first + (rest + beyondFirstOrder(r));
}

function logNormal(x: f64, word: i32, k0: i32): f64 {
  const exponent = exponentOf(word);
  const i = intervalOf(word);
  const r = reducedExactly(x * scaleDown(exponent), unchecked(logTable[i]));
  const k = <f64>(exponent + k0);
  const whole = k * ln2High + unchecked(logTable[i + 1]);
  const first = whole + r;
  return first + (whole - first + r + (k * ln2Low + unchecked(logTable[i + 2])) + beyondFirstOrder(r));
}

/** 2 to the -k, for k up to 1024: the last is no normal float. */
// @ts-ignore: decorator
@inline
function scaleDown(k: i32): f64 {
  return k < 1023 ? twoTo(-k) : twoTo(-1022) * (k == 1023 ? 0.5 : 0.25);
}

// @ts-ignore: decorator
@inline
function beyondFirstOrder(r: f64): f64 {
  const square = r * r;
  return (
    square *
    (-0.5 +
      r *
        (0.33333333333306325 +
          r * -0.2499999998327552 +
          square * (0.20000002429626007 + r * -0.16667605827630907 + square * 0.14242853757522636)))
  );
}

function logFar(x: f64): f64 {
  if (x == 0) return -Infinity;
  if (!(x > 0)) return NaN;
  if (x == Infinity) return x;
  const scaled = x * 18014398509481984.0;
  return logNormal(scaled, highWord(scaled), -54);
}

/** log(1 + x) of two numbers in [2^-54, 1], to the bits of `log1p`; of others by `log1p` itself. */
// @ts-ignore: decorator
@inline
export function log1pOfPair(x: v128): v128 {
  const one = pairOfOnes();
  const isUsual = v128.and(
    f64x2.ge(x, v128.load64_splat(pairConstants)),
    f64x2.le(x, one),
  );
  if (!i64x2.all_true(isUsual)) return f64x2(log1p(f64x2.extract_lane(x, 0)), log1p(f64x2.extract_lane(x, 1)));
  const sum = f64x2.add(one, x);
  // Above 1.375 the interval is one of half the number.
  const isHalved = f64x2.ge(sum, v128.load64_splat(pairConstants, 8));
  const k = v128.and(isHalved, one);
  const scale = v128.bitselect(v128.load64_splat(pairConstants, 40), one, isHalved);
  const table = changetype<usize>(logTable);
  const a = table + (<usize>intervalOf(i32x4.extract_lane(sum, 1)) << 3);
  const b = table + (<usize>intervalOf(i32x4.extract_lane(sum, 3)) << 3);
  const upperA = v128.load(a);
  const upperB = v128.load(b);
  const inverse = v128.shuffle<f64>(upperA, upperB, 0, 2);
  const high = v128.shuffle<f64>(upperA, upperB, 1, 3);
  const low = v128.load64_lane(b + 16, v128.load64_zero(a + 16), 1);

  const z = f64x2.mul(sum, scale);
  const upper = f64x2.sub(f64x2.add(z, v128.load64_splat(pairConstants, 16)), v128.load64_splat(pairConstants, 16));
  const rounded = f64x2.add(
    f64x2.sub(f64x2.mul(upper, inverse), one),
    f64x2.mul(f64x2.sub(z, upper), inverse),
  );
  const correction = f64x2.mul(f64x2.mul(sumErrorOfPair(one, x, sum), scale), inverse);
  const r = f64x2.add(rounded, correction);
  const whole = f64x2.add(f64x2.mul(k, v128.load64_splat(pairConstants, 24)), high);
  const first = f64x2.add(whole, r);
  const rest = f64x2.add(
    f64x2.add(sumErrorOfPair(whole, r, first), sumErrorOfPair(rounded, correction, r)),
    f64x2.add(f64x2.mul(k, v128.load64_splat(pairConstants, 32)), low),
  );
  return f64x2.add(first, f64x2.add(rest, beyondFirstOrderOfPair(r)));
}

// @ts-ignore: decorator
@inline
function sumErrorOfPair(a: v128, b: v128, sum: v128): v128 {
  const bSeen = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, bSeen)), f64x2.sub(b, bSeen));
}

// @ts-ignore: decorator
@inline
function beyondFirstOrderOfPair(r: v128): v128 {
  const square = f64x2.mul(r, r);
  const high = f64x2.add(
    f64x2.add(v128.load64_splat(pairConstants, 72), f64x2.mul(r, v128.load64_splat(pairConstants, 80))),
    f64x2.mul(square, v128.load64_splat(pairConstants, 88)),
  );
  const middle = f64x2.add(
    f64x2.add(v128.load64_splat(pairConstants, 56), f64x2.mul(r, v128.load64_splat(pairConstants, 64))),
    f64x2.mul(square, high),
  );
  return f64x2.mul(square, f64x2.add(v128.load64_splat(pairConstants, 48), f64x2.mul(r, middle)));
}
