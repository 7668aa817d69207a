import { highWord, productError, sumError, twoTo } from './bits.ts';
import { twoOverPiDigits } from './tables.ts';

/** What the last reduction left over, in two parts: the second is what the first lost in rounding. */
export const remainder = new Float64Array(2);

const halfPi = 1.5707963267948966;
const halfPiRest = 6.123233995736766e-17;

/**
 * Takes the nearest multiple of π/2 from x, and answers which it was, modulo 4.
 *
 * The remainder, in [-π/4, π/4] but for a rounding, lies in `remainder` until the next call: a returned pair would be
 * an allocation. NaN for ±Infinity and NaN.
 */
export function reduceByHalfPi(x: number): number {
  if (Math.abs(x) < 2 ** 20) return reduceMedium(x);
  if (!(Math.abs(x) < Number.POSITIVE_INFINITY)) {
    remainder[0] = remainder[1] = Number.NaN;
    return 0;
  }
  const quadrant = reduceHuge(Math.abs(x));
  if (x > 0) return quadrant;
  remainder[0] = -remainder[0];
  remainder[1] = -remainder[1];
  return -quadrant & 3;
}

/**
 * π/2 in four parts, three of them so short that their products with a count below 2^20 are exact.
 *
 * @see Cody & Waite 1980, Software Manual for the Elementary Functions, chapter 8
 */
function reduceMedium(x: number): number {
  const count = x * 0.6366197723675814 + 1.5 * 2 ** 52 - 1.5 * 2 ** 52;
  const first = x - count * 1.5707963267341256;
  const secondPart = count * 6.077100506303966e-11;
  const second = first - secondPart;
  const thirdPart = count * 2.0222662487111665e-21;
  const third = second - thirdPart;
  const rest = sumError(first, -secondPart, second) + sumError(second, -thirdPart, third) - count * 8.4784276603689e-32;
  remainder[0] = third + rest;
  remainder[1] = third - remainder[0] + rest;
  return count & 3;
}

const columnCount = 8;
const columns = new Float64Array(columnCount);

/**
 * x · 2/π modulo 4, to 140 bits after the point, from the digits of 2/π that matter for the size of x.
 *
 * @see Payne & Hanek 1983, ACM SIGNUM Newsletter 18(1), 19-24
 */
function reduceHuge(x: number): number {
  // x = whole · 2^exponent; digit i contributes whole · digit · 2^(exponent - 24 i), nothing modulo 4 while that is ≥ 2^2.
  const exponent = (highWord(x) >> 20) - 1075;
  const start = Math.floor((exponent - 2) / 24) + 1;
  multiplyDigits(x * twoTo(-exponent), start);

  let weight = twoTo(exponent - 24 * start);
  const leading = columns[0] * weight;
  const folded = leading - 4 * Math.floor(leading / 4);
  const count = Math.floor(folded + columns[1] * weight * 2 ** -24 + 0.5);

  // Where the leading digits cancel they cancel exactly, so two floats hold the sum to its last bits.
  let fraction = folded - count;
  let lost = 0;
  for (let i = 1; i < columnCount; i++) {
    weight *= 2 ** -24;
    const term = columns[i] * weight;
    const sum = fraction + term;
    lost += sumError(fraction, term, sum);
    fraction = sum;
  }
  const product = fraction * halfPi;
  const rest = productError(fraction, halfPi, product) + (fraction * halfPiRest + lost * halfPi);
  remainder[0] = product + rest;
  remainder[1] = product - remainder[0] + rest;
  return count & 3;
}

/** Fills `columns` with the digits, base 2^24, of `whole` (below 2^53) times the digits of 2/π from `start` on. */
function multiplyDigits(whole: number, start: number): void {
  const high = Math.floor(whole * 2 ** -48);
  const middle = Math.floor((whole - high * 2 ** 48) * 2 ** -24);
  const low = whole - high * 2 ** 48 - middle * 2 ** 24;
  let carry = 0;
  for (let i = columnCount - 1; i >= 0; i--) {
    const digit = start + i + 1;
    // Three products of 48 bits and a carry: exact.
    const total =
      low * twoOverPiDigits[digit] + middle * twoOverPiDigits[digit + 1] + high * twoOverPiDigits[digit + 2] + carry;
    carry = Math.floor(total * 2 ** -24);
    columns[i] = total - carry * 2 ** 24;
  }
}
