/**
 * One pass of a linear model with one score over sparse rows, those of a canonical block or of a batch: scores, losses,
 * gradient. All arithmetic is float64, as in ../linear-pass.ts, whose module includes this one, as they share the losses.
 *
 * Each stored element costs one product, and one addition to the gradient. Columns lie anywhere, so vectors can't be filled;
 * what counts is that no branch and no row waits for another. Elements of even columns form one sum and those of odd columns
 * another, both in one vector, to which each element adds a zero on the other side: so the score has the bits of the same
 * row as a dense one. 64 rows go through the loss together.
 *
 * lib/models/sparse-tile.ts does the same in plain TypeScript, to the same bits.
 *
 * Memory, per block: sums[block] = gradient of the coefficients [inputs], of the intercept, and the loss, float64, which
 * are added to.
 */
import { weigh } from './linear-pass';
import { evaluateLoss } from './losses';
import { sumOfLanes } from './pairs';

/** lib/kernels/sparse-linear-pass.ts writes it. */
@unmanaged
class SparseLinearPass {
  /** float32, shape [elements]. */
  values!: usize;
  /** float64, shape [rows]. */
  targets!: usize;
  /** float64, shape [rows], or 0 for none. */
  weights!: usize;
  /** int32, shape [blocks + 1]: the first row of each block. */
  blockOffsets!: usize;
  /** float64: coefficients [inputs], intercept. */
  parameters!: usize;
  /** float64, shape [blocks, inputs + 2]. */
  sums!: usize;
  inputs!: i32;
  loss!: i32;
  shape!: f64;
  smoothing!: f64;
  /** float64, shape [rows + 1]: the first element of each row. */
  rowStarts!: usize;
  /** int32, shape [elements]: ascending in each row. */
  columns!: usize;
  /** int32: the rows to visit, to which the block's offsets then refer; 0 to visit all rows in order. */
  order!: usize;
}

const tileRows: i32 = 64;

/** Keeps the lane of an even column, or of an odd one. */
const lanes = memory.data<u64>([0xffffffffffffffff, 0, 0, 0xffffffffffffffff], 16);

/** @param scratch float64: scores, targets, weights, losses and slopes of a tile, shape [5, 64]; and its rows, int32 */
export function passSparseBlock(description: usize, block: i32, scratch: usize): void {
  const pass = changetype<SparseLinearPass>(description);
  const sums = pass.sums + (<usize>block * (pass.inputs + 2) << 3);
  const end = load<i32>(pass.blockOffsets + (<usize>block << 2), 4);
  for (let from = load<i32>(pass.blockOffsets + (<usize>block << 2)); from < end; from += tileRows)
    passTile(pass, from, min(tileRows, end - from), sums, scratch);
}

function passTile(pass: SparseLinearPass, from: i32, count: i32, sums: usize, scratch: usize): void {
  const scores = scratch;
  const targets = scores + tileRows * 8;
  const weights = targets + tileRows * 8;
  const losses = weights + tileRows * 8;
  const slopes = losses + tileRows * 8;
  const rows = slopes + tileRows * 8;
  for (let i = 0; i < count; i++) {
    const row = pass.order ? load<i32>(pass.order + (<usize>(from + i) << 2)) : from + i;
    store<i32>(rows + (<usize>i << 2), row);
    store<f64>(targets + (<usize>i << 3), load<f64>(pass.targets + (<usize>row << 3)));
    if (pass.weights) store<f64>(weights + (<usize>i << 3), load<f64>(pass.weights + (<usize>row << 3)));
    store<f64>(scores + (<usize>i << 3), scoreOf(pass, row));
  }
  evaluateLoss(pass.loss, pass.shape, pass.smoothing, scores, targets, count, losses, slopes);
  if (pass.weights) weigh(weights, count, losses, slopes);

  const total = sums + (<usize>pass.inputs << 3);
  let slopeSum = load<f64>(total);
  let lossSum = load<f64>(total, 8);
  for (let i = 0; i < count; i++) {
    const slope = load<f64>(slopes + (<usize>i << 3));
    addRow(pass, load<i32>(rows + (<usize>i << 2)), slope, sums);
    slopeSum += slope;
    lossSum += load<f64>(losses + (<usize>i << 3));
  }
  store<f64>(total, slopeSum);
  store<f64>(total, lossSum, 8);
}

// @ts-ignore: decorator
@inline
function elementAt(pass: SparseLinearPass, row: i32): usize {
  return <usize>load<f64>(pass.rowStarts + (<usize>row << 3)) << 2;
}

// @ts-ignore: decorator
@inline
function scoreOf(pass: SparseLinearPass, row: i32): f64 {
  const end = elementAt(pass, row + 1);
  let sum = f64x2.splat(0);
  for (let at = elementAt(pass, row); at < end; at += 4) {
    const column = <usize>load<u32>(pass.columns + at);
    const product = load<f64>(pass.parameters + (column << 3)) * <f64>load<f32>(pass.values + at);
    // Neither sum is ever −0, so adding a zero leaves it unchanged.
    sum = f64x2.add(sum, v128.and(f64x2.splat(product), v128.load(lanes + ((column & 1) << 4))));
  }
  return sumOfLanes(sum) + load<f64>(pass.parameters + (<usize>pass.inputs << 3));
}

// @ts-ignore: decorator
@inline
function addRow(pass: SparseLinearPass, row: i32, slope: f64, sums: usize): void {
  const end = elementAt(pass, row + 1);
  for (let at = elementAt(pass, row); at < end; at += 4) {
    const sum = sums + (<usize>load<u32>(pass.columns + at) << 3);
    store<f64>(sum, load<f64>(sum) + slope * <f64>load<f32>(pass.values + at));
  }
}
