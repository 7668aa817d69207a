import { mergeBlocks } from '../core/blocks.ts';
import type { Vector } from '../core/vector.ts';
import type { Loss } from '../losses/loss.ts';
import { checkExamples } from './examples.ts';
import type { Examples, Features } from './model.ts';
import { totalWeight } from './row-objective.ts';

/**
 * The mean loss over rows, weighted, as a function of the parameters; its sums are formed per block, as the objective's.
 *
 * @throws InputError when the examples do not fit the model
 */
export function meanLoss(
  { inputs, outputs, loss }: { inputs: number; outputs: number; loss: Loss },
  examples: Examples,
  scores: (parameters: Vector, features: Features) => Float64Array,
): (parameters: Vector) => number {
  checkExamples(examples, { inputs, outputs, loss });
  const { features, targets, weights, blockOffsets } = examples;
  const { rowCount } = features;
  const weight = totalWeight(examples);
  const blockCount = blockOffsets.length - 1;
  const sums = new Float64Array(blockCount);
  const [losses, slopes] = [new Float64Array(rowCount), new Float64Array(rowCount * outputs)];
  return (parameters) => {
    loss.evaluate(scores(parameters, features), targets, rowCount, outputs, losses, slopes);
    sums.fill(0);
    for (let block = 0; block < blockCount; block++)
      for (let row = blockOffsets[block]; row < blockOffsets[block + 1]; row++)
        sums[block] += weights ? losses[row] * weights[row] : losses[row];
    mergeBlocks(sums, blockCount, 1);
    return sums[0] / weight;
  };
}
