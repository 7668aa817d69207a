import { mergeBlocks } from '../core/blocks.ts';
import { checkInteger, checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import type { Objective } from '../core/objective.ts';
import { isSparse, type SparseMatrix } from '../core/sparse-matrix.ts';
import type { Loss } from '../losses/loss.ts';
import { addRidge } from '../losses/penalties.ts';
import { batchOrder } from './batch-order.ts';
import { checkExamples, checkFeatures } from './examples.ts';
import type { Examples, Model, ModelKind, ObjectiveOptions } from './model.ts';
import { addOuterProducts, linearScores, type RowTile, rowTile } from './row-tile.ts';
import { addSparseProducts, sparseScores } from './sparse-tile.ts';

/** What sets one generalised linear model apart from another. */
export interface LinearFamilyOptions {
  kind: ModelKind;
  loss: Loss;
  /** Features of a row; none leaves a model of intercepts alone. */
  inputs: number;
  /** Scores of a row. */
  outputs: number;
}

/**
 * A generalised linear model: scores = coefficients · row + intercept, and a convex loss of the scores.
 *
 * Its parameters are the coefficients, shape [outputs, inputs], row-major, then the intercepts, shape [outputs].
 * Features are float32; parameters, scores, losses and all sums are float64.
 *
 * @see McCullagh & Nelder 1989, Generalized Linear Models
 */
export function linearFamily({ kind, loss, inputs, outputs }: LinearFamilyOptions): Model {
  const coefficientCount = outputs * inputs;
  const parameterCount = coefficientCount + outputs;
  return {
    kind,
    loss: loss.name,
    inputs,
    outputs,
    layout: [
      { name: 'coefficients', offset: 0, shape: [outputs, inputs] },
      { name: 'intercept', offset: coefficientCount, shape: [outputs] },
    ],
    parameterCount,
    initial: () => new Float64Array(parameterCount),

    objective(examples, { l2 = 0, batchSize, seed = 0 }: ObjectiveOptions = {}) {
      const { rowCount } = examples.features;
      checkExamples(examples, { inputs, outputs, loss });
      checkNotNegative('l2', l2);
      if (batchSize !== undefined) checkInteger('batchSize', batchSize, 1);
      checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);

      const pass: Pass = { loss, inputs, outputs, examples, tile: rowTile(inputs, outputs) };
      const ridge: Ridge = (parameters, gradient) => addRidge(l2, parameters, 0, coefficientCount, gradient);
      return batchSize === undefined || batchSize >= rowCount
        ? fullBatch(pass, parameterCount, ridge)
        : miniBatch(pass, parameterCount, ridge, batchSize, seed);
    },

    scores(parameters, features) {
      checkFit(parameters, parameterCount, features, inputs);
      const scores = new Float64Array(features.rowCount * outputs);
      const tile = rowTile(inputs, outputs);
      for (let first = 0; first < features.rowCount; first += tile.size) {
        const count = Math.min(tile.size, features.rowCount - first);
        for (let i = 0; i < count; i++) tile.rows[i] = first + i;
        scoreRows(tile, count, features, parameters);
        scores.set(count === tile.size ? tile.scores : tile.scores.subarray(0, count * outputs), first * outputs);
      }
      return scores;
    },
  };
}

/** What a pass over rows needs: the loss, the rows, and room to work in. */
interface Pass {
  loss: Loss;
  inputs: number;
  outputs: number;
  examples: Examples;
  tile: RowTile;
}

/** Adds the penalty's gradient and returns the penalty. */
type Ridge = (parameters: Float64Array, gradient: Float64Array) => number;

/**
 * All rows at each step: Σ wᵢ·lossᵢ / Σ wᵢ + penalty.
 *
 * Each canonical block has sums of its own, merged as a tree, so the bits depend on the blocks alone.
 */
function fullBatch(pass: Pass, length: number, ridge: Ridge): Objective {
  const { blockOffsets } = pass.examples;
  const blockCount = blockOffsets.length - 1;
  const width = length + 1;
  const partials = new Float64Array(blockCount * width);
  const weight = totalWeight(pass.examples);

  return {
    length,
    stepsPerEpoch: 1,
    evaluate(parameters, gradient) {
      partials.fill(0);
      for (let block = 0; block < blockCount; block++)
        addRows(pass, parameters, undefined, blockOffsets[block], blockOffsets[block + 1], partials, block * width);
      mergeBlocks(partials, blockCount, width);
      for (let i = 0; i < length; i++) gradient[i] = partials[i] / weight;
      return partials[length] / weight + ridge(parameters, gradient);
    },
  };
}

