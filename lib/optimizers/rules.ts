import { InputError } from '../core/errors.ts';
import { type AdamOptions, adam } from './adam.ts';
import { gd } from './gd.ts';
import type { Rule } from './rule.ts';
import { type SgdOptions, sgd } from './sgd.ts';

/** A rule by name, with the options of the function of that name. */
export type RuleRequest =
  | { name: 'gd'; learningRate: number }
  | ({ name: 'sgd' } & SgdOptions)
  | ({ name: 'adam' } & AdamOptions);

export type RuleName = RuleRequest['name'];

type Kind = 'number' | 'boolean';
type Options<Request> = Record<keyof Omit<Request, 'name'>, Kind>;

/** What each rule can be asked for, and how it is made. */
const registry: {
  [Name in RuleName]: {
    options: Required<Options<Extract<RuleRequest, { name: Name }>>>;
    required: readonly string[];
    make(request: Extract<RuleRequest, { name: Name }>): Rule;
  };
} = {
  gd: { options: { learningRate: 'number' }, required: ['learningRate'], make: gd },
  sgd: {
    options: {
      learningRate: 'number',
      momentum: 'number',
      dampening: 'number',
      nesterov: 'boolean',
      weightDecay: 'number',
    },
    required: ['learningRate'],
    make: ({ name: _, ...options }) => sgd(options),
  },
  adam: {
    options: {
      learningRate: 'number',
      beta1: 'number',
      beta2: 'number',
      epsilon: 'number',
      epsilonHat: 'number',
      amsgrad: 'boolean',
      weightDecay: 'number',
    },
    required: [],
    make: ({ name: _, ...options }) => adam(options),
  },
};

/** The names that `makeRule` knows. */
export const ruleNames = Object.keys(registry) as readonly RuleName[];

/**
 * Makes the rule that a request names. An option that is `undefined` counts as left out.
 *
 * @throws InputError when the name or an option is not known, a required option is missing, or a value is not of its
 *   kind or leaves its range
 * @example makeRule({ name: 'sgd', learningRate: 0.1, momentum: 0.9 })
 */
export function makeRule(request: RuleRequest): Rule {
  const { name } = request;
  if (!Object.hasOwn(registry, name))
    throw new InputError(`optimizer: expected one of ${ruleNames.join(', ')}, found "${name}"`);

  const { options, required, make } = registry[name];
  const kinds = new Map<string, Kind>(Object.entries(options));
  for (const [key, value] of Object.entries(request)) {
    if (key === 'name' || value === undefined) continue;
    const kind = kinds.get(key);
    if (kind === undefined)
      throw new InputError(`optimizer ${name}: expected options among ${[...kinds.keys()].join(', ')}, found "${key}"`);
    if (typeof value !== kind)
      throw new InputError(`optimizer ${name}, ${key}: expected a ${kind}, found ${JSON.stringify(value)}`);
  }
  for (const key of required) {
    if ((request as Record<string, unknown>)[key] === undefined)
      throw new InputError(`optimizer ${name}: expected ${key}, found none`);
  }
  // The name chose the entry, so the request fits it; the compiler does not follow a union through an index.
  return (make as (request: RuleRequest) => Rule)(request);
}
