import { exp } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { softmax } from '../losses/cross-entropy.ts';
import { sigmoid } from '../losses/logistic.ts';
import type { Model } from './model.ts';

/**
 * Turns scores into what a user asks for, in an array of its own, by the link of the model's loss.
 *
 * - `identity`: the predicted value, in the target's units, shape [n]
 * - `log`: the predicted mean, above 0, in the target's units, shape [n]
 * - `logit`: the probability of target 1, shape [n]
 * - `softmax`: the probability of each class, shape [n, outputs], row-major; each row sums to one
 * - `none`: the scores as they are, shape [n]; target 1 where they are above 0. A hinge loss makes no probabilities.
 *
 * @param scores shape [n, outputs], as `model.scores` gives them
 * @throws InputError when they are not whole rows
 */
export function toPredictions({ link, outputs }: Pick<Model, 'link' | 'outputs'>, scores: Float64Array): Float64Array {
  const rowCount = scores.length / outputs;
  if (!Number.isInteger(rowCount))
    throw new InputError(`scores: expected rows of ${outputs}, found ${scores.length} elements`);
  if (link === 'softmax') {
    const probabilities = new Float64Array(scores.length);
    softmax(scores, rowCount, outputs, probabilities);
    return probabilities;
  }
  const predictions = scores.slice();
  // Loops, each with one function that can be compiled into it: `map` takes twice as long.
  if (link === 'log') for (let i = 0; i < scores.length; i++) predictions[i] = exp(scores[i]);
  if (link === 'logit') for (let i = 0; i < scores.length; i++) predictions[i] = sigmoid(scores[i]);
  return predictions;
}
