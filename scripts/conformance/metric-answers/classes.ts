import { balancedAccuracyScore, cohenKappa, matthewsCorrelation } from '../../../lib/metrics/agreement.ts';
import {
  accuracyScore,
  type ClassScoreOptions,
  fBetaScore,
  hammingLoss,
  jaccardScore,
  precisionScore,
  recallScore,
  scoresByClass,
} from '../../../lib/metrics/classification.ts';
import { confusionMatrix } from '../../../lib/metrics/confusion.ts';
import { type Answers, type AskOptions, type GoldenCase, number, vector } from './golden-case.ts';

type Metric<Options> = (actual: number[], predicted: number[], options: AskOptions & Options) => unknown;

const of =
  <Options>(metric: Metric<Options>, more: Options) =>
  ({ y_true, y_pred }: GoldenCase, options: AskOptions) =>
    metric(vector(y_true), vector(y_pred), { ...options, ...more });

const averages = '(?<average>binary|micro|macro|weighted|None)';

export const classAnswers: Answers = [
  [/^accuracy$/, of(accuracyScore, {})],
  [/^balanced_accuracy$/, of(balancedAccuracyScore, {})],
  [/^balanced_accuracy_adjusted$/, of(balancedAccuracyScore, { adjusted: true })],
  [/^matthews_corrcoef$/, of(matthewsCorrelation, {})],
  [/^cohen_kappa$/, of(cohenKappa, {})],
  [/^cohen_kappa_linear$/, of(cohenKappa, { distance: 'linear' as const })],
  [/^cohen_kappa_quadratic$/, of(cohenKappa, { distance: 'quadratic' as const })],
  [/^hamming_loss$/, of(hammingLoss, {})],
  [/^labels$/, (golden, options) => confusion(golden, options).labels],
  [/^confusion_matrix$/, (golden, options) => confusion(golden, options).values],
  [/^confusion_matrix_norm_true$/, (golden, options) => confusion(golden, options, 'actual').values],
  [/^confusion_matrix_norm_pred$/, (golden, options) => confusion(golden, options, 'predicted').values],
  [/^confusion_matrix_norm_all$/, (golden, options) => confusion(golden, options, 'all').values],
  [
    new RegExp(`^prf_avg=${averages}_zero_division=(?<zero>\\w+)_beta=(?<beta>.+)$`),
    (golden, options, { average, zero, beta }) =>
      precisionRecallF(golden, { ...options, zeroDivision: number(zero), beta: number(beta) }, average),
  ],
  [
    // The reference's averages of this one never warn, as it was asked with zero_division=0.
    new RegExp(`^jaccard_avg=${averages}$`),
    ({ y_true, y_pred }, options, { average }) => {
      const [actual, predicted] = [vector(y_true), vector(y_pred)];
      if (average === 'None') return scoresByClass(actual, predicted, { ...options, zeroDivision: 0 }).jaccard;
      return jaccardScore(actual, predicted, { ...options, ...averageOf(average), zeroDivision: 0 });
    },
  ],
  [
    /^specificity_avg=None$/,
    ({ y_true, y_pred }, options) =>
      scoresByClass(vector(y_true), vector(y_pred), { ...options, zeroDivision: 0 }).specificity,
  ],
];

function confusion({ y_true, y_pred }: GoldenCase, options: AskOptions, normalize?: 'actual' | 'predicted' | 'all') {
  return confusionMatrix(vector(y_true), vector(y_pred), { weights: options.weights, normalize });
}

function precisionRecallF({ y_true, y_pred }: GoldenCase, options: ClassScoreOptions, average: string) {
  const [actual, predicted] = [vector(y_true), vector(y_pred)];
  if (average === 'None') {
    const { precision, recall, fscore, support } = scoresByClass(actual, predicted, options);
    return { precision, recall, fbeta: fscore, support };
  }
  const all = { ...options, ...averageOf(average) };
  return {
    precision: precisionScore(actual, predicted, all),
    recall: recallScore(actual, predicted, all),
    fbeta: fBetaScore(actual, predicted, all),
  };
}

const averageOf = (average: string) => ({ average: average as ClassScoreOptions['average'] });
