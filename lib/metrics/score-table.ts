import { checkFinite, checkSameLength } from '../core/checks.ts';
import { checkClasses } from './labels.ts';
import { totalWeight } from './mean.ts';
import { ascendingOrder } from './order.ts';
import type { RankedScores } from './ranked-scores.ts';

/**
 * What two classes weigh at each distinct score: all that AUC, average precision, thresholds and calibration look at.
 *
 * Ten million rows are sorted once, and each of those is then one sweep.
 */
export interface ScoreTable {
  /** Distinct, ascending, shape [scores]. */
  scores: Float64Array;
  /** Weight of the rows of class 1, and of class 0, at each score. */
  positive: Float64Array;
  negative: Float64Array;
  /** Sums of their squared weights. */
  positiveSquares: Float64Array;
  negativeSquares: Float64Array;
  /** Rows of each class that weigh anything. */
  positiveRows: number;
  negativeRows: number;
}

/**
 * @param actual 0 or 1, shape [n]; scores finite, shape [n]
 * @throws InputError when lengths differ, a class is neither 0 nor 1, a score is not finite, or a weight is negative
 */
export function scoreTable(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights }: { weights?: ArrayLike<number> } = {},
): ScoreTable {
  checkSameLength('actual', actual, 'scores', scores);
  checkClasses('actual', actual, 2);
  checkFinite('scores', scores);
  totalWeight(actual.length, weights);
  const order = ascendingOrder(scores);
  const columns = Array.from({ length: 5 }, () => new Float64Array(order.length));
  const rows = [0, 0];
  let [count, last] = [0, Number.NaN];
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    const score = scores[row];
    if (score !== last) {
      columns[0][count++] = score;
      last = score;
    }
    const [label, weight] = [actual[row], weights ? weights[row] : 1];
    // Class 1 stands in columns 1 and 3, class 0 in 2 and 4.
    columns[2 - label][count - 1] += weight;
    columns[4 - label][count - 1] += weight * weight;
    if (weight > 0) rows[label]++;
  }
  const [distinct, positive, negative, positiveSquares, negativeSquares] = columns.map((one) => one.subarray(0, count));
  return {
    scores: distinct,
    positive,
    negative,
    positiveSquares,
    negativeSquares,
    positiveRows: rows[1],
    negativeRows: rows[0],
  };
}

/**
 * The same from rows that are ranked already, all of which weigh 1.
 *
 * Both classes' counts at a score are the differences of those from there up, which are whole numbers.
 */
export function unweightedScoreTable({
  falsePositives,
  truePositives,
  thresholds,
  positives,
  negatives,
}: RankedScores): ScoreTable {
  const count = thresholds.length;
  const at = (cumulated: Float64Array) => {
    const counts = new Float64Array(count);
    let before = 0;
    for (let i = 0; i < count; i++) {
      counts[count - 1 - i] = cumulated[i] - before;
      before = cumulated[i];
    }
    return counts;
  };
  const [positive, negative] = [at(truePositives), at(falsePositives)];
  return {
    // Reversed on demand: areas need only the counts.
    get scores() {
      return thresholds.toReversed();
    },
    positive,
    negative,
    positiveSquares: positive,
    negativeSquares: negative,
    positiveRows: positives,
    negativeRows: negatives,
  };
}

/** Sum of a column. */
export function sumOf(column: Float64Array): number {
  let total = 0;
  for (let i = 0; i < column.length; i++) total += column[i];
  return total;
}
