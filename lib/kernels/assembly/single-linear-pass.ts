/**
 * The pass of linear-pass.ts in float32: for data of many rows, whose own spread drowns the rounding.
 *
 * What is float32: the coefficients while they are multiplied, the products, a row's score, its slope, and the gradient's
 * sums over one tile of at most 64 rows. What is float64: parameters, losses, and every sum beyond a tile. A row's rounding is
 * of 1e-7; a mean over n rows has it divided by √n. Twice as many numbers fit a vector and none is widened, so the pass
 * waits for memory rather than for arithmetic.
 *
 * Hence its shape: a block is read as four streams, each a quarter of its rows, since four places that are read at once
 * are fetched faster than one. A tile is up to 16 rows of each stream: scores of four rows, one of each stream, stand side
 * by side in a vector; then their losses and slopes; then slope · row is added up stream by stream, in registers, while
 * the tile is in the first-level cache. Up to three rows that are left over make a last tile. A score adds up columns
 * 0, 4, 8, …, 1, 5, 9, …, and so on apart, from the left, in the four lanes of a vector, then (0 + 2) + (1 + 3) and the
 * intercept. lib/kernels/single-linear-pass-reference.ts does the same in plain TypeScript, to the same bits.
 *
 * Memory: as linear-pass.ts.
 */
import { LinearPass, weigh } from './shared/linear-pass';
import { log1p } from './shared/logarithm';
import { evaluateLoss, Loss } from './shared/losses';
import { ones, signBits, writeExpOfNegatives } from './shared/single-exponential';
import { scoreStreams } from './shared/single-scores';

const streams: i32 = 4;
/** Most rows of a stream in a tile. */
const mostSteps: i32 = 16;
const tileBytes: i32 = 16 * 1024;

/** What lies where in scratch: per row of a tile, in the order stream + 4 · step. */
const scoresAt: usize = 0;
const slopesAt: usize = 4 * 64;
const wideScoresAt: usize = 8 * 64;
/** e^−|score| of the unweighted logistic loss, in the place of the float64 scores, which that loss does not need. */
const smallAt: usize = wideScoresAt;
const targetsAt: usize = 16 * 64;
const weightsAt: usize = 24 * 64;
const lossesAt: usize = 32 * 64;
const wideSlopesAt: usize = 40 * 64;
/** The coefficients in float32, a multiple of four of them. */
const coefficientsAt: usize = 48 * 64;

/** @param scratch 3,072 bytes, and 4 for each input and 12 more */
export function passBlock(description: usize, block: i32, scratch: usize): void {
  const pass = changetype<LinearPass>(description);
  const inputs = pass.inputs;
  narrow(pass.parameters, inputs, scratch + coefficientsAt);
  const sums = pass.sums + (<usize>block * (inputs + 2) << 3);
  const from = load<i32>(pass.blockOffsets + (<usize>block << 2));
  const count = load<i32>(pass.blockOffsets + (<usize>block << 2), 4) - from;
  const steps = count / streams;
  const fitting = tileBytes / (4 * streams * max(1, inputs));
  const tile = max(1, min(mostSteps, fitting));
  for (let step = 0; step < steps; step += tile)
    passTile(pass, from + step, steps, streams, min(tile, steps - step), sums, scratch);
  const left = count - steps * streams;
  if (left > 0) passTile(pass, from + steps * streams, 1, left, 1, sums, scratch);
}

function narrow(parameters: usize, count: i32, coefficients: usize): void {
  let i = 0;
  for (; i < count; i++) store<f32>(coefficients + (<usize>i << 2), <f32>load<f64>(parameters + (<usize>i << 3)));
  for (; i & 3; i++) store<f32>(coefficients + (<usize>i << 2), 0);
}

/**
 * @param row the first one of the first stream
 * @param apart rows from one stream to the next
 * @param width streams; where they are fewer than four, the last one stands in for those that are missing, and counts once
 */
