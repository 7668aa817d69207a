import { instantiate } from './instantiate.ts';
import * as curvature from './linear-curvature.generated.ts';
import * as double from './linear-pass.generated.ts';
import { poolOf } from './pool.ts';
import { type Room, roomFor } from './room.ts';
import * as single from './single-linear-pass.generated.ts';
import * as mlp from './single-mlp-pass.generated.ts';
import * as softmax from './single-softmax-pass.generated.ts';

/** The formula of a loss, by the name that the kernel knows it by. */
export interface LossFormula {
  name: keyof typeof lossNumbers;
  /** huber: delta; quantile: the quantile; tweedie: the power; logistic and cross-entropy: the label smoothing. */
  shape?: number;
  /** quantile and hinge. */
  smoothing?: number;
}

/** The number of each loss in assembly/shared/losses.ts. */
export const lossNumbers = {
  squared: 0,
  absolute: 1,
  huber: 2,
  quantile: 3,
  'log-cosh': 4,
  poisson: 5,
  gamma: 6,
  tweedie: 7,
  logistic: 8,
  hinge: 9,
  'squared-hinge': 10,
  'cross-entropy': 11,
} as const;

/** What a linear model learns from. */
export interface LinearRows {
  inputs: number;
  /** Scores of a row, 1 where they are left out; more for the cross-entropy, with products in float32. */
  outputs?: number;
  /** Row-major, shape [rowCount, inputs]. */
  features: Float32Array;
  targets: Float64Array;
  weights?: Float64Array;
  /** First row of each canonical block, then the row count. */
  blockOffsets: Int32Array;
}

/** The precision in which features are multiplied: assembly/linear-pass.ts has float64, assembly/single-*.ts float32. */
export type Products = 'float64' | 'float32';

/** A kernel's pass over some rows. Sums are a gradient, in the layout of the parameters, and a loss. */
export interface LinearPass {
  /** Overwrites `sums`, shape [blocks, parameters + 1], with those of each block; uses the threads of the memory's pool. */
  sumBlocks(parameters: Float64Array, sums: Float64Array): void;
  /** The array that the kernel itself adds to: a caller that gives it as `sums`, with offset 0, saves two copies. */
  readonly sums: Float64Array;
  /** Adds rows [from, end) to the sums at `offset`. */
  addRows(parameters: Float64Array, from: number, end: number, sums: Float64Array, offset: number): void;
  /**
   * Remembers which rows `addVisited` will visit, and reads them, so that they are in the cache if they fit it.
   *
   * @param visited the rows in the order of the visit, shape [window]
   * @param rows the same rows, ordered so that neighbours in the data stand together, shape [window]
   * @param count how many of both there are, at most `window`
   */
  prefetch(visited: Int32Array, rows: Int32Array, count: number): void;
  /** Gathers rows visited[from], …, visited[end - 1], at most `batch`, and adds them to the sums at `offset`. */
  addVisited(parameters: Float64Array, from: number, end: number, sums: Float64Array, offset: number): void;
  /**
   * Overwrites `curved` with the sums of curvature · (row, 1) ⊗ (row, 1) of blocks [from, from + count), `count` at most
   * `curvedBlocks`.
   */
  curveBlocks(parameters: Float64Array, from: number, count: number): void;
  /** Shape [curvedBlocks, padded, padded]: lower triangles, so entry (i, j) counts only where j ≤ i. */
  readonly curved: Float64Array;
}

/** How a pass multiplies, and what it may be asked besides the sums of blocks. */
export interface LinearPassOptions {
  products?: Products;
  /** Most rows of one call of `addVisited`. */
  batch?: number;
  /** Length of the vectors that `prefetch` takes. */
  window?: number;
  /** Most blocks of one call of `curveBlocks`. */
  curvedBlocks?: number;
  /** Layers between features and scores, for products in float32: a multilayer perceptron. */
  network?: { hidden: readonly number[]; activation: SingleActivation };
}

/** The number of each activation in assembly/single-mlp-pass.ts. */
const singleActivations = { relu: 0, tanh: 1, sigmoid: 2 } as const;

/** An activation that a network in float32 may have. */
export type SingleActivation = keyof typeof singleActivations;

/** Columns of a row with a one behind it, rounded up to a multiple of four. */
export const paddedColumns = (inputs: number): number => (inputs + 4) & ~3;

