import { checkInteger } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import {
  type LossEntry,
  type LossName,
  type LossRequest,
  losses,
  makeLoss,
  type TargetKind,
  usualLoss,
} from '../losses/losses.ts';
import { linearFamily } from './linear-family.ts';
import { type MlpOptions, mlp } from './mlp.ts';
import type { Model, ModelKind } from './model.ts';

/** The kinds that `createModel` knows. */
export const modelKinds: readonly ModelKind[] = ['linear', 'logistic', 'softmax', 'mlp'];

/** The kind, loss and shape of a model; the options about layers belong to kind `mlp` alone. */
export interface ModelOptions extends Omit<MlpOptions, 'loss' | 'outputs'> {
  kind: ModelKind;
  /** Features of a row; 0 leaves a model of intercepts alone. */
  inputs: number;
  /** Classes of the target; left out for a number or a count. Softmax: at least 2; logistic: 2 or left out. */
  classCount?: number;
  /** The loss, by its name or with its options; the usual one of the target when left out. */
  loss?: LossName | LossRequest;
}

/**
 * Makes the model that a request names.
 *
 * - `linear`: one score, the prediction or its logarithm, by any loss for numbers; squared when none is named
 * - `logistic`: one score, by any loss for two classes: the log-odds of target 1, or the margin of a hinge loss
 * - `softmax`: one score a class, by a loss for several; as no class is left out as reference, the scores are determined
 *   up to a constant
 * - `mlp`: hidden layers, and then any of the three heads: with `classCount` 2 that of logistic, above 2 that of softmax
 *
 * @throws InputError when the kind or the loss is not known, one does not fit the other, or an option is out of range
 */
export function createModel({ kind, inputs, classCount, loss, ...options }: ModelOptions): Model {
  checkInteger('inputs', inputs);
  if (!modelKinds.includes(kind))
    throw new InputError(`model: expected a kind among ${modelKinds.join(', ')}, found "${kind}"`);
  const target = targetOf(kind, classCount, loss);
  const request: LossRequest = typeof loss === 'object' ? loss : { name: loss ?? usualLoss[target] };
  checkLoss(kind, request.name, target);
  const outputs = target === 'multiclass' ? (classCount as number) : 1;
  const shape = { loss: makeLoss(request, outputs), inputs, outputs };
  if (kind === 'mlp') return mlp({ ...options, ...shape });
  return linearFamily({ kind, ...shape });
}

/** What a model of a kind learns, with so many classes. */
function targetOf(kind: ModelKind, classCount: number | undefined, loss: ModelOptions['loss']): TargetKind {
  const wrongCount = (expected: string) =>
    new InputError(`${kind} model, classCount: expected ${expected}, found ${classCount}`);
  const isSeveral = classCount !== undefined && Number.isSafeInteger(classCount) && classCount >= 2;
  const name = typeof loss === 'object' ? loss.name : loss;
  if (kind === 'softmax') {
    if (!isSeveral) throw wrongCount('a whole number, at least 2');
    return 'multiclass';
  }
  if (kind === 'logistic') {
    if (classCount !== undefined && classCount !== 2) throw wrongCount('2');
    return 'binary';
  }
  if (classCount === undefined) return 'number';
  if (kind === 'linear') throw wrongCount('none, as its target is a number');
  if (!isSeveral) throw wrongCount('a whole number, at least 2, or none');
  return classCount === 2 && name !== 'cross-entropy' ? 'binary' : 'multiclass';
}

function checkLoss(kind: ModelKind, name: LossName, target: TargetKind): void {
  const fits = (entry: LossEntry) =>
    entry.targets.includes(target) || (target === 'number' && entry.targets.includes('count'));
  const names = (Object.keys(losses) as LossName[]).filter((other) => fits(losses[other]));
  if (!names.includes(name))
    throw new InputError(`${kind} model, loss: expected one of ${names.join(', ')}, found "${name}"`);
}
