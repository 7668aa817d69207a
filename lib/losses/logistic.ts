import { checkWithin } from '../core/checks.ts';
import { exp, log1p } from '../core/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Logistic loss (binary cross-entropy), for one score z, the log-odds of target 1; targets are 0 or 1. In nats.
 *
 * With the margin m = z for target 1 and −z for target 0 it is log(1 + e⁻ᵐ), computed as max(−m, 0) + log1p(e^−|m|),
 * which neither overflows nor loses small losses, for any finite score.
 *
 * @see Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 4.4
 */
export const logistic: Loss = {
  name: 'logistic',
  targets: '0 or 1',
  link: 'logit',
  convex: true,
  formula: { name: 'logistic' },
  accepts: (target) => target === 0 || target === 1,
  evaluate(scores, targets, count, _outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const sign = targets[i] === 1 ? 1 : -1;
      const margin = sign * scores[i];
      const small = exp(-Math.abs(margin));
      losses[i] = Math.max(-margin, 0) + log1p(small);
      // The chance given to the other class, without the cancellation of probability − target.
      slopes[i] = -sign * ((margin > 0 ? small : 1) / (1 + small));
    }
  },
  curvatures(scores, _targets, count, _outputs, curvatures) {
    for (let i = 0; i < count; i++) {
      const small = exp(-Math.abs(scores[i]));
      curvatures[i] = small / ((1 + small) * (1 + small));
    }
  },
};

/**
 * Logistic loss with smoothed targets: 1 − labelSmoothing/2 in place of 1, and labelSmoothing/2 in place of 0.
 *
 * The cross-entropy of two classes with the same `labelSmoothing`. It keeps scores from growing without end where classes
 * are separable.
 *
 * @param labelSmoothing in [0, 1]; 0 is `logistic` itself
 * @throws InputError when it is not
 * @see Szegedy et al. 2016, arXiv:1512.00567, section 7
 */
export function smoothLogistic({ labelSmoothing = 0 }: { labelSmoothing?: number } = {}): Loss {
  checkWithin('labelSmoothing', labelSmoothing, 0, 1);
  if (labelSmoothing === 0) return logistic;
  const other = labelSmoothing / 2;
  return {
    ...logistic,
    formula: { name: 'logistic', shape: labelSmoothing },
    evaluate(scores, targets, count, outputs, losses, slopes) {
      logistic.evaluate(scores, targets, count, outputs, losses, slopes);
      for (let i = 0; i < count; i++) {
        const sign = targets[i] === 1 ? 1 : -1;
        losses[i] += other * sign * scores[i];
        slopes[i] += other * sign;
      }
    },
  };
}

/** Probability that has these log-odds: 1 / (1 + e⁻ᶻ), in [0, 1]; exact in the tails. */
export function sigmoid(logOdds: number): number {
  const small = exp(-Math.abs(logOdds));
  return (logOdds < 0 ? small : 1) / (1 + small);
}
