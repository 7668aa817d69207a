import type { Measure } from '../../../lib/metrics/class-scores.ts';
import {
  type LabelSetScoreOptions,
  labelConfusion,
  labelHammingLoss,
  labelSetScore,
  subsetAccuracyScore,
} from '../../../lib/metrics/multilabel.ts';
import { type Answers, type AskOptions, type GoldenCase, number, vector } from './golden-case.ts';

const measures: Record<string, Measure> = {
  precision: 'precision',
  recall: 'recall',
  f1: 'fscore',
  fbeta: 'fscore',
  jaccard: 'jaccard',
};

const of =
  <Options>(
    metric: (actual: number[], predicted: number[], options: AskOptions & { labelCount: number } & Options) => unknown,
    more: Options,
  ) =>
  (golden: GoldenCase, options: AskOptions) =>
    metric(vector(golden.y_true), vector(golden.y_pred), { ...options, labelCount: labelCount(golden), ...more });

export const labelSetAnswers: Answers = [
  [/^(subset_)?accuracy$/, of(subsetAccuracyScore, {})],
  [/^hamming_loss$/, of(labelHammingLoss, {})],
  [/^multilabel_confusion_matrix$/, of(labelConfusion, {})],
  [/^multilabel_confusion_matrix_samplewise$/, of(labelConfusion, { samples: true })],
  [
    // The reference was asked with zero_division=0, and so does not warn.
    /^(?<measure>precision|recall|f1|jaccard)_(?<average>micro|macro|weighted|samples)$/,
    (golden, options, { measure, average }) => score(golden, { ...options, zeroDivision: 0 }, measure, average),
  ],
  [
    /^fbeta_(?<beta>[\d.]+)_(?<average>micro|macro|weighted|samples)$/,
    (golden, options, { beta, average }) =>
      score(golden, { ...options, zeroDivision: 0, beta: number(beta) }, 'fbeta', average),
  ],
];

function score(
  golden: GoldenCase,
  options: Omit<LabelSetScoreOptions, 'labelCount'>,
  measure: string,
  average: string,
) {
  return labelSetScore(measures[measure], vector(golden.y_true), vector(golden.y_pred), {
    ...options,
    labelCount: labelCount(golden),
    average: average as LabelSetScoreOptions['average'],
  });
}

const labelCount = ({ y_true }: GoldenCase): number => (y_true[0] as number[]).length;
