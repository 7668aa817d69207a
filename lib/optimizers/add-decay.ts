import { checkNotNegative } from '../core/checks.ts';
import type { Rule } from './rule.ts';
import type { Stateless } from './scale.ts';

/**
 * Adds `weightDecay` times the parameters to the gradient: the gradient of weightDecay/2 · ‖θ‖².
 *
 * It falls on every parameter, the intercept too, as `weight_decay` does in torch. A penalty that spares the intercept
 * belongs to the objective (`l2`). First in a chain it is L2 regularisation, which Adam's rescaling then distorts; after
 * the rescaling it is decoupled decay.
 *
 * @param weightDecay at least 0, in loss per squared parameter
 * @throws InputError when it is negative or not finite
 * @see Loshchilov & Hutter 2019, arXiv:1711.05101, for the two places
 */
export function addDecay(weightDecay: number): Rule<Stateless> {
  checkNotNegative('weightDecay', weightDecay);
  return {
    init: () => ({}),
    update(gradient, _, parameters) {
      for (let i = 0; i < gradient.length; i++) gradient[i] += weightDecay * parameters[i];
    },
  };
}

/** What a recipe begins with: `addDecay`, or nothing where the weight decay is 0. */
export function penalise(weightDecay: number): Rule<Stateless>[] {
  const rule = addDecay(weightDecay);
  return weightDecay === 0 ? [] : [rule];
}
