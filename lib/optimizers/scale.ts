import { checkFinite } from '../core/checks.ts';
import type { Rule } from './rule.ts';

/** Nothing to remember. */
export type Stateless = Record<string, never>;

/**
 * Multiplies the gradient by a constant; with minus the learning rate, the last link of most chains.
 *
 * @throws InputError when `factor` is not a finite number
 */
export function scale(factor: number): Rule<Stateless> {
  checkFinite('factor', factor);
  return {
    init: () => ({}),
    update(gradient) {
      for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
    },
  };
}
