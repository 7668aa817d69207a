import { exp } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { gamma } from './gamma.ts';
import type { Loss } from './loss.ts';
import { poisson } from './poisson.ts';

/**
 * Tweedie loss with the log link, for targets whose variance grows as their mean to `power`; the mean is e^score.
 *
 * With μ = e^score it is μ^(2−p)/(2 − p) + y·μ^(1−p)/(p − 1): half the Tweedie deviance without what depends on y alone.
 * Power 1 is Poisson, 2 gamma; between them lies a sum of a Poisson number of gamma amounts, such as a year's claims,
 * with a lump of exact zeros. Outside [1, 2] the loss is not convex with this link.
 *
 * @param power p, in [1, 2]
 * @throws InputError when it is not
 * @see Jørgensen 1987, Journal of the Royal Statistical Society B 49(2)
 */
export function tweedie({ power = 1.5 }: { power?: number } = {}): Loss {
  if (!(power >= 1 && power <= 2)) throw new InputError(`power: expected a number from 1 to 2, found ${power}`);
  if (power === 1) return { ...poisson, name: 'tweedie' };
  if (power === 2) return { ...gamma, name: 'tweedie' };
  return {
    name: 'tweedie',
    targets: 'a finite number from 0',
    link: 'log',
    convex: true,
    formula: { name: 'tweedie', shape: power },
    accepts: (target) => target >= 0 && target < Infinity,
    evaluate(scores, targets, count, _outputs, losses, slopes) {
      for (let i = 0; i < count; i++) {
        const rising = exp((2 - power) * scores[i]);
        // Without the test, 0 times an infinite power would be NaN.
        const falling = targets[i] === 0 ? 0 : targets[i] * exp((1 - power) * scores[i]);
        losses[i] = rising / (2 - power) + falling / (power - 1);
        slopes[i] = rising - falling;
      }
    },
    curvatures(scores, targets, count, _outputs, curvatures) {
      for (let i = 0; i < count; i++) {
        const falling = targets[i] === 0 ? 0 : targets[i] * exp((1 - power) * scores[i]);
        curvatures[i] = (2 - power) * exp((2 - power) * scores[i]) + (power - 1) * falling;
      }
    },
  };
}
