import { InputError } from '../core/errors.ts';
import { checkModelMemory } from '../data/memory.ts';
import type { TargetEncoding } from '../data/target.ts';
import { balancedWeights, weighClasses } from '../losses/class-weights.ts';
import { type LossEntry, type LossRequest, losses } from '../losses/losses.ts';
import { createModel } from '../models/create-model.ts';
import type { Model } from '../models/model.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { ModelRequest } from '../pipeline/resolve-model.ts';
import type { Context } from './context.ts';
import { readOptions } from './read-options.ts';

/** What a version was asked for. Those made before there was a choice of losses say kind and l2 alone. */
type AnyModelRequest = Pick<ModelRequest, 'kind'> & Partial<ModelRequest>;

/** The model that a request asks for, as wide as its data. */
export function modelFor(
  request: AnyModelRequest,
  { inputs, target }: { inputs: number; target: TargetEncoding },
): Model {
  const { kind, hidden, activation, dropout, initialisation, seed } = request;
  const classCount = 'classes' in target ? target.classes.length : undefined;
  const loss = lossOf(request);
  if (kind !== 'mlp')
    return createModel({ kind, inputs, loss, classCount: kind === 'softmax' ? classCount : undefined });
  return createModel({ kind, inputs, classCount, loss, hidden, activation, dropout, initialisation, seed });
}

/**
 * The same, for a model that is going to be trained.
 *
 * @throws InputError when the memory is too small to train it
 */
export function trainableModel(
  context: Pick<Context, 'memoryBytes'>,
  { name, model: request, data }: Pick<Request, 'name' | 'model' | 'data'>,
  shape: { inputs: number; target: TargetEncoding },
): Model {
  const model = modelFor(request, shape);
  const { memoryBytes } = readOptions(context, data).limits;
  if (memoryBytes !== undefined) checkModelMemory(`pipeline ${name}, model`, model.parameterCount, memoryBytes);
  return model;
}

function lossOf(request: AnyModelRequest): LossRequest | undefined {
  const { loss: name } = request;
  if (name === undefined) return undefined;
  const { options }: LossEntry = losses[name];
  return {
    name,
    ...Object.fromEntries(options.map((option) => [option, (request as LossRequest & AnyModelRequest)[option]])),
  };
}

/**
 * The rows' weights, with those of their classes multiplied in as the request asks; undefined when each row weighs 1.
 *
 * @throws InputError when it names a class that the target does not have
 */
export function classWeighted(
  { classWeights }: Pick<ModelRequest, 'classWeights'>,
  target: TargetEncoding,
  targets: Float64Array,
  weights: Float64Array | undefined,
): Float64Array | undefined {
  if (!classWeights || !('classes' in target)) return weights;
  const { classes } = target;
  if (classWeights === 'balanced')
    return weighClasses(targets, balancedWeights(targets, classes.length, weights), weights);
  const unknown = Object.keys(classWeights).find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new InputError(`model.classWeights: expected classes among ${classes.join(', ')}, found "${unknown}"`);
  }
  return weighClasses(
    targets,
    Float64Array.from(classes, (name) => classWeights[name] ?? 1),
    weights,
  );
}
