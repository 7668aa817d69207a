import { mergeBlocks } from '../core/blocks.ts';
import { type LeastSquares, leastSquares } from '../core/least-squares.ts';
import type { Objective } from '../core/objective.ts';
import { isSparse } from '../core/sparse-matrix.ts';
import type { Vector } from '../core/vector.ts';
import { type LinearPass, type LossFormula, linearPass, paddedColumns } from '../kernels/linear-pass.ts';
import { penalty, type Ranges } from '../losses/penalties.ts';
import { copyRow } from './copy-row.ts';
import type { addRows, Pass } from './linear-family.ts';
import type { Examples } from './model.ts';
import { totalWeight } from './row-objective.ts';
import type { RowsAtHand } from './rows-at-hand.ts';

/** A pass over rows, and what is added to their mean loss. */
interface SecondOrderPass extends Pass {
  /** All rows; `examples` holds those in memory. */
  all: Examples;
  atHand: RowsAtHand;
  l2: number;
  ranges: Ranges;
  addRows: typeof addRows;
  /** Loss and gradient, penalty included. */
  evaluate: Objective['evaluate'];
}

/**
 * From so many rows on products are float32: their rounding, 1e-7 in a row, is 1e-9 in the mean, far below what
 * the spread of the rows leaves open. (Those of a Hessian; and those of a gradient, where a job says so.)
 */
export const manyRows = 2 ** 15;

/**
 * What the objective of a linear model over all rows can tell beyond its gradient: the Hessian, where its loss has second
 * derivatives, and the minimum itself, where the loss is squared.
 */
export function secondOrder(pass: SecondOrderPass): Pick<Objective, 'hessian' | 'solve'> {
  const { loss } = pass;
  const hessian = isForKernel(pass) ? hessianByKernel : hessianOf;
  return {
    ...(loss.curvatures ? { hessian: hessian(pass) } : {}),
    ...(loss.name === 'squared' && pass.outputs === 1 ? { solve: (parameters) => solve(pass, parameters) } : {}),
  };
}

/**
 * Loss, gradient and Hessian in one pass: each tile of rows is read while it is in the cache.
 *
 * The Hessian is Σ wᵢ·Cᵢ ⊗ (xᵢ, 1)(xᵢ, 1)ᵀ / Σ wᵢ + l2, Cᵢ the loss's curvatures in the scores of row i. Blocks are
 * merged as they come, as the same tree as `mergeBlocks`, so that there are never more sums than the tree has levels.
 */
function hessianOf(pass: SecondOrderPass): NonNullable<Objective['hessian']> {
  const { all, atHand, inputs, outputs, l2, ranges } = pass;
  const { blockOffsets } = atHand.examples;
  const blockCount = all.blockOffsets.length - 1;
  const length = outputs * (inputs + 1);
  const width = length + 1;
  let room: { partials: Float64Array; tree: BlockTree; curvatures: Float64Array; rows: DenseRows } | undefined;
  let sums: Float64Array = new Float64Array(0);
  const onTile = (count: number) => {
    if (room) addCurvature(pass, count, room.rows(count), room.curvatures, sums);
  };
  const weight = totalWeight(all);
  const added = penalty({ l2, ranges });

  return (parameters, gradient, hessian) => {
    // Only who asks for a Hessian pays for its room.
    room ??= {
      partials: new Float64Array(blockCount * width),
      tree: blockTree(packedLength(inputs, outputs)),
      curvatures: new Float64Array(pass.tile.size * outputs * outputs),
      rows: denseRows(pass),
    };
    const { partials, tree } = room;
    partials.fill(0);
    atHand.eachStretch((first, count) => {
      for (let block = 0; block < count; block++) {
        sums = tree.open();
        const [from, end] = [blockOffsets[block], blockOffsets[block + 1]];
        pass.addRows(pass, parameters, undefined, from, end, partials, (first + block) * width, onTile);
        tree.close();
      }
    });
    mergeBlocks(partials, blockCount, width);
    for (let i = 0; i < length; i++) gradient[i] = partials[i] / weight;
    unpack(tree.sum(), weight, inputs, outputs, hessian);
    for (const [from, to] of ranges) for (let i = from; i < to; i++) hessian[i * length + i] += l2;
    return partials[length] / weight + added.add(parameters, gradient);
  };
}

const isForKernel = ({ loss, outputs, all, examples: { features } }: SecondOrderPass): boolean =>
  all.features.rowCount >= manyRows &&
  outputs === 1 &&
  loss.formula !== undefined &&
  features.data instanceof Float32Array &&
  !isSparse(features);

/** Blocks that threads take at once. */
const curvedBlocks = 8;

/**
 * The same by a kernel, some blocks at a time.
 *
 * A search has mostly just evaluated the place that it asks the Hessian of: then loss and gradient are at hand.
 */
