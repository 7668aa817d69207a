// Cells of 16 to 31 bytes that are a number and nothing else: a minus or none, at most 19 digits with at most one point, and
// an exponent of at most three digits or none.
//
// `parseLongs` takes consecutive cells, whose ends are known, one after another, and answers how many it has done: it stops
// before any other cell. What that is — a number with a plus, more digits, blanks, a point among the last digits of more
// than 16 — is for others to judge.
//
// A number is w · 10^q. As a float64 it is the nearest (decimal.ts). As a float32 it is the nearest to that float64; where
// w < 2^63 and |q| ≤ 22, w rounded, divided or multiplied once, is at most two steps of a float64 away from it, and so has
// the same nearest float32 unless it lies that near to the middle between two of them.
//
// Why so: all that is not a digit in a cell is found by two comparisons, and must be a point, an `e` and its sign. The first
// 16 digits are summed at once, the point squeezed out by choosing between the text and the text one byte further on; fewer
// are filled up with zeros, which the exponent makes up for. No branch depends on a sign, as every other guess of it would
// be wrong.

import { exactPower, nearest, sumOfDigits } from './decimal';
import { firstBytes } from './first-bytes';

const MINUS: u32 = 45;
const PLUS: u32 = 43;
const POINT: u32 = 46;

const constants = memory.data<u8>([
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, // '0'
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
]);
/** Of up to three digits before an address, as the last bytes of four: which of them they are. */
const lastBytes = memory.data<u32>([0, 0xff000000, 0xffff0000, 0xffffff00]);
const wholePowers = memory.data<u64>([1, 10, 100, 1000]);

/** The number that was read last: w, without its sign, and q. */
let significand: u64 = 0;
let exponent: i32 = 0;

/**
 * Parses cells from `p` on, `ends` being the address of their ends. After four it stops before a short one, as those that
 * follow may be short, too.
 *
 * @param separator which ends each but the last, which ends with `stop`
 * @param out where they go: float32, or float64 where `isDouble`
 * @returns how many were done
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

/** Whether a value is neither infinite nor so near to 0 that float32 would crush it: then it must be told of. */
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
    // They must stand together, behind a point or before it.
    if (digitsEnd != digits && digits - whole < further) return false;
    significand = sumOfDigits(sixteen) * load<u64>(wholePowers + (further << 3)) + <u64>lastFew(p + digitsEnd, further);
  } else {
    significand = sumOfDigits(v128.and(sixteen, v128.load(firstBytes + 16 - digits)));
    exponent -= <i32>(16 - digits);
  }
  return true;
}

/** The number that the `count` digits before `end` make, at most 3. */
// @ts-ignore: decorator
@inline
function lastFew(end: usize, count: u32): u32 {
  const digits = load<u32>(end - 4) & 0x0f0f0f0f & load<u32>(lastBytes + (count << 2));
  const pairs = ((digits * 2561) >> 8) & 0x00ff00ff;
  return (pairs * 6553601) >> 16;
}
