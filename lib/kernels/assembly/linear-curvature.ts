/**
 * Sums of curvature · (row, 1) ⊗ (row, 1) over the rows of a canonical block: the Hessian of a linear model with one score,
 * for data of many rows. It only guides Newton's steps, whose end is decided by a gradient in float64: products and the
 * sums of a tile are float32, all sums beyond a tile are float64, and so is the score that a curvature is computed at.
 *
 * A tile of rows is copied twice: widened by a column of ones and padded with zeros to a multiple of four columns, and the
 * same times the row's curvature. Then each square of 4 × 8 sums runs over the whole tile in eight registers, and is added
 * to its place: two loads and four splats for eight multiplications, where row by row each sum would be loaded and stored.
 * Only squares that reach the lower triangle are computed, and of the last four columns those alone that are no padding.
 *
 * Memory: sums[index], float64, shape [padded, padded], row-major, are added to; entry (i, j) is meant where j ≤ i. With p
 * inputs, padded is p + 1 rounded up to a multiple of four. Rows of a block go in their order.
 */
import { scoreRows } from './shared/dot-product';
import { LinearPass } from './shared/linear-pass';
import { evaluateCurvature } from './shared/losses';

const mostRows: i32 = 64;
const tileBytes: i32 = 16 * 1024;

/** @param scratch 1,024 bytes, and 8 for each row of a tile and padded column */
export function curveBlock(description: usize, block: i32, scratch: usize): void {
  const pass = changetype<LinearPass>(description);
  const inputs = pass.inputs;
  const padded = (inputs + 4) & ~3;
  const tile = tileRows(padded);
  const sums = pass.sums + (<usize>(block * padded) * <usize>padded << 3);
  const end = load<i32>(pass.blockOffsets + (<usize>block << 2), 4);
  for (let row = load<i32>(pass.blockOffsets + (<usize>block << 2)); row < end; row += tile)
    curveTile(pass, row, min(tile, end - row), padded, sums, scratch);
}

/** Rows of a tile: as many as fit the first-level cache twice; lib/kernels/linear-pass.ts has the same. */
// @ts-ignore: decorator
@inline
function tileRows(padded: i32): i32 {
  return max(4, min(mostRows, tileBytes / (4 * padded)));
}

function curveTile(pass: LinearPass, row: i32, count: i32, padded: i32, sums: usize, scratch: usize): void {
  const inputs = pass.inputs;
  const rows = pass.features + (<usize>row * inputs << 2);
  const scores = scratch;
  const curvatures = scratch + mostRows * 8;
  const wide = curvatures + mostRows * 8;
  const scaled = wide + (<usize>(tileRows(padded) * padded) << 2);
  scoreRows(rows, count, inputs, pass.parameters, load<f64>(pass.parameters + (<usize>inputs << 3)), scores, 8);
  evaluateCurvature(pass.loss, pass.shape, scores, pass.targets + (<usize>row << 3), count, curvatures);
  for (let i = 0; i < count; i++) {
    let curvature = load<f64>(curvatures + (<usize>i << 3));
    if (pass.weights) curvature *= load<f64>(pass.weights + (<usize>(row + i) << 3));
    const place = <usize>(i * padded) << 2;
    widen(rows + (<usize>i * inputs << 2), inputs, padded, <f32>curvature, wide + place, scaled + place);
  }
  const stride = <usize>padded << 2;
  const whole = <usize>(inputs + 1) << 2;
  let i: usize = 0;
  for (; i + 16 <= whole; i += 16) {
    const to = sums + i * 2 * padded;
    let j: usize = 0;
    for (; j + 16 <= i; j += 32) addSquares(scaled + i, wide + j, count, stride, to + (j << 1), stride << 1);
    if (j <= i) addSquare(scaled + i, wide + j, count, stride, to + (j << 1), stride << 1);
  }
  // Of the last four columns up to three are padding: each of the others by itself.
  for (; i < whole; i += 4) addLine(scaled + i, wide, count, stride, sums + i * 2 * padded);
}

/** Writes a row, a one and zeros, and the same times its curvature. */
// @ts-ignore: decorator
@inline
function widen(row: usize, inputs: i32, padded: i32, curvature: f32, wide: usize, scaled: usize): void {
  const factor = f32x4.splat(curvature);
  const bytes = <usize>inputs << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const four = v128.load(row + at);
    v128.store(wide + at, four);
    v128.store(scaled + at, f32x4.mul(four, factor));
  }
  for (; at < bytes; at += 4) {
    store<f32>(wide + at, load<f32>(row + at));
    store<f32>(scaled + at, load<f32>(row + at) * curvature);
  }
  store<f32>(wide + at, 1);
  store<f32>(scaled + at, curvature);
  for (at += 4; at < <usize>padded << 2; at += 4) {
    store<f32>(wide + at, 0);
    store<f32>(scaled + at, 0);
  }
}

