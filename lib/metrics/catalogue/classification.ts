import { accuracyScore, f1Score, precisionScore, recallScore } from '../classification.ts';
import type { AnyPredictions } from '../predictions.ts';
import { brierLoss, logLoss } from '../probability.ts';
import { rocAucScore } from '../score-metrics.ts';
import type { Warn } from '../warn.ts';
import { type MetricCall, type MetricEntry, metric, ofKind } from './entry.ts';
import { labels, probabilities } from './examples.ts';

const both = { tasks: ['binary', 'multiclass'], weighted: true, unit: '' } as const;
const share = { ...both, direction: 'higher', range: [0, 1], needs: 'labels', streams: true } as const;

export const classificationMetrics: MetricEntry[] = [
  metric({
    ...share,
    name: 'accuracy',
    title: 'Accuracy',
    summary: 'Share of the rows whose class was predicted.',
    formula: 'Σw[y = ŷ] / Σw',
    undefinedWhen: 'Never.',
    source: 'scikit-learn, accuracy_score',
    example: { predictions: labels([0, 1, 2, 2], [0, 1, 1, 2]), value: 0.75 },
    compute: onLabels(accuracyScore),
  }),
  metric({
    ...share,
    name: 'precision',
    title: 'Precision',
    summary: 'Share of the rows called positive that are so; of many classes, the mean over the classes.',
    formula: 'TP / (TP + FP)',
    undefinedWhen: '0 with a warning, where nothing is called positive.',
    source: 'scikit-learn, precision_score',
    example: { predictions: labels([0, 1, 1, 0], [0, 1, 0, 1]), value: 0.5 },
    compute: onLabels(precisionScore),
  }),
  metric({
    ...share,
    name: 'recall',
    title: 'Recall',
    summary: 'Share of the positive rows that were called so; of many classes, the mean over the classes.',
    formula: 'TP / (TP + FN)',
    undefinedWhen: '0 with a warning, where nothing is positive.',
    source: 'scikit-learn, recall_score',
    example: { predictions: labels([0, 1, 1, 0], [0, 1, 0, 1]), value: 0.5 },
    compute: onLabels(recallScore),
  }),
  metric({
    ...share,
    name: 'f1',
    title: 'F1',
    summary: 'Harmonic mean of precision and recall; of many classes, the mean over the classes.',
    formula: '2TP / (2TP + FP + FN)',
    undefinedWhen: '0 with a warning, where nothing is positive nor called so.',
    source: 'van Rijsbergen 1979, Information Retrieval, chapter 7',
    example: { predictions: labels([0, 1, 1, 1], [0, 1, 0, 1]), value: 0.8 },
    compute: onLabels(f1Score),
  }),
  metric({
    ...share,
    name: 'auc',
    title: 'ROC AUC',
    needs: 'scores',
    streams: false,
    summary:
      'How likely a positive row ranks above a negative one; of many classes, the mean of each against the rest.',
    formula: 'P(score of a positive row > score of a negative one) + ½·P(equal)',
    undefinedWhen: 'NaN when a class has no rows.',
    source: 'Hanley & McNeil 1982, Radiology 143(1)',
    example: { predictions: probabilities([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), value: 0.75 },
    compute: onProbabilities(rocAucScore, { ranking: true }),
  }),
  metric({
    ...both,
    name: 'logLoss',
    title: 'Log loss',
    direction: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    unit: 'nats',
    needs: 'probabilities',
    streams: true,
    summary: 'Mean surprise at what happened, given the forecast probabilities.',
    formula: '−Σw·ln p(y) / Σw',
    undefinedWhen: 'Never; a probability of 0 is taken for 2⁻⁵².',
    source: 'Good 1952, Journal of the Royal Statistical Society B 14(1)',
    example: { predictions: probabilities([0, 1], [0.5, 0.5]), value: Math.LN2 },
    compute: onProbabilities(logLoss),
  }),
  metric({
    ...both,
    name: 'brier',
    title: 'Brier score',
    tasks: ['binary'],
    direction: 'lower',
    range: [0, 1],
    needs: 'probabilities',
    streams: true,
    summary: 'Mean squared gap between the forecast probability and what happened.',
    formula: 'Σw(p − y)² / Σw',
    undefinedWhen: 'Never.',
    source: 'Brier 1950, Monthly Weather Review 78(1); the two-class form, halved',
    example: { predictions: probabilities([0, 1], [0.1, 0.9]), value: 0.01 },
    compute: onProbabilities(brierLoss),
  }),
];

type Options = { weights?: Float64Array; warn?: Warn };

function onLabels(
  metric: (actual: Int32Array, predicted: Int32Array, options: Options & { average: 'binary' | 'macro' }) => number,
) {
  return (predictions: AnyPredictions, { warn }: MetricCall<unknown>) => {
    const { classCount, actual, predicted, weights } = ofKind(predictions, 'classes');
    return metric(actual, predicted, { average: classCount === 2 ? 'binary' : 'macro', weights, warn });
  };
}

/** @param options.ranking whether the metric asks for the order of the rows alone */
function onProbabilities(
  metric: (actual: Int32Array, probabilities: Float64Array, options: Options) => number,
  { ranking = false } = {},
) {
  return (predictions: AnyPredictions, { warn }: MetricCall<unknown>) => {
    const { actual, probabilities, margins, weights } = ofKind(predictions, 'classes');
    if (!margins) return metric(actual, probabilities, { weights, warn });
    if (ranking) return metric(actual, margins, { weights, warn });
    warn?.('the model makes no probabilities, as it was trained by a hinge loss');
    return Number.NaN;
  };
}
