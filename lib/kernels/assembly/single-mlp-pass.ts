/**
 * One pass of a multilayer perceptron over the rows of a canonical block or of a batch, in float32: for data of many rows.
 *
 * Float32 are weights, units and slopes, their products, and the sums of a tile of 32 rows; float64 are the loss, parameters,
 * and the gradient's sums beyond a tile. A tile's units and all weights of a small network stay in the second-level cache.
 *
 * Forward and backward are one product of matrices, C = A·B (shared/matrix-product.ts). B is what needs rows of whole
 * vectors: the weights are copied for each call, transposed for the way forward and as they are for the way back, in panels
 * of eight columns (shared/weight-panels.ts); 256 rows to a call make up for that many times over. The gradient is
 * slope ⊗ units.
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
import { lowest, multiply } from './shared/matrix-product';
import { addOuterProducts } from './shared/outer-products';
import { widenPair } from './shared/pairs';
import { copyToPanels, paddedBytes } from './shared/weight-panels';

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

/** Adds the sums of the blocks after the first to its own, in their order. */
export function addBlocks(sums: usize, width: i32, blocks: i32): void {
  const bytes = <usize>width << 3;
  for (let block = 1; block < blocks; block++) {
    const others = sums + <usize>block * bytes;
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(sums + at, f64x2.add(v128.load(sums + at), v128.load(others + at)));
    if (at < bytes) store<f64>(sums + at, load<f64>(sums + at) + load<f64>(others + at));
  }
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
    const turned = to + paddedBytes(outputs);
    // What pads them must be zero, and is there where a width is no multiple of four.
    if ((inputs | outputs) & 3) memory.fill(to, 0, layerBytes(inputs, outputs));
    copyToPanels(from, outputs, inputs, turned + paddedBytes(outputs) * <usize>inputs, turned);
    from += <usize>(inputs * outputs) << 3;
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
    const isHidden = i + 1 < layers;
    const least = isHidden && pass.activation == Activation.relu ? f32x4.splat(0) : lowest();
    multiply(a, aBytes, count, inputs, copy + cBytes, copy, least, c, cBytes);
    if (isHidden) activate(pass.activation, c, count * ((outputs + 3) & ~3));
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
    multiply(slopes, slopeBytes, count, outputs, straight, 0, lowest(), below, unitBytes);
    multiplySlopes(pass.activation, units, below, count * ((inputs + 3) & ~3));
    slopes = below;
  }
}

/** Rewrites sums as units, where `multiply` has not done so; `count` is a multiple of four. */
function activate(activation: i32, at: usize, count: i32): void {
  if (activation == Activation.relu) return;
  const end = at + (<usize>count << 2);
  if (activation == Activation.tanh) {
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
  const end = units + (<usize>count << 2);
  if (activation == Activation.relu) {
    for (; units < end; units += 16, slopes += 16)
      v128.store(slopes, v128.andnot(v128.load(slopes), f32x4.le(v128.load(units), f32x4.splat(0))));
    return;
  }
  const one = f32x4.splat(1);
  for (; units < end; units += 16, slopes += 16) {
    const unit = v128.load(units);
    const square = f32x4.mul(unit, unit);
    const share = activation == Activation.tanh ? f32x4.sub(one, square) : f32x4.mul(unit, f32x4.sub(one, unit));
    v128.store(slopes, f32x4.mul(v128.load(slopes), share));
  }
}

/** Eight outputs at a time, whose sums stay in registers while the rows go by. */
function addSlopes(slopes: usize, slopeBytes: usize, count: i32, outputs: i32, sums: usize): void {
  const bytes = <usize>count * slopeBytes;
  let k = 0;
  for (; k + 8 <= outputs; k += 8) {
    let a = v128.load(sums);
    let b = v128.load(sums, 16);
    let c = v128.load(sums, 32);
    let d = v128.load(sums, 48);
    for (let at = slopes; at < slopes + bytes; at += slopeBytes) {
      a = f64x2.add(a, widenPair(at));
      b = f64x2.add(b, widenPair(at + 8));
      c = f64x2.add(c, widenPair(at + 16));
      d = f64x2.add(d, widenPair(at + 24));
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
    slopes += 32;
    sums += 64;
  }
  for (; k < outputs; k++) {
    let sum = load<f64>(sums);
    for (let at = slopes; at < slopes + bytes; at += slopeBytes) sum += <f64>load<f32>(at);
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
