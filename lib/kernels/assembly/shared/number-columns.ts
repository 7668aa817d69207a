// Columns of numbers, for parquet.ts: rounded to float32, described, and woven into rows.
//
// Memory: a column is one value after another, float64 or float32, with room for three more behind it; rows are row-major,
// `stride` bytes apart. A column's facts are its least and greatest value, float32, how many there are, and flags, u32.
//
// Why so: a column is decoded as it lies in a file, and models want rows. Four columns of four rows are transposed in
// registers, so that each is read and written once, by whole vectors.

/** Flags of a column: a value is not whole; one is so near to 0 that float32 loses digits; one is no small class. */
const HAS_FRACTIONS: u32 = 1;
export const HAS_TINY: u32 = 2;
export const NOT_SMALL: u32 = 4;

/** Whole numbers below this are small classes. */
const smallClasses: f64 = 256;

const leastNormal: f64 = 1.1754943508222875e-38;
const leastNormalBits: i32 = 0x00800000;

/** Rounds a column to float32; answers HAS_TINY or 0, or a larger number where a value is infinite. */
export function roundDoubles(values: usize, rows: i32, out: usize): u32 {
  let tiny = i64x2.splat(0);
  let infinite = i64x2.splat(0);
  const end = values + (<usize>rows << 3);
  for (let p = values; p < end; p += 16, out += 8) {
    // The value behind the last one belongs to another group.
    const isLast = end - p == 8;
    const pair = isLast ? v128.load64_zero(p) : v128.load(p);
    const size = f64x2.abs(pair);
    const isThere = f64x2.eq(pair, pair);
    tiny = v128.or(tiny, v128.and(f64x2.lt(size, f64x2.splat(leastNormal)), f64x2.gt(size, f64x2.splat(0))));
    infinite = v128.or(infinite, f64x2.eq(size, f64x2.splat(Infinity)));
    const plain = v128.bitselect(pair, f64x2.splat(NaN), isThere);
    if (isLast) v128.store64_lane(p, plain, 0);
    else v128.store(p, plain);
    v128.store64_lane(out, f32x4.demote_f64x2_zero(pair), 0);
  }
  return v128.any_true(infinite) ? 4 : v128.any_true(tiny) ? HAS_TINY : 0;
}

/** Whether float32, NaN where a value is missing, are equal to the float64 that they were made of. */
export function isRounded(doubles: usize, rows: i32, singles: usize): bool {
  const end = singles + (<usize>rows << 2);
  let p = singles;
  for (; p + 8 <= end; p += 8, doubles += 16) {
    const pair = v128.load(doubles);
    const isKept = v128.or(f64x2.eq(f64x2.promote_low_f32x4(v128.load64_zero(p)), pair), f64x2.ne(pair, pair));
    if (!i64x2.all_true(isKept)) return false;
  }
  if (p == end) return true;
  const value = load<f64>(doubles);
  return <f64>load<f32>(p) == value || value != value;
}

/** Writes float32 as float64. */
export function promote(values: usize, rows: i32, out: usize): void {
  const end = values + (<usize>rows << 2);
  for (let p = values; p < end; p += 4, out += 8) store<f64>(out, <f64>load<f32>(p));
}

/**
 * Writes the classes of a column, i32: each is its value, -1 where that is missing or no small class. Marks those that occur
 * by a byte of `seen`; answers whether all values were small classes.
 */
export function classify(cells: usize, isSingle: bool, rows: i32, out: usize, seen: usize): bool {
  let areSmall = true;
  for (let row: usize = 0; row < <usize>rows; row++) {
    const value = isSingle ? <f64>load<f32>(cells + (row << 2)) : load<f64>(cells + (row << 3));
    const code = value >= 0 && value < smallClasses ? <i32>value : -1;
    const isSmall = <f64>code == value && code >= 0;
    if (isSmall) store<u8>(seen + <usize>code, 1);
    else if (value == value) areSmall = false;
    store<i32>(out + (row << 2), isSmall ? code : -1);
  }
  return areSmall;
}

