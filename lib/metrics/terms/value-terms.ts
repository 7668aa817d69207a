import type { MetricCall } from '../catalogue/entry.ts';
import type { Metric } from '../catalogue.ts';
import { unitDeviance } from '../deviance.ts';
import { meanOver } from '../mean.ts';
import type { ValuePredictions } from '../predictions.ts';
import { meanTerms } from './mean-terms.ts';
import type { SummedMetric, Terms } from './terms.ts';

/** Places of the sums: weight, error, its square, its size, actual value and its square about their mean. */
const [weight, error, square, size, value, valueSquare] = [0, 1, 2, 3, 4, 5];

const ofMoments: Record<string, (sums: Float64Array) => number> = {
  mse: (s) => s[square] / s[weight],
  rmse: (s) => Math.sqrt(s[square] / s[weight]),
  mae: (s) => s[size] / s[weight],
  r2: (s) => 1 - s[square] / spreadOf(s),
  explainedVariance: (s) => 1 - (s[square] - s[error] ** 2 / s[weight]) / spreadOf(s),
};

/** Metrics of values that are made of moments; undefined for the others. */
export function valueTerms(
  { entry, parameters }: Metric,
  predictions: ValuePredictions,
  shared: MetricCall['shared'],
): SummedMetric | undefined {
  const { actual, predicted, weights } = predictions;
  if (entry.name === 'poissonDeviance') {
    const unit = unitDeviance(1);
    return meanTerms(actual.length, (row) => Math.max(0, unit(actual[row], predicted[row])), weights);
  }
  const of = Object.hasOwn(ofMoments, entry.name) ? ofMoments[entry.name] : undefined;
  if (!of && entry.name !== 'adjustedR2') return undefined;
  const terms = shared(entry.weighted ? 'moments' : 'unweighted moments', () =>
    momentsOf(predictions, entry.weighted ? weights : undefined),
  );
  if (of) return { terms, of };
  const freedom = (sums: Float64Array) => (sums[weight] - 1) / (sums[weight] - Number(parameters.features) - 1);
  return { terms, of: (sums) => 1 - (1 - ofMoments.r2(sums)) * freedom(sums) };
}

function momentsOf({ actual, predicted }: ValuePredictions, weights: Float64Array | undefined): Terms {
  // About their mean, so that a large one does not drown what the values differ by.
  const centre = meanOver(actual.length, (row) => actual[row], { weights });
  return {
    unitCount: actual.length,
    width: 6,
    add(row, sums, at) {
      const w = weights ? weights[row] : 1;
      const [e, y] = [actual[row] - predicted[row], actual[row] - centre];
      sums[at + weight] += w;
      sums[at + error] += w * e;
      sums[at + square] += w * e * e;
      sums[at + size] += w * Math.abs(e);
      sums[at + value] += w * y;
      sums[at + valueSquare] += w * y * y;
    },
  };
}

/** Squares of the actual values about their own mean; NaN where nothing but rounding is left of them. */
function spreadOf(sums: Float64Array): number {
  const spread = sums[valueSquare] - sums[value] ** 2 / sums[weight];
  return spread > 1e-12 * sums[valueSquare] ? spread : Number.NaN;
}
