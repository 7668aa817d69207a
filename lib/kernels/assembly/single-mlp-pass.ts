/**
 * One pass of a multilayer perceptron over the rows of a canonical block or of a batch, in float32: for data of many rows.
 *
 * Float32 are weights, units and slopes, their products, and the sums of a tile of 32 rows; float64 are the loss, parameters,
 * and the gradient's sums beyond a tile. A tile's units and all weights of a small network stay in the second-level cache.
 *
 * Forward and backward are one product of matrices, C = A·B: four rows of A by eight columns of B at a time, in eight
 * registers, so that two loads and four splats serve eight products. B is what needs rows of whole vectors: the weights
 * are copied for each call, transposed for the way forward and as they are for the way back, padded with zeros to a
 * multiple of four columns; 256 rows to a call make up for that many times over. The gradient is slope ⊗ units.
 *
 * Each sum runs over its terms in their order: a unit's over the bias and then its inputs, a slope's over the outputs, the
 * gradient's over the rows. lib/kernels/single-mlp-pass-reference.ts does the same in plain TypeScript, to the same bits.
 *
 * Memory, per block: sums[block] = gradient in the layout of the parameters, and the loss, float64.
 */
import { crossEntropy } from './shared/cross-entropy';
import { exp } from './shared/exponential';
import { tanh } from './shared/hyperbolic';
import { LinearPass } from './shared/linear-pass';
import { evaluateLoss, Loss } from './shared/losses';
import { addOuterProducts } from './shared/outer-products';
import { widenPair } from './shared/pairs';

const tileRows: i32 = 32;

namespace Activation {
  export const relu: i32 = 0;
  export const tanh: i32 = 1;
}

/** Widths of the layers, from the features to the scores: int32, shape [layers + 1]. */
// @ts-ignore: decorator
@inline
function widthAt(pass: LinearPass, i: i32): i32 {
  return load<i32>(pass.widths + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
function paddedBytes(width: i32): usize {
  return <usize>((width + 3) & ~3) << 2;
}

/** Bytes of a layer's copies: bias, weights transposed, weights. */
// @ts-ignore: decorator
@inline
function layerBytes(inputs: i32, outputs: i32): usize {
  return paddedBytes(outputs) * <usize>(inputs + 1) + paddedBytes(inputs) * <usize>outputs;
}

/**
 * @param scratch for each layer, bytes of its copies as `layerBytes` has them, and for each width 32 rows of units and of
 *   slopes; and 32 · (3 + outputs) float64
 */
export function passBlock(description: usize, block: i32, scratch: usize): void {
  const pass = changetype<LinearPass>(description);
  const units = copyWeights(pass, scratch);
  const parameters = parameterCount(pass);
  const sums = pass.sums + (<usize>block * <usize>(parameters + 1) << 3);
  const end = load<i32>(pass.blockOffsets + (<usize>block << 2), 4);
  for (let row = load<i32>(pass.blockOffsets + (<usize>block << 2)); row < end; row += tileRows)
    passTile(pass, row, min(tileRows, end - row), sums, sums + (<usize>parameters << 3), scratch, units);
}

function parameterCount(pass: LinearPass): i32 {
  let count = 0;
  for (let i = 0; i < pass.layers; i++) count += (widthAt(pass, i) + 1) * widthAt(pass, i + 1);
  return count;
}

/** Returns the end of the copies. */
function copyWeights(pass: LinearPass, scratch: usize): usize {
  let from = pass.parameters;
  let to = scratch;
  for (let i = 0; i < pass.layers; i++) {
    const inputs = widthAt(pass, i);
    const outputs = widthAt(pass, i + 1);
    const turnedBytes = paddedBytes(outputs);
    const rowBytes = paddedBytes(inputs);
    const turned = to + turnedBytes;
    const straight = turned + turnedBytes * <usize>inputs;
    memory.fill(to, 0, layerBytes(inputs, outputs));
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < inputs; j++) {
        const weight = <f32>load<f64>(from);
        store<f32>(turned + <usize>j * turnedBytes + (<usize>k << 2), weight);
        store<f32>(straight + <usize>k * rowBytes + (<usize>j << 2), weight);
        from += 8;
      }
    }
    for (let k = 0; k < outputs; k++) {
      store<f32>(to + (<usize>k << 2), <f32>load<f64>(from));
      from += 8;
    }
    to += layerBytes(inputs, outputs);
  }
  return to;
}

