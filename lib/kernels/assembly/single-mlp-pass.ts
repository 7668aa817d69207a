/**
 * One pass of a multilayer perceptron over the rows of a canonical block or of a batch, in float32: for data of many rows.
 *
 * Float32 are weights, units and slopes, their products, and the sums of a tile of 32 rows; float64 are the loss, parameters,
 * and the gradient's sums beyond a tile. A tile's units and all weights of a small network stay in the second-level cache.
 *
 * Forward and backward are one product of matrices, C = A·B: four rows of A by eight columns of B at a time, in eight
 * registers, so that two loads and four splats serve eight products. B is what needs rows of whole vectors: the weights
 * are copied for each call, transposed for the way forward and as they are for the way back, padded with zeros to a
 * multiple of four columns; 256 rows to a call make up for that many times over. Eight columns of B stand together, row
 * after row (a last four likewise): so B is read from one end to the other, and two steps need one sum of addresses.
 * The processor multiplies and adds as fast as it is told to, so each instruction less counts. The gradient is
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
    const turned = to + paddedBytes(outputs);
    const straight = turned + paddedBytes(outputs) * <usize>inputs;
    // What pads them must be zero, and is there where a width is no multiple of four.
    if ((inputs | outputs) & 3) memory.fill(to, 0, layerBytes(inputs, outputs));
    const rowBytes = <usize>inputs << 3;
    for (let k = 0; k < outputs; k += 4) {
      for (let j = 0; j < inputs; j += 4) {
        const column = straight + placeInPanels(j, outputs, inputs) + <usize>k * panelBytes(j, inputs);
        const row = turned + placeInPanels(k, inputs, outputs) + <usize>j * panelBytes(k, outputs);
        if (k + 4 <= outputs && j + 4 <= inputs) {
          copySquare(from + (<usize>j << 3), rowBytes, column, panelBytes(j, inputs), row, panelBytes(k, outputs));
          continue;
        }
        for (let r: usize = 0; r < <usize>min(4, outputs - k); r++) {
          for (let q: usize = 0; q < <usize>min(4, inputs - j); q++) {
            const weight = <f32>load<f64>(from + r * rowBytes + ((<usize>j + q) << 3));
            store<f32>(column + r * panelBytes(j, inputs) + (q << 2), weight);
            store<f32>(row + q * panelBytes(k, outputs) + (r << 2), weight);
          }
        }
      }
      from += <usize>min(4, outputs - k) * rowBytes;
    }
    for (let k = 0; k < outputs; k++) {
      store<f32>(to + (<usize>k << 2), <f32>load<f64>(from));
      from += 8;
    }
    to += layerBytes(inputs, outputs);
  }
  return to;
}

/** Where a column's first row stands in a matrix of `rows` by `columns`, eight columns of which stand together. */
// @ts-ignore: decorator
@inline
function placeInPanels(column: i32, rows: i32, columns: i32): usize {
  return <usize>(((column & ~7) * rows + (column & 7)) << 2);
}

/** Bytes from one row to the next there: of the last four columns, half as many. */
// @ts-ignore: decorator
@inline
function panelBytes(column: i32, columns: i32): usize {
  return (column & ~7) + 4 < columns ? 32 : 16;
}

/** Sixteen weights, `fromBytes` to a row: as they are, and transposed. */
// @ts-ignore: decorator
@inline
function copySquare(from: usize, fromBytes: usize, to: usize, toBytes: usize, turned: usize, turnedBytes: usize): void {
  const a = demoteFour(from);
  const b = demoteFour(from + fromBytes);
  const c = demoteFour(from + 2 * fromBytes);
  const d = demoteFour(from + 3 * fromBytes);
  v128.store(to, a);
  v128.store(to + toBytes, b);
  v128.store(to + 2 * toBytes, c);
  v128.store(to + 3 * toBytes, d);
  const lowAb = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const lowCd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const highAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const highCd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(turned, v128.shuffle<f64>(lowAb, lowCd, 0, 2));
  v128.store(turned + turnedBytes, v128.shuffle<f64>(lowAb, lowCd, 1, 3));
  v128.store(turned + 2 * turnedBytes, v128.shuffle<f64>(highAb, highCd, 0, 2));
  v128.store(turned + 3 * turnedBytes, v128.shuffle<f64>(highAb, highCd, 1, 3));
}

// @ts-ignore: decorator
@inline
function demoteFour(from: usize): v128 {
  const low = f32x4.demote_f64x2_zero(v128.load(from));
  return v128.shuffle<f32>(low, f32x4.demote_f64x2_zero(v128.load(from, 16)), 0, 1, 4, 5);
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

/**
 * Writes C = max(first + A·B, least), of `count` rows; C has `cBytes` to a row, a multiple of 16, and B as many, in panels.
 *
 * @param first float32, what each row of C begins with; 0 for zeros
 * @param least four times what stands for what is less, NaN excepted: relu costs nothing here, and a pass of its own
 */
function multiply(
  a: usize,
  aBytes: usize,
  count: i32,
  inner: i32,
  b: usize,
  first: usize,
  least: v128,
  c: usize,
  cBytes: usize,
): void {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const from = a + <usize>row * aBytes;
    const to = c + <usize>row * cBytes;
    let at: usize = 0;
    for (; at + 32 <= cBytes; at += 32)
      multiplyWide(from, aBytes, inner, b + at * inner, first ? first + at : 0, least, to + at, cBytes);
    if (at < cBytes) multiplyNarrow(4, from, aBytes, inner, b + at * inner, 16, first ? first + at : 0, least, to + at, cBytes);
  }
  for (; row < count; row++) {
    const from = a + <usize>row * aBytes;
    const to = c + <usize>row * cBytes;
    for (let at: usize = 0; at < cBytes; at += 16) {
      const panel = at & ~31;
      const bBytes: usize = panel + 32 <= cBytes ? 32 : 16;
      multiplyNarrow(1, from, aBytes, inner, b + panel * inner + (at & 16), bBytes, first ? first + at : 0, least, to + at, cBytes);
    }
  }
}

