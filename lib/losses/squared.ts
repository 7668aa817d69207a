import type { Loss } from './loss.ts';

/**
 * Squared error, (score − y)², for one score and a number as target; in squared units of the target.
 *
 * Its mean over the rows is the MSE, and its gradient there (2/n)·Xᵀ(Xθ − y). The published description that this
 * project started from prints that gradient as Xᵀ(θ − y), which subtracts targets from parameters: the prediction Xθ
 * and the factor 2/n are missing, and the shapes agree only when there are as many rows as parameters.
 */
export const squared: Loss = {
  name: 'squared',
  targets: 'a finite number',
  link: 'identity',
  convex: true,
  formula: { name: 'squared' },
  accepts: (target) => Number.isFinite(target),
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const residual = scores[i] - targets[i];
      losses[i] = residual * residual;
      slopes[i] = 2 * residual;
    }
  },
  curvatures(_scores, _targets, count, _outputs, curvatures) {
    curvatures.fill(2, 0, count);
  },
};
