import { InputError } from '../core/errors.ts';
import { type AdadeltaOptions, adadelta } from './adadelta.ts';
import { type AdagradOptions, adagrad } from './adagrad.ts';
import { type AdamOptions, adam } from './adam.ts';
import { type AdamaxOptions, adamax } from './adamax.ts';
import { type AdamWOptions, adamw } from './adamw.ts';
import { closedForm } from './closed-form.ts';
import { type GdOptions, gd } from './gd.ts';
import { type LbfgsOptions, lbfgs } from './lbfgs.ts';
import { type LionOptions, lion } from './lion.ts';
import { type NadamOptions, nadam } from './nadam.ts';
import { type NewtonOptions, newton } from './newton.ts';
import { type RadamOptions, radam } from './radam.ts';
import { type RmspropOptions, rmsprop } from './rmsprop.ts';
import type { Rule } from './rule.ts';
import type { Schedule } from './schedules/schedule.ts';
import type { SearchRule } from './search-rule.ts';
import { type SgdOptions, sgd } from './sgd.ts';

/** What each name can be asked for. */
interface RuleOptions {
  gd: GdOptions;
  sgd: SgdOptions;
  adagrad: AdagradOptions;
  rmsprop: RmspropOptions;
  adadelta: AdadeltaOptions;
  adam: AdamOptions;
  adamw: AdamWOptions;
  adamax: AdamaxOptions;
  nadam: NadamOptions;
  radam: RadamOptions;
  lion: LionOptions;
  lbfgs: LbfgsOptions;
  newton: NewtonOptions;
  closedForm: Record<never, never>;
}

export type RuleName = keyof RuleOptions;

/** A rule by name, with the options of the function of that name; a schedule is given apart. */
export type RuleRequest = { [Name in RuleName]: { name: Name } & Omit<RuleOptions[Name], 'schedule'> }[RuleName];

/** Those that look at the objective themselves, and so need all rows at each step. */
export type SearchRuleName = 'lbfgs' | 'newton' | 'closedForm';

type Kind = 'number' | 'boolean' | 'string';
type Options<Name extends RuleName> = Omit<RuleOptions[Name], 'schedule'>;

interface Entry<Name extends RuleName> {
  options: Record<keyof Options<Name>, Kind>;
  required?: readonly string[];
  /** Whether it has a learning rate that a schedule can move. */
  schedulable: boolean;
  make(options: RuleOptions[Name]): Rule | SearchRule;
}

const rate = { learningRate: 'number', weightDecay: 'number' } as const;
const moments = { ...rate, beta1: 'number', beta2: 'number', epsilon: 'number' } as const;
const adamMoments = { ...moments, epsilonHat: 'number', amsgrad: 'boolean' } as const;

const registry: { [Name in RuleName]: Entry<Name> } = {
  gd: { options: { learningRate: 'number' }, required: ['learningRate'], schedulable: true, make: gd },
  sgd: {
    options: { ...rate, momentum: 'number', dampening: 'number', nesterov: 'boolean' },
    required: ['learningRate'],
    schedulable: true,
    make: sgd,
  },
  adagrad: {
    options: { ...rate, learningRateDecay: 'number', initialAccumulator: 'number', epsilon: 'number' },
    schedulable: true,
    make: adagrad,
  },
  rmsprop: {
    options: { ...rate, decay: 'number', epsilon: 'number', centred: 'boolean', momentum: 'number' },
    schedulable: true,
    make: rmsprop,
  },
  adadelta: { options: { ...rate, decay: 'number', epsilon: 'number' }, schedulable: true, make: adadelta },
  adam: { options: adamMoments, schedulable: true, make: adam },
  adamw: { options: adamMoments, schedulable: true, make: adamw },
  adamax: { options: moments, schedulable: true, make: adamax },
  nadam: {
    options: { ...moments, momentumDecay: 'number', countsMomentumTwice: 'boolean' },
    schedulable: true,
    make: nadam,
  },
  radam: { options: moments, schedulable: true, make: radam },
  lion: { options: { ...rate, beta1: 'number', beta2: 'number' }, schedulable: true, make: lion },
  lbfgs: {
    options: {
      memory: 'number',
      learningRate: 'number',
      lineSearch: 'string',
      noise: 'number',
      minCurvature: 'number',
      narrowest: 'number',
      restart: 'boolean',
    },
    schedulable: false,
    make: lbfgs,
  },
  newton: { options: { noise: 'number' }, schedulable: false, make: newton },
  closedForm: { options: {}, schedulable: false, make: closedForm },
};

/** The names that `makeRule` knows. */
export const ruleNames = Object.keys(registry) as readonly RuleName[];

/**
 * Makes the rule that a request names. An option that is `undefined` counts as left out.
 *
 * @param options.schedule multiplies its learning rate
 * @throws InputError when the name or an option is not known, a required option is missing, a value is not of its kind
 *   or leaves its range, or a schedule is given to a rule that chooses its steps itself
 * @example makeRule({ name: 'sgd', learningRate: 0.1, momentum: 0.9 })
 */
export function makeRule(
  request: Exclude<RuleRequest, { name: SearchRuleName }>,
  options?: { schedule?: Schedule },
): Rule;
export function makeRule(request: RuleRequest, options?: { schedule?: Schedule }): Rule | SearchRule;
export function makeRule(request: RuleRequest, { schedule }: { schedule?: Schedule } = {}): Rule | SearchRule {
  const { name, ...options } = request;
  if (!Object.hasOwn(registry, name))
    throw new InputError(`optimizer: expected one of ${ruleNames.join(', ')}, found "${name}"`);

  const entry = registry[name];
  const kinds = new Map<string, Kind>(Object.entries(entry.options));
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = kinds.get(key);
    if (kind === undefined)
      throw new InputError(
        `optimizer ${name}: expected options among ${[...kinds.keys()].join(', ') || 'none'}, found "${key}"`,
      );
    if (typeof value !== kind)
      throw new InputError(`optimizer ${name}, ${key}: expected a ${kind}, found ${JSON.stringify(value)}`);
  }
  for (const key of entry.required ?? []) {
    if ((options as Record<string, unknown>)[key] === undefined)
      throw new InputError(`optimizer ${name}: expected ${key}, found none`);
  }
  if (schedule && !entry.schedulable)
    throw new InputError(`optimizer ${name}: expected no schedule, as it chooses its own steps, found one`);
  // The name chose the entry, so the options fit it; the compiler does not follow a union through an index.
  const make = entry.make as (options: unknown) => Rule | SearchRule;
  return make(schedule ? { ...options, schedule } : options);
}
