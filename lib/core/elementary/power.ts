import { highWord, productError, sumError, twoTo } from './bits.ts';
import { expOfSum } from './exponential.ts';
import { exponentOf, intervalOf, ln2High, ln2Low, reducedExactly } from './logarithm.ts';
import { logTable } from './tables.ts';

/**
 * x to the y.
 *
 * Within 2 ulp; the worst of 110,000 arguments is 0.64. Special cases are those of C99 (annex F.9.4.4) and IEEE 754-2008, which
 * differ from `Math.pow`: 1 to any power is 1, NaN and Infinity included, and so is -1 to ±Infinity.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const magnitude = Math.abs(x);
  if (Math.abs(y) === Number.POSITIVE_INFINITY) {
    if (magnitude === 1) return 1;
    return magnitude > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  const isNegative = x < 0 || Object.is(x, -0);
  const sign = isNegative && isOddInteger(y) ? -1 : 1;
  if (magnitude === 0 || magnitude === Number.POSITIVE_INFINITY) {
    return sign * ((magnitude === 0) === y > 0 ? 0 : Number.POSITIVE_INFINITY);
  }
  if (isNegative && Math.trunc(y) !== y) return Number.NaN;
  return sign * positivePower(magnitude, y);
}

/** Finite, positive x; finite y. The logarithm is formed to about 68 bits, so that y · log x is good to 58. */
function positivePower(x: number, y: number): number {
  if (x === 1) return 1;
  if (Math.abs(y) < 2 ** -65) return 1;
  if (Math.abs(y) > 2 ** 65) return x > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;

  const scaled = x < 2 ** -1022 ? x * 2 ** 54 : x;
  const word = highWord(scaled);
  const exponent = exponentOf(word);
  const i = intervalOf(word);
  const r = reducedExactly(scaled * twoTo(-exponent), logTable[i]);
  const k = scaled === x ? exponent : exponent - 54;

  // log x = whole + r - r² / 2 + (the rest), the first three as exact sums.
  const whole = k * ln2High + logTable[i + 1];
  const first = whole + r;
  // r is a multiple of 2^-60 below 2^-7: its upper part, of 2^-33, squares exactly.
  const upper = r + 1.5 * 2 ** 19 - 1.5 * 2 ** 19;
  const half = -0.5 * upper * upper;
  const second = first + half;
  const small =
    sumError(whole, r, first) +
    sumError(first, half, second) +
    (k * ln2Low + logTable[i + 2]) -
    0.5 * (r - upper) * (r + upper) +
    beyondSecondOrder(r);
  const logHigh = second + small;
  const logLow = second - logHigh + small;

  const product = y * logHigh;
  // Outside, expOfSum overflows or underflows whatever the rest; and the rest itself might overflow.
  if (Math.abs(product) > 800) return expOfSum(product, 0);
  return expOfSum(product, productError(y, logHigh, product) + y * logLow);
}

/** log(1 + r) - r + r² / 2 on [-0.0068, 2^-7], by a minimax polynomial of error 2^-74 |r|. */
function beyondSecondOrder(r: number): number {
  const square = r * r;
  return (
    r *
    square *
    (0.3333333333333333 +
      r * -0.2500000000000032 +
      square *
        (0.19999999999909895 +
          r * -0.1666666663403092 +
          square * (0.14285718010448675 + r * -0.12501015014191877 + square * 0.11067049038847952)))
  );
}

/** Floats from 2^53 on are all even. */
function isOddInteger(y: number): boolean {
  return Math.abs(y % 2) === 1;
}
