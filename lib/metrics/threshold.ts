import { checkNotNegative, checkWithin } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { type ScoreTable, sumOf } from './score-table.ts';

/** What a threshold is chosen for. */
export type ThresholdAim =
  | { aim: 'f1' }
  /** Recall plus specificity less 1. */
  | { aim: 'youden' }
  /** Least mean cost; what is right costs nothing unless said. */
  | { aim: 'cost'; falsePositive: number; falseNegative: number; truePositive?: number; trueNegative?: number }
  /** Most recall while precision is at least this. */
  | { aim: 'precision'; atLeast: number }
  /** Most precision while recall is at least this. */
  | { aim: 'recall'; atLeast: number };

/** A threshold, and its effect on the rows on which it was chosen. */
export interface ChosenThreshold {
  /** Rows that score at least this are positive; Infinity when none should be. */
  threshold: number;
  /** What the aim is there: F1, Youden's J, the mean cost, the recall, or the precision. */
  value: number;
  precision: number;
  recall: number;
  /** Weighted counts there. */
  truePositives: number;
  falsePositives: number;
  /** Why the aim could not be met, where it could not. */
  note?: string;
}

/**
 * The threshold that serves an aim best, of all that divide the rows differently.
 *
 * Choose it on validation rows: on those that are reported, it makes the metric look better than it is. Of equally good
 * thresholds the highest is taken. An infinite one, at which no row is positive, counts as well.
 *
 * @param table of validation labels and scores, by scoreTable
 * @throws InputError when there are no rows, the aim's share is outside [0, 1] or a cost is negative
 * @see Youden 1950, Cancer 3(1), 32-35; Elkan 2001, IJCAI, for costs
 */
export function chooseThreshold(table: ScoreTable, aim: ThresholdAim): ChosenThreshold {
  if (table.scores.length === 0) throw new InputError('scores: expected rows to choose a threshold by, found none');
  if ('atLeast' in aim) checkWithin('atLeast', aim.atLeast, 0, 1);
  if (aim.aim === 'cost') {
    for (const name of ['falsePositive', 'falseNegative', 'truePositive', 'trueNegative'] as const) {
      checkNotNegative(name, aim[name] ?? 0);
    }
  }
  const totals = { positives: sumOf(table.positive), negatives: sumOf(table.negative) };
  let best: ChosenThreshold | undefined;
  let merit = Number.NEGATIVE_INFINITY;
  let [truePositives, falsePositives] = [0, 0];
  for (let i = table.scores.length; i >= 0; i--) {
    if (i < table.scores.length) {
      truePositives += table.positive[i];
      falsePositives += table.negative[i];
    }
    const found = measured(i < table.scores.length ? table.scores[i] : Number.POSITIVE_INFINITY, {
      truePositives,
      falsePositives,
      ...totals,
    });
    const value = figureOf(aim, found, totals);
    const own = aim.aim === 'cost' ? -value : value;
    if (own > merit) [best, merit] = [{ ...found, value }, own];
  }
  return (
    best ?? {
      ...measured(Number.POSITIVE_INFINITY, { truePositives: 0, falsePositives: 0, ...totals }),
      value: Number.NaN,
      note: whyNot(aim, totals),
    }
  );
}

interface Totals {
  positives: number;
  negatives: number;
}

function measured(
  threshold: number,
  { truePositives, falsePositives, positives }: Totals & { truePositives: number; falsePositives: number },
): Omit<ChosenThreshold, 'value'> {
  const called = truePositives + falsePositives;
  const precision = called > 0 ? truePositives / called : Number.NaN;
  return { threshold, precision, recall: truePositives / positives, truePositives, falsePositives };
}

/** The aim's figure; NaN where it is undefined, or its condition does not hold. */
function figureOf(aim: ThresholdAim, found: Omit<ChosenThreshold, 'value'>, { positives, negatives }: Totals): number {
  const { truePositives, falsePositives, precision, recall } = found;
  switch (aim.aim) {
    case 'f1':
      return (2 * truePositives) / (truePositives + falsePositives + positives);
    case 'youden':
      return recall - falsePositives / negatives;
    case 'precision':
      return precision >= aim.atLeast ? recall : Number.NaN;
    case 'recall':
      return recall >= aim.atLeast ? precision : Number.NaN;
  }
  const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = aim;
  const cost =
    falsePositive * falsePositives +
    falseNegative * (positives - truePositives) +
    truePositive * truePositives +
    trueNegative * (negatives - falsePositives);
  return cost / (positives + negatives);
}

function whyNot(aim: ThresholdAim, { positives, negatives }: Totals): string {
  if (positives === 0) return 'no row is positive';
  if (negatives === 0 && aim.aim === 'youden') return 'no row is negative';
  return aim.aim === 'precision' ? `no threshold reaches a precision of ${aim.atLeast}` : 'no threshold serves the aim';
}
