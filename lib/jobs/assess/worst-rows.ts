import { log } from '../../core/elementary.ts';
import type { AnyPredictions, ClassPredictions } from '../../metrics/predictions.ts';
import { squadF1Score } from '../../metrics/text/squad.ts';
import type { Measured } from '../../metrics/uncertain.ts';
import { worstRowLimit } from '../../report/limits.ts';
import type { Evaluation } from '../../report/report.ts';

export interface WorstRequest {
  /** How many rows, at most 100. */
  count: number;
  /** Where a row stands, and its cells as texts. */
  describe(row: number): { place: string; features: Record<string, string | null> };
}

type WorstRow = NonNullable<Evaluation['worstRows']>[number];

/**
 * The rows with the largest losses, the largest first; of equal ones the first. Empty for rankings and detections, whose
 * losses are not those of rows.
 */
export function worstRowsOf(
  { predictions }: Measured,
  { count, describe }: WorstRequest,
  classes: readonly string[] | undefined,
): WorstRow[] {
  const rows = rowLosses(predictions, classes);
  if (!rows) return [];
  return largest(rows.rowCount, rows.lossOf, Math.min(count, worstRowLimit)).map(({ row, loss }) => ({
    ...describe(row),
    ...rows.answers(row),
    loss,
  }));
}

interface RowLosses {
  rowCount: number;
  lossOf(row: number): number;
  answers(row: number): { actual: string; predicted: string };
}

function rowLosses(predictions: AnyPredictions, classes: readonly string[] | undefined): RowLosses | undefined {
  switch (predictions.kind) {
    case 'values': {
      const { actual, predicted } = predictions;
      return {
        rowCount: actual.length,
        lossOf: (row) => Math.abs(actual[row] - predicted[row]),
        answers: (row) => ({ actual: String(actual[row]), predicted: String(predicted[row]) }),
      };
    }
    case 'classes': {
      const { actual, predicted } = predictions;
      const nameOf = (k: number) => classes?.[k] ?? String(k);
      return {
        rowCount: actual.length,
        lossOf: classLoss(predictions),
        answers: (row) => ({ actual: nameOf(actual[row]), predicted: nameOf(predicted[row]) }),
      };
    }
    case 'texts': {
      const { hypotheses, references } = predictions;
      return {
        rowCount: hypotheses.length,
        lossOf: (text) => 1 - squadF1Score(hypotheses[text], references[text]),
        answers: (text) => ({ actual: references[text].join(' | '), predicted: hypotheses[text] }),
      };
    }
    case 'labelSets': {
      const { actual, predicted, labelCount } = predictions;
      const named = (labels: Uint8Array, row: number) =>
        Array.from({ length: labelCount }, (_, k) => k)
          .filter((k) => labels[row * labelCount + k] === 1)
          .map((k) => classes?.[k] ?? String(k))
          .join(', ') || 'none';
      return {
        rowCount: actual.length / labelCount,
        lossOf(row) {
          let wrong = 0;
          for (let at = row * labelCount; at < (row + 1) * labelCount; at++)
            wrong += Number(actual[at] !== predicted[at]);
          return wrong / labelCount;
        },
        answers: (row) => ({ actual: named(actual, row), predicted: named(predicted, row) }),
      };
    }
    default:
      return undefined;
  }
}

/** How surprising a row's class is; without probabilities, how far the row is on the wrong side. */
function classLoss({ classCount, actual, predicted, probabilities, margins }: ClassPredictions) {
  if (margins) return (row: number) => (actual[row] === 1 ? -margins[row] : margins[row]);
  if (probabilities.length === 0) return (row: number) => Number(actual[row] !== predicted[row]);
  const given =
    classCount === 2
      ? (row: number) => (actual[row] === 1 ? probabilities[row] : 1 - probabilities[row])
      : (row: number) => probabilities[row * classCount + actual[row]];
  return (row: number) => -log(Math.max(given(row), Number.EPSILON));
}

/** The `count` largest, by insertion into a short list. */
function largest(rowCount: number, lossOf: (row: number) => number, count: number): { row: number; loss: number }[] {
  const found: { row: number; loss: number }[] = [];
  for (let row = 0; row < rowCount && count > 0; row++) {
    const loss = lossOf(row);
    if (!(loss > (found.length < count ? Number.NEGATIVE_INFINITY : found[count - 1].loss))) continue;
    let place = found.length;
    while (place > 0 && found[place - 1].loss < loss) place--;
    found.splice(place, 0, { row, loss });
    if (found.length > count) found.pop();
  }
  return found;
}
