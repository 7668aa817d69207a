/**
 * One pass of a linear model with several scores and the cross-entropy over the rows of a canonical block, with products in
 * float32: for data of many rows, whose own spread drowns the rounding.
 *
 * Float32 are coefficients, products, scores and slopes, and the gradient's sums over one tile of at most 64 rows; float64 are
 * the losses, the exponentials, and all sums beyond a tile. A tile is small enough for the first-level cache, and goes
 * through three stages: its scores, four rows by two outputs at a time in eight registers, so that six loads serve eight
 * products; its losses and slopes; slope · row, four outputs by eight columns at a time in registers.
 *
 * A score adds up columns 0, 4, 8, …, 1, 5, 9, …, and so on apart, from the left, then (0 + 2) + (1 + 3) and the intercept;
 * all other sums run over the rows in their order. lib/kernels/single-softmax-pass-reference.ts does the same in plain
 * TypeScript, to the same bits.
 *
 * Memory, per block: sums[block] = gradient [outputs, inputs], of the intercepts [outputs], and the loss, float64.
 */
import { crossEntropy } from './shared/cross-entropy';
import { LinearPass } from './shared/linear-pass';
import { addOuterProducts } from './shared/outer-products';

const mostRows: i32 = 64;
const tileBytes: i32 = 48 * 1024;

/** @param scratch 4 bytes for each output and input, up to a multiple of four of them, and 12 · 64 + 4 for each output */
export function passBlock(description: usize, block: i32, scratch: usize): void {
  const pass = changetype<LinearPass>(description);
  const inputs = pass.inputs;
  const outputs = pass.outputs;
  const stride = <usize>((inputs + 3) & ~3) << 2;
  narrow(pass, scratch, stride);
  const sums = pass.sums + (<usize>block * (<usize>outputs * (inputs + 1) + 1) << 3);
  const end = load<i32>(pass.blockOffsets + (<usize>block << 2), 4);
  const tile = max(4, min(mostRows, tileBytes / (4 * max(1, inputs))));
  for (let row = load<i32>(pass.blockOffsets + (<usize>block << 2)); row < end; row += tile)
    passTile(pass, row, min(tile, end - row), sums, scratch, stride);
}

/** Writes the coefficients, each output's padded with zeros, and behind them the intercepts. */
function narrow(pass: LinearPass, target: usize, stride: usize): void {
  const inputs = pass.inputs;
  let from = pass.parameters;
  for (let k = 0; k < pass.outputs; k++) {
    const row = target + <usize>k * stride;
    for (let j = 0; j < inputs; j++) {
      store<f32>(row + (<usize>j << 2), <f32>load<f64>(from));
      from += 8;
    }
    for (let at = <usize>inputs << 2; at < stride; at += 4) store<f32>(row + at, 0);
  }
  const intercepts = target + <usize>pass.outputs * stride;
  for (let k = 0; k < pass.outputs; k++) store<f32>(intercepts + (<usize>k << 2), <f32>load<f64>(from + (<usize>k << 3)));
}

function passTile(pass: LinearPass, row: i32, count: i32, sums: usize, coefficients: usize, stride: usize): void {
  const inputs = pass.inputs;
  const outputs = pass.outputs;
  const rowBytes = <usize>inputs << 2;
  const rows = pass.features + <usize>row * rowBytes;
  const scores = coefficients + <usize>outputs * (stride + 4);
  const slopes = scores + (<usize>(mostRows * outputs) << 3);
  let i = 0;
  for (; i + 4 <= count; i += 4) scoreFour(rows + <usize>i * rowBytes, inputs, outputs, coefficients, stride, scores + (<usize>(i * outputs) << 3));
  for (; i < count; i++) scoreOne(rows + <usize>i * rowBytes, inputs, outputs, coefficients, stride, scores + (<usize>(i * outputs) << 3));

  const intercepts = sums + (<usize>(outputs * inputs) << 3);
  const total = intercepts + (<usize>outputs << 3);
  let losses = load<f64>(total);
  for (let i = 0; i < count; i++) {
    const at = scores + (<usize>(i * outputs) << 3);
    let loss = crossEntropy(at, <i32>load<f64>(pass.targets + (<usize>(row + i) << 3)), outputs, pass.shape);
    let weight: f64 = 1;
    if (pass.weights) {
      weight = load<f64>(pass.weights + (<usize>(row + i) << 3));
      loss *= weight;
    }
    losses += loss;
    for (let k = 0; k < outputs; k++) {
      const slope = <f32>(load<f64>(at + (<usize>k << 3)) * weight);
      store<f32>(slopes + (<usize>(i * outputs + k) << 2), slope);
      const sum = intercepts + (<usize>k << 3);
      store<f64>(sum, load<f64>(sum) + <f64>slope);
    }
  }
  store<f64>(total, losses);
  addOuterProducts(rows, rowBytes, count, inputs, outputs, slopes, <usize>outputs << 2, sums);
}