/**
 * Some rows at each step, consecutive in a seeded order: their mean of wᵢ·lossᵢ over the mean weight of all rows, plus
 * the penalty.
 *
 * Dividing by the mean weight of all rows, rather than by the batch's own weights, keeps the average of the steps the
 * whole objective, and a batch of weightless rows harmless.
 */
function miniBatch(pass: Pass, length: number, ridge: Ridge, batchSize: number, seed: number): Objective {
  const { blockOffsets, features } = pass.examples;
  const { rowCount } = features;
  const stepsPerEpoch = Math.ceil(rowCount / batchSize);
  const sums = new Float64Array(length + 1);
  const meanWeight = totalWeight(pass.examples) / rowCount;
  const batches = batchOrder(blockOffsets, seed);

  return {
    length,
    stepsPerEpoch,
    evaluate(parameters, gradient, step) {
      const rows = batches.order(Math.floor(step / stepsPerEpoch));
      const first = (step % stepsPerEpoch) * batchSize;
      const end = Math.min(first + batchSize, rowCount);
      sums.fill(0);
      addRows(pass, parameters, rows, first, end, sums, 0);
      const weight = (end - first) * meanWeight;
      for (let i = 0; i < length; i++) gradient[i] = sums[i] / weight;
      return sums[length] / weight + ridge(parameters, gradient);
    },
  };
}

/**
 * Adds the gradient and then the loss, weighted, of rows [from, end) to `sums`, from `offset`.
 *
 * Reads each row once, a tile at a time: scores, losses and gradient while it is in the cache. The size of a tile does
 * not change the bits, since every sum runs over the rows in their order.
 *
 * @param order the rows to visit, of which [from, end) are taken; undefined for the rows themselves
 */
function addRows(
  { loss, inputs, outputs, examples, tile }: Pass,
  parameters: Float64Array,
  order: Int32Array | undefined,
  from: number,
  end: number,
  sums: Float64Array,
  offset: number,
): void {
  const { features, targets, weights } = examples;
  const lossAt = offset + outputs * (inputs + 1);
  for (let first = from; first < end; first += tile.size) {
    const count = Math.min(tile.size, end - first);
    for (let i = 0; i < count; i++) {
      const row = order ? order[first + i] : first + i;
      tile.rows[i] = row;
      tile.targets[i] = targets[row];
    }
    scoreRows(tile, count, features, parameters);
    loss.evaluate(tile.scores, tile.targets, count, outputs, tile.losses, tile.slopes);
    if (weights) weigh(tile, count, outputs, weights);
    for (let i = 0; i < count; i++) sums[lossAt] += tile.losses[i];
    if (isSparse(features)) addSparseProducts(tile, count, features, sums, offset);
    else addOuterProducts(tile, count, features.data, sums, offset);
  }
}

function scoreRows(tile: RowTile, count: number, features: Matrix | SparseMatrix, parameters: Float64Array): void {
  if (isSparse(features)) sparseScores(tile, count, features, parameters);
  else linearScores(tile, count, features.data, parameters);
}

function weigh({ rows, losses, slopes }: RowTile, count: number, outputs: number, weights: Float64Array): void {
  for (let i = 0; i < count; i++) {
    const weight = weights[rows[i]];
    losses[i] *= weight;
    for (let k = i * outputs; k < (i + 1) * outputs; k++) slopes[k] *= weight;
  }
}

/** Sum of the weights, by blocks as every sum; the number of rows where there are none. */
function totalWeight({ features, weights, blockOffsets }: Examples): number {
  if (!weights) return features.rowCount;
  const sums = new Float64Array(blockOffsets.length - 1);
  for (let block = 0; block < sums.length; block++)
    for (let row = blockOffsets[block]; row < blockOffsets[block + 1]; row++) sums[block] += weights[row];
  mergeBlocks(sums, sums.length, 1);
  return sums[0];
}

function checkFit(
  parameters: Float64Array,
  parameterCount: number,
  features: Matrix | SparseMatrix,
  inputs: number,
): void {
  if (parameters.length !== parameterCount)
    throw new InputError(`parameters: expected ${parameterCount}, found ${parameters.length}`);
  checkFeatures(features, inputs);
}
