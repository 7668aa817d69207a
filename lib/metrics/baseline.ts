import { checkFinite } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { checkClasses } from './labels.ts';
import { meanOver, totalWeight } from './mean.ts';
import type { ClassPredictions, ModelTask, Predictions, ValuePredictions } from './predictions.ts';

interface BaselineOptions {
  /** Targets of the training rows: numbers, or class indices from 0. */
  trainingTargets: ArrayLike<number>;
  /** How much each training row counts; all alike by default. */
  trainingWeights?: ArrayLike<number>;
  /** Targets of the rows that are measured, shape [n]. */
  actual: ArrayLike<number>;
  /** How much each of those rows counts, shape [n]; all alike by default. */
  weights?: ArrayLike<number>;
}

/**
 * What somebody would predict who saw the training targets and no feature: the yardstick of a model.
 *
 * For values, the training mean in each row. For classes, the most frequent one (of equally frequent ones the first),
 * with the classes' shares in training as probabilities. Feed it to `measure`, as a model's predictions.
 *
 * @param classCount K; needed for the tasks of classes, 2 for `binary`
 * @throws InputError when there are no training targets or they weigh nothing, or a target is not of the task's kind
 */
export function baselinePredictions(
  task: ModelTask,
  { classCount = 2, ...options }: BaselineOptions & { classCount?: number },
): Predictions {
  const { trainingTargets, trainingWeights } = options;
  if (totalWeight(trainingTargets.length, trainingWeights) === 0) {
    throw new InputError(`trainingTargets: expected rows that count, found ${trainingTargets.length} without weight`);
  }
  return task === 'regression' || task === 'count' ? meanBaseline(options) : classBaseline(options, classCount);
}

function meanBaseline({ trainingTargets, trainingWeights, actual, weights }: BaselineOptions): ValuePredictions {
  checkFinite('trainingTargets', trainingTargets);
  const mean = meanOver(trainingTargets.length, (row) => trainingTargets[row], { weights: trainingWeights });
  return {
    kind: 'values',
    actual: Float64Array.from(actual),
    predicted: new Float64Array(actual.length).fill(mean),
    weights: weights && Float64Array.from(weights),
  };
}

function classBaseline(
  { trainingTargets, trainingWeights, actual, weights }: BaselineOptions,
  classCount: number,
): ClassPredictions {
  checkClasses('trainingTargets', trainingTargets, classCount);
  checkClasses('actual', actual, classCount);
  const shares = new Float64Array(classCount);
  for (let row = 0; row < trainingTargets.length; row++) {
    shares[trainingTargets[row]] += trainingWeights ? trainingWeights[row] : 1;
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  for (let k = 0; k < classCount; k++) shares[k] /= total;

  const given = classCount === 2 ? shares.subarray(1) : shares;
  const probabilities = new Float64Array(actual.length * given.length);
  if (given.length === 1) probabilities.fill(given[0]);
  else for (let row = 0; row < actual.length; row++) probabilities.set(given, row * given.length);
  return {
    kind: 'classes',
    classCount,
    actual: new Int32Array(actual),
    probabilities,
    predicted: new Int32Array(actual.length).fill(shares.indexOf(Math.max(...shares))),
    weights: weights && Float64Array.from(weights),
  };
}