function hessianByKernel(pass: SecondOrderPass): NonNullable<Objective['hessian']> {
  const { all, atHand, inputs, l2, ranges, loss, evaluate } = pass;
  const { features, targets, weights, blockOffsets } = atHand.examples;
  const length = inputs + 1;
  const padded = paddedColumns(inputs);
  const weight = totalWeight(all);
  let room: { tree: BlockTree; kernel: LinearPass } | undefined;

  return (parameters, gradient, hessian) => {
    room ??= {
      tree: blockTree(padded * padded),
      kernel: linearPass(
        { inputs, features: features.data as Float32Array, targets, weights, blockOffsets },
        loss.formula as LossFormula,
        { curvedBlocks },
      ),
    };
    const { tree, kernel } = room;
    atHand.eachStretch((_, blockCount) => {
      for (let from = 0; from < blockCount; from += curvedBlocks) {
        const count = Math.min(curvedBlocks, blockCount - from);
        kernel.curveBlocks(parameters, from, count);
        for (let block = 0; block < count; block++) {
          const sums = tree.open();
          const first = block * padded * padded;
          for (let i = 0; i < sums.length; i++) sums[i] = kernel.curved[first + i];
          tree.close();
        }
      }
    });
    const sums = tree.sum();
    for (let i = 0; i < length; i++) {
      for (let j = 0; j <= i; j++) {
        const value = sums[i * padded + j] / weight;
        hessian[i * length + j] = value;
        hessian[j * length + i] = value;
      }
    }
    for (const [from, to] of ranges) for (let i = from; i < to; i++) hessian[i * length + i] += l2;
    return evaluate(parameters, gradient, 0);
  };
}

/** Sums of blocks, paired as soon as two of a size stand side by side. */
interface BlockTree {
  /** Zeroed room for the next block's sums. */
  open(): Float64Array;
  /** Takes the block in. */
  close(): void;
  /** The sum of all blocks; the tree is empty after it. */
  sum(): Float64Array;
}

function blockTree(width: number): BlockTree {
  const free: Float64Array[] = [];
  // Sums from the left, and how many blocks each holds: fewer to the right.
  const held: Float64Array[] = [];
  const sizes: number[] = [];

  function mergeLast(): void {
    const right = held.pop() as Float64Array;
    const left = held[held.length - 1];
    for (let i = 0; i < width; i++) left[i] += right[i];
    sizes[sizes.length - 2] += sizes.pop() as number;
    free.push(right);
  }

  return {
    open() {
      const sums = free.pop()?.fill(0) ?? new Float64Array(width);
      held.push(sums);
      return sums;
    },
    close() {
      sizes.push(1);
      while (sizes.length > 1 && sizes[sizes.length - 1] === sizes[sizes.length - 2]) mergeLast();
    },
    sum() {
      while (sizes.length > 1) mergeLast();
      const sums = held.pop() as Float64Array;
      sizes.pop();
      free.push(sums);
      return sums;
    },
  };
}

/** Sums of one half of the Hessian: for scores k ≥ l in turn, the lower triangle of Σ c·(x, 1)(x, 1)ᵀ by rows. */
const packedLength = (inputs: number, outputs: number): number =>
  ((outputs * (outputs + 1)) / 2) * triangleLength(inputs + 1);

const triangleLength = (size: number): number => (size * (size + 1)) / 2;

type Data = Float32Array | Float64Array;

/** Where the tile's rows stand, dense: each from its own place in `data`. */
type DenseRows = (count: number) => { data: Data; offsets: Int32Array | Float64Array };

/** The rows of a dense matrix where they are; those of a sparse one written out. */
function denseRows({ tile, examples, inputs }: SecondOrderPass): DenseRows {
  const { features } = examples;
  const sparse = isSparse(features);
  const written = {
    data: sparse ? new Float64Array(tile.size * inputs) : features.data,
    offsets: new Float64Array(tile.size),
  };
  return (count) => {
    for (let i = 0; i < count; i++) {
      written.offsets[i] = (sparse ? i : tile.rows[i]) * inputs;
      if (sparse) copyRow(features, tile.rows[i], written.data, i * inputs);
    }
    return written;
  };
}

/** Adds the tile's rows to the packed sums; the rows in order, four to a load and store of each sum. */
function addCurvature(
  { loss, tile, examples }: SecondOrderPass,
  count: number,
  { data, offsets }: ReturnType<DenseRows>,
  c: Float64Array,
  sums: Float64Array,
): void {
  const { rows, inputs, outputs, scores, targets } = tile;
  loss.curvatures?.(scores, targets, count, outputs, c);
  const entries = outputs * outputs;
  if (examples.weights) {
    for (let i = 0; i < count; i++) {
      const weight = examples.weights[rows[i]];
      for (let k = i * entries; k < (i + 1) * entries; k++) c[k] *= weight;
    }
  }
  let at = 0;
  for (let k = 0; k < outputs; k++) {
    for (let l = 0; l <= k; l++) {
      const entry = k * outputs + l;
      let i = 0;
      for (; i + 4 <= count; i += 4) {
        addFour(
          data,
          offsets[i],
          offsets[i + 1],
          offsets[i + 2],
          offsets[i + 3],
          c[i * entries + entry],
          c[(i + 1) * entries + entry],
          c[(i + 2) * entries + entry],
          c[(i + 3) * entries + entry],
          inputs,
          sums,
          at,
        );
      }
      for (; i < count; i++) addOne(data, offsets[i], c[i * entries + entry], inputs, sums, at);
      at += triangleLength(inputs + 1);
    }
  }
}

