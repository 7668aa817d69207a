import { checkNotNegative } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';

/**
 * A weight for each class that makes classes count alike: total weight / (K · the class's weight).
 *
 * K counts the classes that have rows; one without gets 0. As scikit-learn's `balanced`, except that rows count by their
 * weights, so that a weight of 2 is a row written twice.
 *
 * @param targets index of each row's class, from 0, shape [n]
 * @param classCount K
 * @param weights of the rows, shape [n]; each 1 when left out
 * @throws InputError when there is no row that counts
 * @see King & Zeng 2001, Political Analysis 9(2)
 */
export function balancedWeights(targets: Float64Array, classCount: number, weights?: Float64Array): Float64Array {
  const totals = new Float64Array(classCount);
  for (let row = 0; row < targets.length; row++) totals[targets[row]] += weights ? weights[row] : 1;
  const total = totals.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) throw new InputError('class weights: expected rows that count, found none');
  const present = totals.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  return totals.map((weight) => (weight > 0 ? total / (present * weight) : 0));
}

/**
 * The rows' weights with those of their classes multiplied in, shape [n].
 *
 * @param classWeights from 0, one a class
 * @param weights of the rows, shape [n]; each 1 when left out
 * @throws InputError when a class weight is negative or not finite
 */
export function weighClasses(targets: Float64Array, classWeights: Float64Array, weights?: Float64Array): Float64Array {
  checkNotNegative('classWeights', classWeights);
  return targets.map((target, row) => classWeights[target] * (weights ? weights[row] : 1));
}