function passTile(
  pass: LinearPass,
  row: i32,
  count: i32,
  sums: usize,
  total: usize,
  copies: usize,
  room: usize,
): void {
  const layers = pass.layers;
  const features = pass.features + (<usize>row * widthAt(pass, 0) << 2);
  let a = features;
  let aBytes = <usize>widthAt(pass, 0) << 2;
  let copy = copies;
  // What goes into layer i + 1 stands behind what goes into layer i, and the scores behind all.
  let c = room;
  for (let i = 0; i < layers; i++) {
    const inputs = widthAt(pass, i);
    const outputs = widthAt(pass, i + 1);
    const cBytes = paddedBytes(outputs);
    multiply(a, aBytes, count, inputs, copy + cBytes, cBytes, copy, c, cBytes);
    if (i + 1 < layers) activate(pass.activation, c, count * ((outputs + 3) & ~3));
    copy += layerBytes(inputs, outputs);
    a = c;
    aBytes = cBytes;
    c += cBytes * tileRows;
  }
  const slopes = c;
  store<f64>(total, load<f64>(total) + lossOfTile(pass, row, count, a, aBytes, slopes, slopes + 2 * aBytes * tileRows));
  goBack(pass, count, features, sums, copies, copy, a, slopes);
}

/** The way back from the slopes of the scores: the gradient of each layer, and the slopes of its inputs. */
function goBack(
  pass: LinearPass,
  count: i32,
  features: usize,
  sums: usize,
  copies: usize,
  copiesEnd: usize,
  scores: usize,
  slopesOfScores: usize,
): void {
  let gradientEnd = sums + (<usize>parameterCount(pass) << 3);
  let copy = copiesEnd;
  let units = scores;
  let slopes = slopesOfScores;
  for (let i = pass.layers - 1; i >= 0; i--) {
    const inputs = widthAt(pass, i);
    const outputs = widthAt(pass, i + 1);
    const slopeBytes = paddedBytes(outputs);
    const unitBytes = i == 0 ? <usize>inputs << 2 : paddedBytes(inputs);
    copy -= layerBytes(inputs, outputs);
    units = i == 0 ? features : units - unitBytes * tileRows;
    const biases = gradientEnd - (<usize>outputs << 3);
    gradientEnd = biases - (<usize>(inputs * outputs) << 3);
    addOuterProducts(units, unitBytes, count, inputs, outputs, slopes, slopeBytes, gradientEnd);
    addSlopes(slopes, slopeBytes, count, outputs, biases);
    if (i == 0) return;
    const below = slopes + slopeBytes * tileRows;
    const straight = copy + slopeBytes * <usize>(inputs + 1);
    multiply(slopes, slopeBytes, count, outputs, straight, unitBytes, 0, below, unitBytes);
    multiplySlopes(pass.activation, units, below, count * ((inputs + 3) & ~3));
    slopes = below;
  }
}

/**
 * Writes C = first + A·B, of `count` rows; C and B have `cBytes` to a row, a multiple of 16.
 *
 * @param first float32, what each row of C begins with; 0 for zeros
 */
function multiply(
  a: usize,
  aBytes: usize,
  count: i32,
  inner: i32,
  b: usize,
  bBytes: usize,
  first: usize,
  c: usize,
  cBytes: usize,
): void {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const from = a + <usize>row * aBytes;
    const to = c + <usize>row * cBytes;
    let at: usize = 0;
    for (; at + 32 <= cBytes; at += 32)
      multiplySquare(4, true, from, aBytes, inner, b + at, bBytes, first ? first + at : 0, to + at, cBytes);
    if (at < cBytes) multiplySquare(4, false, from, aBytes, inner, b + at, bBytes, first ? first + at : 0, to + at, cBytes);
  }
  for (; row < count; row++) {
    const from = a + <usize>row * aBytes;
    const to = c + <usize>row * cBytes;
    for (let at: usize = 0; at < cBytes; at += 16)
      multiplySquare(1, false, from, aBytes, inner, b + at, bBytes, first ? first + at : 0, to + at, cBytes);
  }
}

/**
 * Some rows by eight columns, or four: both constants where this is compiled in.
 *
 * @param rows 1 or 4
 */
// @ts-ignore: decorator
@inline
function multiplySquare(
  rows: i32,
  isWide: bool,
  a: usize,
  aBytes: usize,
  inner: i32,
  b: usize,
  bBytes: usize,
  first: usize,
  c: usize,
  cBytes: usize,
): void {
  let a0 = first ? v128.load(first) : f32x4.splat(0);
  let a1 = isWide ? (first ? v128.load(first, 16) : f32x4.splat(0)) : a0;
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
  const end = a + (<usize>inner << 2);
  for (let at = a; at < end; at += 4) {
    const left = v128.load(b);
    const right = isWide ? v128.load(b, 16) : left;
    b += bBytes;
    let factor = v128.load32_splat(at);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    if (isWide) a1 = f32x4.add(a1, f32x4.mul(factor, right));
    if (rows > 1) {
      factor = v128.load32_splat(at + aBytes);
      b0 = f32x4.add(b0, f32x4.mul(factor, left));
      if (isWide) b1 = f32x4.add(b1, f32x4.mul(factor, right));
      factor = v128.load32_splat(at + 2 * aBytes);
      c0 = f32x4.add(c0, f32x4.mul(factor, left));
      if (isWide) c1 = f32x4.add(c1, f32x4.mul(factor, right));
      factor = v128.load32_splat(at + 3 * aBytes);
      d0 = f32x4.add(d0, f32x4.mul(factor, left));
      if (isWide) d1 = f32x4.add(d1, f32x4.mul(factor, right));
    }
  }
  v128.store(c, a0);
  if (isWide) v128.store(c, a1, 16);
  if (rows > 1) {
    v128.store(c + cBytes, b0);
    v128.store(c + 2 * cBytes, c0);
    v128.store(c + 3 * cBytes, d0);
    if (isWide) {
      v128.store(c + cBytes, b1, 16);
      v128.store(c + 2 * cBytes, c1, 16);
      v128.store(c + 3 * cBytes, d1, 16);
    }
  }
}