/** The scores of four rows, two outputs at a time. */
function scoreFour(a: usize, inputs: i32, outputs: i32, coefficients: usize, stride: usize, scores: usize): void {
  const rowBytes = <usize>inputs << 2;
  const end = rowBytes & ~15;
  const rest = inputs & 3;
  const b = a + rowBytes;
  const c = b + rowBytes;
  const d = c + rowBytes;
  const intercepts = coefficients + <usize>outputs * stride;
  const scoreStride = <usize>outputs << 3;
  for (let k = 0; k < outputs; k += 2) {
    const first = coefficients + <usize>k * stride;
    // An odd last output goes twice; the second time is not kept.
    const second = k + 1 < outputs ? first + stride : first;
    let a0 = f32x4.splat(0);
    let b0 = a0;
    let c0 = a0;
    let d0 = a0;
    let a1 = a0;
    let b1 = a0;
    let c1 = a0;
    let d1 = a0;
    let at: usize = 0;
    for (; at < end; at += 16) {
      const u = v128.load(first + at);
      const v = v128.load(second + at);
      let x = v128.load(a + at);
      a0 = f32x4.add(a0, f32x4.mul(u, x));
      a1 = f32x4.add(a1, f32x4.mul(v, x));
      x = v128.load(b + at);
      b0 = f32x4.add(b0, f32x4.mul(u, x));
      b1 = f32x4.add(b1, f32x4.mul(v, x));
      x = v128.load(c + at);
      c0 = f32x4.add(c0, f32x4.mul(u, x));
      c1 = f32x4.add(c1, f32x4.mul(v, x));
      x = v128.load(d + at);
      d0 = f32x4.add(d0, f32x4.mul(u, x));
      d1 = f32x4.add(d1, f32x4.mul(v, x));
    }
    if (rest) {
      const u = v128.load(first + at);
      const v = v128.load(second + at);
      let x = loadFew(a + at, rest);
      a0 = f32x4.add(a0, f32x4.mul(u, x));
      a1 = f32x4.add(a1, f32x4.mul(v, x));
      x = loadFew(b + at, rest);
      b0 = f32x4.add(b0, f32x4.mul(u, x));
      b1 = f32x4.add(b1, f32x4.mul(v, x));
      x = loadFew(c + at, rest);
      c0 = f32x4.add(c0, f32x4.mul(u, x));
      c1 = f32x4.add(c1, f32x4.mul(v, x));
      x = loadFew(d + at, rest);
      d0 = f32x4.add(d0, f32x4.mul(u, x));
      d1 = f32x4.add(d1, f32x4.mul(v, x));
    }
    const place = scores + (<usize>k << 3);
    storeScores(place, scoreStride, a0, b0, c0, d0, load<f32>(intercepts + (<usize>k << 2)));
    if (k + 1 < outputs)
      storeScores(place + 8, scoreStride, a1, b1, c1, d1, load<f32>(intercepts + (<usize>k << 2), 4));
  }
}

// @ts-ignore: decorator
@inline
function storeScores(at: usize, stride: usize, a: v128, b: v128, c: v128, d: v128, intercept: f32): void {
  store<f64>(at, <f64>(sumOfFour(a) + intercept));
  store<f64>(at + stride, <f64>(sumOfFour(b) + intercept));
  store<f64>(at + 2 * stride, <f64>(sumOfFour(c) + intercept));
  store<f64>(at + 3 * stride, <f64>(sumOfFour(d) + intercept));
}

/** (0 + 2) + (1 + 3), in float32. */
// @ts-ignore: decorator
@inline
function sumOfFour(four: v128): f32 {
  const pair = f32x4.add(four, v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  return f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1);
}

function scoreOne(row: usize, inputs: i32, outputs: i32, coefficients: usize, stride: usize, scores: usize): void {
  const end = (<usize>inputs << 2) & ~15;
  const rest = inputs & 3;
  const intercepts = coefficients + <usize>outputs * stride;
  for (let k = 0; k < outputs; k++) {
    const from = coefficients + <usize>k * stride;
    let sum = f32x4.splat(0);
    let at: usize = 0;
    for (; at < end; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(from + at), v128.load(row + at)));
    if (rest) sum = f32x4.add(sum, f32x4.mul(v128.load(from + at), loadFew(row + at, rest)));
    store<f64>(scores + (<usize>k << 3), <f64>(sumOfFour(sum) + load<f32>(intercepts + (<usize>k << 2))));
  }
}

/** One, two or three float32 numbers, and zeros. */
// @ts-ignore: decorator
@inline
function loadFew(at: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(at);
  const two = v128.load64_zero(at);
  return count == 2 ? two : v128.load32_lane(at + 8, two, 2);
}
