import { meanPoissonDeviance } from '../deviance.ts';
import { r2Score } from '../explained.ts';
import type { ValuePredictions } from '../predictions.ts';
import { meanAbsoluteError, meanSquaredError, rootMeanSquaredError } from '../regression.ts';
import type { Warn } from '../warn.ts';
import { type MetricCall, type MetricEntry, metric, ofKind } from './entry.ts';
import { values } from './examples.ts';

const any = { tasks: ['regression', 'count'], needs: 'values', weighted: true } as const;
const error = { ...any, direction: 'lower', range: [0, Number.POSITIVE_INFINITY], streams: true } as const;
const never = 'Never.';

export const regressionMetrics: MetricEntry[] = [
  metric({
    ...error,
    name: 'rmse',
    title: 'RMSE',
    unit: 'target',
    summary: 'Root of the mean squared difference, in the unit of the target; large misses count most.',
    formula: '√(Σw(y − ŷ)² / Σw)',
    undefinedWhen: never,
    source: 'Gauss 1823, Theoria combinationis; scikit-learn, mean_squared_error(squared=False)',
    example: { predictions: values([3, 5], [2, 6]), value: 1 },
    compute: onValues(rootMeanSquaredError),
  }),
  metric({
    ...error,
    name: 'mse',
    title: 'MSE',
    unit: 'target²',
    summary: 'Mean squared difference, in the squared unit of the target.',
    formula: 'Σw(y − ŷ)² / Σw',
    undefinedWhen: never,
    source: 'scikit-learn, mean_squared_error',
    example: { predictions: values([3, 5], [2, 7]), value: 2.5 },
    compute: onValues(meanSquaredError),
  }),
  metric({
    ...error,
    name: 'mae',
    title: 'MAE',
    unit: 'target',
    summary: 'Mean absolute difference, in the unit of the target; all misses count by their size.',
    formula: 'Σw|y − ŷ| / Σw',
    undefinedWhen: never,
    source: 'scikit-learn, mean_absolute_error',
    example: { predictions: values([3, 5], [2, 7]), value: 1.5 },
    compute: onValues(meanAbsoluteError),
  }),
  metric({
    ...any,
    name: 'r2',
    title: 'R²',
    direction: 'higher',
    range: [Number.NEGATIVE_INFINITY, 1],
    unit: '',
    streams: false,
    summary: "Share of the target's variance that is explained; 0 is as good as always saying the mean.",
    formula: '1 − Σw(y − ŷ)² / Σw(y − ȳ)²',
    undefinedWhen:
      'NaN below two rows. Where all y are equal, 1 if every prediction is right and else 0, with a warning.',
    source: 'Wright 1921, Journal of Agricultural Research 20; scikit-learn, r2_score',
    example: { predictions: values([1, 2, 3], [1, 2, 4]), value: 0.5 },
    compute: onValues(r2Score),
  }),
  metric({
    ...error,
    name: 'poissonDeviance',
    title: 'Poisson deviance',
    tasks: ['count'],
    unit: '',
    summary: 'How much less likely the counts are than under a prediction without fault, if they are Poisson; from 0.',
    formula: '2·Σw(y·ln(y/ŷ) − y + ŷ) / Σw',
    undefinedWhen: 'NaN when a y is below 0 or a ŷ is not above 0.',
    source: 'McCullagh & Nelder 1989, Generalized Linear Models, section 2.3',
    example: { predictions: values([0, 2], [1, 2]), value: 1 },
    compute: onValues(meanPoissonDeviance),
  }),
];

interface Options {
  weights?: Float64Array;
  warn?: Warn;
}

function onValues(compute: (actual: Float64Array, predicted: Float64Array, options: Options) => number) {
  return (predictions: Parameters<MetricEntry['compute']>[0], { warn }: MetricCall<unknown>) => {
    const { actual, predicted, weights }: ValuePredictions = ofKind(predictions, 'values');
    return compute(actual, predicted, { weights, warn });
  };
}
