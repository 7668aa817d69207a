import { checkPositive } from '../core/checks.ts';
import type { Rule } from './rule.ts';
import type { Stateless } from './scale.ts';

/**
 * Limits each gradient coordinate to [−limit, limit]; its direction may change. NaN stays NaN.
 *
 * @param limit above 0, in gradient units
 * @throws InputError when it is not
 */
export function clipByValue(limit: number): Rule<Stateless> {
  checkPositive('limit', limit);
  return {
    init: () => ({}),
    update(gradient) {
      for (let i = 0; i < gradient.length; i++) gradient[i] = Math.max(-limit, Math.min(limit, gradient[i]));
    },
  };
}