/**
 * The pass over these rows, in the kernel memory in which the features lie. Features that lie elsewhere are copied: to a
 * memory of their own, or, if they are few, to one that all small passes share and overwrite in turn.
 */
export function linearPass(
  rows: LinearRows,
  formula: LossFormula,
  { products = 'float64', batch = 0, window = 0, curvedBlocks = 0, network }: LinearPassOptions = {},
): LinearPass {
  const kernel = network ? mlp : formula.name === 'cross-entropy' ? softmax : products === 'float32' ? single : double;
  const { inputs, outputs = 1, features, targets, weights, blockOffsets } = rows;
  const widths = Int32Array.of(inputs, ...(network?.hidden ?? []), outputs);
  const parameterCount = parametersOf(widths);
  const blockCount = blockOffsets.length - 1;
  const width = parameterCount + 1;
  const ofBatch = network && batch > 0 ? batchShares(batch, parameterCount) : { rows: batch, count: 1 };
  const sumsBytes = 12 * (blockCount + 2 + ofBatch.count) * width;
  const bytes = 24 * targets.length + sumsBytes + 4096 + batch * (4 * inputs + 16) + 8 * window;
  const padded = paddedColumns(inputs);
  const room = roomFor(features, bytes + 8 * curvedBlocks * padded * padded);
  const { memory } = room.memory;

  const [data, labels, offsets] = [room.place(features), room.share(targets), room.share(blockOffsets)];
  const shares = weights && room.share(weights);
  // What `prefetch` was given: another user of a shared room may overwrite the copy in it.
  const order = new Int32Array(window);
  const copy = {
    features: room.allocate(4 * inputs * batch),
    targets: room.allocate(8 * batch),
    weights: weights ? room.allocate(8 * batch) : 0,
    rows: room.place(new Int32Array(window)),
    visited: room.place(order),
  };
  const at = room.place(new Float64Array(parameterCount));
  const blockSums = room.place(new Float64Array(blockCount * width));
  const stretch = {
    ends: room.place(new Int32Array(ofBatch.count + 1)),
    sums: room.place(new Float64Array(ofBatch.count * width)),
  };
  const [stretchSums, otherSums] = [stretch.sums.view.subarray(0, width), stretch.sums.view.subarray(width)];

  const curved = room.place(new Float64Array(curvedBlocks * padded * padded));

  const describe = describer(room, formula, { widths, parameters: at.address, activation: network?.activation });
  const inPlace = [data.address, labels.address, shares?.address ?? 0];
  const byBlocks = describe(inPlace, offsets.address, blockSums.address);
  const byRows = describe(inPlace, stretch.ends.address, stretch.sums.address);
  const byPlaces = describe([copy.features, copy.targets, copy.weights], stretch.ends.address, stretch.sums.address);
  const byCurvature = describe(inPlace, offsets.address, curved.address);
  // The word of that description that says with which block to begin.
  const firstBlock = new Uint32Array(memory.buffer, byCurvature + 12, 1);
  const scratchBytes = network ? mlpScratch(widths) : linearScratch(inputs, outputs);
  // Compiled only for mini-batches.
  let gathering: Record<string, Call> | undefined;
  const gatheringKernel = () => {
    gathering ??= instantiate<Record<string, Call>>(double, memory);
    return gathering;
  };
  const addBlocks = ofBatch.count > 1 ? instantiate<Record<string, Call>>(mlp, memory).addBlocks : undefined;

  const addStretch = (
    description: number,
    parameters: Float64Array,
    from: number,
    end: number,
    sums: Float64Array,
    offset: number,
  ) => {
    room.enter();
    at.view.set(parameters);
    const isThere = sums === stretchSums;
    if (!isThere) for (let i = 0; i < width; i++) stretchSums[i] = sums[offset + i];
    const count = ofBatch.count === 1 ? 1 : Math.ceil((end - from) / ofBatch.rows);
    for (let share = 0; share < count; share++) stretch.ends.view[share] = from + share * ofBatch.rows;
    stretch.ends.view[count] = end;
    if (count > 1) otherSums.fill(0);
    poolOf(room.memory).run(kernel, 'passBlock', description, count, scratchBytes);
    if (count > 1) addBlocks?.(stretch.sums.address, width, count);
    if (!isThere) for (let i = 0; i < width; i++) sums[offset + i] = stretchSums[i];
  };

  return {
    sums: stretchSums,
    sumBlocks(parameters, sums) {
      room.enter();
      at.view.set(parameters);
      blockSums.view.fill(0);
      poolOf(room.memory).run(kernel, 'passBlock', byBlocks, blockCount, scratchBytes);
      sums.set(blockSums.view);
    },
    curved: curved.view,
    curveBlocks(parameters, from, count) {
      room.enter();
      at.view.set(parameters);
      curved.view.fill(0);
      firstBlock[0] = offsets.address + 4 * from;
      const tile = Math.max(4, Math.min(64, Math.floor(4096 / padded)));
      poolOf(room.memory).run(curvature, 'curveBlock', byCurvature, count, 1024 + 8 * tile * padded);
    },
    addRows: (parameters, from, end, sums, offset) => addStretch(byRows, parameters, from, end, sums, offset),
    prefetch(visited, rows, count) {
      room.enter();
      order.set(visited);
      copy.visited.view.set(visited);
      copy.rows.view.set(rows);
      gatheringKernel().touchRows(byRows, copy.rows.address, count);
    },
    addVisited(parameters, from, end, sums, offset) {
      room.enter();
      gatheringKernel().gatherRows(byRows, byPlaces, copy.visited.address + 4 * from, end - from);
      addStretch(byPlaces, parameters, 0, end - from, sums, offset);
    },
  };
}