/** Writes a column's facts, and replaces every NaN by the plain one; answers whether all stored values are finite. */
export function describe(values: usize, rows: i32, facts: usize, known: u32, isStored: bool): bool {
  let least = f32x4.splat(Infinity);
  let greatest = f32x4.splat(-Infinity);
  let present = i32x4.splat(0);
  // Bits without the sign, less one: those of zero are the largest.
  let smallest = i32x4.splat(-1);
  const end = values + (<usize>rows << 2);
  // Up to a multiple of four.
  for (let p = end; p < end + 12; p += 4) store<f32>(p, f32.NaN);
  for (let p = values; p < end; p += 16) {
    const four = v128.load(p);
    present = i32x4.sub(present, f32x4.eq(four, four));
    smallest = i32x4.min_u(smallest, i32x4.add(i32x4.shl(four, 1), i32x4.splat(-1)));
    least = f32x4.pmin(least, four);
    greatest = f32x4.pmax(greatest, four);
  }
  const count =
    i32x4.extract_lane(present, 0) + i32x4.extract_lane(present, 1) + i32x4.extract_lane(present, 2) +
    i32x4.extract_lane(present, 3);
  if (count < rows) makePlain(values, end);
  const low = leastOf(least);
  const high = -leastOf(f32x4.neg(greatest));
  const isTiny = v128.any_true(i32x4.lt_u(smallest, i32x4.splat((leastNormalBits << 1) - 1)));
  let flags = known;
  if (hasFractions(values, end)) flags |= HAS_FRACTIONS;
  if (isStored && isTiny) flags |= HAS_TINY;
  store<f32>(facts, low);
  store<f32>(facts, high, 4);
  store<i32>(facts, count, 8);
  store<u32>(facts, flags, 12);
  return !isStored || (low > -Infinity && high < Infinity);
}

/** Whether a value is not whole: in a column of measurements it is one of the first, so that most are not looked at. */
function hasFractions(values: usize, end: usize): bool {
  let fractions = i32x4.splat(0);
  for (let p = values; p < end; p += 16) {
    const four = v128.load(p);
    fractions = v128.or(fractions, f32x4.gt(four, f32x4.floor(four)));
    if ((p & 255) == 0 && v128.any_true(fractions)) return true;
  }
  return v128.any_true(fractions);
}

/** Makes any other NaN the plain one. */
function makePlain(values: usize, end: usize): void {
  for (let p = values; p < end; p += 16) {
    const four = v128.load(p);
    v128.store(p, v128.bitselect(four, f32x4.splat(f32.NaN), f32x4.eq(four, four)));
  }
}

// @ts-ignore: decorator
@inline
function leastOf(four: v128): f32 {
  return min(
    min(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    min(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  );
}

/** Writes four columns as rows. */
export function weave(a: usize, b: usize, c: usize, d: usize, rows: i32, out: usize, stride: usize): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = v128.load(a);
    const second = v128.load(b);
    const third = v128.load(c);
    const fourth = v128.load(d);
    const evenLow = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
    const evenHigh = v128.shuffle<f32>(first, second, 2, 6, 3, 7);
    const oddLow = v128.shuffle<f32>(third, fourth, 0, 4, 1, 5);
    const oddHigh = v128.shuffle<f32>(third, fourth, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(evenLow, oddLow, 0, 1, 4, 5));
    v128.store(out + stride, v128.shuffle<f32>(evenLow, oddLow, 2, 3, 6, 7));
    v128.store(out + 2 * stride, v128.shuffle<f32>(evenHigh, oddHigh, 0, 1, 4, 5));
    v128.store(out + 3 * stride, v128.shuffle<f32>(evenHigh, oddHigh, 2, 3, 6, 7));
    out += 4 * stride;
    a += 16;
    b += 16;
    c += 16;
    d += 16;
  }
  for (; row < rows; row++, out += stride, a += 4, b += 4, c += 4, d += 4) {
    store<f32>(out, load<f32>(a));
    store<f32>(out, load<f32>(b), 4);
    store<f32>(out, load<f32>(c), 8);
    store<f32>(out, load<f32>(d), 12);
  }
}
