import type { Model } from '../models/model.ts';
import { chain } from '../optimizers/chain.ts';
import { fista } from '../optimizers/fista.ts';
import { proximal } from '../optimizers/proximal.ts';
import type { Rule } from '../optimizers/rule.ts';
import { makeRule, type RuleRequest } from '../optimizers/rules.ts';
import type { Request } from '../pipeline/resolve.ts';

/** The update rule that a request asks for, with the proximal step that an L1 penalty needs. */
export function ruleFor(
  { optimizer, model: { l1, penaliseIntercept } }: Pick<Request, 'optimizer' | 'model'>,
  model: Model,
): Rule {
  const { name, batchSize: _batch, seed: _seed, ...options } = optimizer;
  const { learningRate } = options;
  const ranges = model.penalised(penaliseIntercept);
  if (name === 'fista') return fista({ learningRate, l1, ranges }) as Rule;
  const rule = makeRule({ name, ...options } as RuleRequest) as Rule;
  return l1 > 0 && learningRate !== undefined ? chain(rule, proximal({ learningRate, l1, ranges })) : rule;
}
