import { checkSameLength, checkWithin } from '../core/checks.ts';
import { log } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { columnCount } from './curves.ts';
import { checkClasses } from './labels.ts';
import { meanOver } from './mean.ts';
import type { MetricOptions } from './warn.ts';

/** A row of probabilities may miss 1 by so much before somebody should know: float32 softmax stays well below. */
const sumTolerance = 1e-5;

/**
 * Mean of −ln(probability that was given to what happened), also called cross-entropy.
 *
 * In nats; from 0, which is perfect. NaN when there are no rows, or all weigh nothing. Probabilities are clipped to
 * [epsilon, 1 − epsilon], and each row of K then divided by its sum, as in scikit-learn 1.2.
 *
 * @param actual class indices, shape [n]
 * @param probabilities in [0, 1]. Shape [n]: of class 1, with classes 0 and 1. Shape [n, K], row-major: of each class
 * @param epsilon in [0, 0.5): how sure a forecast may be; with 0, one that is sure and wrong costs Infinity
 * @throws InputError when the shapes do not fit, a class has no column, a probability leaves [0, 1], or a weight is
 *   negative
 * @see Good 1952, Journal of the Royal Statistical Society B 14(1)
 * @example logLoss([0, 1], [0.1, 0.9]) // 0.10536…
 */
export function logLoss(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { epsilon = Number.EPSILON, weights, warn }: MetricOptions & { epsilon?: number } = {},
): number {
  if (!(epsilon >= 0 && epsilon < 0.5))
    throw new InputError(`epsilon: expected a number in [0, 0.5), found ${epsilon}`);
  const rowCount = actual.length;
  const binary = probabilities.length === rowCount;
  const classCount = binary ? 2 : columnCount(rowCount, probabilities);
  checkClasses('actual', actual, classCount);
  checkWithin('probabilities', probabilities, 0, 1);
  const clip = (probability: number) => Math.min(Math.max(probability, epsilon), 1 - epsilon);

  if (binary) {
    const given = (row: number) => (actual[row] === 1 ? clip(probabilities[row]) : 1 - clip(probabilities[row]));
    return meanOver(rowCount, (row) => -log(given(row)), { weights, warn });
  }
  let offCount = 0;
  const loss = (row: number) => {
    let [sum, given] = [0, 0];
    for (let k = 0; k < classCount; k++) {
      given += probabilities[row * classCount + k];
      sum += clip(probabilities[row * classCount + k]);
    }
    if (Math.abs(given - 1) > sumTolerance) offCount++;
    return -log(clip(probabilities[row * classCount + actual[row]]) / sum);
  };
  const mean = meanOver(rowCount, loss, { weights, warn });
  if (offCount > 0) warn?.(`the probabilities of ${offCount} rows do not sum to 1 and were divided by their sum`);
  return mean;
}

/**
 * Mean squared gap between forecast probabilities and what happened.
 *
 * Unitless, in [0, 1]; 0 is perfect. NaN when there are no rows, or all weigh nothing.
 *
 * @param actual outcomes, 0 or 1, shape [n]
 * @param probabilities forecast of outcome 1, in [0, 1], shape [n]
 * @throws InputError when lengths differ, an outcome is neither 0 nor 1, a probability leaves [0, 1], or a weight is
 *   negative
 * @see Brier 1950, Monthly Weather Review 78(1); the two-class form, halved
 * @example brierLoss([0, 1], [0.1, 0.9]) // 0.01
 */
export function brierLoss(
  actual: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MetricOptions = {},
): number {
  checkSameLength('actual', actual, 'probabilities', probabilities);
  checkClasses('actual', actual, 2);
  checkWithin('probabilities', probabilities, 0, 1);
  return meanOver(actual.length, (row) => (probabilities[row] - actual[row]) ** 2, options);
}
