// Cells of at most 15 bytes that are a number and nothing else — a minus or none, digits with at most one point, a digit at
// the end — or empty, which is NaN.
//
// `parseFours` parses consecutive cells, whose ends are known, four at a time, and answers how many it has done: it stops
// before four cells that are not all such numbers. `parseShort` parses one.
//
// Why so: one load reads a cell, one comparison finds its point, and one look-up by sign, point and length says how to drop
// sign and point and to align the digits on the right. Whether they are digits is checked afterwards, for four cells at
// once; a point or a minus in a wrong place is moved like a digit, and fails the same check. Three multiply-adds sum the
// digits; the last two, and the division by a signed power of ten, work on several cells at once. lib/kernels/squeezes.ts
// makes the tables. There are no constants in the loop, as engines rebuild constant vectors at each use.

const MINUS: u32 = 45;

const constants = memory.data<u8>([
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, // '0'
  46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, // '.'
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
  1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, // 2561, u16
  100, 0, 1, 0, 100, 0, 1, 0, 100, 0, 1, 0, 100, 0, 1, 0, // 100 and 1
  16, 39, 1, 0, 16, 39, 1, 0, 16, 39, 1, 0, 16, 39, 1, 0, // 10,000 and 1
  0, 0, 0, 0, 132, 215, 151, 65, 0, 0, 0, 0, 132, 215, 151, 65, // 1e8, f64
]);

/** Offset of the divisors, f64, in the table of squeezes; before them are 16 bytes for each sign, point and length. */
const divisorsAt: usize = 8192;

let squeezes: usize = 0;

/** Sets the address of the tables. */
export function setSqueezes(address: usize): void {
  squeezes = address;
}

/**
 * Parses up to `cells` cells from `p` on, four at a time; `ends` is the address of their ends.
 *
 * @param separator the byte that ends each cell but the last, which ends with `stop`
 * @param out where to write the numbers: float32, or float64 if `isDouble`
 * @returns how many were parsed
 */
export function parseFours(
  p: usize, ends: usize, cells: i32, separator: u32, stop: u32, out: usize, isDouble: bool,
): i32 {
  const zero = v128.load(constants);
  const points = v128.load(constants, 16);
  const nine = v128.load(constants, 32);
  const tens = v128.load(constants, 48);
  const hundreds = v128.load(constants, 64);
  const tenThousands = v128.load(constants, 80);
  const hundredMillion = v128.load(constants, 96);
  const table = squeezes;
  let left = cells;
  for (; left >= 4; left -= 4) {
    const end0 = load<usize>(ends);
    const end1 = load<usize>(ends, 4);
    const end2 = load<usize>(ends, 8);
    const end3 = load<usize>(ends, 12);
    const length0 = end0 - p;
    const length1 = end1 - end0 - 1;
    const length2 = end2 - end1 - 1;
    const length3 = end3 - end2 - 1;
    if ((length0 | length1 | length2 | length3) > 15) break;
    if (
      load<u8>(end0) != separator || load<u8>(end1) != separator || load<u8>(end2) != separator ||
      load<u8>(end3) != (left == 4 ? stop : separator)
    ) break;
    const text0 = v128.load(p);
    const text1 = v128.load(end0, 1);
    const text2 = v128.load(end1, 1);
    const text3 = v128.load(end2, 1);
    const which0 = shape(text0, points, length0, load<u8>(p));
    const which1 = shape(text1, points, length1, load<u8>(end0, 1));
    const which2 = shape(text2, points, length2, load<u8>(end1, 1));
    const which3 = shape(text3, points, length3, load<u8>(end2, 1));
    const digits0 = i8x16.swizzle(i8x16.sub(text0, zero), v128.load(table + which0));
    const digits1 = i8x16.swizzle(i8x16.sub(text1, zero), v128.load(table + which1));
    const digits2 = i8x16.swizzle(i8x16.sub(text2, zero), v128.load(table + which2));
    const digits3 = i8x16.swizzle(i8x16.sub(text3, zero), v128.load(table + which3));
    const most = i8x16.max_u(i8x16.max_u(digits0, digits1), i8x16.max_u(digits2, digits3));
    if (v128.any_true(i8x16.gt_u(most, nine))) break;
    const fours0 = sumOfFours(digits0, tens, hundreds);
    const fours1 = sumOfFours(digits1, tens, hundreds);
    const fours2 = sumOfFours(digits2, tens, hundreds);
    const fours3 = sumOfFours(digits3, tens, hundreds);
    const eights01 = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours0, fours1), tenThousands);
    const eights23 = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours2, fours3), tenThousands);
    const upper = v128.shuffle<i32>(eights01, eights23, 0, 2, 4, 6);
    const lower = v128.shuffle<i32>(eights01, eights23, 1, 3, 5, 7);
    const first = quotients(upper, lower, hundredMillion, table + divisorsAt, which0, which1);
    const second = quotients(highHalf(upper), highHalf(lower), hundredMillion, table + divisorsAt, which2, which3);
    if (isDouble) {
      v128.store(out, first);
      v128.store(out, second, 16);
      out += 32;
    } else {
      v128.store(
        out,
        v128.shuffle<i64>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2),
      );
      out += 16;
    }
    p = end3 + 1;
    ends += 16;
  }
  return cells - left;
}

