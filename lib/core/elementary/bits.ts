const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
const high = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and the first 20 bits of the fraction of `x`, as a signed 32-bit integer. */
export function highWord(x: number): number {
  float[0] = x;
  return words[high];
}

const leastExponent = -1074;
const powersOfTwo = tabulatePowersOfTwo();

/** 2 to the `exponent`, a whole number in [-1074, 1023]. Exact. */
export function twoTo(exponent: number): number {
  // A table, because building the float from two words stalls a processor that reads them back as one.
  return powersOfTwo[exponent - leastExponent];
}

function tabulatePowersOfTwo(): Float64Array {
  const powers = new Float64Array(1024 - leastExponent);
  powers[0] = Number.MIN_VALUE;
  for (let i = 1; i < powers.length; i++) powers[i] = 2 * powers[i - 1];
  return powers;
}

const splitter = 2 ** 27 + 1;

/**
 * The upper 26 bits of `x`, so that products of two such halves are exact. |x| below 2^996.
 *
 * @see Dekker 1971, Numerische Mathematik 18, 224-242
 */
function upperHalf(x: number): number {
  const scaled = splitter * x;
  return scaled - (scaled - x);
}

/** What rounding took from the product: a * b - product, exactly, unless it underflows. */
export function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/**
 * What rounding took from the sum: a + b - sum, exactly, in whatever order of size.
 *
 * @see Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B
 */
export function sumError(a: number, b: number, sum: number): number {
  const bSeen = sum - a;
  return a - (sum - bSeen) + (b - bSeen);
}
