import type { Model } from '../models/model.ts';
import { chain } from '../optimizers/chain.ts';
import { fista } from '../optimizers/fista.ts';
import { proximal } from '../optimizers/proximal.ts';
import { reduceOnPlateau } from '../optimizers/reduce-on-plateau.ts';
import type { Rule } from '../optimizers/rule.ts';
import { makeRule, type RuleRequest } from '../optimizers/rules.ts';
import { makeSchedule, type RunLength, type ScheduleRequest } from '../optimizers/schedules/make-schedule.ts';
import type { SearchRule } from '../optimizers/search-rule.ts';
import type { OptimizerRequest } from '../pipeline/resolve.ts';
import type { ModelRequest } from '../pipeline/resolve-model.ts';

/**
 * The rule that an optimizer's settings name, its schedule's lengths told by those of the run, and with the proximal step
 * that an L1 penalty needs.
 */
export function ruleFor(
  { batchSize: _, seed: __, schedule: scheduleRequest, ...options }: OptimizerRequest,
  { l1, penaliseIntercept }: Pick<ModelRequest, 'l1' | 'penaliseIntercept'>,
  model: Pick<Model, 'penalised'>,
  run: RunLength,
): Rule | SearchRule {
  const { name, learningRate } = options;
  const ranges = model.penalised(penaliseIntercept);
  if (name === 'fista') return fista({ learningRate, l1, ranges }) as Rule;
  const request = options as RuleRequest;
  const { schedule, plateaus = [] } = scheduleRequest ? makeSchedule(scheduleRequest as ScheduleRequest, run) : {};
  const rule = makeRule(request, schedule ? { schedule } : {});
  if ('search' in rule) return rule;
  const shrinking = l1 > 0 && learningRate !== undefined ? [proximal({ learningRate, schedule, l1, ranges })] : [];
  const links = [...plateaus.map((plateau) => reduceOnPlateau(plateau)), ...shrinking] as Rule[];
  return links.length === 0 ? rule : chain(rule, ...links);
}
