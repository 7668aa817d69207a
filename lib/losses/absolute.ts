import type { Loss } from './loss.ts';

/**
 * Absolute error, |score − y|; in units of the target. Its minimiser is the median.
 *
 * It has a kink at 0, so steps of a fixed length circle around the minimum: let the learning rate fall, or take
 * `huber` with a small delta.
 *
 * @see Laplace 1774; Bloomfield & Steiger 1983, Least Absolute Deviations
 */
export const absolute: Loss = {
  name: 'absolute',
  targets: 'a finite number',
  link: 'identity',
  convex: true,
  formula: { name: 'absolute' },
  accepts: Number.isFinite,
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const residual = scores[i] - targets[i];
      losses[i] = Math.abs(residual);
      slopes[i] = Math.sign(residual);
    }
  },
};