/** Four rows by eight columns, two steps of the inner index at a time. */
// @ts-ignore: decorator
@inline
function multiplyWide(a: usize, aBytes: usize, inner: i32, b: usize, first: usize, least: v128, c: usize, cBytes: usize): void {
  let a0 = first ? v128.load(first) : f32x4.splat(0);
  let a1 = first ? v128.load(first, 16) : a0;
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
  let left = a0;
  let right = a0;
  let factor = a0;
  let at = a;
  const whole = a + (<usize>(inner & ~1) << 2);
  for (; at < whole; at += 8) {
    const atB = at + aBytes;
    const atC = atB + aBytes;
    const atD = atC + aBytes;
    left = v128.load(b);
    right = v128.load(b, 16);
    factor = v128.load32_splat(at);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    a1 = f32x4.add(a1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atB);
    b0 = f32x4.add(b0, f32x4.mul(factor, left));
    b1 = f32x4.add(b1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atC);
    c0 = f32x4.add(c0, f32x4.mul(factor, left));
    c1 = f32x4.add(c1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atD);
    d0 = f32x4.add(d0, f32x4.mul(factor, left));
    d1 = f32x4.add(d1, f32x4.mul(factor, right));
    left = v128.load(b, 32);
    right = v128.load(b, 48);
    factor = v128.load32_splat(at, 4);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    a1 = f32x4.add(a1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atB, 4);
    b0 = f32x4.add(b0, f32x4.mul(factor, left));
    b1 = f32x4.add(b1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atC, 4);
    c0 = f32x4.add(c0, f32x4.mul(factor, left));
    c1 = f32x4.add(c1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atD, 4);
    d0 = f32x4.add(d0, f32x4.mul(factor, left));
    d1 = f32x4.add(d1, f32x4.mul(factor, right));
    b += 64;
  }
  const end = a + (<usize>inner << 2);
  for (; at < end; at += 4) {
    const atB = at + aBytes;
    const atC = atB + aBytes;
    const atD = atC + aBytes;
    left = v128.load(b);
    right = v128.load(b, 16);
    factor = v128.load32_splat(at);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    a1 = f32x4.add(a1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atB);
    b0 = f32x4.add(b0, f32x4.mul(factor, left));
    b1 = f32x4.add(b1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atC);
    c0 = f32x4.add(c0, f32x4.mul(factor, left));
    c1 = f32x4.add(c1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atD);
    d0 = f32x4.add(d0, f32x4.mul(factor, left));
    d1 = f32x4.add(d1, f32x4.mul(factor, right));
    b += 32;
  }
  v128.store(c, f32x4.pmax(a0, least));
  v128.store(c, f32x4.pmax(a1, least), 16);
  c += cBytes;
  v128.store(c, f32x4.pmax(b0, least));
  v128.store(c, f32x4.pmax(b1, least), 16);
  c += cBytes;
  v128.store(c, f32x4.pmax(c0, least));
  v128.store(c, f32x4.pmax(c1, least), 16);
  c += cBytes;
  v128.store(c, f32x4.pmax(d0, least));
  v128.store(c, f32x4.pmax(d1, least), 16);
}

/**
 * Some rows by four columns, which stand `bBytes` apart.
 *
 * @param rows 1 or 4, a constant where this is compiled in
 */
// @ts-ignore: decorator
@inline
function multiplyNarrow(
  rows: i32,
  a: usize,
  aBytes: usize,
  inner: i32,
  b: usize,
  bBytes: usize,
  first: usize,
  least: v128,
  c: usize,
  cBytes: usize,
): void {
  let a0 = first ? v128.load(first) : f32x4.splat(0);
  let b0 = a0;
  let c0 = a0;
  let d0 = a0;
  const end = a + (<usize>inner << 2);
  for (let at = a; at < end; at += 4) {
    const four = v128.load(b);
    b += bBytes;
    a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(at), four));
    if (rows > 1) {
      b0 = f32x4.add(b0, f32x4.mul(v128.load32_splat(at + aBytes), four));
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(at + 2 * aBytes), four));
      d0 = f32x4.add(d0, f32x4.mul(v128.load32_splat(at + 3 * aBytes), four));
    }
  }
  v128.store(c, f32x4.pmax(a0, least));
  if (rows > 1) {
    v128.store(c + cBytes, f32x4.pmax(b0, least));
    v128.store(c + 2 * cBytes, f32x4.pmax(c0, least));
    v128.store(c + 3 * cBytes, f32x4.pmax(d0, least));
  }
}

/** Four times what nothing is less than. */
// @ts-ignore: decorator
@inline
function lowest(): v128 {
  return f32x4.splat(-Infinity);
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
