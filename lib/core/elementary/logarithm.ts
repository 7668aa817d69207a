import { highWord, sumError, twoTo } from './bits.ts';
import { logTable } from './tables.ts';

// ln 2 in two parts: the first is a multiple of 2^-42, like the table's logarithms, so that k · ln 2 + log c is exact.
export const ln2High = 0.6931471805598903;
export const ln2Low = 5.497923018708371e-14;
/** High word of 0.6875: the intervals of the table divide [0.6875, 1.375), which keeps 1 away from its ends. */
const firstWord = 0x3fe60000;
/** Added and taken away again, it rounds numbers near 1 to multiples of 2^-26. */
const rounder = 1.5 * 2 ** 26;

/** Where a positive, normal x stands: x = 2^k · z, with z in interval `interval` of the table. */
export const exponentOf = (word: number): number => (word - firstWord) >> 20;
export const intervalOf = (word: number): number => 3 * (((word - firstWord) >> 13) & 127);

/**
 * z · inverse - 1, exactly.
 *
 * The reciprocals are multiples of 2^-7 (of 2^-8 where z ≥ 1), so the product is one of 2^-60; and it differs from 1 by
 * at most 2^-7.
 */
export function reducedExactly(z: number, inverse: number): number {
  const upper = z + rounder - rounder;
  return upper * inverse - 1 + (z - upper) * inverse;
}

/**
 * Natural logarithm.
 *
 * Within 1 ulp; the worst of 110,000 arguments is 0.53. -Infinity at ±0, NaN below.
 *
 * @see Tang 1990, ACM TOMS 16(4), 378-400: x = 2^k · c · (1 + r), log x = k log 2 + log c + log(1 + r)
 */
export function log(x: number): number {
  const word = highWord(x);
  if (word < 0x00100000 || word >= 0x7ff00000) return logFar(x);
  return logNormal(x, word, 0);
}

/**
 * log(1 + x), without the cancellation near 0.
 *
 * Within 2 ulp; the worst of 110,000 arguments is 0.53. -Infinity at -1, NaN below; keeps the sign of zero.
 */
export function log1p(x: number): number {
  if (Math.abs(x) < 2 ** -54) return x;
  const sum = 1 + x;
  const word = highWord(sum);
  if (word < 0x00100000 || word >= 0x7ff00000) return logFar(sum);
  // The rounding of 1 + x is known exactly, and enters as a correction of r.
  const k = exponentOf(word);
  const i = intervalOf(word);
  const scale = twoTo(-k);
  const rounded = reducedExactly(sum * scale, logTable[i]);
  const correction = sumError(1, x, sum) * scale * logTable[i];
  const r = rounded + correction;
  const whole = k * ln2High + logTable[i + 1];
  const first = whole + r;
  const rest = sumError(whole, r, first) + sumError(rounded, correction, r) + (k * ln2Low + logTable[i + 2]);
  return first + (rest + beyondFirstOrder(r));
}

/** log x for a positive, normal x with high word `word`, plus k0 · log 2. */
function logNormal(x: number, word: number, k0: number): number {
  const exponent = exponentOf(word);
  const i = intervalOf(word);
  const r = reducedExactly(x * twoTo(-exponent), logTable[i]);
  const k = exponent + k0;
  const whole = k * ln2High + logTable[i + 1];
  // Exact: both are multiples of 2^-60, and `whole` is either 0 or of the size of r at least.
  const first = whole + r;
  return first + (whole - first + r + (k * ln2Low + logTable[i + 2]) + beyondFirstOrder(r));
}

/** log(1 + r) - r on [-0.0068, 2^-7], by a minimax polynomial of error 2^-58 |r|. */
function beyondFirstOrder(r: number): number {
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

function logFar(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const scaled = x * 2 ** 54;
  return logNormal(scaled, highWord(scaled), -54);
}
