import { checkPositive } from '../core/checks.ts';
import type { Rule } from './rule.ts';
import { type Stateless, scale } from './scale.ts';

/**
 * Gradient descent: θ ← θ − α·g.
 *
 * @param learningRate α, above 0
 * @throws InputError when it is not
 * @see Cauchy 1847, Comptes Rendus 25
 */
export function gd({ learningRate }: { learningRate: number }): Rule<Stateless> {
  checkPositive('learningRate', learningRate);
  return scale(-learningRate);
}
