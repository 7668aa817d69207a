/**
 * Scores of float32 rows that are read as up to four streams, `streamBytes` apart: one row of each at a time.
 *
 * A score adds up columns 0, 4, 8, …, 1, 5, 9, …, and so on apart, from the left, in the four lanes of a vector, then
 * (0 + 2) + (1 + 3) and the intercept. Of 20 to 35 columns all coefficients stay in registers, and no loop counts columns.
 */
/**
 * Writes the scores of one row of each stream at a time.
 *
 * @param width streams; where they are fewer than four, the last one stands in for those that are missing
 * @param coefficients float32, and zeros up to a multiple of four
 * @param scores float32, shape [steps, 4]
 */
export function scoreStreams(
  rows: usize,
  streamBytes: usize,
  width: i32,
  steps: i32,
  inputs: i32,
  coefficients: usize,
  intercept: f32,
  scores: usize,
): void {
  const fours = inputs >> 2;
  if (fours == 8) scoreColumns(8, rows, streamBytes, width, steps, inputs, coefficients, intercept, scores);
  else if (fours == 7) scoreColumns(7, rows, streamBytes, width, steps, inputs, coefficients, intercept, scores);
  else if (fours == 6) scoreColumns(6, rows, streamBytes, width, steps, inputs, coefficients, intercept, scores);
  else if (fours == 5) scoreColumns(5, rows, streamBytes, width, steps, inputs, coefficients, intercept, scores);
  else scoreColumns(0, rows, streamBytes, width, steps, inputs, coefficients, intercept, scores);
}

/**
 * @param fours how many times four columns, 5 to 8, whose coefficients stay in registers; 0 for any number, of which each
 *   coefficient is loaded for four rows: a constant where this is compiled in
 */
// @ts-ignore: decorator
@inline
function scoreColumns(
  fours: i32,
  rows: usize,
  streamBytes: usize,
  width: i32,
  steps: i32,
  inputs: i32,
  coefficients: usize,
  intercept: f32,
  scores: usize,
): void {
  const rowBytes = <usize>inputs << 2;
  const end = rowBytes & ~15;
  const rest = inputs & 3;
  const toB = width > 1 ? streamBytes : 0;
  const toC = width > 2 ? streamBytes : 0;
  const toD = width > 3 ? streamBytes : 0;
  const s = fours ? v128.load(coefficients) : f32x4.splat(0);
  const t = fours ? v128.load(coefficients, 16) : f32x4.splat(0);
  const u = fours ? v128.load(coefficients, 32) : f32x4.splat(0);
  const v = fours ? v128.load(coefficients, 48) : f32x4.splat(0);
  const w = fours ? v128.load(coefficients, 64) : f32x4.splat(0);
  const x = fours > 5 ? v128.load(coefficients, 80) : s;
  const y = fours > 6 ? v128.load(coefficients, 96) : s;
  const z = fours > 7 ? v128.load(coefficients, 112) : s;
  let a = rows;
  for (let step = 0; step < steps; step++) {
    const b = a + toB;
    const c = b + toC;
    const d = c + toD;
    let sumA = f32x4.splat(0);
    let sumB = f32x4.splat(0);
    let sumC = f32x4.splat(0);
    let sumD = f32x4.splat(0);
    if (fours) {
      sumA = scoreOf(fours, a, s, t, u, v, w, x, y, z);
      sumB = scoreOf(fours, b, s, t, u, v, w, x, y, z);
      sumC = scoreOf(fours, c, s, t, u, v, w, x, y, z);
      sumD = scoreOf(fours, d, s, t, u, v, w, x, y, z);
    } else {
      for (let at: usize = 0; at < end; at += 16) {
        const four = v128.load(coefficients + at);
        sumA = f32x4.add(sumA, f32x4.mul(four, v128.load(a + at)));
        sumB = f32x4.add(sumB, f32x4.mul(four, v128.load(b + at)));
        sumC = f32x4.add(sumC, f32x4.mul(four, v128.load(c + at)));
        sumD = f32x4.add(sumD, f32x4.mul(four, v128.load(d + at)));
      }
    }
    if (rest) {
      const four = v128.load(coefficients + end);
      sumA = f32x4.add(sumA, f32x4.mul(four, loadFew(a + end, rest)));
      sumB = f32x4.add(sumB, f32x4.mul(four, loadFew(b + end, rest)));
      sumC = f32x4.add(sumC, f32x4.mul(four, loadFew(c + end, rest)));
      sumD = f32x4.add(sumD, f32x4.mul(four, loadFew(d + end, rest)));
    }
    // The four sums of four lanes, turned so that each lane holds one row's.
    const ab02 = f32x4.add(v128.shuffle<f32>(sumA, sumB, 0, 4, 1, 5), v128.shuffle<f32>(sumA, sumB, 2, 6, 3, 7));
    const cd02 = f32x4.add(v128.shuffle<f32>(sumC, sumD, 0, 4, 1, 5), v128.shuffle<f32>(sumC, sumD, 2, 6, 3, 7));
    const whole = f32x4.add(v128.shuffle<f32>(ab02, cd02, 0, 1, 4, 5), v128.shuffle<f32>(ab02, cd02, 2, 3, 6, 7));
    v128.store(scores, f32x4.add(whole, f32x4.splat(intercept)));
    scores += 16;
    a += rowBytes;
  }
}

/** Sums in four lanes of a row's products with 5 to 8 times four coefficients. */
// @ts-ignore: decorator
@inline
function scoreOf(fours: i32, row: usize, s: v128, t: v128, u: v128, v: v128, w: v128, x: v128, y: v128, z: v128): v128 {
  let sum = f32x4.splat(0);
  sum = f32x4.add(sum, f32x4.mul(s, v128.load(row)));
  sum = f32x4.add(sum, f32x4.mul(t, v128.load(row, 16)));
  sum = f32x4.add(sum, f32x4.mul(u, v128.load(row, 32)));
  sum = f32x4.add(sum, f32x4.mul(v, v128.load(row, 48)));
  sum = f32x4.add(sum, f32x4.mul(w, v128.load(row, 64)));
  if (fours > 5) sum = f32x4.add(sum, f32x4.mul(x, v128.load(row, 80)));
  if (fours > 6) sum = f32x4.add(sum, f32x4.mul(y, v128.load(row, 96)));
  if (fours > 7) sum = f32x4.add(sum, f32x4.mul(z, v128.load(row, 112)));
  return sum;
}

/** One, two or three float32 numbers, and zeros. */
// @ts-ignore: decorator
@inline
function loadFew(at: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(at);
  const two = v128.load64_zero(at);
  return count == 2 ? two : v128.load32_lane(at + 8, two, 2);
}
