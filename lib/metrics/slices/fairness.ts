import { checkSameLength } from '../../core/checks.ts';
import type { Interval } from '../intervals/interval.ts';
import { wilsonInterval } from '../intervals/wilson.ts';
import { checkClasses } from '../labels.ts';

/** Rates within one group. */
export interface GroupRates {
  group: string;
  rowCount: number;
  /** Share of the rows that are called positive, with Wilson's interval. */
  selectionRate: number;
  selectionInterval: Interval;
  /** Of the rows that are positive, the share called so; NaN when none is. */
  truePositiveRate: number;
  /** Of the rows that are negative, the share called positive; NaN when none is. */
  falsePositiveRate: number;
}

/** Largest less smallest, and smallest by largest, over the groups; 0 and 1 are even. NaN where a rate is undefined. */
export interface Disparity {
  difference: number;
  ratio: number;
}

/** How differently a model treats the groups of a column. */
export interface Fairness {
  groups: GroupRates[];
  /** Of selection rates. */
  demographicParity: Disparity;
  /** Of true positive rates. */
  equalOpportunity: Disparity;
  /** Of true and of false positive rates, the worse of both: the larger difference, the smaller ratio. */
  equalisedOdds: Disparity;
}

/**
 * How a classifier treats the groups of a column.
 *
 * Where no group is ever called positive, the ratio 0 / 0 is NaN. Groups in which a rate is undefined make its disparity
 * undefined: no number says that they are treated alike.
 *
 * @param actual 0 or 1; predicted likewise, shape [n]
 * @param groups place of each row's group among `names`, shape [n]; rows with −1 are left out
 * @throws InputError when lengths differ or a class is neither 0 nor 1
 * @see Hardt, Price & Srebro 2016, arXiv:1610.02413; Agarwal et al. 2018, arXiv:1803.02453; the definitions of fairlearn
 */
export function groupFairness(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  groups: ArrayLike<number>,
  names: readonly string[],
  { weights, confidence = 0.95 }: { weights?: ArrayLike<number>; confidence?: number } = {},
): Fairness {
  checkSameLength('actual', actual, 'predicted', predicted);
  checkSameLength('actual', actual, 'groups', groups);
  checkClasses('actual', actual, 2);
  checkClasses('predicted', predicted, 2);
  // Of each group: rows, Σw², and the weight by actual and predicted class.
  const sums = new Float64Array(names.length * 6);
  for (let row = 0; row < actual.length; row++) {
    if (groups[row] < 0) continue;
    const [at, weight] = [groups[row] * 6, weights ? weights[row] : 1];
    sums[at]++;
    sums[at + 1] += weight * weight;
    sums[at + 2 + 2 * actual[row] + predicted[row]] += weight;
  }
  const rates = names.flatMap((group, k): GroupRates[] => {
    const [rowCount, squares, trueNegatives, falsePositives, falseNegatives, truePositives] = sums.subarray(
      6 * k,
      6 * k + 6,
    );
    if (rowCount === 0) return [];
    const total = trueNegatives + falsePositives + falseNegatives + truePositives;
    const selectionRate = (truePositives + falsePositives) / total;
    return [
      {
        group,
        rowCount,
        selectionRate,
        selectionInterval: wilsonInterval(selectionRate, (total * total) / squares, { confidence }),
        truePositiveRate: truePositives / (truePositives + falseNegatives),
        falsePositiveRate: falsePositives / (falsePositives + trueNegatives),
      },
    ];
  });
  const equalOpportunity = disparity(rates.map(({ truePositiveRate }) => truePositiveRate));
  const ofFalse = disparity(rates.map(({ falsePositiveRate }) => falsePositiveRate));
  return {
    groups: rates,
    demographicParity: disparity(rates.map(({ selectionRate }) => selectionRate)),
    equalOpportunity,
    equalisedOdds: {
      difference: Math.max(equalOpportunity.difference, ofFalse.difference),
      ratio: Math.min(equalOpportunity.ratio, ofFalse.ratio),
    },
  };
}

function disparity(rates: readonly number[]): Disparity {
  if (rates.length === 0) return { difference: Number.NaN, ratio: Number.NaN };
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  return { difference: most - least, ratio: least / most };
}
