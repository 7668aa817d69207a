import { InputError } from '../../core/errors.ts';
import type { AnyPredictions } from '../../metrics/predictions.ts';
import { groupFairness } from '../../metrics/slices/fairness.ts';
import type { Evaluation } from '../../report/report.ts';

/** A column of groups: for each row an index into `levels`, or −1 if its group is missing. */
export interface GroupColumn {
  name: string;
  codes: ArrayLike<number>;
  levels: readonly string[];
}

/**
 * How two classes are given to the groups of each column.
 *
 * @throws InputError when there are not two classes
 */
export function fairnessOf(
  predictions: AnyPredictions,
  columns: readonly GroupColumn[],
): NonNullable<Evaluation['fairness']> {
  if (predictions.kind !== 'classes' || predictions.classCount !== 2) {
    throw new InputError(
      'fairness: expected predictions of two classes, of which one is the positive one, found others',
    );
  }
  const { actual, predicted, weights } = predictions;
  return columns.map(({ name, codes, levels }) => {
    const { groups, ...gaps } = groupFairness(actual, predicted, codes, levels, { weights });
    const known = (value: number) => (Number.isNaN(value) ? null : value);
    const gap = ({ difference, ratio }: { difference: number; ratio: number }) => ({
      difference: known(difference),
      ratio: known(ratio),
    });
    return {
      column: name,
      groups: groups.map(({ group, rowCount, selectionRate, truePositiveRate, falsePositiveRate }) => ({
        value: group,
        rowCount,
        selectionRate: known(selectionRate),
        truePositiveRate: known(truePositiveRate),
        falsePositiveRate: known(falsePositiveRate),
      })),
      demographicParity: gap(gaps.demographicParity),
      equalOpportunity: gap(gaps.equalOpportunity),
      equalisedOdds: gap(gaps.equalisedOdds),
    };
  });
}
