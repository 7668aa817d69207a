import { balancedAccuracyScore, cohenKappa, matthewsCorrelation } from '../agreement.ts';
import { accuracyScore, hammingLoss } from '../classification.ts';
import { labelHammingLoss, subsetAccuracyScore } from '../multilabel.ts';
import { type Averaging, onClassesOrSets, onLabels } from './adapters.ts';
import { type MetricEntry, metric, ofKind } from './entry.ts';
import { labelSets, labels } from './examples.ts';

const both = { tasks: ['binary', 'multiclass'], unit: '', needs: 'labels', weighted: true, streams: true } as const;
const share = { ...both, direction: 'higher', range: [0, 1] } as const;
const quotient = { ...share, tasks: ['binary', 'multiclass', 'multilabel'] } as const;
const set = { ...share, tasks: ['multilabel'], needs: 'label sets' } as const;
const never = 'Never.';

const average = {
  kind: 'choice',
  summary:
    'binary: of class 1 alone; micro: of all hits and misses together; macro: the mean over classes (or labels); ' +
    'weighted: that mean by their rows; samples: the mean over rows. auto is binary for two classes and else macro.',
  choices: ['auto', 'binary', 'micro', 'macro', 'weighted', 'samples'],
  only: { binary: ['binary'], samples: ['multilabel'] },
  default: 'auto',
} as const;

const zeroDivision = {
  kind: 'choice',
  summary:
    'What stands for a quotient with nothing below the line; warn is 0 with a warning, NaN is left out of means.',
  choices: ['warn', '0', '1', 'NaN'],
  default: 'warn',
} as const;

const averaged = { average, zeroDivision } as const;

