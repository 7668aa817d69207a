// Cells of 16 to 31 bytes that are a number and nothing else: a minus or none, at most 19 digits with at most one point, and
// an exponent of at most three digits or none.
//
// `parseLongs` parses consecutive cells, whose ends are known, and answers how many it has done: it stops before any other
// cell, such as a number with a plus, more digits or blanks, or with a point among the last digits of more than 16. The
// caller parses those.
//
// A number is w · 10^q. As a float64 it is the nearest one (decimal.ts); as a float32, the nearest to that float64. If
// w < 2^63 and |q| ≤ 22, w as a float64, divided or multiplied once, is at most two float64 steps away from it. So both have
// the same nearest float32, unless the result lies that near to the middle between two of them.
//
// Why so: two comparisons find all bytes of a cell that are no digits, which must be a point, an `e` and its sign. The first
// 16 digits are summed at once; the point is removed by choosing between the text and the text one byte further on. Fewer
// digits are filled up with zeros, which the exponent corrects. No branch depends on a sign, as half of its predictions
// would be wrong.

import { exactPower, nearest, sumOfDigits } from './decimal';
import { firstBytes } from './first-bytes';

const MINUS: u32 = 45;
const PLUS: u32 = 43;
const POINT: u32 = 46;

const constants = memory.data<u8>([
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, // '0'
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
]);
/** Masks that keep the last 0 to 3 bytes of four. */
const lastBytes = memory.data<u32>([0, 0xff000000, 0xffff0000, 0xffffff00]);
const wholePowers = memory.data<u64>([1, 10, 100, 1000]);

/** The number that was read last: w, without its sign, and q. */
let significand: u64 = 0;
let exponent: i32 = 0;

/**
 * Parses cells from `p` on; `ends` is the address of their ends. After four cells it stops before a short one, as more
 * short ones may follow.
 *
 * @param separator the byte that ends each cell but the last, which ends with `stop`
 * @param out where to write the numbers: float32, or float64 if `isDouble`
 * @returns how many were parsed
 */
export function parseLongs(
  p: usize, ends: usize, cells: i32, separator: u32, stop: u32, out: usize, isDouble: bool,
): i32 {
  let done = 0;
  for (; done < cells; done++) {
    const end = load<usize>(ends);
    if (done >= 4 && end - p < 16) break;
    const minus = <usize>(<u32>load<u8>(p) == MINUS);
    if (<u32>load<u8>(end) != (done == cells - 1 ? stop : separator) || !readLong(p + minus, end)) break;
    if (isDouble) {
      const value = significand == 0 ? 0 : nearest(significand, exponent);
      if (!isOrdinary(value)) break;
      store<u64>(out, reinterpret<u64>(value) | (<u64>minus << 63));
      out += 8;
    } else {
      let value: f64;
      const size = abs(exponent);
      if (<i64>significand > 0 && size <= 22) {
        const w = <f64>(<i64>significand);
        value = exponent < 0 ? w / exactPower(size) : w * exactPower(size);
        // 29 bits are rounded away; the middle is where the first of them is 1 and the others are 0.
        if ((reinterpret<u64>(value) & 0x1fffffff) - 0xffffff8 < 16) value = nearest(significand, exponent);
      } else {
        value = significand == 0 ? 0 : nearest(significand, exponent);
        if (!isOrdinary(value)) break;
      }
      store<u32>(out, reinterpret<u32>(<f32>value) | (<u32>minus << 31));
      out += 4;
    }
    p = end + 1;
    ends += 4;
  }
  return done;
}

/** Parses one cell to `longValue`, the nearest float64; answers whether it was such a number. */
export function parseLong(p: usize, end: usize): bool {
  const minus = <usize>(<u32>load<u8>(p) == MINUS);
  if (!readLong(p + minus, end)) return false;
  const value = significand == 0 ? 0 : nearest(significand, exponent);
  longValue = reinterpret<f64>(reinterpret<u64>(value) | (<u64>minus << 63));
  return true;
}

export let longValue: f64 = 0;

/** Whether a value is finite, and 0 or large enough to keep its digits as float32. Any other must be reported. */
// @ts-ignore: decorator
@inline
function isOrdinary(value: f64): bool {
  return value == 0 || (value >= 1.1754943508222875e-38 && value < Infinity);
}

/** Reads a number without its minus, to `significand` and `exponent`; answers whether it is one. */
// @ts-ignore: decorator
@inline
function readLong(p: usize, end: usize): bool {
  const length = <u32>(end - p);
  if (length - 1 > 30) return false;
  const zero = v128.load(constants);
  const nine = v128.load(constants, 16);
  const low = i8x16.sub(v128.load(p), zero);
  const high = i8x16.sub(v128.load(p, 16), zero);
  const behind = <u32>1 << length;
  const others =
    (<u32>i8x16.bitmask(i8x16.gt_u(low, nine)) | (<u32>i8x16.bitmask(i8x16.gt_u(high, nine)) << 16)) & (behind - 1);

  const whole = ctz(others | behind);
  let digits = whole;
  let digitsEnd = whole;
  let expected: u32 = 0;
  if (<u32>load<u8>(p + whole) == POINT && whole < length) {
    digitsEnd = ctz((others & (others - 1)) | behind);
    digits = digitsEnd - 1;
    expected = <u32>1 << whole;
  }
  if (digits - 1 > 18) return false;

  exponent = <i32>(whole - digits);
  if (digitsEnd < length) {
    const at = p + digitsEnd;
    if ((<u32>load<u8>(at) | 32) != 101) return false;
    const sign = <u32>load<u8>(at, 1);
    const isMinus = <u32>(sign == MINUS);
    const isSigned = isMinus | <u32>(sign == PLUS);
    const count = length - digitsEnd - 1 - isSigned;
    if (count - 1 > 2) return false;
    expected |= (1 | (isSigned << 1)) << digitsEnd;
    exponent += (<i32>lastFew(end, count) ^ -(<i32>isMinus)) + <i32>isMinus;
  }
  if (others != expected) return false;

  let sixteen = low;
  if (whole < 16) {
    sixteen = v128.bitselect(low, i8x16.sub(v128.load(p, 1), zero), v128.load(firstBytes + 16 - whole));
  }
  if (digits > 16) {
    const further = digits - 16;
    // These further digits must stand together, all before the point or all behind it.
    if (digitsEnd != digits && digits - whole < further) return false;
    significand = sumOfDigits(sixteen) * load<u64>(wholePowers + (further << 3)) + <u64>lastFew(p + digitsEnd, further);
  } else {
    significand = sumOfDigits(v128.and(sixteen, v128.load(firstBytes + 16 - digits)));
    exponent -= <i32>(16 - digits);
  }
  return true;
}

/** The number that the last `count` digits before `end` form, at most 3. */
// @ts-ignore: decorator
@inline
function lastFew(end: usize, count: u32): u32 {
  const digits = load<u32>(end - 4) & 0x0f0f0f0f & load<u32>(lastBytes + (count << 2));
  const pairs = ((digits * 2561) >> 8) & 0x00ff00ff;
  return (pairs * 6553601) >> 16;
}
