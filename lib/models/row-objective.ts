import { mergeBlocks } from '../core/blocks.ts';
import { checkInteger } from '../core/checks.ts';
import type { Objective } from '../core/objective.ts';
import type { AddRows } from '../kernels/add-rows.ts';
import { type Penalty, penalty, type Ranges } from '../losses/penalties.ts';
import { batchOrder, type Window } from './batch-order.ts';
import type { Examples, ObjectiveOptions } from './model.ts';
import type { RowsAtHand } from './rows-at-hand.ts';

/** A model's pass over rows, which sums losses and their gradients. */
export interface RowPass {
  examples: Examples;
  /** Those of the examples that are in memory: rows and blocks below are counted among them. */
  atHand: RowsAtHand;
  /** Number of parameters. */
  length: number;
  /** The parameters that penalties fall on. */
  penalised(penaliseIntercept?: boolean): Ranges;
  /** Also takes the number of the training step. */
  addRows: AddRows<[step: number]>;
  /** Overwrites `sums`, shape [blocks, length + 1], with what `addRows` would add for each block; uses several threads. */
  sumBlocks?(parameters: Float64Array, sums: Float64Array): void;
  /** An array of length + 1 that `addRows` fills without a copy, when it is given as `sums` with offset 0. */
  sums?: Float64Array;
  /** Relative error of the loss, present when products are float32. */
  noise?: number;
  /** Prepares for calls of `addRows` whose `order` is the window's `visited`: loads its rows to the cache. */
  prefetch?(window: Window): void;
}

/**
 * The mean loss over rows, weighted, plus a penalty, as a function of the parameters: over all rows at each step, or over
 * batches of them.
 *
 * @throws InputError when an option is out of range
 */
export function rowObjective(pass: RowPass, options: ObjectiveOptions): Objective {
  const { l2 = 0, l1 = 0, penaliseIntercept = false, batchSize, seed = 0, shuffle = true } = options;
  const { examples } = pass;
  const added = penalty({ l2, l1, ranges: pass.penalised(penaliseIntercept) });
  if (batchSize !== undefined) checkInteger('batchSize', batchSize, 1);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);

  const { rowCount } = examples.features;
  const objective =
    batchSize === undefined || batchSize >= rowCount
      ? fullBatch(pass, added)
      : miniBatch(pass, added, batchSize, shuffle ? seed : undefined);
  if (l1 === 0) return objective;
  return { ...objective, subgradientNorm: added.subgradientNorm };
}

/**
 * All rows at each step: Σ wᵢ·lossᵢ / Σ wᵢ + penalty.
 *
 * Each canonical block has sums of its own, merged as a tree, so the bits depend on the blocks alone.
 */
function fullBatch(pass: RowPass, added: Penalty): Objective {
  const { length, atHand } = pass;
  const { blockOffsets } = atHand.examples;
  const blockCount = pass.examples.blockOffsets.length - 1;
  const width = length + 1;
  const partials = new Float64Array(blockCount * width);
  const ofStretch = atHand.blockCount === blockCount ? partials : new Float64Array(atHand.blockCount * width);
  const weight = totalWeight(pass.examples);
  // Where it was asked last. A search asks again when it goes on to the next direction.
  const last = { parameters: new Float64Array(length).fill(Number.NaN), gradient: new Float64Array(length), loss: 0 };

  return {
    length,
    stepsPerEpoch: 1,
    noise: pass.noise,
    evaluate(parameters, gradient, step) {
      if (pass.sumBlocks && sameNumbers(parameters, last.parameters)) {
        gradient.set(last.gradient);
        return last.loss;
      }
      const loss = evaluateAnew(parameters, gradient, step);
      last.parameters.set(parameters);
      last.gradient.set(gradient);
      last.loss = loss;
      return loss;
    },
  };

  function evaluateAnew(parameters: Float64Array, gradient: Float64Array, step: number): number {
    if (!pass.sumBlocks) partials.fill(0);
    atHand.eachStretch((first, count) => {
      if (pass.sumBlocks) {
        pass.sumBlocks(parameters, ofStretch);
        if (ofStretch !== partials) partials.set(ofStretch.subarray(0, count * width), first * width);
        return;
      }
      for (let block = 0; block < count; block++) {
        const [from, end] = [blockOffsets[block], blockOffsets[block + 1]];
        pass.addRows(parameters, undefined, from, end, partials, (first + block) * width, step);
      }
    });
    mergeBlocks(partials, blockCount, width);
    divide(partials, weight, gradient);
    return partials[length] / weight + added.add(parameters, gradient);
  }
}