function passTile(pass: LinearPass, row: i32, apart: i32, width: i32, steps: i32, sums: usize, scratch: usize): void {
  const inputs = pass.inputs;
  const rowBytes = <usize>inputs << 2;
  const streamBytes = <usize>apart * rowBytes;
  const rows = pass.features + <usize>row * rowBytes;
  const intercept = <f32>load<f64>(pass.parameters + (<usize>inputs << 3));
  scoreStreams(rows, streamBytes, width, steps, inputs, scratch + coefficientsAt, intercept, scratch + scoresAt);

  const totals = sums + (<usize>inputs << 3);
  const targets = pass.targets + (<usize>row << 3);
  const isPlain = !pass.weights && width == streams;
  if (isPlain && pass.loss == Loss.logistic && pass.shape == 0) logisticTile(targets, apart, steps, scratch, totals);
  else if (isPlain && pass.loss == Loss.squared) squaredTile(targets, apart, steps, scratch, totals);
  else anyTile(pass, row, apart, width, steps, scratch, totals);
  addStreams(rows, streamBytes, width, steps, inputs, scratch + slopesAt, sums);
}

/**
 * Logistic loss without weights, all in float32 but the sums.
 *
 * Σ log(1 + e^−|m|) is taken as one logarithm of the product of all 1 + e^−|m|, of which the 1 is left out, so that small
 * losses keep their digits: (1 + p)·(1 + e) = 1 + (p + e + p·e). Of 64 rows it is at most 2^64.
 *
 * @param totals the sums of the slopes and of the losses
 */
function logisticTile(targets: usize, apart: i32, steps: i32, scratch: usize, totals: usize): void {
  const one = ones();
  const signBit = signBits();
  const streamBytes = <usize>apart << 3;
  let product = f32x4.splat(0);
  let linear = f64x2.splat(0);
  let slopes = f32x4.splat(0);
  // A loop of its own, so that the processor has more of these long chains of operations under way at once. Signs are set
  // and flipped by their bit, since each negation and absolute value would rebuild its mask.
  writeExpOfNegatives(scratch + scoresAt, scratch + smallAt, streams * steps);
  for (let step = 0; step < steps; step++) {
    const offset = <usize>step << 4;
    const score = v128.load(scratch + scoresAt + offset);
    const small = v128.load(scratch + smallAt + offset);
    const labels = fourTargets(targets, streamBytes);
    targets += 8;
    const turned = v128.andnot(signBit, f32x4.eq(labels, one));
    const margin = v128.xor(score, turned);
    const share = f32x4.div(v128.bitselect(small, one, f32x4.gt(margin, f32x4.splat(0))), f32x4.add(one, small));
    const slope = v128.xor(share, v128.xor(turned, signBit));
    v128.store(scratch + slopesAt + offset, slope);
    slopes = f32x4.add(slopes, slope);
    product = f32x4.add(f32x4.add(product, small), f32x4.mul(product, small));
    const lack = f32x4.pmax(v128.xor(margin, signBit), f32x4.splat(0));
    linear = f64x2.add(linear, f64x2.promote_low_f32x4(lack));
    linear = f64x2.add(linear, f64x2.promote_low_f32x4(v128.shuffle<f32>(lack, lack, 2, 3, 2, 3)));
  }
  store<f64>(totals, load<f64>(totals) + sumOfFour(slopes));
  const a = f64x2.promote_low_f32x4(product);
  const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(product, product, 2, 3, 2, 3));
  const pairs = f64x2.add(f64x2.add(a, b), f64x2.mul(a, b));
  const first = f64x2.extract_lane(pairs, 0);
  const second = f64x2.extract_lane(pairs, 1);
  const losses = f64x2.extract_lane(linear, 0) + f64x2.extract_lane(linear, 1);
  store<f64>(totals + 8, load<f64>(totals + 8) + (losses + log1p(first + second + first * second)));
}

/** Squared loss without weights: residuals in float32, their squares in float64. */
function squaredTile(targets: usize, apart: i32, steps: i32, scratch: usize, totals: usize): void {
  const streamBytes = <usize>apart << 3;
  let losses = f64x2.splat(0);
  let slopes = f32x4.splat(0);
  for (let step = 0; step < steps; step++) {
    const offset = <usize>step << 4;
    const residual = f32x4.sub(v128.load(scratch + scoresAt + offset), fourTargets(targets, streamBytes));
    targets += 8;
    const slope = f32x4.add(residual, residual);
    v128.store(scratch + slopesAt + offset, slope);
    slopes = f32x4.add(slopes, slope);
    const low = f64x2.promote_low_f32x4(residual);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(residual, residual, 2, 3, 2, 3));
    losses = f64x2.add(losses, f64x2.mul(low, low));
    losses = f64x2.add(losses, f64x2.mul(high, high));
  }
  store<f64>(totals, load<f64>(totals) + sumOfFour(slopes));
  store<f64>(totals + 8, load<f64>(totals + 8) + (f64x2.extract_lane(losses, 0) + f64x2.extract_lane(losses, 1)));
}

