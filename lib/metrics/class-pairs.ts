import type { ClassPredictions } from './predictions.ts';

/** More different pairs of actual and predicted class than this are no summary of the rows. */
const pairLimit = 4096;

/** The pairs of actual and predicted class that occur: all that a metric of the chosen classes looks at. */
export interface ClassPairs {
  /** Of each pair, in the order in which they come first, shape [pairs]. */
  actual: Int32Array;
  predicted: Int32Array;
  /** How many rows have it, shape [pairs]. */
  rowCounts: Float64Array;
  /** Which pair a row has. */
  placeOf(row: number): number;
  /** The same for all rows, shape [n]; not kept of very many. */
  places?: Int32Array;
}

/** The pairs of classes of some rows; undefined where there are more than 4,096 different ones. */
export function classPairs({ classCount, actual, predicted }: ClassPredictions): ClassPairs | undefined {
  const found = { actual: [] as number[], predicted: [] as number[], rowCounts: [] as number[] };
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
      found.rowCounts.push(0);
      if (table) table[pair] = place;
      else map.set(pair, place);
    }
    found.rowCounts[place]++;
    if (places) places[row] = place;
  }
  return {
    actual: Int32Array.from(found.actual),
    predicted: Int32Array.from(found.predicted),
    rowCounts: Float64Array.from(found.rowCounts),
    placeOf: places ? (row) => places[row] : (row) => (table as Int32Array)[actual[row] * classCount + predicted[row]],
    ...(places && { places }),
  };
}

/** One row for each pair, which weighs what is given for it: of the chosen classes, metrics say the same of these rows. */
export function rowOfEachPair(
  { actual, predicted }: ClassPairs,
  classCount: number,
  weights: Float64Array,
): ClassPredictions {
  return { kind: 'classes', classCount, actual, predicted, probabilities: none, weights };
}

const none = new Float64Array(0);
