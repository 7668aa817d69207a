import { unshared } from '../catalogue/entry.ts';
import type { Metric } from '../catalogue.ts';
import type { AnyPredictions } from '../predictions.ts';
import type { SummedMetric } from './terms.ts';

/** Metrics that are the mean over units of what they are of each unit by itself. */
const means = new Set([
  ...['mape', 'smape', 'msle', 'pinball', 'gammaDeviance', 'tweedieDeviance'],
  ...['logLoss', 'brier', 'brierSum', 'topK', 'hingeLoss'],
  ...['ndcg', 'dcg', 'map', 'mrr', 'precisionAt', 'recallAt', 'hitRate'],
  ...['labelRankingAp', 'coverageError', 'rankingLoss'],
]);

/** Quotients that are such a mean when the pipeline averages over rows. */
const overRows = new Set(['precision', 'recall', 'f1', 'fBeta', 'specificity', 'jaccard']);

/** A metric that is a mean over units, each measured by itself; undefined for any other. */
export function meanOfUnits({ entry, parameters }: Metric, predictions: AnyPredictions): SummedMetric | undefined {
  if (!means.has(entry.name) && !(overRows.has(entry.name) && parameters.average === 'samples')) return undefined;
  const single = oneUnit(predictions);
  const value = (unit: number) => entry.compute(single.of(unit), { parameters, shared: unshared });
  return meanTerms(single.unitCount, value, predictions.weights);
}

/** A mean of what a function says of each unit, asked once; where that is NaN the unit is left out. */
export function meanTerms(
  unitCount: number,
  of: (unit: number) => number,
  weights: Float64Array | undefined,
): SummedMetric {
  return {
    terms: {
      unitCount,
      width: 2,
      add(unit, sums, at) {
        const value = of(unit);
        if (Number.isNaN(value)) return;
        const weight = weights ? weights[unit] : 1;
        sums[at] += weight * value;
        sums[at + 1] += weight;
      },
    },
    of: (sums) => sums[0] / sums[1],
  };
}

/** Views of the predictions that hold one unit, unweighted. */
function oneUnit(predictions: AnyPredictions): { unitCount: number; of(unit: number): AnyPredictions } {
  switch (predictions.kind) {
    case 'values': {
      const { actual, predicted } = predictions;
      return {
        unitCount: actual.length,
        of: (row) => ({
          kind: 'values',
          actual: actual.subarray(row, row + 1),
          predicted: predicted.subarray(row, row + 1),
        }),
      };
    }
    case 'classes': {
      const { classCount, actual, predicted, probabilities, margins } = predictions;
      const width = probabilities.length / actual.length;
      return {
        unitCount: actual.length,
        of: (row) => ({
          kind: 'classes',
          classCount,
          actual: actual.subarray(row, row + 1),
          predicted: predicted.subarray(row, row + 1),
          probabilities: probabilities.subarray(row * width, (row + 1) * width),
          margins: margins?.subarray(row, row + 1),
        }),
      };
    }
    case 'labelSets': {
      const { labelCount, actual, predicted, scores } = predictions;
      return {
        unitCount: actual.length / labelCount,
        of: (row) => ({
          kind: 'labelSets',
          labelCount,
          actual: actual.subarray(row * labelCount, (row + 1) * labelCount),
          predicted: predicted.subarray(row * labelCount, (row + 1) * labelCount),
          scores: scores?.subarray(row * labelCount, (row + 1) * labelCount),
        }),
      };
    }
    case 'rankings': {
      const { relevance, scores, queryOffsets } = predictions;
      return {
        unitCount: queryOffsets.length - 1,
        of(query) {
          const [start, end] = [queryOffsets[query], queryOffsets[query + 1]];
          return {
            kind: 'rankings',
            relevance: relevance.subarray(start, end),
            scores: scores.subarray(start, end),
            queryOffsets: Int32Array.of(0, end - start),
          };
        },
      };
    }
    default:
      throw new Error(`${predictions.kind} have no units that are measured one by one`);
  }
}
