/**
 * Sums of products of float32 features with float64 numbers, for rows of any width at any address.
 *
 * A row's score adds up its even columns in one sum and its odd columns in another, each from the left, in the two lanes of
 * a vector; then (even + odd) + intercept. Four rows go at once, so that none waits for its own last addition, and each
 * coefficient is loaded once for the four. Which rows go together does not touch any row's bits.
 */
import { sumOfLanes, widenPair } from './pairs';

/**
 * Writes the scores of `count` rows that lie one behind the other.
 *
 * @param rows float32, shape [count, inputs]
 * @param coefficients float64, shape [inputs]
 * @param scores float64, written `stride` bytes apart
 */
export function scoreRows(
  rows: usize,
  count: i32,
  inputs: i32,
  coefficients: usize,
  intercept: f64,
  scores: usize,
  stride: usize,
): void {
  const rowBytes = <usize>inputs << 2;
  const pairsEnd = <usize>(inputs & ~3) << 2;
  let a = rows;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const b = a + rowBytes;
    const c = b + rowBytes;
    const d = c + rowBytes;
    let sumA = f64x2.splat(0);
    let sumB = f64x2.splat(0);
    let sumC = f64x2.splat(0);
    let sumD = f64x2.splat(0);
    for (let at: usize = 0; at < pairsEnd; at += 16) {
      const first = v128.load(coefficients + (at << 1));
      const second = v128.load(coefficients + (at << 1), 16);
      sumA = f64x2.add(sumA, f64x2.mul(first, widenPair(a + at)));
      sumB = f64x2.add(sumB, f64x2.mul(first, widenPair(b + at)));
      sumC = f64x2.add(sumC, f64x2.mul(first, widenPair(c + at)));
      sumD = f64x2.add(sumD, f64x2.mul(first, widenPair(d + at)));
      sumA = f64x2.add(sumA, f64x2.mul(second, widenPair(a + at + 8)));
      sumB = f64x2.add(sumB, f64x2.mul(second, widenPair(b + at + 8)));
      sumC = f64x2.add(sumC, f64x2.mul(second, widenPair(c + at + 8)));
      sumD = f64x2.add(sumD, f64x2.mul(second, widenPair(d + at + 8)));
    }
    store<f64>(scores, finish(sumA, a, pairsEnd, rowBytes, coefficients) + intercept);
    store<f64>(scores + stride, finish(sumB, b, pairsEnd, rowBytes, coefficients) + intercept);
    store<f64>(scores + 2 * stride, finish(sumC, c, pairsEnd, rowBytes, coefficients) + intercept);
    store<f64>(scores + 3 * stride, finish(sumD, d, pairsEnd, rowBytes, coefficients) + intercept);
    scores += 4 * stride;
    a = d + rowBytes;
  }
  for (; i < count; i++) {
    store<f64>(scores, finish(f64x2.splat(0), a, 0, rowBytes, coefficients) + intercept);
    scores += stride;
    a += rowBytes;
  }
}

/** Adds the products of a row's columns from byte `from` on, and both lanes. */
// @ts-ignore: decorator
@inline
function finish(sum: v128, row: usize, from: usize, rowBytes: usize, coefficients: usize): f64 {
  let at = from;
  for (; at + 8 <= rowBytes; at += 8)
    sum = f64x2.add(sum, f64x2.mul(v128.load(coefficients + (at << 1)), widenPair(row + at)));
  if (at < rowBytes) {
    const product = load<f64>(coefficients + (at << 1)) * <f64>load<f32>(row + at);
    sum = f64x2.replace_lane(sum, 0, f64x2.extract_lane(sum, 0) + product);
  }
  return sumOfLanes(sum);
}

/**
 * Adds slope · row of each row to `sums`, the rows in order.
 *
 * Some columns at a time, whose sums stay in registers while all rows go by, from the first-level cache.
 *
 * @param slopes float64, `stride` bytes apart
 * @param sums float64, shape [inputs]
 */
export function addSlopedRows(
  rows: usize,
  count: i32,
  inputs: i32,
  slopes: usize,
  stride: usize,
  sums: usize,
): void {
  const rowBytes = <usize>inputs << 2;
  const end = rows + <usize>count * rowBytes;
  let at: usize = 0;
  for (; at + 32 <= rowBytes; at += 32) addEightColumns(rows + at, end, rowBytes, slopes, stride, sums + (at << 1));
  for (; at + 8 <= rowBytes; at += 8) addTwoColumns(rows + at, end, rowBytes, slopes, stride, sums + (at << 1));
  if (at < rowBytes) addColumn(rows + at, end, rowBytes, slopes, stride, sums + (at << 1));
}

// @ts-ignore: decorator
@inline
function addEightColumns(rows: usize, end: usize, rowBytes: usize, slopes: usize, stride: usize, sums: usize): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  let c = v128.load(sums, 32);
  let d = v128.load(sums, 48);
  for (let row = rows, at = slopes; row < end; row += rowBytes, at += stride) {
    const slope = v128.load64_splat(at);
    a = f64x2.add(a, f64x2.mul(slope, widenPair(row)));
    b = f64x2.add(b, f64x2.mul(slope, widenPair(row + 8)));
    c = f64x2.add(c, f64x2.mul(slope, widenPair(row + 16)));
    d = f64x2.add(d, f64x2.mul(slope, widenPair(row + 24)));
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
  v128.store(sums, c, 32);
  v128.store(sums, d, 48);
}

// @ts-ignore: decorator
@inline
function addTwoColumns(rows: usize, end: usize, rowBytes: usize, slopes: usize, stride: usize, sums: usize): void {
  let a = v128.load(sums);
  for (let row = rows, at = slopes; row < end; row += rowBytes, at += stride)
    a = f64x2.add(a, f64x2.mul(v128.load64_splat(at), widenPair(row)));
  v128.store(sums, a);
}

// @ts-ignore: decorator
@inline
function addColumn(rows: usize, end: usize, rowBytes: usize, slopes: usize, stride: usize, sums: usize): void {
  let sum = load<f64>(sums);
  for (let row = rows, at = slopes; row < end; row += rowBytes, at += stride)
    sum += load<f64>(at) * <f64>load<f32>(row);
  store<f64>(sums, sum);
}
