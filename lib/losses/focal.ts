import { checkNotNegative } from '../core/checks.ts';
import { exp, log1p, pow } from '../core/elementary.ts';
import { crossEntropy, exponentials, largest } from './cross-entropy.ts';
import { logistic } from './logistic.ts';
import type { Loss } from './loss.ts';

/**
 * Focal loss: the logistic loss, times (1 − p)^gamma, where p is the probability given to the true class.
 *
 * Rows that are easily right hardly count any more, so that many of them don't drown the few hard ones. Not convex. The
 * paper's α is a class weight.
 *
 * @param gamma γ, from 0; 0 is the logistic loss
 * @throws InputError when it is negative or not finite
 * @see Lin, Goyal, Girshick, He & Dollár 2017, arXiv:1708.02002, section 3
 */
export function focal({ gamma = 2 }: { gamma?: number } = {}): Loss {
  checkNotNegative('gamma', gamma);
  return {
    ...logistic,
    name: 'focal',
    formula: undefined,
    convex: gamma === 0,
    evaluate(scores, targets, count, _outputs, losses, slopes) {
      for (let i = 0; i < count; i++) {
        const sign = targets[i] === 1 ? 1 : -1;
        const margin = sign * scores[i];
        const small = exp(-Math.abs(margin));
        const right = (margin > 0 ? 1 : small) / (1 + small);
        const wrong = (margin > 0 ? small : 1) / (1 + small);
        const surprise = Math.max(-margin, 0) + log1p(small);
        const focus = pow(wrong, gamma);
        losses[i] = focus === 0 ? 0 : focus * surprise;
        slopes[i] = focus === 0 ? 0 : -sign * focus * (wrong + gamma * easily(right, surprise));
      }
    },
  };
}

/** Focal loss of the softmax of K scores, for the index of the true class as target. See `focal`. */
export function softmaxFocal({ gamma = 2 }: { gamma?: number } = {}): Loss {
  checkNotNegative('gamma', gamma);
  return {
    ...crossEntropy,
    formula: undefined,
    name: 'focal',
    convex: gamma === 0,
    evaluate(scores, targets, count, outputs, losses, slopes) {
      for (let i = 0; i < count; i++) {
        const [first, truth] = [i * outputs, i * outputs + targets[i]];
        const top = largest(scores, first, outputs);
        const others = exponentials(scores, first, outputs, top, slopes);
        const surprise = scores[top] - scores[truth] + log1p(others);
        const right = slopes[truth] / (1 + others);
        let wrong = 0;
        for (let k = first; k < first + outputs; k++) {
          slopes[k] /= 1 + others;
          if (k !== truth) wrong += slopes[k];
        }
        const focus = pow(wrong, gamma);
        losses[i] = focus === 0 ? 0 : focus * surprise;
        // A score's slope is its share of the wrong classes' probability, times the slope of the margin.
        const pull = focus === 0 ? 0 : focus * (wrong + gamma * easily(right, surprise));
        for (let k = first; k < first + outputs; k++)
          if (k !== truth) slopes[k] = pull === 0 ? 0 : pull * (slopes[k] / wrong);
        slopes[truth] = -pull;
      }
    },
  };
}

/** p·(−log p), which goes to 0 with p. */
function easily(right: number, surprise: number): number {
  return right === 0 ? 0 : right * surprise;
}
