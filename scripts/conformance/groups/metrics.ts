// metrics/*.json: what scikit-learn answers on small vectors, by its own names.
import {
  accuracyScore,
  precisionRecallFscore,
  precisionRecallFscoreByClass,
} from '../../../lib/metrics/classification.ts';
import { confusionMatrix } from '../../../lib/metrics/confusion.ts';
import { averagePrecisionScore, precisionRecallCurve, rocAucScore, rocCurve } from '../../../lib/metrics/curves.ts';
import { brierLoss, logLoss } from '../../../lib/metrics/probability.ts';
import {
  meanAbsoluteError,
  meanPoissonDeviance,
  meanSquaredError,
  r2Score,
  rootMeanSquaredError,
} from '../../../lib/metrics/regression.ts';
import { differences, type Group, outcome } from '../group.ts';

export interface GoldenCase {
  name: string;
  y_true: number[];
  y_pred?: number[];
  y_score?: number[];
  y_prob?: number[][];
  sample_weight?: number[] | null;
  expected: Record<string, unknown>;
}

/** What the reference answered, or the error that it raised, and whether it warned. */
export interface Expectation {
  value?: unknown;
  error?: string;
  warnings?: string[];
}

/** Most that a metric may differ from its golden value. */
export const metricTolerance = { relative: 1e-12, zero: 1e-15 };

export const metrics: Group = {
  name: 'metrics',
  matches: (path) => /^metrics\/[^/]+\.json$/.test(path),
  *check(golden) {
    for (const one of (golden as { cases: GoldenCase[] }).cases) {
      for (const [name, expected] of Object.entries(one.expected)) {
        const isVectors = one.y_true?.every((label) => typeof label === 'number');
        const found = isVectors ? answer(name, one, () => {}) : undefined;
        if (found === undefined) yield { result: 'skipped', name, reason: 'hone has no such metric' };
        else yield outcome(`${one.name}: ${name}`, differences(found, goldenValue(expected), metricTolerance, name));
      }
    }
  },
};

/** The value itself: an error of the reference is an undefined value here. */
export function goldenValue(expected: unknown): unknown {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return expected;
  const { error, value } = expected as Expectation;
  if (error !== undefined) return 'NaN';
  return value === undefined ? expected : value;
}

/** What hone answers for one name of a golden case; undefined when hone has no such metric. */
export function answer(name: string, golden: GoldenCase, warn: (why: string) => void): unknown {
  const { y_true: actual, y_pred: labels = [], y_score, y_prob, sample_weight } = golden;
  const scores = y_score ?? y_prob?.flat() ?? [];
  const options = { weights: sample_weight ?? undefined, warn };
  const averaged = /^prf_avg=(\w+)_zero_division=([01])_beta=(.+)$/.exec(name);
  if (averaged) {
    const [, average, zeroDivision, beta] = averaged;
    const all = { ...options, zeroDivision: Number(zeroDivision), beta: Number(beta) };
    const { fscore, ...rest } =
      average === 'None'
        ? precisionRecallFscoreByClass(actual, labels, all)
        : precisionRecallFscore(actual, labels, { ...all, average: average as 'binary' | 'micro' });
    return { ...rest, fbeta: fscore };
  }
  const epsilon = /^log_loss_eps(.+)$/.exec(name);
  if (epsilon) return logLoss(actual, scores, { ...options, epsilon: Number(epsilon[1]) });
  switch (name) {
    case 'accuracy':
      return accuracyScore(actual, labels, options);
    case 'confusion_matrix':
      return confusionMatrix(actual, labels, options).values;
    case 'confusion_matrix_norm_true':
      return confusionMatrix(actual, labels, { ...options, normalize: 'actual' }).values;
    case 'confusion_matrix_norm_pred':
      return confusionMatrix(actual, labels, { ...options, normalize: 'predicted' }).values;
    case 'confusion_matrix_norm_all':
      return confusionMatrix(actual, labels, { ...options, normalize: 'all' }).values;
    case 'labels':
      return confusionMatrix(actual, labels, options).labels;
    case 'roc_auc':
    case 'roc_auc_ovr_macro':
      return rocAucScore(actual, scores, options);
    case 'roc_auc_ovr_weighted':
      return rocAucScore(actual, scores, { ...options, average: 'weighted' });
    case 'roc_curve':
    case 'roc_curve_all_points': {
      const curve = rocCurve(actual, scores, { ...options, dropCollinear: name === 'roc_curve' });
      return { fpr: curve.falsePositiveRate, tpr: curve.truePositiveRate, thresholds: curve.thresholds };
    }
    case 'pr_curve':
      return precisionRecallCurve(actual, scores, options);
    case 'average_precision':
      return averagePrecisionScore(actual, scores, options);
    case 'log_loss':
      return logLoss(actual, scores, options);
    case 'brier':
      return brierLoss(actual, scores, options);
    case 'mse':
      return meanSquaredError(actual, labels, options);
    case 'rmse':
      return rootMeanSquaredError(actual, labels, options);
    case 'mae':
      return meanAbsoluteError(actual, labels, options);
    case 'poisson_deviance':
      return meanPoissonDeviance(actual, labels, options);
    case 'r2':
      return r2Score(actual, labels, options);
  }
  return undefined;
}
