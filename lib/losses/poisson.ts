import { exp } from '../core/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Poisson loss with the log link: e^score − y·score, for a count y as target; the expected count is e^score.
 *
 * It is the negative log likelihood without log y!, and half the Poisson deviance without y·log y − y: neither depends on
 * the score. So it may be negative, and is smallest at score = log y. Any y from 0 will do, not whole numbers alone: the
 * estimate asks that the mean be right, and not the distribution.
 *
 * @see McCullagh & Nelder 1989, Generalized Linear Models, chapter 6; Gourieroux, Monfort & Trognon 1984, Econometrica
 *   52(3), for the last remark
 */
export const poisson: Loss = {
  name: 'poisson',
  targets: 'a finite number from 0',
  link: 'log',
  convex: true,
  formula: { name: 'poisson' },
  accepts: (target) => target >= 0 && target < Infinity,
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const mean = exp(scores[i]);
      losses[i] = mean - targets[i] * scores[i];
      slopes[i] = mean - targets[i];
    }
  },
  curvatures(scores, _targets, count, _outputs, curvatures) {
    for (let i = 0; i < count; i++) curvatures[i] = exp(scores[i]);
  },
};
