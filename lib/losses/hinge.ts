import { checkNotNegative } from '../core/checks.ts';
import type { Loss } from './loss.ts';

/**
 * Hinge loss: max(0, 1 − m) of the margin m, which is the score for target 1 and minus the score for target 0.
 *
 * The loss of the linear support vector machine: rows on the right side, at least 1 away, do not count at all. Its scores
 * are no log-odds, and no probability follows from them. `smoothing` rounds the kink at m = 1 by a parabola of that half
 * width, which raises the loss by smoothing/4 at the most.
 *
 * @param smoothing from 0, in units of the score
 * @throws InputError when it is negative or not finite
 * @see Cortes & Vapnik 1995, Machine Learning 20
 */
export function hinge({ smoothing = 0 }: { smoothing?: number } = {}): Loss {
  checkNotNegative('smoothing', smoothing);
  return {
    name: 'hinge',
    targets: '0 or 1',
    link: 'none',
    convex: true,
    formula: { name: 'hinge', smoothing },
    accepts: (target) => target === 0 || target === 1,
    evaluate(scores, targets, count, _outputs, losses, slopes) {
      for (let i = 0; i < count; i++) {
        const sign = targets[i] === 1 ? 1 : -1;
        const lack = 1 - sign * scores[i];
        if (Math.abs(lack) < smoothing) {
          const reach = lack + smoothing;
          losses[i] = (reach * reach) / (4 * smoothing);
          slopes[i] = (-sign * reach) / (2 * smoothing);
        } else {
          // Of NaN neither is greater, and the larger of the two is NaN.
          losses[i] = Math.max(0, lack);
          slopes[i] = lack > 0 ? -sign : 0;
        }
      }
    },
  };
}

/**
 * Squared hinge loss: max(0, 1 − m)², with m as for `hinge`. It has a gradient everywhere.
 *
 * The default loss of scikit-learn's LinearSVC, which minimises ½‖w‖² + C·Σ loss and counts the intercept into w: here
 * l2 = 1/(C·n) with `penaliseIntercept`.
 *
 * @see Fan, Chang, Hsieh, Wang & Lin 2008, Journal of Machine Learning Research 9, LIBLINEAR
 */
export const squaredHinge: Loss = {
  name: 'squared-hinge',
  targets: '0 or 1',
  link: 'none',
  convex: true,
  formula: { name: 'squared-hinge' },
  accepts: (target) => target === 0 || target === 1,
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const sign = targets[i] === 1 ? 1 : -1;
      const lack = Math.max(0, 1 - sign * scores[i]);
      losses[i] = lack * lack;
      slopes[i] = -2 * sign * lack;
    }
  },
};
