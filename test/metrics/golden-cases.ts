import { readFileSync } from 'node:fs';
import {
  accuracyScore,
  precisionRecallFscore,
  precisionRecallFscoreByClass,
} from '../../lib/metrics/classification.ts';
import { confusionMatrix } from '../../lib/metrics/confusion.ts';
import { averagePrecisionScore, precisionRecallCurve, rocAucScore, rocCurve } from '../../lib/metrics/curves.ts';
import { brierLoss, logLoss } from '../../lib/metrics/probability.ts';
import { meanAbsoluteError, meanSquaredError, r2Score, rootMeanSquaredError } from '../../lib/metrics/regression.ts';

export interface GoldenCase {
  name: string;
  y_true: number[];
  y_pred?: number[];
  y_score?: number[];
  y_prob?: number[][];
  sample_weight: number[] | null;
  expected: Record<string, Expectation>;
}

/** What the reference answered, or the error that it raised, and whether it warned. */
export interface Expectation {
  value?: unknown;
  error?: string;
  warnings?: string[];
}

export const goldenFiles = ['binary_labels', 'binary_scores', 'multiclass_labels', 'multiclass_scores', 'regression'];

export function readGolden(url: URL): GoldenCase[] {
  return JSON.parse(readFileSync(url, 'utf8')).cases;
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
    case 'log_loss_eps1e-7':
      return logLoss(actual, scores, { ...options, epsilon: 1e-7 });
    case 'brier':
      return brierLoss(actual, scores, options);
    case 'mse':
      return meanSquaredError(actual, labels, options);
    case 'rmse':
      return rootMeanSquaredError(actual, labels, options);
    case 'mae':
      return meanAbsoluteError(actual, labels, options);
    case 'r2':
      return r2Score(actual, labels, options);
  }
  return undefined;
}

/** Where `found` is not `expected` to 1e-12 of its size: one line each, none when they agree. */
export function differences(found: unknown, expected: unknown, where = 'value'): string[] {
  if (Array.isArray(expected)) {
    const flat = expected.flat();
    const values = ArrayBuffer.isView(found) || Array.isArray(found) ? Array.from(found as Float64Array) : [];
    if (values.length !== flat.length) return [`${where}: ${values.length} numbers instead of ${flat.length}`];
    return flat.flatMap((value, i) => differences(values[i], value, `${where}[${i}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    return Object.entries(expected)
      .filter(([, value]) => value !== null)
      .flatMap(([key, value]) => differences((found as Record<string, unknown>)[key], value, `${where}.${key}`));
  }
  const number = Number(expected);
  const close = Number.isNaN(number)
    ? Number.isNaN(found)
    : Math.abs((found as number) - number) <= (number === 0 ? 1e-15 : 1e-12 * Math.abs(number));
  return close ? [] : [`${where}: ${found} instead of ${number}`];
}
