import { seededRandom } from '../../core/random.ts';
import { baselinePredictions } from '../../metrics/baseline.ts';
import type { AnyPredictions, LabelSetPredictions, RankingPredictions } from '../../metrics/predictions.ts';
import type { PredictionsDocument, PredictionTask } from '../../pipeline/predictions-schema.ts';
import type { Rival } from '../assess/comparisons.ts';

type Baseline = NonNullable<NonNullable<PredictionsDocument['evaluate']>['baseline']>;

/**
 * Predictions from nothing but the labels of these rows: their mean, the most frequent one, the last one before each row, or
 * a random order. Undefined when the task has no baseline, or none is wanted.
 */
export function baselineOf(
  task: PredictionTask,
  predictions: AnyPredictions,
  { baseline, seed = 0 }: { baseline?: Baseline; seed?: number },
): Rival | undefined {
  if (baseline === 'none') return undefined;
  switch (predictions.kind) {
    case 'values': {
      const { actual, weights } = predictions;
      if (baseline === 'last value') {
        // Nothing comes before the first row, so its own value is taken.
        const predicted = Float64Array.from(actual, (_, row) => actual[Math.max(0, row - 1)]);
        return { name: 'the last value before each row', predictions: { ...predictions, predicted } };
      }
      const own = { trainingTargets: actual, trainingWeights: weights, actual, weights };
      return { name: 'the mean of these rows', predictions: baselinePredictions('regression', own) };
    }
    case 'classes': {
      const { actual, weights, classCount, probabilities, margins } = predictions;
      const own = { trainingTargets: actual, trainingWeights: weights, actual, weights, classCount };
      const usual = baselinePredictions(task === 'binary' ? 'binary' : 'multiclass', own);
      // If the model has no probabilities, the baseline gets none either: there is nothing to compare them with.
      const isUnscored = !margins && probabilities.length === 0;
      return {
        name: 'the most frequent class of these rows',
        predictions: isUnscored ? ({ ...usual, probabilities: new Float64Array(0) } as AnyPredictions) : usual,
      };
    }
    case 'labelSets':
      return { name: 'what most of these rows have, label by label', predictions: usualLabels(predictions) };
    case 'rankings':
      return { name: `a random order (seed ${seed})`, predictions: randomOrder(predictions, seed) };
    default:
      return undefined;
  }
}

function usualLabels(predictions: LabelSetPredictions): LabelSetPredictions {
  const { labelCount, actual, scores, weights } = predictions;
  const rowCount = actual.length / labelCount;
  const shares = new Float64Array(labelCount);
  let total = 0;
  for (let row = 0; row < rowCount; row++) {
    const weight = weights ? weights[row] : 1;
    total += weight;
    for (let label = 0; label < labelCount; label++) shares[label] += weight * actual[row * labelCount + label];
  }
  return {
    ...predictions,
    predicted: Uint8Array.from(actual, (_, cell) => Number(shares[cell % labelCount] > total / 2)),
    ...(scores && { scores: Float64Array.from(scores, (_, cell) => shares[cell % labelCount] / total) }),
  };
}

function randomOrder(predictions: RankingPredictions, seed: number): RankingPredictions {
  const random = seededRandom(seed);
  return { ...predictions, scores: Float64Array.from(predictions.scores, () => random.nextFloat()) };
}