/** Offset of a cell's entry in the table, by whether it begins with a minus, the place of its point, if any, and its length. */
// @ts-ignore: decorator
@inline
function shape(text: v128, points: v128, length: usize, first: u32): usize {
  const point = <usize>ctz(i8x16.bitmask(i8x16.eq(text, points)) | (1 << <i32>length));
  return (<usize>(first == MINUS) << 12) | (point << 8) | (length << 4);
}

/** The four numbers, i32, that 16 digits, a byte each, form by fours. */
// @ts-ignore: decorator
@inline
function sumOfFours(digits: v128, tens: v128, hundreds: v128): v128 {
  // (a + 256 b) · 2561 = 256 · (10 a + b) + a, modulo 65,536.
  return i32x4.dot_i16x8_s(i16x8.shr_u(i16x8.mul(digits, tens), 8), hundreds);
}

/** (upper · 1e8 + lower) / divisor, for two cells. The dividend is exact. */
// @ts-ignore: decorator
@inline
function quotients(upper: v128, lower: v128, hundredMillion: v128, divisors: usize, a: usize, b: usize): v128 {
  const dividend = f64x2.add(
    f64x2.mul(f64x2.convert_low_i32x4_s(upper), hundredMillion),
    f64x2.convert_low_i32x4_s(lower),
  );
  return f64x2.div(dividend, v128.load64_lane(divisors + (b >> 1), v128.load64_zero(divisors + (a >> 1)), 1));
}

// @ts-ignore: decorator
@inline
function highHalf(values: v128): v128 {
  return v128.shuffle<i64>(values, values, 1, 1);
}

/** Parses the cell from `p` to `end` to `shortValue`; answers whether it is such a number. */
export function parseShort(p: usize, end: usize): bool {
  const length = end - p;
  if (length > 15) return false;
  const text = v128.load(p);
  const which = shape(text, v128.load(constants, 16), length, load<u8>(p));
  const digits = i8x16.swizzle(i8x16.sub(text, v128.load(constants)), v128.load(squeezes + which));
  if (v128.any_true(i8x16.gt_u(digits, v128.load(constants, 32)))) return false;
  const fours = sumOfFours(digits, v128.load(constants, 48), v128.load(constants, 64));
  const eights = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(fours, fours), v128.load(constants, 80));
  const upper = <f64>i32x4.extract_lane(eights, 0);
  const lower = <f64>i32x4.extract_lane(eights, 1);
  shortValue = (upper * 1e8 + lower) / load<f64>(squeezes + divisorsAt + (which >> 1));
  return true;
}

export let shortValue: f64 = 0;
