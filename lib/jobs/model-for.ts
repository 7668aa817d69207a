import type { TargetEncoding } from '../data/target.ts';
import { createModel } from '../models/create-model.ts';
import type { Model, ModelKind } from '../models/model.ts';

/**
 * The model of a kind for what was fitted to its data.
 *
 * @param inputs columns of the encoded features
 * @param target decides the classes of a softmax model
 */
export function modelFor({ kind, inputs, target }: { kind: ModelKind; inputs: number; target: TargetEncoding }): Model {
  const classCount = kind === 'softmax' && target.task !== 'regression' ? target.classes.length : undefined;
  return createModel({ kind, inputs, classCount });
}
