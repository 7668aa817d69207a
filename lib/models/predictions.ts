import { InputError } from '../core/errors.ts';
import { softmax } from '../losses/cross-entropy.ts';
import { sigmoid } from '../losses/logistic.ts';
import type { Model } from './model.ts';

/**
 * Turns scores into what a user asks for, in an array of its own.
 *
 * - linear: the predicted value, in the target's units, shape [n]
 * - logistic: the probability of target 1, shape [n]
 * - softmax: the probability of each class, shape [n, outputs], row-major; each row sums to one
 *
 * @param scores shape [n, outputs], as `model.scores` gives them
 * @throws InputError when they are not whole rows
 */
export function toPredictions({ kind, outputs }: Pick<Model, 'kind' | 'outputs'>, scores: Float64Array): Float64Array {
  const rowCount = scores.length / outputs;
  if (!Number.isInteger(rowCount))
    throw new InputError(`scores: expected rows of ${outputs}, found ${scores.length} elements`);
  if (kind === 'linear') return scores.slice();

  const probabilities = new Float64Array(scores.length);
  if (kind === 'softmax') softmax(scores, rowCount, outputs, probabilities);
  else for (let i = 0; i < scores.length; i++) probabilities[i] = sigmoid(scores[i]);
  return probabilities;
}
