import { checkWithin } from '../core/checks.ts';
import { exp, log1p } from '../core/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Cross-entropy of the softmax of K scores, for the index of the true class as target, 0 … K − 1. In nats.
 *
 * log Σ eˢ − s_y, with the largest score taken out of the sum: (max − s_y) + log1p(Σ of the others' e^(s − max)). No
 * finite scores overflow it unless they lie further apart than the largest float, and small losses keep their digits.
 *
 * @see Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.2.2.3
 */
export const crossEntropy: Loss = {
  name: 'cross-entropy',
  targets: 'the index of a class, from 0',
  link: 'softmax',
  convex: true,
  formula: { name: 'cross-entropy' },
  accepts: (target, outputs) => Number.isInteger(target) && target >= 0 && target < outputs,
  evaluate(scores, targets, count, outputs, losses, slopes) {
    for (let i = 0; i < count; i++) {
      const [first, truth] = [i * outputs, i * outputs + targets[i]];
      const top = largest(scores, first, outputs);
      const others = exponentials(scores, first, outputs, top, slopes);
      losses[i] = scores[top] - scores[truth] + log1p(others);

      const total = 1 + others;
      // The true class's slope, p − 1, is minus the sum of the others': no cancellation where p is near 1.
      let rest = 0;
      for (let k = first; k < first + outputs; k++) {
        slopes[k] /= total;
        if (k !== truth) rest += slopes[k];
      }
      slopes[truth] = -rest;
    }
  },
  curvatures(scores, _targets, count, outputs, curvatures) {
    for (let i = 0; i < count; i++) {
      const [first, at] = [i * outputs, i * outputs * outputs];
      const top = largest(scores, first, outputs);
      const shift = scores[top];
      let total = 0;
      for (let k = 0; k < outputs; k++) total += exp(scores[first + k] - shift);
      // pₖ·(1 − pₖ), where 1 − pₖ is the sum of the others: no cancellation; and −pₖ·pₗ beside it.
      for (let k = 0; k < outputs; k++) {
        const own = exp(scores[first + k] - shift) / total;
        let others = 0;
        for (let l = 0; l < outputs; l++) {
          if (l === k) continue;
          const other = exp(scores[first + l] - shift) / total;
          others += other;
          curvatures[at + k * outputs + l] = -own * other;
        }
        curvatures[at + k * outputs + k] = own * others;
      }
    }
  },
};

/**
 * Cross-entropy with smoothed targets: of each row a share `labelSmoothing` is spread evenly over all classes.
 *
 * As in torch. It keeps scores from growing without end where classes are separable, and probabilities from certainty.
 *
 * @param labelSmoothing ε, in [0, 1]; 0 is `crossEntropy` itself
 * @throws InputError when it is not
 * @see Szegedy et al. 2016, arXiv:1512.00567, section 7
 */
export function smoothCrossEntropy({ labelSmoothing = 0 }: { labelSmoothing?: number } = {}): Loss {
  checkWithin('labelSmoothing', labelSmoothing, 0, 1);
  if (labelSmoothing === 0) return crossEntropy;
  return {
    ...crossEntropy,
    formula: { name: 'cross-entropy', shape: labelSmoothing },
    evaluate(scores, targets, count, outputs, losses, slopes) {
      const share = labelSmoothing / outputs;
      for (let i = 0; i < count; i++) {
        const [first, truth] = [i * outputs, i * outputs + targets[i]];
        const top = largest(scores, first, outputs);
        const others = exponentials(scores, first, outputs, top, slopes);
        // log Σ eˢ − Σ t·s, with the largest score taken out: the targets t sum to one.
        let loss = (1 - labelSmoothing) * (scores[top] - scores[truth]) + log1p(others);
        for (let k = first; k < first + outputs; k++) {
          loss += share * (scores[top] - scores[k]);
          slopes[k] = slopes[k] / (1 + others) - (k === truth ? 1 - labelSmoothing + share : share);
        }
        losses[i] = loss;
      }
    },
  };
}

/**
 * Rewrites scores as probabilities, row by row: pₖ = e^sₖ / Σ e^s; each row sums to one.
 *
 * @param scores shape [count, outputs], row-major
 * @param probabilities written, same shape; may be `scores` itself
 */
export function softmax(scores: Float64Array, count: number, outputs: number, probabilities: Float64Array): void {
  for (let first = 0; first < count * outputs; first += outputs) {
    const total = 1 + exponentials(scores, first, outputs, largest(scores, first, outputs), probabilities);
    for (let k = first; k < first + outputs; k++) probabilities[k] /= total;
  }
}

/** Index of the largest of a row's scores. */
export function largest(scores: Float64Array, first: number, outputs: number): number {
  let top = first;
  for (let k = first + 1; k < first + outputs; k++) if (scores[k] > scores[top]) top = k;
  return top;
}

/** Writes e^(s − s_top) for each of a row's scores, 1 for the top; sums all but the top. */
export function exponentials(
  scores: Float64Array,
  first: number,
  outputs: number,
  top: number,
  results: Float64Array,
): number {
  const shift = scores[top];
  let others = 0;
  for (let k = first; k < first + outputs; k++) {
    results[k] = exp(scores[k] - shift);
    if (k !== top) others += results[k];
  }
  return others;
}
