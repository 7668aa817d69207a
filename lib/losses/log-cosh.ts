import { exp, expm1, log1p, tanh } from '../core/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * log cosh r of the residual r: r²/2 near 0 and |r| − log 2 far from it, with derivatives of every order between.
 *
 * Computed as |r| + log1p(e^−2|r|) − log 2, and near 0, where that cancels, as log1p(2·sinh²(r/2)).
 */
export const logCosh: Loss = {
  name: 'log-cosh',
  targets: 'a finite number',
  link: 'identity',
  convex: true,
  formula: { name: 'log-cosh' },
  accepts: Number.isFinite,
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const residual = scores[i] - targets[i];
      losses[i] = logOfCosh(Math.abs(residual));
      slopes[i] = tanh(residual);
    }
  },
  curvatures(scores, targets, count, _outputs, curvatures) {
    for (let i = 0; i < count; i++) {
      // 1 − tanh², without its cancellation.
      const small = exp(-2 * Math.abs(scores[i] - targets[i]));
      curvatures[i] = (4 * small) / ((1 + small) * (1 + small));
    }
  },
};

function logOfCosh(size: number): number {
  if (size > 1) return size + log1p(exp(-2 * size)) - Math.LN2;
  const rise = expm1(size);
  return log1p((exp(-size) * rise * rise) / 2);
}