export const classificationMetrics: MetricEntry[] = [
  metric({
    ...share,
    name: 'accuracy',
    title: 'Accuracy',
    summary: 'Share of the rows whose class was predicted.',
    formula: 'Σw[y = ŷ] / Σw',
    undefinedWhen: never,
    source: 'scikit-learn, accuracy_score',
    example: { predictions: labels([0, 1, 2, 2], [0, 1, 1, 2]), value: 0.75 },
    compute: onLabels(accuracyScore),
  }),
  metric({
    ...share,
    name: 'balancedAccuracy',
    title: 'Balanced accuracy',
    range: [Number.NEGATIVE_INFINITY, 1],
    parameters: {
      adjusted: {
        kind: 'choice',
        summary: 'Whether chance is moved to 0.',
        choices: ['no', 'yes'],
        default: 'no',
      },
    },
    titleWith: ({ adjusted }) => (adjusted === 'yes' ? 'Balanced accuracy, adjusted for chance' : 'Balanced accuracy'),
    summary: 'Accuracy, if all classes were equally frequent: the mean recall over the classes that have rows.',
    formula: 'Σₖ recallₖ / K; adjusted: (that − 1/K) / (1 − 1/K)',
    undefinedWhen: 'Adjusted, with one class only: NaN, or −∞ where that class was missed.',
    source: 'Brodersen et al. 2010, ICPR, 3121–3124',
    example: { predictions: labels([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 0]), value: 0.625 },
    compute: onLabels<{ adjusted: 'no' | 'yes' }>((actual, predicted, { adjusted, ...options }) =>
      balancedAccuracyScore(actual, predicted, { ...options, adjusted: adjusted === 'yes' }),
    ),
  }),
  metric({
    ...quotient,
    name: 'precision',
    title: 'Precision',
    parameters: averaged,
    summary: 'Share of the rows called positive that are so; of many classes, the mean over the classes.',
    formula: 'TP / (TP + FP)',
    undefinedWhen: 'Where nothing is called positive: zeroDivision.',
    source: 'scikit-learn, precision_score',
    example: { predictions: labels([0, 1, 1, 0], [0, 1, 0, 1]), value: 0.5 },
    compute: onClassesOrSets('precision'),
  }),
  metric({
    ...quotient,
    name: 'recall',
    title: 'Recall',
    parameters: averaged,
    summary: 'Share of the positive rows that were called so; of many classes, the mean over the classes.',
    formula: 'TP / (TP + FN)',
    undefinedWhen: 'Where nothing is positive: zeroDivision.',
    source: 'scikit-learn, recall_score',
    example: { predictions: labels([0, 1, 1, 1, 1], [0, 1, 0, 0, 0]), value: 0.25 },
    compute: onClassesOrSets('recall'),
  }),
  metric({
    ...quotient,
    name: 'f1',
    title: 'F1',
    parameters: averaged,
    summary: 'Harmonic mean of precision and recall; of many classes, the mean over the classes.',
    formula: '2TP / (2TP + FP + FN)',
    undefinedWhen: 'Where nothing is positive nor called so: zeroDivision.',
    source: 'van Rijsbergen 1979, Information Retrieval, chapter 7',
    example: { predictions: labels([0, 1, 1, 1], [0, 1, 0, 1]), value: 0.8 },
    compute: onClassesOrSets('fscore'),
  }),
  metric({
    ...quotient,
    name: 'fBeta',
    title: 'F-beta',
    parameters: {
      beta: {
        kind: 'number',
        summary: 'How many times as important recall is as precision.',
        low: 0,
        high: Number.POSITIVE_INFINITY,
      },
      ...averaged,
    },
    titleWith: ({ beta, average }) => `F${beta}${average === 'auto' ? '' : ` (${average})`}`,
    summary: 'The F score in which recall counts beta times as much as precision.',
    formula: '(1 + β²)TP / ((1 + β²)TP + FP + β²FN)',
    undefinedWhen: 'Where nothing is positive nor called so: zeroDivision.',
    source: 'van Rijsbergen 1979, Information Retrieval, chapter 7',
    example: { name: 'fBeta@2', predictions: labels([0, 1, 1, 1], [0, 1, 0, 1]), value: 5 / 7 },
    compute: (predictions, call) =>
      onClassesOrSets('fscore')(predictions, { ...call, parameters: call.parameters as Averaging }),
  }),
  metric({
    ...quotient,
    name: 'specificity',
    title: 'Specificity',
    parameters: averaged,
    summary:
      'Share of the rows that are not positive and were not called so; of many classes, the mean over the classes.',
    formula: 'TN / (TN + FP)',
    undefinedWhen: 'Where every row is positive: zeroDivision.',
    source: 'Yerushalmy 1947, Public Health Reports 62(40)',
    example: { predictions: labels([0, 0, 0, 0, 1], [0, 0, 1, 0, 1]), value: 0.75 },
    compute: onClassesOrSets('specificity'),
  }),
  metric({
    ...quotient,
    name: 'jaccard',
    title: 'Jaccard index',
    parameters: averaged,
    summary: 'Of the rows that are positive or were called so, the share that is both.',
    formula: 'TP / (TP + FP + FN)',
    undefinedWhen: 'Where nothing is positive nor called so: zeroDivision.',
    source: 'Jaccard 1901, Bulletin de la Société vaudoise des sciences naturelles 37',
    example: { predictions: labels([0, 1, 1, 1, 0], [0, 1, 0, 1, 1]), value: 0.5 },
    compute: onClassesOrSets('jaccard'),
  }),
  metric({
    ...both,
    name: 'hammingLoss',
    title: 'Hamming loss',
    tasks: ['binary', 'multiclass', 'multilabel'],
    direction: 'lower',
    range: [0, 1],
    summary: 'Share of the classes that were missed; of sets of labels, of all rows and labels.',
    formula: 'Σw[y ≠ ŷ] / Σw',
    undefinedWhen: never,
    source: 'Hamming 1950, Bell System Technical Journal 29(2); Schapire & Singer 1999, Machine Learning 37(3)',
    example: {
      predictions: labelSets(
        [
          [0, 1],
          [1, 1],
        ],
        [
          [0, 1],
          [1, 0],
        ],
      ),
      value: 0.25,
    },
    compute: (predictions, call) =>
      predictions.kind === 'labelSets'
        ? labelHammingLoss(predictions.actual, predictions.predicted, { ...predictions, warn: call.warn })
        : onLabels(hammingLoss)(predictions, call),
  }),
  metric({
    ...both,
    name: 'mcc',
    title: 'Matthews correlation',
    direction: 'higher',
    range: [-1, 1],
    summary: 'Correlation of what was predicted with what is so: a single number that rare classes do not fool.',
    formula: '(TP·TN − FP·FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)); of K classes, Gorodkin’s R_K',
    undefinedWhen: 'Where all rows are of one class, or were called so: 0 with a warning.',
    source: 'Matthews 1975, BBA 405(2); Gorodkin 2004, Computational Biology and Chemistry 28(5)',
    example: { predictions: labels([0, 0, 1, 1], [0, 0, 1, 0]), value: 1 / Math.sqrt(3) },
    compute: onLabels(matthewsCorrelation),
  }),
  metric({
    ...both,
    name: 'kappa',
    title: "Cohen's kappa",
    direction: 'higher',
    range: [Number.NEGATIVE_INFINITY, 1],
    parameters: {
      distance: {
        kind: 'choice',
        summary: 'How wrong one class for another is: none, all alike; linear or quadratic, by the steps between them.',
        choices: ['none', 'linear', 'quadratic'],
        default: 'none',
      },
    },
    summary: 'Agreement beyond what chance would give; 0 is chance. With a distance, for classes that have an order.',
    formula: '1 − Σdᵢⱼ·observedᵢⱼ / Σdᵢⱼ·expectedᵢⱼ',
    undefinedWhen: 'NaN where all rows are of one class and were called so.',
    source: 'Cohen 1960, Educational and Psychological Measurement 20(1); 1968, Psychological Bulletin 70(4)',
    example: { predictions: labels([0, 0, 1, 1], [0, 1, 1, 1]), value: 0.5 },
    compute(predictions, { parameters: { distance }, warn }) {
      const { actual, predicted, classCount, weights } = ofKind(predictions, 'classes');
      // Of all classes, so that one that does not occur is still a step between its neighbours.
      const labels = Int32Array.from({ length: classCount }, (_, k) => k);
      return cohenKappa(actual, predicted, { distance, labels, weights, warn });
    },
  }),
  metric({
    ...set,
    name: 'subsetAccuracy',
    title: 'Subset accuracy',
    summary: 'Share of the rows of which every label was predicted, and no other.',
    formula: 'Σw[all y = ŷ] / Σw',
    undefinedWhen: never,
    source: 'scikit-learn, accuracy_score',
    example: {
      predictions: labelSets(
        [
          [0, 1],
          [1, 1],
        ],
        [
          [0, 1],
          [1, 0],
        ],
      ),
      value: 0.5,
    },
    compute(predictions, { warn }) {
      const { actual, predicted, labelCount, weights } = ofKind(predictions, 'labelSets');
      return subsetAccuracyScore(actual, predicted, { labelCount, weights, warn });
    },
  }),
];
