import { meanGammaDeviance, meanPoissonDeviance, meanTweedieDeviance } from '../../../lib/metrics/deviance.ts';
import {
  adjustedR2Score,
  d2PinballScore,
  d2TweedieScore,
  explainedVarianceScore,
  r2Score,
} from '../../../lib/metrics/explained.ts';
import {
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanPinballLoss,
  meanSquaredError,
  meanSquaredLogError,
  medianAbsoluteError,
  rootMeanSquaredError,
  symmetricMeanAbsolutePercentageError,
} from '../../../lib/metrics/regression.ts';
import { type Answers, type AskOptions, type GoldenCase, number, vector } from './golden-case.ts';

type Metric<Options> = (actual: number[], predicted: number[], options: AskOptions & Options) => unknown;

const of =
  <Options>(metric: Metric<Options>, more: Options) =>
  ({ y_true, y_pred }: GoldenCase, options: AskOptions) =>
    metric(vector(y_true), vector(y_pred), { ...options, ...more });

export const valueAnswers: Answers = [
  [/^mse$/, of(meanSquaredError, {})],
  [/^rmse$/, of(rootMeanSquaredError, {})],
  [/^mae$/, of(meanAbsoluteError, {})],
  [/^median_ae$/, of(medianAbsoluteError, {})],
  [/^max_error$/, of(maxError, {})],
  [/^mape$/, of(meanAbsolutePercentageError, {})],
  [/^msle$/, of(meanSquaredLogError, {})],
  [/^r2$/, of(r2Score, {})],
  [/^explained_variance$/, of(explainedVarianceScore, {})],
  [/^poisson_deviance$/, of(meanPoissonDeviance, {})],
  [/^gamma_deviance$/, of(meanGammaDeviance, {})],
  [/^d2_absolute_error$/, of(d2PinballScore, { alpha: 0.5 })],
  [
    /^pinball_(?<alpha>.+)$/,
    (golden, options, { alpha }) => of(meanPinballLoss, { alpha: number(alpha) })(golden, options),
  ],
  [
    /^tweedie_(?<power>.+)$/,
    (golden, options, { power }) => of(meanTweedieDeviance, { power: number(power) })(golden, options),
  ],
  [
    /^d2_pinball_(?<alpha>.+)$/,
    (golden, options, { alpha }) => of(d2PinballScore, { alpha: number(alpha) })(golden, options),
  ],
  [
    /^d2_tweedie_(?<power>.+)$/,
    (golden, options, { power }) => of(d2TweedieScore, { power: number(power) })(golden, options),
  ],
  [/^smape$/, of(symmetricMeanAbsolutePercentageError, {})],
  [
    /^adjusted_r2_(?<features>\d+)$/,
    (golden, options, { features }) => of(adjustedR2Score, { features: number(features) })(golden, options),
  ],
];