/** One target of each stream. */
// @ts-ignore: decorator
@inline
function fourTargets(at: usize, streamBytes: usize): v128 {
  const low = v128.load64_lane(at + streamBytes, v128.load64_zero(at), 1);
  const high = v128.load64_lane(at + 3 * streamBytes, v128.load64_zero(at + 2 * streamBytes), 1);
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline
function sumOfFour(four: v128): f64 {
  const even = f64x2.promote_low_f32x4(four);
  const odd = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Any loss, weighted or not: in float64, from the scores of float32 on. */
function anyTile(pass: LinearPass, row: i32, apart: i32, width: i32, steps: i32, scratch: usize, totals: usize): void {
  const count = steps * streams;
  for (let i = 0; i < count; i++) {
    const stream = min(i & 3, width - 1);
    const from = <usize>(row + stream * apart + (i >> 2)) << 3;
    const offset = <usize>i << 3;
    store<f64>(scratch + wideScoresAt + offset, <f64>load<f32>(scratch + scoresAt + (<usize>i << 2)));
    store<f64>(scratch + targetsAt + offset, load<f64>(pass.targets + from));
    if (pass.weights) store<f64>(scratch + weightsAt + offset, load<f64>(pass.weights + from));
  }
  const losses = scratch + lossesAt;
  const slopes = scratch + wideSlopesAt;
  const scores = scratch + wideScoresAt;
  evaluateLoss(pass.loss, pass.shape, pass.smoothing, scores, scratch + targetsAt, count, losses, slopes);
  if (pass.weights) weigh(scratch + weightsAt, count, losses, slopes);
  let slopeSum = load<f64>(totals);
  let lossSum = load<f64>(totals + 8);
  for (let i = 0; i < count; i++) {
    if ((i & 3) >= width) continue;
    const slope = <f32>load<f64>(slopes + (<usize>i << 3));
    store<f32>(scratch + slopesAt + (<usize>i << 2), slope);
    slopeSum += <f64>slope;
    lossSum += load<f64>(losses + (<usize>i << 3));
  }
  store<f64>(totals, slopeSum);
  store<f64>(totals + 8, lossSum);
}

/** Adds slope · row of each row to the sums: each stream's rows in order, one stream after the other. */
function addStreams(
  rows: usize,
  streamBytes: usize,
  width: i32,
  steps: i32,
  inputs: i32,
  slopes: usize,
  sums: usize,
): void {
  const rowBytes = <usize>inputs << 2;
  let fours = inputs >> 2;
  let from = rows;
  for (; fours > 8; fours -= 8) {
    addColumns(8, from, rowBytes, streamBytes, width, steps, slopes, sums);
    from += 128;
    sums += 256;
  }
  // Each of these is a loop of its own, with as many sums in registers as it has columns.
  if (fours == 8) addColumns(8, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 7) addColumns(7, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 6) addColumns(6, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 5) addColumns(5, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 4) addColumns(4, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 3) addColumns(3, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 2) addColumns(2, from, rowBytes, streamBytes, width, steps, slopes, sums);
  else if (fours == 1) addColumns(1, from, rowBytes, streamBytes, width, steps, slopes, sums);
  from += <usize>fours << 4;
  sums += <usize>fours << 5;
  for (let rest = inputs & 3; rest > 0; rest--) {
    addColumn(from, rowBytes, streamBytes, width, steps, slopes, sums);
    from += 4;
    sums += 8;
  }
}

/** @param fours how many times four columns, 1 to 8: a constant where this is compiled in */
// @ts-ignore: decorator
@inline
function addColumns(
  fours: i32,
  rows: usize,
  rowBytes: usize,
  streamBytes: usize,
  width: i32,
  steps: i32,
  slopes: usize,
  sums: usize,
): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let stream = 0; stream < width; stream++) {
    let row = rows + <usize>stream * streamBytes;
    let at = slopes + (<usize>stream << 2);
    const end = at + (<usize>(steps & ~1) << 4);
    while (at < end) {
      let slope = v128.load32_splat(at);
      a = f32x4.add(a, f32x4.mul(slope, v128.load(row)));
      if (fours > 1) b = f32x4.add(b, f32x4.mul(slope, v128.load(row, 16)));
      if (fours > 2) c = f32x4.add(c, f32x4.mul(slope, v128.load(row, 32)));
      if (fours > 3) d = f32x4.add(d, f32x4.mul(slope, v128.load(row, 48)));
      if (fours > 4) e = f32x4.add(e, f32x4.mul(slope, v128.load(row, 64)));
      if (fours > 5) f = f32x4.add(f, f32x4.mul(slope, v128.load(row, 80)));
      if (fours > 6) g = f32x4.add(g, f32x4.mul(slope, v128.load(row, 96)));
      if (fours > 7) h = f32x4.add(h, f32x4.mul(slope, v128.load(row, 112)));
      const next = row + rowBytes;
      slope = v128.load32_splat(at, 16);
      a = f32x4.add(a, f32x4.mul(slope, v128.load(next)));
      if (fours > 1) b = f32x4.add(b, f32x4.mul(slope, v128.load(next, 16)));
      if (fours > 2) c = f32x4.add(c, f32x4.mul(slope, v128.load(next, 32)));
      if (fours > 3) d = f32x4.add(d, f32x4.mul(slope, v128.load(next, 48)));
      if (fours > 4) e = f32x4.add(e, f32x4.mul(slope, v128.load(next, 64)));
      if (fours > 5) f = f32x4.add(f, f32x4.mul(slope, v128.load(next, 80)));
      if (fours > 6) g = f32x4.add(g, f32x4.mul(slope, v128.load(next, 96)));
      if (fours > 7) h = f32x4.add(h, f32x4.mul(slope, v128.load(next, 112)));
      row = next + rowBytes;
      at += 32;
    }
    if (steps & 1) {
      const slope = v128.load32_splat(at);
      a = f32x4.add(a, f32x4.mul(slope, v128.load(row)));
      if (fours > 1) b = f32x4.add(b, f32x4.mul(slope, v128.load(row, 16)));
      if (fours > 2) c = f32x4.add(c, f32x4.mul(slope, v128.load(row, 32)));
      if (fours > 3) d = f32x4.add(d, f32x4.mul(slope, v128.load(row, 48)));
      if (fours > 4) e = f32x4.add(e, f32x4.mul(slope, v128.load(row, 64)));
      if (fours > 5) f = f32x4.add(f, f32x4.mul(slope, v128.load(row, 80)));
      if (fours > 6) g = f32x4.add(g, f32x4.mul(slope, v128.load(row, 96)));
      if (fours > 7) h = f32x4.add(h, f32x4.mul(slope, v128.load(row, 112)));
    }
  }
  addFour(sums, a);
  if (fours > 1) addFour(sums + 32, b);
  if (fours > 2) addFour(sums + 64, c);
  if (fours > 3) addFour(sums + 96, d);
  if (fours > 4) addFour(sums + 128, e);
  if (fours > 5) addFour(sums + 160, f);
  if (fours > 6) addFour(sums + 192, g);
  if (fours > 7) addFour(sums + 224, h);
}

// @ts-ignore: decorator
@inline
function addFour(sums: usize, four: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(four)));
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  v128.store(sums, f64x2.add(v128.load(sums, 16), upper), 16);
}

function addColumn(
  rows: usize,
  rowBytes: usize,
  streamBytes: usize,
  width: i32,
  steps: i32,
  slopes: usize,
  sums: usize,
): void {
  let sum: f32 = 0;
  for (let stream = 0; stream < width; stream++) {
    let row = rows + <usize>stream * streamBytes;
    let at = slopes + (<usize>stream << 2);
    for (let step = 0; step < steps; step++) {
      sum += load<f32>(at) * load<f32>(row);
      row += rowBytes;
      at += 16;
    }
  }
  store<f64>(sums, load<f64>(sums) + <f64>sum);
}
