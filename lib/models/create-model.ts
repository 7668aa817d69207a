import { checkInteger } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { logistic } from '../losses/logistic.ts';
import { squared } from '../losses/squared.ts';
import { linearFamily } from './linear-family.ts';
import type { Model, ModelKind } from './model.ts';

/** The kinds that `createModel` knows. */
export const modelKinds: readonly ModelKind[] = ['linear', 'logistic', 'softmax'];

/**
 * Makes the model that a request names.
 *
 * - `linear`: least squares; one score, the prediction itself
 * - `logistic`: the log-odds of target 1; one score
 * - `softmax`: one score a class, trained by cross-entropy; as no class is left out as reference, the scores are
 *   determined up to a constant
 *
 * @param inputs features of a row; 0 leaves a model of intercepts alone
 * @param classCount for softmax, at least 2; for logistic 2 or left out; not for linear
 * @throws InputError when the kind is not known or a count does not fit it
 */
export function createModel({
  kind,
  inputs,
  classCount,
}: {
  kind: ModelKind;
  inputs: number;
  classCount?: number;
}): Model {
  checkInteger('inputs', inputs);
  const wrongCount = (expected: string) =>
    new InputError(`${kind} model, classCount: expected ${expected}, found ${classCount}`);

  switch (kind) {
    case 'linear':
      if (classCount !== undefined) throw wrongCount('none, as its target is a number');
      return linearFamily({ kind, loss: squared, inputs, outputs: 1 });
    case 'logistic':
      if (classCount !== undefined && classCount !== 2) throw wrongCount('2');
      return linearFamily({ kind, loss: logistic, inputs, outputs: 1 });
    case 'softmax':
      if (classCount === undefined || !(Number.isSafeInteger(classCount) && classCount >= 2))
        throw wrongCount('a whole number, at least 2');
      return linearFamily({ kind, loss: crossEntropy, inputs, outputs: classCount });
    default:
      throw new InputError(`model: expected a kind among ${modelKinds.join(', ')}, found "${kind}"`);
  }
}
