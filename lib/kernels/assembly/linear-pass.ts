/**
 * One pass of a linear model with one score over the rows of a canonical block: scores, losses, gradient.
 *
 * Each row is read from memory once. A tile of rows, small enough for half of a first-level cache, goes through three
 * stages: its scores; their losses and slopes; slope · row added to the gradient. All arithmetic is float64: float32
 * products would be twice as fast and leave a noise of 1e-8 in the gradient, at which Newton's method and L-BFGS stall.
 * Every sum runs over the rows in their order, so neither the size of a tile nor what is in registers touches the bits;
 * lib/models/row-tile.ts is the same in plain TypeScript.
 *
 * Memory, per block: sums[block] = gradient of the coefficients [inputs], of the intercept, and the loss, float64, which
 * are added to.
 */
import { addSlopedRows, scoreRows } from './shared/dot-product';
import { LinearPass, weigh } from './shared/linear-pass';
import { evaluateLoss } from './shared/losses';

export { passSparseBlock } from './shared/sparse-linear-pass';

/** Most rows of a tile. */
const tileRows: i32 = 64;
const tileBytes: i32 = 16 * 1024;

/** @param scratch float64: scores, losses and slopes of a tile, shape [3, 64] */
export function passBlock(description: usize, block: i32, scratch: usize): void {
  const pass = changetype<LinearPass>(description);
  const inputs = pass.inputs;
  const fitting = tileBytes / (4 * max(1, inputs));
  const tile = max(4, min(tileRows, fitting & ~3));
  const sums = pass.sums + (<usize>block * (inputs + 2) << 3);
  const end = load<i32>(pass.blockOffsets + (<usize>block << 2), 4);
  for (let row = load<i32>(pass.blockOffsets + (<usize>block << 2)); row < end; row += tile) {
    passTile(pass, row, min(tile, end - row), sums, scratch);
  }
}

function passTile(pass: LinearPass, row: i32, count: i32, sums: usize, scratch: usize): void {
  const inputs = pass.inputs;
  const rows = pass.features + (<usize>row * inputs << 2);
  const scores = scratch;
  const losses = scores + tileRows * 8;
  const slopes = losses + tileRows * 8;
  scoreRows(rows, count, inputs, pass.parameters, load<f64>(pass.parameters + (<usize>inputs << 3)), scores, 8);
  const targets = pass.targets + (<usize>row << 3);
  evaluateLoss(pass.loss, pass.shape, pass.smoothing, scores, targets, count, losses, slopes);
  if (pass.weights) weigh(pass.weights + (<usize>row << 3), count, losses, slopes);
  addSlopedRows(rows, count, inputs, slopes, 8, sums);
  const intercept = sums + (<usize>inputs << 3);
  store<f64>(intercept, addUp(load<f64>(intercept), slopes, count));
  store<f64>(intercept + 8, addUp(load<f64>(intercept + 8), losses, count));
}

// @ts-ignore: decorator
@inline
function addUp(sum: f64, at: usize, count: i32): f64 {
  for (let i = 0; i < count; i++) sum += load<f64>(at + (<usize>i << 3));
  return sum;
}

/** Most rows of a run that is read at once. */
const longestRun: i32 = 64;

/**
 * Loads some rows to the cache, by reading a number of each cache line. The answer has no meaning: it only keeps the
 * compiler from dropping the reads.
 *
 * Rows that are drawn from all over the data would each cost a cache miss. `rows` has most neighbours in the data side by
 * side: such runs are read from end to end, four at once, so the processor prefetches them, to the second-level cache if
 * they fit it.
 */
export function touchRows(from: usize, rows: usize, count: i32): i32 {
  const source = changetype<LinearPass>(from);
  const quarter = count >> 2;
  const next = <usize>quarter << 2;
  let seen = 0;
  for (let i = 0; i < quarter; ) {
    const at = rows + (<usize>i << 2);
    let length = min(longestRun, quarter - i);
    while (
      length > 1 &&
      !(isRun(at, length) && isRun(at + next, length) && isRun(at + 2 * next, length) && isRun(at + 3 * next, length))
    )
      length >>= 1;
    seen ^= touchRuns(source.features, <usize>source.inputs << 2, at, next, length);
    seen ^= touchRuns(source.targets, 8, at, next, length);
    if (source.weights) seen ^= touchRuns(source.weights, 8, at, next, length);
    i += length;
  }
  return seen;
}

/** Whether the first and the last of some rows are as far apart as in a run. A wrong guess costs time, nothing else. */
// @ts-ignore: decorator
@inline
function isRun(at: usize, length: i32): bool {
  return load<i32>(at + (<usize>(length - 1) << 2)) - load<i32>(at) == length - 1;
}

// @ts-ignore: decorator
@inline
function touchRuns(start: usize, rowBytes: usize, at: usize, next: usize, length: i32): i32 {
  const a = start + <usize>load<i32>(at) * rowBytes;
  const b = start + <usize>load<i32>(at + next) * rowBytes;
  const c = start + <usize>load<i32>(at + 2 * next) * rowBytes;
  const d = start + <usize>load<i32>(at + 3 * next) * rowBytes;
  const bytes = <usize>length * rowBytes;
  let seen = 0;
  for (let offset: usize = 0; offset < bytes; offset += 64)
    seen ^= load<i32>(a + offset) ^ load<i32>(b + offset) ^ load<i32>(c + offset) ^ load<i32>(d + offset);
  return seen;
}

/** Copies row rows[i] of one pass to place i of another, targets and weights with it. */
export function gatherRows(from: usize, to: usize, rows: usize, count: i32): void {
  const source = changetype<LinearPass>(from);
  const target = changetype<LinearPass>(to);
  const rowBytes = <usize>source.inputs << 2;
  for (let i = 0; i < count; i++) {
    const row = <usize>load<i32>(rows + (<usize>i << 2));
    const place = <usize>i;
    copyRow(source.features + row * rowBytes, target.features + place * rowBytes, rowBytes);
    store<f64>(target.targets + (place << 3), load<f64>(source.targets + (row << 3)));
    if (source.weights) store<f64>(target.weights + (place << 3), load<f64>(source.weights + (row << 3)));
  }
}

// @ts-ignore: decorator
@inline
function copyRow(from: usize, to: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    const a = v128.load(from + at);
    const b = v128.load(from + at, 16);
    const c = v128.load(from + at, 32);
    const d = v128.load(from + at, 48);
    v128.store(to + at, a);
    v128.store(to + at, b, 16);
    v128.store(to + at, c, 32);
    v128.store(to + at, d, 48);
  }
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
}
