import { checkDecay, checkWithin } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Vector } from '../core/vector.ts';
import type { Rule } from './rule.ts';

export interface TraceState {
  step: number;
  velocity: Vector;
}

/**
 * Momentum: replaces the gradient g by a decaying sum of all gradients so far, b ← μ·b + (1 − dampening)·g.
 *
 * The first b is g itself, undampened, as in torch. With `nesterov` the result looks one step ahead: g + μ·b.
 *
 * @param momentum μ, in [0, 1)
 * @param dampening share of each later gradient that is left out, in [0, 1]
 * @throws InputError when an option leaves its range, or when nesterov comes with dampening or without momentum
 * @see Polyak 1964, USSR Comp. Math. 4(5); Sutskever et al. 2013, ICML, for Nesterov's form, in the variables of torch
 */
export function trace({ momentum = 0.9, dampening = 0, nesterov = false } = {}): Rule<TraceState> {
  checkDecay('momentum', momentum);
  checkWithin('dampening', dampening, 0, 1);
  if (nesterov && (momentum === 0 || dampening !== 0))
    throw new InputError(
      `nesterov: expected momentum above 0 and no dampening, found momentum ${momentum} and dampening ${dampening}`,
    );

  return {
    init: ({ length }) => ({ step: 0, velocity: new Float64Array(length) }),
    update(gradient, state) {
      const { velocity } = state;
      const share = state.step++ === 0 ? 1 : 1 - dampening;
      for (let i = 0; i < gradient.length; i++) {
        const g = gradient[i];
        const b = momentum * velocity[i] + share * g;
        velocity[i] = b;
        gradient[i] = nesterov ? g + momentum * b : b;
      }
    },
  };
}
