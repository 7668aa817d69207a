import { type CalibrationOptions, expectedCalibrationError, maximumCalibrationError } from '../calibration.ts';
import { brierLoss, brierSumLoss, hingeLoss, logLoss, topKAccuracyScore } from '../probability.ts';
import {
  areaUnderRoc,
  averagePrecisionOf,
  averagePrecisionScore,
  gainOf,
  type RocAucOptions,
  rocAucScore,
  widestGap,
} from '../score-metrics.ts';
import { onProbabilities, onScores, sharedLogLosses } from './adapters.ts';
import { type MetricEntry, metric, ofKind } from './entry.ts';
import { margins, probabilities } from './examples.ts';

const infinity = Number.POSITIVE_INFINITY;
const both = { tasks: ['binary', 'multiclass'], unit: '', weighted: true } as const;
const ranking = { ...both, direction: 'higher', range: [0, 1], needs: 'scores', streams: false } as const;
const forecast = { ...both, direction: 'lower', needs: 'probabilities', streams: true } as const;
const four = probabilities([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);

const average = {
  kind: 'choice',
  summary: 'Of many classes: macro counts all alike, weighted by their rows.',
  choices: ['macro', 'weighted'],
  only: { weighted: ['multiclass'] },
  default: 'macro',
} as const;

const bins = {
  bins: { kind: 'integer', summary: 'How many bins.', low: 1, high: 1 << 20, default: 10 },
  strategy: {
    kind: 'choice',
    summary: 'Bins of equal width, or of equally many rows.',
    choices: ['uniform', 'quantile'],
    default: 'uniform',
  },
} as const;

const topShare = {
  share: {
    kind: 'number',
    summary: 'Which share of the rows, from the best score down.',
    low: 0,
    high: 1,
    open: 'low',
    default: 0.1,
  },
} as const;

export const scoreMetrics: MetricEntry[] = [
  metric({
    ...ranking,
    name: 'auc',
    title: 'ROC AUC',
    parameters: {
      maxFpr: {
        kind: 'number',
        summary: 'Looks at false positive rates up to this alone, rescaled so that chance stays 0.5.',
        low: 0,
        high: 1,
        open: 'low',
        default: 1,
      },
      average,
      pairing: {
        kind: 'choice',
        summary: 'Of many classes: each against the rest, or each against each other.',
        choices: ['rest', 'pairs'],
        only: { pairs: ['multiclass'] },
        default: 'rest',
      },
    },
    summary:
      'How likely a positive row ranks above a negative one; of many classes, the mean of each against the rest.',
    formula: 'P(score of a positive row > score of a negative one) + ½·P(equal)',
    undefinedWhen: 'NaN when a class has no rows.',
    source: 'Hanley & McNeil 1982, Radiology 143(1); McClish 1989 for a part; Hand & Till 2001 for pairs',
    example: { predictions: four, value: 0.75 },
    compute: onScores<Pick<RocAucOptions, 'maxFpr' | 'average' | 'pairing'>>(areaUnderRoc, rocAucScore),
  }),
  metric({
    ...ranking,
    name: 'averagePrecision',
    title: 'Average precision',
    parameters: { average },
    summary:
      'Area under the precision-recall curve, in steps; the share of class 1 is chance. Of many classes, the mean of each ' +
      'against the rest.',
    formula: 'Σ(Rₙ − Rₙ₋₁)·Pₙ',
    undefinedWhen: '0 with a warning when class 1 has no rows.',
    source: 'Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4',
    example: { predictions: four, value: 5 / 6 },
    compute: onScores<{ average: 'macro' | 'weighted' }>(
      (ranked, { warn }) => averagePrecisionOf(ranked, warn),
      averagePrecisionScore,
    ),
  }),
  metric({
    ...ranking,
    name: 'ks',
    title: 'Kolmogorov–Smirnov',
    tasks: ['binary'],
    summary: "Widest gap between the two classes' shares above a score.",
    formula: 'max |TPR − FPR|',
    undefinedWhen: 'NaN when a class has no rows.',
    source: 'Smirnov 1939, Bulletin mathématique de l’Université de Moscou 2(2)',
    example: { predictions: four, value: 0.5 },
    compute: onScores((ranked, { warn }) => widestGap(ranked, warn)),
  }),
  metric({
    ...ranking,
    name: 'gain',
    title: 'Gain',
    tasks: ['binary'],
    parameters: topShare,
    titleWith: ({ share }) => `Gain in the top ${percent(share)}`,
    summary: 'Share of class 1 that lies in the best-scored share of the rows; that share itself is chance.',
    formula: 'positives in the top share / positives',
    undefinedWhen: 'NaN when class 1 has no rows.',
    source: 'Berry & Linoff 1999, Mastering Data Mining, chapter 4',
    example: { name: 'gain@0.25', predictions: four, value: 0.5 },
    compute: onScores<{ share: number }>(gainOf),
  }),
  metric({
    ...ranking,
    name: 'lift',
    title: 'Lift',
    tasks: ['binary'],
    range: [0, infinity],
    parameters: topShare,
    titleWith: ({ share }) => `Lift in the top ${percent(share)}`,
    summary: 'How many times as frequent class 1 is in the best-scored share of the rows as in all of them.',
    formula: 'gain / share',
    undefinedWhen: 'NaN when class 1 has no rows.',
    source: 'Berry & Linoff 1999, Mastering Data Mining, chapter 4',
    example: { name: 'lift@0.25', predictions: four, value: 2 },
    compute: onScores<{ share: number }>((ranked, options) => gainOf(ranked, options) / options.share),
  }),
  metric({
    ...forecast,
    name: 'logLoss',
    title: 'Log loss',
    range: [0, infinity],
    unit: 'nats',
    parameters: {
      epsilon: {
        kind: 'number',
        summary: 'How sure a forecast may be: probabilities are kept within epsilon of 0 and 1.',
        low: 0,
        high: 0.5,
        open: 'high',
        default: Number.EPSILON,
      },
    },
    summary: 'Mean surprise at what happened, given the forecast probabilities.',
    formula: '−Σw·ln p(y) / Σw',
    undefinedWhen: 'Never; with epsilon 0, ∞ where what happened was given no chance.',
    source: 'Good 1952, Journal of the Royal Statistical Society B 14(1)',
    example: { predictions: probabilities([0, 1], [0.5, 0.5]), value: Math.LN2 },
    compute: onProbabilities<{ epsilon: number }>((actual, probabilities, options, shared) => {
      const rowLosses = () => sharedLogLosses({ actual, probabilities }, options.epsilon, shared);
      return logLoss(actual, probabilities, { ...options, rowLosses });
    }),
  }),
  metric({
    ...forecast,
    name: 'brier',
    title: 'Brier score',
    tasks: ['binary'],
    range: [0, 1],
    summary: 'Mean squared gap between the forecast probability and what happened.',
    formula: 'Σw(p − y)² / Σw',
    undefinedWhen: 'Never.',
    source: 'Brier 1950, Monthly Weather Review 78(1); the two-class form, halved',
    example: { predictions: probabilities([0, 1], [0.1, 0.9]), value: 0.01 },
    compute: onProbabilities(brierLoss),
  }),
  metric({
    ...forecast,
    name: 'brierSum',
    title: 'Brier score, summed over classes',
    range: [0, 2],
    summary:
      'Squared gaps between forecast and outcome, summed over the classes; of two classes, twice the Brier score.',
    formula: 'Σw·Σₖ(pₖ − [y = k])² / Σw',
    undefinedWhen: 'Never.',
    source: 'Brier 1950, Monthly Weather Review 78(1), equation 2',
    example: { predictions: probabilities([2], [[0.2, 0.2, 0.6]]), value: 0.24 },
    compute: onProbabilities(brierSumLoss),
  }),
  metric({
    ...both,
    name: 'topK',
    title: 'Top-k accuracy',
    tasks: ['multiclass'],
    direction: 'higher',
    range: [0, 1],
    needs: 'scores',
    streams: true,
    parameters: { k: { kind: 'integer', summary: 'How many guesses a row has.', low: 1, high: 4096, default: 2 } },
    titleWith: ({ k }) => `Top-${k} accuracy`,
    summary: 'Share of the rows whose class is among the k most probable.',
    formula: 'Σw[rank of y ≤ k] / Σw',
    undefinedWhen: 'Never; 1 with a warning when there are no more classes than k.',
    source: 'scikit-learn, top_k_accuracy_score',
    example: {
      predictions: probabilities(
        [0, 2],
        [
          [0.5, 0.2, 0.3],
          [0.5, 0.4, 0.1],
        ],
      ),
      value: 0.5,
    },
    compute: onProbabilities<{ k: number }>(topKAccuracyScore),
  }),
  metric({
    ...both,
    name: 'hingeLoss',
    title: 'Hinge loss',
    tasks: ['binary'],
    direction: 'lower',
    range: [0, infinity],
    needs: 'scores',
    streams: true,
    summary: 'By how much the margin of a row stays below 1, on average; for models that make margins.',
    formula: 'Σw·max(0, 1 − margin) / Σw',
    undefinedWhen: 'NaN of a model that makes probabilities.',
    source: 'Crammer & Singer 2001, JMLR 2',
    example: { predictions: margins([0, 1], [-2, 0.5]), value: 0.25 },
    compute(predictions, { warn }) {
      const { actual, margins, weights } = ofKind(predictions, 'classes');
      if (margins) return hingeLoss(actual, margins, { weights, warn });
      warn?.(actual.length === 0 ? 'there are no rows' : 'the model makes probabilities, which are no margins');
      return Number.NaN;
    },
  }),
  metric({
    ...forecast,
    name: 'ece',
    title: 'Expected calibration error',
    tasks: ['binary'],
    range: [0, 1],
    parameters: bins,
    summary: 'Gap between forecast and outcome in each bin of forecasts, averaged by rows.',
    formula: 'Σ_b w_b·|share of class 1 − mean p| / Σ_b w_b',
    undefinedWhen: 'Never.',
    source: 'Naeini, Cooper & Hauskrecht 2015, AAAI, 2901–2907',
    example: { predictions: probabilities([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75]), value: 0.25 },
    compute: onProbabilities<Pick<CalibrationOptions, 'bins' | 'strategy'>>(expectedCalibrationError),
  }),
  metric({
    ...forecast,
    name: 'mce',
    title: 'Maximum calibration error',
    tasks: ['binary'],
    range: [0, 1],
    parameters: bins,
    summary: 'Widest gap between forecast and outcome among the bins of forecasts.',
    formula: 'max_b |share of class 1 − mean p|',
    undefinedWhen: 'Never.',
    source: 'Naeini, Cooper & Hauskrecht 2015, AAAI, 2901–2907',
    example: { predictions: probabilities([0, 0, 1, 1], [0.25, 0.25, 0.5, 0.5]), value: 0.5 },
    compute: onProbabilities<Pick<CalibrationOptions, 'bins' | 'strategy'>>(maximumCalibrationError),
  }),
];

const percent = (share: number): string => `${Number((100 * share).toPrecision(6))}%`;