/** Writes quotients. For a power of two, as most batch sizes are, multiplying gives the same bits faster. */
function divide(sums: Float64Array, by: number, quotients: Float64Array): void {
  const isPower = by >= 1 && by < 2 ** 31 && Number.isInteger(by) && (by & (by - 1)) === 0;
  if (isPower) for (let i = 0; i < quotients.length; i++) quotients[i] = sums[i] * (1 / by);
  else for (let i = 0; i < quotients.length; i++) quotients[i] = sums[i] / by;
}

/** False where one is NaN. */
function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Some rows at each step, consecutive in a seeded order: their mean of wᵢ·lossᵢ over the mean weight of all rows, plus
 * the penalty.
 *
 * Dividing by the mean weight of all rows, rather than by the batch's own weights, keeps the average of the steps the
 * whole objective, and a batch of weightless rows harmless.
 */
function miniBatch(pass: RowPass, added: Penalty, batchSize: number, seed: number | undefined): Objective {
  const { length, atHand } = pass;
  const { rowCount, columnCount } = pass.examples.features;
  const stepsPerEpoch = Math.ceil(rowCount / batchSize);
  const sums = pass.sums ?? new Float64Array(length + 1);
  const meanWeight = totalWeight(pass.examples) / rowCount;
  const batches = seed === undefined ? undefined : batchOrder({ rowCount, columnCount, batchSize }, seed);
  let [nearEpoch, nearWindow, windowAt] = [-1, -1, 0];

  return {
    length,
    stepsPerEpoch,
    evaluate(parameters, gradient, step) {
      const [epoch, batch] = [Math.floor(step / stepsPerEpoch), step % stepsPerEpoch];
      const count = Math.min(batchSize, rowCount - batch * batchSize);
      sums.fill(0);
      if (batches) {
        const index = Math.floor(batch / batches.batchesPerWindow);
        const window = batches.window(epoch, index);
        if (epoch !== nearEpoch || index !== nearWindow) {
          if (atHand.loadWindow) windowAt = atHand.loadWindow(epoch, index);
          else pass.prefetch?.(window);
        }
        nearEpoch = epoch;
        nearWindow = index;
        const first = windowAt + (batch - index * batches.batchesPerWindow) * batchSize;
        const order = atHand.loadWindow ? undefined : window.visited;
        pass.addRows(parameters, order, first, first + count, sums, 0, step);
      } else {
        const from = batch * batchSize;
        const first = atHand.loadRows ? atHand.loadRows(from, from + count) : from;
        pass.addRows(parameters, undefined, first, first + count, sums, 0, step);
      }
      const weight = count * meanWeight;
      divide(sums, weight, gradient);
      return sums[length] / weight + added.add(parameters, gradient);
    },
  };
}

/** Sum of the weights, by blocks as every sum; the number of rows where there are none. */
export function totalWeight({ features, weights, blockOffsets }: Examples): number {
  if (!weights) return features.rowCount;
  const sums = new Float64Array(blockOffsets.length - 1);
  for (let block = 0; block < sums.length; block++)
    for (let row = blockOffsets[block]; row < blockOffsets[block + 1]; row++) sums[block] += weights[row];
  mergeBlocks(sums, sums.length, 1);
  return sums[0];
}
