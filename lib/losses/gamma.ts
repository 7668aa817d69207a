import { exp } from '../core/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Gamma loss with the log link: score + y·e^−score, for an amount y above 0; the expected amount is e^score.
 *
 * Half the gamma deviance without −log y − 1. It suits amounts whose spread grows as their mean: only the ratio of y and
 * prediction counts.
 *
 * @see McCullagh & Nelder 1989, Generalized Linear Models, chapter 8
 */
export const gamma: Loss = {
  name: 'gamma',
  targets: 'a finite number above 0',
  link: 'log',
  convex: true,
  formula: { name: 'gamma' },
  accepts: (target) => target > 0 && target < Infinity,
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const ratio = targets[i] * exp(-scores[i]);
      losses[i] = scores[i] + ratio;
      slopes[i] = 1 - ratio;
    }
  },
  curvatures(scores, targets, count, _outputs, curvatures) {
    for (let i = 0; i < count; i++) curvatures[i] = targets[i] * exp(-scores[i]);
  },
};