type Call = (...numbers: number[]) => void;

/** The number of weights and biases of dense layers between vectors of these lengths. */
function parametersOf(widths: Int32Array): number {
  let count = 0;
  for (let i = 1; i < widths.length; i++) count += (widths[i - 1] + 1) * widths[i];
  return count;
}

const descriptionBytes = 64;

/** Writes descriptions for the kernels: each names where rows lie, where stretches of them end, and where sums go. */
function describer(
  room: Room,
  { name, shape = 0, smoothing = 0 }: LossFormula,
  {
    widths,
    parameters,
    activation = 'relu',
  }: { widths: Int32Array; parameters: number; activation?: SingleActivation },
): (source: number[], ends: number, sums: number) => number {
  const layers = room.place(widths);
  const outputs = widths[widths.length - 1];
  return (source, ends, sums) => {
    const description = room.allocate(descriptionBytes);
    room.fill(() => {
      const { buffer } = room.memory.memory;
      new Uint32Array(buffer, description, 8).set([...source, ends, parameters, sums, widths[0], lossNumbers[name]]);
      new Float64Array(buffer, description + 32, 2).set([shape, smoothing]);
      const network = [outputs, layers.address, widths.length - 1, singleActivations[activation]];
      new Int32Array(buffer, description + 48, 4).set(network);
    });
    return description;
  };
}

/** Bytes that the passes of linear models need at most. */
const linearScratch = (inputs: number, outputs: number): number =>
  outputs * (4 * (inputs + 3) + 12 * 64 + 4) + 3072 + 4 * inputs + 12;

/** The fewest rows that a share of a batch has, and the most shares of one batch. */
const leastShareRows = 128;
const mostShares = 4;

/** Parameters of networks whose batches are shared: smaller ones gain nothing, and sums of larger ones take much memory. */
const sharedParameters = { least: 1024, most: 2 ** 18 };

/**
 * How threads share a batch of a network. Each share has sums of its own, which are added up in order, so the bits depend on
 * the size of the batch and on the network, never on the number of threads.
 */
export function batchShares(batch: number, parameterCount: number): { rows: number; count: number } {
  if (parameterCount < sharedParameters.least || parameterCount > sharedParameters.most)
    return { rows: batch, count: 1 };
  const rows = Math.max(leastShareRows, Math.ceil(batch / mostShares));
  return { rows, count: Math.ceil(batch / rows) };
}

/** Bytes that assembly/single-mlp-pass.ts needs at most. */
function mlpScratch(widths: Int32Array): number {
  let bytes = 4096;
  for (let i = 0; i < widths.length; i++) {
    const [width, next] = [widths[i] + 3, (widths[i + 1] ?? 0) + 3];
    bytes += 8 * (width + 1) * next + 32 * 8 * width;
  }
  return bytes + 32 * 8 * (2 * widths[widths.length - 1] + 16);
}
