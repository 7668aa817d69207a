// Decimal text to the nearest float64.
//
// `parseDecimal(at)` reads the longest number that begins at `at`: a sign or none, digits with at most one point, an
// exponent or none. It answers the value and leaves the address after it in `decimalEnd`; what follows is the caller's
// to judge. `decimalEnd` is 0 where the text is not such a number, or has more than 19 digits: then the caller falls back
// on an exact method.
//
// A number is w · 10^q with w < 2^64. When w ≤ 2^53 and |q| ≤ 22, w and 10^|q| are exact, and one division or
// multiplication rounds once (Clinger 1990). Else 10^q is taken from a table of its 128 leading bits, and the product's
// leading bits decide (Lemire 2021, "Number parsing at a gigabyte per second", section 5; that no further fallback is
// needed for w < 2^64 is shown by Mushtak & Lemire 2023, "Fast number parsing without fallback").
//
// Why so: digits are found and summed 16 at a time with SIMD, as a byte at a time takes as long as all the rest. Reads up
// to 32 bytes from `at` on, and from 16 bytes before its last digit on: the caller leaves room at both ends.

/** Address of the table of powers: for q from -342 to 308, 128 bits of 10^q as two u64, the higher first. 0: none yet. */
let powersOfTen: usize = 0;

/** Sets the address of the table of powers. */
export function setPowersOfTen(address: usize): void {
  powersOfTen = address;
}

/** Address after the number that was parsed last; 0 when there was no number. */
export let decimalEnd: usize = 0;

const exactPowers = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);
const wholePowers = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
  10000000000000, 100000000000000, 1000000000000000, 10000000000000000,
]);
/** 2561; 100 and 1; 10,000 and 1. In memory, as engines rebuild constant vectors at each use. */
const factors = memory.data<u16>([
  2561, 2561, 2561, 2561, 2561, 2561, 2561, 2561, 100, 1, 100, 1, 100, 1, 100, 1, 10000, 1, 10000, 1, 10000, 1, 10000, 1,
]);
/** 16 bytes of 0 and 16 of 255: read from 16 + n - 16 …, a mask that keeps the last n of 16 bytes. */
const tailMasks = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255,
]);

/** 10^n, exact, for n from 0 to 22. */
// @ts-ignore: decorator
@inline
export function exactPower(n: i32): f64 {
  return load<f64>(exactPowers + (<usize>n << 3));
}

/** The number that 16 digits make, each a byte from 0 to 9, the first the highest. */
// @ts-ignore: decorator
@inline
export function sumOfDigits(digits: v128): u64 {
  const halves = <u64>i64x2.extract_lane(sumsOfEight(digits), 0);
  return (halves & 0xffffffff) * 100000000 + (halves >> 32);
}

/** The two numbers that eight digits each form, i32 in the first two lanes. */
// @ts-ignore: decorator
@inline
function sumsOfEight(digits: v128): v128 {
  // (a + 256 b) · 2561 = 256 · (10 a + b) + a, modulo 65,536.
  const pairs = i16x8.shr_u(i16x8.mul(digits, v128.load(factors)), 8);
  const fours = i32x4.dot_i16x8_s(pairs, v128.load(factors, 16));
  return i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), v128.load(factors, 32));
}