/** Rewrites sums as units; `count` is a multiple of four. */
function activate(activation: i32, at: usize, count: i32): void {
  const end = at + (<usize>count << 2);
  if (activation == Activation.relu) {
    for (; at < end; at += 16) v128.store(at, f32x4.max(f32x4.splat(0), v128.load(at)));
  } else if (activation == Activation.tanh) {
    for (; at < end; at += 4) store<f32>(at, <f32>tanh(<f64>load<f32>(at)));
  } else {
    for (; at < end; at += 4) store<f32>(at, <f32>sigmoid(<f64>load<f32>(at)));
  }
}

// @ts-ignore: decorator
@inline
function sigmoid(x: f64): f64 {
  const small = exp(-abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

/** Multiplies slopes of units by those of the units in their sums, which follow from the units. */
function multiplySlopes(activation: i32, units: usize, slopes: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const unit = v128.load(units + at);
    const slope = v128.load(slopes + at);
    if (activation == Activation.relu) {
      v128.store(slopes + at, v128.andnot(slope, f32x4.le(unit, f32x4.splat(0))));
    } else {
      const square = f32x4.mul(unit, unit);
      const share = activation == Activation.tanh ? f32x4.sub(one, square) : f32x4.mul(unit, f32x4.sub(one, unit));
      v128.store(slopes + at, f32x4.mul(slope, share));
    }
  }
}

/** Four outputs at a time, whose sums stay in registers while the rows go by. */
function addSlopes(slopes: usize, slopeBytes: usize, count: i32, outputs: i32, sums: usize): void {
  const end = slopes + <usize>count * slopeBytes;
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    let low = v128.load(sums);
    let high = v128.load(sums, 16);
    for (let at = slopes; at < end; at += slopeBytes) {
      low = f64x2.add(low, widenPair(at));
      high = f64x2.add(high, widenPair(at + 8));
    }
    v128.store(sums, low);
    v128.store(sums, high, 16);
    slopes += 16;
    sums += 32;
  }
  for (; k < outputs; k++) {
    let sum = load<f64>(sums);
    for (let at = slopes; at < end; at += slopeBytes) sum += <f64>load<f32>(at);
    store<f64>(sums, sum);
    slopes += 4;
    sums += 8;
  }
}

/** The loss of the tile's scores; writes their slopes, padded with zeros. */
function lossOfTile(pass: LinearPass, row: i32, count: i32, scores: usize, bytes: usize, slopes: usize, room: usize): f64 {
  const outputs = pass.outputs;
  const targets = pass.targets + (<usize>row << 3);
  const wide = room;
  const losses = wide + (<usize>(tileRows * outputs) << 3);
  const wideSlopes = losses + (tileRows << 3);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < outputs; k++)
      store<f64>(wide + (<usize>(i * outputs + k) << 3), <f64>load<f32>(scores + <usize>i * bytes + (<usize>k << 2)));
  let from = wide;
  if (pass.loss == Loss.crossEntropy) {
    for (let i = 0; i < count; i++) {
      const truth = <i32>load<f64>(targets + (<usize>i << 3));
      store<f64>(losses + (<usize>i << 3), crossEntropy(wide + (<usize>(i * outputs) << 3), truth, outputs, pass.shape));
    }
  } else {
    evaluateLoss(pass.loss, pass.shape, pass.smoothing, wide, targets, count, losses, wideSlopes);
    from = wideSlopes;
  }
  let total: f64 = 0;
  memory.fill(slopes, 0, bytes * <usize>count);
  for (let i = 0; i < count; i++) {
    const weight = pass.weights ? load<f64>(pass.weights + (<usize>(row + i) << 3)) : 1.0;
    total += load<f64>(losses + (<usize>i << 3)) * weight;
    for (let k = 0; k < outputs; k++)
      store<f32>(
        slopes + <usize>i * bytes + (<usize>k << 2),
        <f32>(load<f64>(from + (<usize>(i * outputs + k) << 3)) * weight),
      );
  }
  return total;
}
