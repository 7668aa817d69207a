import type { ClassPredictions, LabelSetPredictions, RankingPredictions, ValuePredictions } from '../predictions.ts';

/** Small predictions, as the catalogue's examples write them. */

/** Actual and predicted numbers. */
export function values(actual: number[], predicted: number[]): ValuePredictions {
  return { kind: 'values', actual: Float64Array.from(actual), predicted: Float64Array.from(predicted) };
}

/** Labels alone; K is one more than the largest, at least 2. */
export function labels(actual: number[], predicted: number[]): ClassPredictions {
  const classCount = Math.max(2, 1 + Math.max(...actual, ...predicted));
  const shape = classCount === 2 ? actual.length : actual.length * classCount;
  return {
    kind: 'classes',
    classCount,
    actual: Int32Array.from(actual),
    predicted: Int32Array.from(predicted),
    probabilities: new Float64Array(shape).fill(1 / classCount),
  };
}

/** Probabilities of class 1 or, as rows, of each class; the model says the most probable one. */
export function probabilities(actual: number[], given: number[] | number[][]): ClassPredictions {
  const rows = given.map((row) => (typeof row === 'number' ? [1 - row, row] : row));
  return {
    kind: 'classes',
    classCount: rows[0].length,
    actual: Int32Array.from(actual),
    predicted: Int32Array.from(rows, (row) => row.indexOf(Math.max(...row))),
    probabilities: Float64Array.from(given.flat()),
  };
}

/** Distances from the border between two classes, by a model without probabilities. */
export function margins(actual: number[], given: number[]): ClassPredictions {
  return {
    kind: 'classes',
    classCount: 2,
    actual: Int32Array.from(actual),
    predicted: Int32Array.from(given, (margin) => (margin > 0 ? 1 : 0)),
    probabilities: new Float64Array(0),
    margins: Float64Array.from(given),
  };
}

/** Rows of several labels, 1 where the row has the label. */
export function labelSets(actual: number[][], predicted: number[][]): LabelSetPredictions {
  return {
    kind: 'labelSets',
    labelCount: actual[0].length,
    actual: Uint8Array.from(actual.flat()),
    predicted: Uint8Array.from(predicted.flat()),
  };
}

/** One query a row. */
export function rankings(relevance: number[][], scores: number[][]): RankingPredictions {
  const queryOffsets = new Int32Array(relevance.length + 1);
  for (const [query, { length }] of relevance.entries()) queryOffsets[query + 1] = queryOffsets[query] + length;
  return {
    kind: 'rankings',
    relevance: Float64Array.from(relevance.flat()),
    scores: Float64Array.from(scores.flat()),
    queryOffsets,
  };
}
