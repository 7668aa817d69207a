import type { MetricCall } from '../catalogue/entry.ts';
import type { Metric } from '../catalogue.ts';
import type { ClassCounts } from '../class-counts.ts';
import { type Measure, scoreAll } from '../class-scores.ts';
import type { LabelSetPredictions } from '../predictions.ts';
import { meanTerms } from './mean-terms.ts';
import type { SummedMetric, Terms } from './terms.ts';

const measures: Record<string, Measure> = {
  precision: 'precision',
  recall: 'recall',
  f1: 'fscore',
  fBeta: 'fscore',
  specificity: 'specificity',
  jaccard: 'jaccard',
};

/** Quotients over labels, and shares of rows; undefined for the others. */
export function labelSetTerms(
  { entry, parameters }: Metric,
  predictions: LabelSetPredictions,
  shared: MetricCall['shared'],
): SummedMetric | undefined {
  const { labelCount, actual, predicted, weights } = predictions;
  const rowCount = actual.length / labelCount;
  if (entry.name === 'subsetAccuracy' || entry.name === 'hammingLoss') {
    const missesOf = (row: number) => {
      let misses = 0;
      for (let cell = row * labelCount; cell < (row + 1) * labelCount; cell++) {
        if (actual[cell] !== predicted[cell]) misses++;
      }
      return misses;
    };
    if (entry.name === 'hammingLoss') return meanTerms(rowCount, (row) => missesOf(row) / labelCount, weights);
    const share = (row: number) => Number(missesOf(row) === 0);
    return { ...meanTerms(rowCount, share, weights), share };
  }
  if (!Object.hasOwn(measures, entry.name) || parameters.average === 'samples') return undefined;
  const average = parameters.average as 'auto' | 'micro' | 'macro' | 'weighted';
  const zeroDivision = parameters.zeroDivision === 'warn' ? undefined : Number(parameters.zeroDivision);
  const beta = entry.name === 'fBeta' ? Number(parameters.beta) : undefined;
  return {
    terms: shared('counts of labels', () => countsOf(predictions)),
    of: (sums) =>
      scoreAll(measures[entry.name], toCounts(sums, labelCount), {
        average: average === 'auto' ? 'macro' : average,
        zeroDivision,
        beta,
      }),
  };
}

/** Of each label: hits, said, so, and not so. */
function countsOf({ labelCount, actual, predicted, weights }: LabelSetPredictions): Terms {
  return {
    unitCount: actual.length / labelCount,
    width: 4 * labelCount,
    add(row, sums, at) {
      const weight = weights ? weights[row] : 1;
      for (let label = 0; label < labelCount; label++) {
        const [is, says] = [actual[row * labelCount + label], predicted[row * labelCount + label]];
        if (is && says) sums[at + label] += weight;
        if (says) sums[at + labelCount + label] += weight;
        sums[at + (is ? 2 : 3) * labelCount + label] += weight;
      }
    },
  };
}

function toCounts(sums: Float64Array, labelCount: number): ClassCounts {
  const [hits, predicted, actual, others] = [0, 1, 2, 3].map((part) =>
    sums.subarray(part * labelCount, (part + 1) * labelCount),
  );
  return { labels: Int32Array.from({ length: labelCount }, (_, label) => label), hits, predicted, actual, others };
}
