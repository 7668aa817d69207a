import { sharedLogLosses } from '../catalogue/adapters.ts';
import { type MetricCall, unshared } from '../catalogue/entry.ts';
import type { Metric } from '../catalogue.ts';
import { type ClassPairs, classPairs, rowOfEachPair } from '../class-pairs.ts';
import type { ClassPredictions } from '../predictions.ts';
import { meanTerms } from './mean-terms.ts';
import type { SummedMetric, Terms } from './terms.ts';

/** Metrics of the classes that were chosen, and of the probabilities of two; undefined for the others. */
export function classTerms(
  metric: Metric,
  predictions: ClassPredictions,
  shared: MetricCall['shared'],
): SummedMetric | undefined {
  const { entry, parameters } = metric;
  if (entry.needs === 'labels') {
    const pairs = shared('pairs of classes', () => classPairs(predictions));
    if (!pairs) return undefined;
    const { classCount } = predictions;
    return {
      terms: shared('terms of pairs of classes', () => pairTerms(pairs, predictions)),
      // The metric itself, of one row for each pair, which weighs what the rows of the pair do.
      of: (sums, sharedOfSums = unshared) =>
        entry.compute(rowOfEachPair(pairs, classCount, notNegative(sums)), { parameters, shared: sharedOfSums }),
      ...shareOf(metric, predictions, pairs),
    };
  }
  const { actual, probabilities, margins, weights, classCount } = predictions;
  if (margins || classCount > 2) return undefined;
  if (entry.name === 'brier')
    return meanTerms(actual.length, (row) => (probabilities[row] - actual[row]) ** 2, weights);
  if (entry.name !== 'logLoss') return undefined;
  const losses = sharedLogLosses(predictions, Number(parameters.epsilon), shared);
  return meanTerms(actual.length, (row) => losses[row], weights);
}

/** Differences of sums may be slightly negative where nothing is left, and so may sums that are varied to find a slope. */
const notNegative = (sums: Float64Array): Float64Array =>
  sums.some((sum) => sum < 0) ? sums.map((sum) => Math.max(0, sum)) : sums;

/** The weight of each pair's rows, as sums. */
function pairTerms(pairs: ClassPairs, { weights, ...rows }: ClassPredictions): Terms {
  const { placeOf } = pairs;
  return {
    unitCount: rows.actual.length,
    width: pairs.actual.length,
    add(row, sums, at) {
      sums[at + placeOf(row)] += weights ? weights[row] : 1;
    },
    // Only who draws rows one by one looks at them.
    get places() {
      return pairs.places;
    },
  };
}

/** If the metric is a share of rows: which rows count, and, without weights, how many hits there are among how many. */
function shareOf(
  metric: Metric,
  { classCount, actual, predicted, weights }: ClassPredictions,
  pairs: ClassPairs,
): Pick<SummedMetric, 'share' | 'shareOfAll'> {
  const held = heldBy(metric, classCount);
  if (!held) return {};
  const share = (row: number) => held(actual[row], predicted[row]);
  if (weights) return { share };
  let [hits, asked] = [0, 0];
  for (const [i, rowCount] of pairs.rowCounts.entries()) {
    const own = held(pairs.actual[i], pairs.predicted[i]);
    if (own < 0) continue;
    hits += own * rowCount;
    asked += rowCount;
  }
  return { share, shareOfAll: { hits, asked } };
}

/** How a row of these classes counts in a share of rows: 1 for a hit, 0 for none, −1 if it is not part of the share. */
function heldBy({ entry, parameters }: Metric, classCount: number) {
  if (entry.name === 'accuracy') return (actual: number, predicted: number) => Number(actual === predicted);
  if (entry.name === 'hammingLoss') return (actual: number, predicted: number) => Number(actual !== predicted);
  const isBinary = classCount === 2 && (parameters.average === 'auto' || parameters.average === 'binary');
  if (!isBinary) return undefined;
  if (entry.name === 'recall') return (actual: number, predicted: number) => (actual === 1 ? predicted : -1);
  if (entry.name === 'precision') return (actual: number, predicted: number) => (predicted === 1 ? actual : -1);
  if (entry.name === 'specificity') return (actual: number, predicted: number) => (actual === 0 ? 1 - predicted : -1);
  return undefined;
}