/** The number that begins at `at`, as described at the top of this file; meaningless when `decimalEnd` is 0 afterwards. */
export function parseDecimal(at: usize): f64 {
  decimalEnd = 0;
  let p = at;
  const first = load<u8>(p);
  const negative = first == 45;
  if (negative || first == 43) p++;

  const low = i8x16.sub(v128.load(p), i8x16.splat(48));
  const high = i8x16.sub(v128.load(p, 16), i8x16.splat(48));
  const others =
    i8x16.bitmask(i8x16.gt_u(low, i8x16.splat(9))) | (i8x16.bitmask(i8x16.gt_u(high, i8x16.splat(9))) << 16);
  if (others == 0) return 0;
  const whole = ctz(others);
  let end = p + <usize>whole;
  let fraction = 0;
  if (load<u8>(end) == 46) {
    const after = others & (others - 1);
    if (after == 0) return 0;
    fraction = ctz(after) - whole - 1;
    end = p + <usize>ctz(after);
  }
  const digits = whole + fraction;
  if (digits == 0 || digits > 19) return 0;

  let w: u64 = 0;
  if (whole <= 3) for (let i = 0; i < whole; i++) w = w * 10 + <u64>(load<u8>(p + <usize>i) - 48);
  else w = lastDigits(p + <usize>whole, whole, 0);
  if (fraction > 0) w = lastDigits(end, fraction, w);

  let q = -fraction;
  if ((load<u8>(end) | 32) == 101) {
    end++;
    const sign = load<u8>(end);
    if (sign == 45 || sign == 43) end++;
    let exponent = 0;
    const start = end;
    for (let digit = <u32>load<u8>(end) - 48; digit <= 9; digit = <u32>load<u8>(end) - 48) {
      if (exponent < 100000) exponent = exponent * 10 + <i32>digit;
      end++;
    }
    if (end == start) return 0;
    q += sign == 45 ? -exponent : exponent;
  }

  let value: f64 = 0;
  if (w != 0) {
    if (w <= 9007199254740992 && q >= -22 && q <= 22) value = q < 0 ? <f64>w / exactPower(-q) : <f64>w * exactPower(q);
    else if (powersOfTen == 0) return 0;
    else value = nearest(w, q);
  }
  decimalEnd = end;
  return negative ? -value : value;
}

/** `before` followed by the `count` digits, 19 at most, that end at `end`. */
function lastDigits(end: usize, count: i32, before: u64): u64 {
  let w = before;
  for (; count > 16; count--) w = w * 10 + <u64>(load<u8>(end - <usize>count) - 48);
  const digits = i8x16.sub(v128.load(end - 16), i8x16.splat(48));
  const kept = v128.and(digits, v128.load(tailMasks + <usize>count));
  return w * load<u64>(wholePowers + (<usize>count << 3)) + sumOfDigits(kept);
}

/** The float64 nearest to w · 10^q, w not 0. */
export function nearest(w: u64, q: i32): f64 {
  if (q < -342) return 0;
  if (q > 308) return Infinity;
  const shift = clz<u64>(w);
  const normal = w << shift;
  const power = powersOfTen + (<usize>(q + 342) << 4);
  const lead = load<u64>(power);
  let high = highProduct(normal, lead);
  let low = normal * lead;
  // Only when the bits that decide are all ones can the power's lower half carry into them.
  if ((high & 0x1ff) == 0x1ff) {
    const carried = highProduct(normal, load<u64>(power, 8));
    low += carried;
    if (carried > low) high++;
  }
  const upper = <i32>(high >> 63);
  let mantissa = high >> (upper + 9);
  // floor(q · log2(10)) by a fraction that is right for every q in the table.
  let exponent = ((217706 * q) >> 16) + 63 + upper - <i32>shift + 1023;
  if (exponent <= 0) {
    if (-exponent + 1 >= 64) return 0;
    mantissa >>= -exponent + 1;
    mantissa += mantissa & 1;
    // A carry into the lowest normal number sets the exponent's bit by itself.
    return reinterpret<f64>(mantissa >> 1);
  }
  // Halfway between two float64: to the even one.
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << (upper + 9) == high) mantissa &= ~1;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= <u64>1 << 53) {
    mantissa = <u64>1 << 52;
    exponent++;
  }
  if (exponent >= 0x7ff) return Infinity;
  return reinterpret<f64>((mantissa & ~(<u64>1 << 52)) | (<u64>exponent << 52));
}

/** The upper 64 bits of a product of 128. */
// @ts-ignore: decorator
@inline
function highProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  return aHigh * bHigh + (middle >> 32) + ((aLow * bHigh + (middle & 0xffffffff)) >> 32);
}
