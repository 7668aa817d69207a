import { chain } from '../optimizers/chain.ts';
import { reduceOnPlateau } from '../optimizers/reduce-on-plateau.ts';
import type { Rule } from '../optimizers/rule.ts';
import { makeRule, type RuleRequest } from '../optimizers/rules.ts';
import { makeSchedule, type RunLength, type ScheduleRequest } from '../optimizers/schedules/make-schedule.ts';
import type { SearchRule } from '../optimizers/search-rule.ts';
import type { OptimizerRequest } from '../pipeline/resolve.ts';

/**
 * The rule that an optimizer's settings name, its schedule as long as the run.
 *
 * @throws InputError when an option leaves its range
 */
export function ruleFor(settings: OptimizerRequest, run: RunLength): Rule | SearchRule {
  const { batchSize: _batchSize, seed: _seed, schedule, ...options } = settings;
  const request = options as RuleRequest;
  if (schedule === undefined) return makeRule(request);
  const { schedule: factor, plateaus } = makeSchedule(schedule as ScheduleRequest, run);
  const rule = makeRule(request, factor ? { schedule: factor } : {});
  return 'search' in rule ? rule : chain(rule, ...plateaus.map((options) => reduceOnPlateau(options)));
}