function addOne(data: Data, row: number, c: number, inputs: number, sums: Float64Array, from: number): void {
  let at = from;
  for (let j = 0; j < inputs; j++) {
    const share = c * data[row + j];
    for (let i = 0; i <= j; i++) sums[at++] += share * data[row + i];
  }
  for (let i = 0; i < inputs; i++) sums[at++] += c * data[row + i];
  sums[at] += c;
}

function addFour(
  data: Data,
  ra: number,
  rb: number,
  rc: number,
  rd: number,
  ca: number,
  cb: number,
  cc: number,
  cd: number,
  inputs: number,
  sums: Float64Array,
  from: number,
): void {
  let at = from;
  for (let j = 0; j < inputs; j++) {
    const sa = ca * data[ra + j];
    const sb = cb * data[rb + j];
    const sc = cc * data[rc + j];
    const sd = cd * data[rd + j];
    for (let i = 0; i <= j; i++) {
      sums[at] = sums[at] + sa * data[ra + i] + sb * data[rb + i] + sc * data[rc + i] + sd * data[rd + i];
      at++;
    }
  }
  for (let i = 0; i < inputs; i++) {
    sums[at] = sums[at] + ca * data[ra + i] + cb * data[rb + i] + cc * data[rc + i] + cd * data[rd + i];
    at++;
  }
  sums[at] = sums[at] + ca + cb + cc + cd;
}

/** Writes the mean of packed sums as the whole symmetric Hessian, in the layout of the parameters. */
function unpack(sums: Float64Array, weight: number, inputs: number, outputs: number, hessian: Float64Array): void {
  const length = outputs * (inputs + 1);
  const place = (k: number, j: number) => (j === inputs ? outputs * inputs + k : k * inputs + j);
  let at = 0;
  for (let k = 0; k < outputs; k++) {
    for (let l = 0; l <= k; l++) {
      for (let j = 0; j <= inputs; j++) {
        for (let i = 0; i <= j; i++) {
          const value = sums[at++] / weight;
          hessian[place(k, j) * length + place(l, i)] = value;
          hessian[place(k, i) * length + place(l, j)] = value;
          hessian[place(l, i) * length + place(k, j)] = value;
          hessian[place(l, j) * length + place(k, i)] = value;
        }
      }
    }
  }
}

/**
 * A column of float32 that differs from what the others make of it by less than this share is the same to its rounding.
 */
const float32Tolerance = 1e-6;

/**
 * Least squares with a ridge, by reflections of the rows in float64: each block on its own, the blocks then as a tree.
 *
 * The objective Σ wᵢ·(sᵢ − yᵢ)² / W + l2/2 · ‖w‖² is that of the rows √wᵢ·(xᵢ, 1), and of a row √(l2·W/2) for each
 * penalised parameter, whose target is 0.
 */
function solve({ all, atHand, inputs, l2, ranges }: SecondOrderPass, parameters: Vector): void {
  const { features, targets, weights, blockOffsets } = atHand.examples;
  const length = inputs + 1;
  const sparse = isSparse(features);
  const written = new Float64Array(sparse ? inputs : 0);
  const add = (problem: LeastSquares, row: number) => {
    if (sparse) copyRow(features, row, written, 0);
    const scale = weights ? Math.sqrt(weights[row]) : 1;
    problem.add(sparse ? written : features.data, sparse ? 0 : row * inputs, targets[row], scale, 1);
  };
  const held: { problem: LeastSquares; size: number }[] = [];
  const mergeLast = () => {
    const [left, right] = held.splice(-2);
    left.problem.merge(right.problem);
    held.push({ problem: left.problem, size: left.size + right.size });
  };
  atHand.eachStretch((_, blockCount) => {
    for (let block = 0; block < blockCount; block++) {
      const problem = leastSquares(length);
      for (let row = blockOffsets[block]; row < blockOffsets[block + 1]; row++) add(problem, row);
      held.push({ problem, size: 1 });
      while (held.length > 1 && held[held.length - 1].size === held[held.length - 2].size) mergeLast();
    }
  });
  while (held.length > 1) mergeLast();

  const [{ problem }] = held;
  if (l2 > 0) addRidgeRows(problem, l2 * totalWeight(all), ranges);
  const tolerance = features.data instanceof Float32Array ? float32Tolerance : undefined;
  parameters.set(problem.solve({ tolerance }));
}

function addRidgeRows(problem: LeastSquares, strength: number, ranges: Ranges): void {
  const row = new Float64Array(problem.width);
  for (const [from, to] of ranges) {
    for (let i = from; i < to; i++) {
      row[i] = Math.sqrt(strength / 2);
      problem.add(row, 0, 0);
      row[i] = 0;
    }
  }
}
