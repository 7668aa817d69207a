import { checkPositive } from '../core/checks.ts';
import type { Loss } from './loss.ts';

/**
 * Huber's loss: r²/2 of residuals r up to delta, and delta·(|r| − delta/2) beyond, where it grows as |r| alone.
 *
 * Outliers pull with the force delta at most. As in torch; divided by delta it is torch's smooth L1 loss.
 *
 * @param delta above 0, in units of the target as it is learned
 * @throws InputError when it is not
 * @see Huber 1964, Annals of Mathematical Statistics 35(1)
 */
export function huber({ delta = 1 }: { delta?: number } = {}): Loss {
  checkPositive('delta', delta);
  return {
    name: 'huber',
    targets: 'a finite number',
    link: 'identity',
    convex: true,
    formula: { name: 'huber', shape: delta },
    accepts: Number.isFinite,
    evaluate(scores, targets, count, _outputs, losses, slopes) {
      for (let i = 0; i < count; i++) {
        const residual = scores[i] - targets[i];
        const size = Math.abs(residual);
        losses[i] = size <= delta ? (residual * residual) / 2 : delta * (size - delta / 2);
        slopes[i] = size <= delta ? residual : delta * Math.sign(residual);
      }
    },
  };
}
