import { log } from '../../core/elementary.ts';
import { type MetricCall, unshared } from '../catalogue/entry.ts';
import type { Metric } from '../catalogue.ts';
import type { ClassPredictions } from '../predictions.ts';
import { meanTerms } from './mean-terms.ts';
import type { SummedMetric, Terms } from './terms.ts';

/** More different pairs of actual and predicted class than this are too many to measure a metric of a thousand times. */
const pairLimit = 4096;

/** Metrics of the classes that were chosen, and of the probabilities of two; undefined for the others. */
export function classTerms(
  metric: Metric,
  predictions: ClassPredictions,
  shared: MetricCall['shared'],
): SummedMetric | undefined {
  const { entry, parameters } = metric;
  if (entry.needs === 'labels') {
    const pairs = shared('pairs of classes', () => pairsOf(predictions));
    if (!pairs) return undefined;
    const { classCount } = predictions;
    const { terms, actual, predicted } = pairs;
    return {
      terms,
      // The metric itself, of one row for each pair, which weighs what the rows of the pair do.
      of: (sums) =>
        entry.compute(
          { kind: 'classes', classCount, actual, predicted, probabilities: none, weights: notNegative(sums) },
          { parameters, shared: unshared },
        ),
      share: shareOf(metric, predictions),
    };
  }
  const { actual, probabilities, margins, weights, classCount } = predictions;
  if (margins || classCount > 2) return undefined;
  if (entry.name === 'brier')
    return meanTerms(actual.length, (row) => (probabilities[row] - actual[row]) ** 2, weights);
  if (entry.name !== 'logLoss') return undefined;
  const epsilon = Number(parameters.epsilon);
  const lossOf = (row: number) => {
    const clipped = Math.min(Math.max(probabilities[row], epsilon), 1 - epsilon);
    return -log(actual[row] === 1 ? clipped : 1 - clipped);
  };
  return meanTerms(actual.length, lossOf, weights);
}

const none = new Float64Array(0);

/** A hair below 0 is what a difference of sums leaves of nothing, and how a slope is felt for. */
const notNegative = (sums: Float64Array): Float64Array =>
  sums.some((sum) => sum < 0) ? sums.map((sum) => Math.max(0, sum)) : sums;

interface Pairs {
  terms: Terms;
  /** Of each pair, shape [pairs]. */
  actual: Int32Array;
  predicted: Int32Array;
}

/** The pairs of actual and predicted class that occur, and the weight of each one's rows as sums. */
function pairsOf({ classCount, actual, predicted, weights }: ClassPredictions): Pairs | undefined {
  const found = { actual: [] as number[], predicted: [] as number[] };
  // Few classes have a table of all pairs, many a map of those that occur.
  const table = classCount <= 256 ? new Int32Array(classCount * classCount).fill(-1) : undefined;
  const map = new Map<number, number>();
  // Of very many rows, looking a pair up costs less than the room to keep its place.
  const places = classCount > 256 || actual.length <= 1 << 20 ? new Int32Array(actual.length) : undefined;
  for (let row = 0; row < actual.length; row++) {
    const pair = actual[row] * classCount + predicted[row];
    let place = table ? table[pair] : (map.get(pair) ?? -1);
    if (place < 0) {
      place = found.actual.length;
      if (place === pairLimit) return undefined;
      found.actual.push(actual[row]);
      found.predicted.push(predicted[row]);
      if (table) table[pair] = place;
      else map.set(pair, place);
    }
    if (places) places[row] = place;
  }
  const placeOf = places
    ? (row: number) => places[row]
    : (row: number) => (table as Int32Array)[actual[row] * classCount + predicted[row]];
  const terms: Terms = {
    unitCount: actual.length,
    width: found.actual.length,
    add(row, sums, at) {
      sums[at + placeOf(row)] += weights ? weights[row] : 1;
    },
    ...(places && { places }),
  };
  return { terms, actual: Int32Array.from(found.actual), predicted: Int32Array.from(found.predicted) };
}

function shareOf({ entry, parameters }: Metric, { classCount, actual, predicted }: ClassPredictions) {
  if (entry.name === 'accuracy') return (row: number) => Number(actual[row] === predicted[row]);
  if (entry.name === 'hammingLoss') return (row: number) => Number(actual[row] !== predicted[row]);
  const isBinary = classCount === 2 && (parameters.average === 'auto' || parameters.average === 'binary');
  if (!isBinary) return undefined;
  if (entry.name === 'recall') return (row: number) => (actual[row] === 1 ? predicted[row] : -1);
  if (entry.name === 'precision') return (row: number) => (predicted[row] === 1 ? actual[row] : -1);
  if (entry.name === 'specificity') return (row: number) => (actual[row] === 0 ? 1 - predicted[row] : -1);
  return undefined;
}
