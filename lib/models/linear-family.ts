import { InputError } from '../core/errors.ts';
import { isSparse } from '../core/sparse-matrix.ts';
import { isStreamed } from '../core/streamed-matrix.ts';
import { linearScores as scoresByKernel } from '../kernels/linear-scores.ts';
import type { Loss } from '../losses/loss.ts';
import type { Ranges } from '../losses/penalties.ts';
import { checkExamples, checkFeatures } from './examples.ts';
import { secondOrder } from './hessian.ts';
import { passByKernel } from './kernel-pass.ts';
import { meanLoss } from './mean-loss.ts';
import type { Features, Model, ModelKind } from './model.ts';
import { type RowPass, rowObjective } from './row-objective.ts';
import { addOuterProducts, linearScores, type RowTile, rowTile } from './row-tile.ts';
import { type ExamplesAtHand, eachLoaded, rowsAtHand } from './rows-at-hand.ts';
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
 * A linear model: scores = coefficients · row + intercept, and a loss of the scores. With a loss that is convex and a link
 * that fits it, a generalised linear model.
 *
 * Its parameters are the coefficients, shape [outputs, inputs], row-major, then the intercepts, shape [outputs].
 * Features are float32; parameters, scores, losses and all sums are float64.
 *
 * @see McCullagh & Nelder 1989, Generalized Linear Models
 */
export function linearFamily({ kind, loss, inputs, outputs }: LinearFamilyOptions): Model {
  const coefficientCount = outputs * inputs;
  const parameterCount = coefficientCount + outputs;
  const penalised = (penaliseIntercept = false): Ranges => [[0, penaliseIntercept ? parameterCount : coefficientCount]];
  const scores = (parameters: Float64Array, features: Features) => {
    checkFit(parameters, parameterCount, features, inputs);
    return allScores(parameters, features, rowTile(inputs, outputs));
  };
  return {
    kind,
    loss: loss.name,
    link: loss.link,
    isConvex: loss.convex,
    inputs,
    outputs,
    layout: [
      { name: 'coefficients', offset: 0, shape: [outputs, inputs] },
      { name: 'intercept', offset: coefficientCount, shape: [outputs] },
    ],
    parameterCount,
    initial: () => new Float64Array(parameterCount),
    penalised,

    objective(examples, options = {}) {
      checkExamples(examples, { inputs, outputs, loss });
      const atHand = rowsAtHand(examples, options);
      const pass: Pass = { loss, inputs, outputs, examples: atHand.examples, tile: rowTile(inputs, outputs) };
      const plain: RowPass = {
        examples,
        atHand,
        length: parameterCount,
        penalised,
        addRows: (parameters, order, from, end, sums, offset) =>
          addRows(pass, parameters, order, from, end, sums, offset),
      };
      const objective = rowObjective({ ...plain, ...passByKernel(pass, options) }, options);
      const { l1 = 0, l2 = 0, penaliseIntercept } = options;
      if (objective.stepsPerEpoch > 1 || l1 !== 0) return objective;
      return {
        ...objective,
        ...secondOrder({
          ...pass,
          ...objective,
          all: examples,
          atHand,
          l2,
          ranges: penalised(penaliseIntercept),
          addRows,
        }),
      };
    },

    meanLoss: (examples) => meanLoss({ inputs, outputs, loss }, examples, scores),
    scores,
  };
}

function allScores(parameters: Float64Array, features: Features, tile: RowTile): Float64Array {
  const { rowCount } = features;
  const { inputs, outputs } = tile;
  if (isStreamed(features)) {
    const scores = new Float64Array(rowCount * outputs);
    eachLoaded(features, (data, firstRow, count) => {
      const own = { rowCount: count, columnCount: inputs, data };
      scores.set(allScores(parameters, own, tile), firstRow * outputs);
    });
    return scores;
  }
  if (!isSparse(features) && features.data instanceof Float32Array) {
    const byKernel = scoresByKernel(features.data, parameters, { rowCount, inputs, outputs });
    if (byKernel) return byKernel;
  }
  const scores = new Float64Array(rowCount * outputs);
  for (let first = 0; first < rowCount; first += tile.size) {
    const count = Math.min(tile.size, rowCount - first);
    for (let i = 0; i < count; i++) tile.rows[i] = first + i;
    scoreRows(tile, count, features, parameters);
    scores.set(count === tile.size ? tile.scores : tile.scores.subarray(0, count * outputs), first * outputs);
  }
  return scores;
}

/** What a pass over rows needs: the loss, the rows, and room to work in. */
export interface Pass {
  loss: Loss;
  inputs: number;
  outputs: number;
  examples: ExamplesAtHand;
  tile: RowTile;
}

/**
 * Adds the gradient and then the loss, weighted, of rows [from, end) to `sums`, from `offset`.
 *
 * Reads each row once, a tile at a time: scores, losses and gradient while it is in the cache. The size of a tile does
 * not change the bits, since every sum runs over the rows in their order.
 *
 * @param order the rows to visit, of which [from, end) are taken; undefined for the rows themselves
 * @param onTile called with each tile, when its slopes are there, and the number of rows in it
 */
export function addRows(
  { loss, inputs, outputs, examples, tile }: Pass,
  parameters: Float64Array,
  order: Int32Array | undefined,
  from: number,
  end: number,
  sums: Float64Array,
  offset: number,
  onTile?: (count: number) => void,
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
    onTile?.(count);
  }
}

function scoreRows(tile: RowTile, count: number, features: ExamplesAtHand['features'], parameters: Float64Array): void {
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

/** @throws InputError when the parameters or the features are not those of the model */
export function checkFit(parameters: Float64Array, parameterCount: number, features: Features, inputs: number): void {
  if (parameters.length !== parameterCount)
    throw new InputError(`parameters: expected ${parameterCount}, found ${parameters.length}`);
  checkFeatures(features, inputs);
}
