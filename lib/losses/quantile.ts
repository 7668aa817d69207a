import { checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import type { Loss } from './loss.ts';

/**
 * Pinball loss: quantile·(y − score) below the target, (1 − quantile)·(score − y) above it; in units of the target.
 *
 * Its minimiser is the quantile: a share `quantile` of the targets lies below. `smoothing` rounds the kink by a parabola
 * between −smoothing and smoothing, which raises the loss by smoothing/4 at the most; methods that need a gradient
 * everywhere then converge, and shrinking it in stages leads to the quantile itself.
 *
 * @param quantile in (0, 1)
 * @param smoothing half the width of the parabola, from 0, in units of the target as it is learned
 * @throws InputError when one leaves its range
 * @see Koenker & Bassett 1978, Econometrica 46(1)
 */
export function quantile({
  quantile: share = 0.5,
  smoothing = 0,
}: {
  quantile?: number;
  smoothing?: number;
} = {}): Loss {
  if (!(share > 0 && share < 1)) throw new InputError(`quantile: expected a number between 0 and 1, found ${share}`);
  checkNotNegative('smoothing', smoothing);
  return {
    name: 'quantile',
    targets: 'a finite number',
    link: 'identity',
    convex: true,
    formula: { name: 'quantile', shape: share, smoothing },
    accepts: Number.isFinite,
    evaluate(scores, targets, count, _outputs, losses, slopes) {
      for (let i = 0; i < count; i++) {
        const residual = scores[i] - targets[i];
        const size = Math.abs(residual);
        if (size < smoothing) {
          // The pinball is |r|/2 + (1/2 − quantile)·r; only the first part has a kink, and is rounded.
          losses[i] = ((residual * residual) / smoothing + smoothing) / 4 + (0.5 - share) * residual;
          slopes[i] = residual / (2 * smoothing) + (0.5 - share);
        } else {
          losses[i] = (residual > 0 ? 1 - share : share) * size;
          slopes[i] = residual > 0 ? 1 - share : residual < 0 ? -share : residual;
        }
      }
    },
  };
}
