import { pairCounts } from '../kernels/pair-counts.ts';
import type { ClassPredictions } from './predictions.ts';

/** With more distinct pairs of actual and predicted class, pairs are no summary of the rows. */
const pairLimit = 4096;

/** For more rows, looking up a row's pair again costs less than keeping its index. */
const mostPlaces = 1 << 20;

/** The pairs of actual and predicted class that occur: all that a metric of the predicted classes needs. */
export interface ClassPairs {
  /** The classes of each pair, ascending by the actual class and then by the predicted one, shape [pairs]. */
  actual: Int32Array;
  predicted: Int32Array;
  /** How many rows have each pair, shape [pairs]. */
  rowCounts: Float64Array;
  /** The index of a row's pair. */
  placeOf(row: number): number;
  /** The same for all rows, shape [n], made when it is first read; undefined for very many rows. */
  readonly places?: Int32Array;
}

/** The pairs of classes of some rows; undefined when there are more than 4,096 distinct ones. */
export function classPairs({ classCount, actual, predicted }: ClassPredictions): ClassPairs | undefined {
  const counts = countsByPair(actual, predicted, classCount);
  if (!counts) return undefined;
  const pairs = [...counts.keys()].sort((a, b) => a - b);
  const places = placesByPair(pairs, classCount);
  const placeOf = (row: number) => places(actual[row] * classCount + predicted[row]);
  let kept: Int32Array | undefined;
  return {
    actual: Int32Array.from(pairs, (pair) => Math.floor(pair / classCount)),
    predicted: Int32Array.from(pairs, (pair) => pair % classCount),
    rowCounts: Float64Array.from(pairs, (pair) => counts.get(pair) as number),
    placeOf,
    get places() {
      if (actual.length > mostPlaces) return undefined;
      if (!kept) {
        kept = new Int32Array(actual.length);
        for (let row = 0; row < kept.length; row++) kept[row] = placeOf(row);
      }
      return kept;
    },
  };
}

/** How many rows have each pair that occurs, by actual · classCount + predicted. */
function countsByPair(actual: Int32Array, predicted: Int32Array, classCount: number): Map<number, number> | undefined {
  const counted = pairCounts(actual, predicted, classCount);
  if (counted) {
    const found = [...counted.entries()].filter(([, count]) => count > 0);
    return found.length <= pairLimit ? new Map(found) : undefined;
  }
  const counts = new Map<number, number>();
  for (let row = 0; row < actual.length; row++) {
    const pair = actual[row] * classCount + predicted[row];
    const count = counts.get(pair) ?? 0;
    if (count === 0 && counts.size === pairLimit) return undefined;
    counts.set(pair, count + 1);
  }
  return counts;
}

/** Finds the index of a pair: for few classes by a table of all pairs, for many by a map of those that occur. */
function placesByPair(pairs: readonly number[], classCount: number): (pair: number) => number {
  if (classCount > 256) {
    const map = new Map(pairs.map((pair, place) => [pair, place]));
    return (pair) => map.get(pair) as number;
  }
  const table = new Int32Array(classCount * classCount);
  for (const [place, pair] of pairs.entries()) table[pair] = place;
  return (pair) => table[pair];
}

/** One weighted row for each pair: on these rows, metrics of the predicted classes have the same values. */
export function rowOfEachPair(
  { actual, predicted }: ClassPairs,
  classCount: number,
  weights: Float64Array,
): ClassPredictions {
  return { kind: 'classes', classCount, actual, predicted, probabilities: none, weights };
}

const none = new Float64Array(0);