/** Four columns of `scaled` times eight of `wide`, over all rows of the tile. */
function addSquares(scaled: usize, wide: usize, count: i32, stride: usize, sums: usize, sumStride: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let i = 0; i < count; i++) {
    const left = v128.load(wide);
    const right = v128.load(wide, 16);
    let factor = v128.load32_splat(scaled);
    a = f32x4.add(a, f32x4.mul(factor, left));
    b = f32x4.add(b, f32x4.mul(factor, right));
    factor = v128.load32_splat(scaled, 4);
    c = f32x4.add(c, f32x4.mul(factor, left));
    d = f32x4.add(d, f32x4.mul(factor, right));
    factor = v128.load32_splat(scaled, 8);
    e = f32x4.add(e, f32x4.mul(factor, left));
    f = f32x4.add(f, f32x4.mul(factor, right));
    factor = v128.load32_splat(scaled, 12);
    g = f32x4.add(g, f32x4.mul(factor, left));
    h = f32x4.add(h, f32x4.mul(factor, right));
    scaled += stride;
    wide += stride;
  }
  addFour(sums, a);
  addFour(sums + 32, b);
  sums += sumStride;
  addFour(sums, c);
  addFour(sums + 32, d);
  sums += sumStride;
  addFour(sums, e);
  addFour(sums + 32, f);
  sums += sumStride;
  addFour(sums, g);
  addFour(sums + 32, h);
}

/** Four columns of `scaled` times four of `wide`: where eight would pass the diagonal by a whole square. */
function addSquare(scaled: usize, wide: usize, count: i32, stride: usize, sums: usize, sumStride: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let i = 0; i < count; i++) {
    const four = v128.load(wide);
    a = f32x4.add(a, f32x4.mul(v128.load32_splat(scaled), four));
    b = f32x4.add(b, f32x4.mul(v128.load32_splat(scaled, 4), four));
    c = f32x4.add(c, f32x4.mul(v128.load32_splat(scaled, 8), four));
    d = f32x4.add(d, f32x4.mul(v128.load32_splat(scaled, 12), four));
    scaled += stride;
    wide += stride;
  }
  addFour(sums, a);
  addFour(sums + sumStride, b);
  addFour(sums + 2 * sumStride, c);
  addFour(sums + 3 * sumStride, d);
}

/** One column of `scaled` times all of `wide`, as many at a time as there are registers for. */
function addLine(scaled: usize, wide: usize, count: i32, stride: usize, sums: usize): void {
  const end = wide + stride;
  for (; wide + 128 <= end; wide += 128, sums += 256) addColumns(8, scaled, wide, count, stride, sums);
  for (; wide + 64 <= end; wide += 64, sums += 128) addColumns(4, scaled, wide, count, stride, sums);
  for (; wide < end; wide += 16, sums += 32) addColumns(1, scaled, wide, count, stride, sums);
}

/** @param fours how many times four columns of `wide`, 1, 4 or 8: a constant where this is compiled in */
// @ts-ignore: decorator
@inline
function addColumns(fours: i32, scaled: usize, wide: usize, count: i32, stride: usize, sums: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let i = 0; i < count; i++) {
    const factor = v128.load32_splat(scaled);
    a = f32x4.add(a, f32x4.mul(factor, v128.load(wide)));
    if (fours > 1) {
      b = f32x4.add(b, f32x4.mul(factor, v128.load(wide, 16)));
      c = f32x4.add(c, f32x4.mul(factor, v128.load(wide, 32)));
      d = f32x4.add(d, f32x4.mul(factor, v128.load(wide, 48)));
    }
    if (fours > 4) {
      e = f32x4.add(e, f32x4.mul(factor, v128.load(wide, 64)));
      f = f32x4.add(f, f32x4.mul(factor, v128.load(wide, 80)));
      g = f32x4.add(g, f32x4.mul(factor, v128.load(wide, 96)));
      h = f32x4.add(h, f32x4.mul(factor, v128.load(wide, 112)));
    }
    scaled += stride;
    wide += stride;
  }
  addFour(sums, a);
  if (fours > 1) {
    addFour(sums + 32, b);
    addFour(sums + 64, c);
    addFour(sums + 96, d);
  }
  if (fours > 4) {
    addFour(sums + 128, e);
    addFour(sums + 160, f);
    addFour(sums + 192, g);
    addFour(sums + 224, h);
  }
}

// @ts-ignore: decorator
@inline
function addFour(sums: usize, four: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(four)));
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  v128.store(sums, f64x2.add(v128.load(sums, 16), upper), 16);
}
