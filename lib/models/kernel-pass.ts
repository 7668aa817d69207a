import { isSparse } from '../core/sparse-matrix.ts';
import { type LinearPassOptions, linearPass } from '../kernels/linear-pass.ts';
import { sparseLinearPass } from '../kernels/sparse-linear-pass.ts';
import type { Loss } from '../losses/loss.ts';
import { batchOrder } from './batch-order.ts';
import type { ObjectiveOptions } from './model.ts';
import type { RowPass } from './row-objective.ts';
import type { ExamplesAtHand } from './rows-at-hand.ts';

/**
 * Relative error of a mean loss whose products are float32. Measured on 40,000 rows and more of 28 columns: at
 * neighbouring parameters the errors differ by at most 5e-10 of the loss, and none exceeds 6e-9.
 */
const singleNoise = 1e-8;

/** Most bytes of block sums of sparse rows, which are held twice: here and in the kernel's memory. */
const mostSparseSums = 128 * 2 ** 20;

/**
 * The part of a model's pass over rows that a kernel does: present if there is a kernel for the loss and the products, and
 * the features are float32; else `{}`. With products in float64, it has the bits of the plain code that it replaces.
 *
 * @param network of a multilayer perceptron, for which there is a kernel for products in float32 alone
 */
export function passByKernel(
  { loss, inputs, outputs, examples }: { loss: Loss; inputs: number; outputs: number; examples: ExamplesAtHand },
  { batchSize, shuffle = true, products }: ObjectiveOptions,
  network?: LinearPassOptions['network'],
): Partial<RowPass> {
  const { features, targets, weights, blockOffsets } = examples;
  if (!loss.formula || !(features.data instanceof Float32Array)) return {};
  const isBatched = shuffle && batchSize !== undefined && batchSize < features.rowCount;
  if (isSparse(features)) {
    const sumBytes = 8 * blockOffsets.length * features.columnCount;
    if (network || outputs > 1 || sumBytes > mostSparseSums) return {};
    const rows = { features: { ...features, data: features.data }, targets, weights, blockOffsets };
    return sparseLinearPass(rows, loss.formula, isBatched ? { batch: batchSize } : {});
  }
  // With several scores, too, there is one for products in float32 alone.
  if ((network || loss.formula.name === 'cross-entropy') && products !== 'float32') return {};
  const drawn = isBatched && { batch: batchSize, window: batchOrder({ ...features, batchSize }, 0).windowRows };
  const rows = { inputs, outputs, features: features.data, targets, weights, blockOffsets };
  const pass = linearPass(rows, loss.formula, { products, ...drawn, network });
  return {
    ...(products === 'float32' && { noise: singleNoise }),
    sums: pass.sums,
    sumBlocks: pass.sumBlocks,
    prefetch: ({ visited, rows, count }) => pass.prefetch(visited, rows, count),
    addRows: (parameters, order, from, end, sums, offset) =>
      (order ? pass.addVisited : pass.addRows)(parameters, from, end, sums, offset),
  };
}
