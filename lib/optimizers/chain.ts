import type { Rule } from './rule.ts';

/** The states of the links, in their order. */
export type ChainState<Rules extends readonly Rule[]> = {
  -readonly [I in keyof Rules]: Rules[I] extends Rule<infer State> ? State : never;
};

/**
 * Applies rules one after the other, each to what the one before left in the gradient.
 *
 * A chain is itself a rule, so chains nest. An empty chain leaves the gradient as it is.
 *
 * @example chain(clipByNorm(1), trace({ momentum: 0.9 }), scale(-0.01))
 */
export function chain<const Rules extends readonly Rule[]>(...rules: Rules): Rule<ChainState<Rules>> {
  return {
    init: (parameters) => rules.map((rule) => rule.init(parameters)) as ChainState<Rules>,
    update(gradient, state, parameters, loss) {
      const states = state as readonly unknown[];
      for (let i = 0; i < rules.length; i++) rules[i].update(gradient, states[i], parameters, loss);
    },
  };
}
