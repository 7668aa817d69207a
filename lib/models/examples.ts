import { checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { isSparse } from '../core/sparse-matrix.ts';
import { isStreamed } from '../core/streamed-matrix.ts';
import type { Loss } from '../losses/loss.ts';
import type { Examples, Features } from './model.ts';

/**
 * Holds examples to their shapes and ranges, once, before the passes that no longer look.
 *
 * @throws InputError naming the first row that is wrong
 */
export function checkExamples(
  { features, targets, weights, blockOffsets }: Examples,
  { inputs, outputs, loss }: { inputs: number; outputs: number; loss: Loss },
): void {
  const { rowCount } = features;
  if (rowCount === 0) throw new InputError('examples: expected at least one row, found none');
  checkFeatures(features, inputs);
  if (targets.length !== rowCount)
    throw new InputError(`targets: expected one a row, ${rowCount}, found ${targets.length}`);
  checkBlocks(blockOffsets, rowCount);

  // The last two targets that were accepted: with two classes, hardly any other has to be checked.
  let [last, before] = [Number.NaN, Number.NaN];
  for (let row = 0; row < rowCount; row++) {
    const target = targets[row];
    if (target === last || target === before) continue;
    [last, before] = [target, last];
    if (!loss.accepts(target, outputs))
      throw new InputError(`targets, row ${row}: expected ${loss.targets}, found ${target}`);
  }
  if (weights) checkWeights(weights, rowCount);
}

/** @throws InputError when features do not have `inputs` columns, or other elements than their shape asks for */
export function checkFeatures(features: Features, inputs: number): void {
  const { rowCount, columnCount } = features;
  if (columnCount !== inputs) throw new InputError(`features: expected ${inputs} columns, found ${columnCount}`);
  if (isStreamed(features)) return;
  const { data } = features;
  if (!isSparse(features)) {
    if (data.length === rowCount * columnCount) return;
    throw new InputError(`features: expected ${rowCount} × ${columnCount} elements, found ${data.length}`);
  }
  const { rowStarts, columns } = features;
  const elements = rowStarts[rowCount];
  if (rowStarts.length !== rowCount + 1 || elements !== data.length || columns.length !== data.length)
    throw new InputError(`features: expected ${data.length} elements in ${rowCount} rows, found ${elements}`);
  // Ascending columns keep the order of a row's sum, and so its bits, those of a dense row.
  for (let row = 0; row < rowCount; row++) {
    for (let at = rowStarts[row], last = -1; at < rowStarts[row + 1]; last = columns[at++]) {
      if (columns[at] <= last || columns[at] >= columnCount)
        throw new InputError(
          `features, row ${row}: expected ascending columns below ${columnCount}, found ${columns[at]}`,
        );
    }
  }
}

function checkBlocks(blockOffsets: Int32Array, rowCount: number): void {
  const last = blockOffsets.length - 1;
  if (last < 1 || blockOffsets[0] !== 0 || blockOffsets[last] !== rowCount)
    throw new InputError(`blockOffsets: expected rows from 0 to ${rowCount}, found [${blockOffsets.slice(0, 3)}…]`);
  for (let block = 0; block < last; block++) {
    if (blockOffsets[block] > blockOffsets[block + 1])
      throw new InputError(`blockOffsets: expected rows in order, found block ${block} to begin after the next`);
  }
}

function checkWeights(weights: Float64Array, rowCount: number): void {
  if (weights.length !== rowCount)
    throw new InputError(`weights: expected one a row, ${rowCount}, found ${weights.length}`);
  checkNotNegative('weights', weights);
  let total = 0;
  for (const weight of weights) total += weight;
  if (!(total > 0 && total < Infinity)) throw new InputError(`weights: expected a finite sum above 0, found ${total}`);
}
