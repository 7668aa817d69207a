import {
  calibrationCurve,
  expectedCalibrationError,
  maximumCalibrationError,
} from '../../../lib/metrics/calibration.ts';
import { detectionErrorCurve, precisionRecallCurve, rocCurve } from '../../../lib/metrics/curves.ts';
import { brierLoss, brierSumLoss, hingeLoss, logLoss, topKAccuracyScore } from '../../../lib/metrics/probability.ts';
import {
  averagePrecisionScore,
  gainScore,
  kolmogorovSmirnov,
  liftScore,
  type RocAucOptions,
  rocAucScore,
} from '../../../lib/metrics/score-metrics.ts';
import { type Answers, type AskOptions, type GoldenCase, number, vector } from './golden-case.ts';

type Metric<Options> = (actual: number[], scores: number[], options: AskOptions & Options) => unknown;

const scoresOf = ({ y_score, y_prob }: GoldenCase): number[] => vector(y_score ?? y_prob);

const of =
  <Options>(metric: Metric<Options>, more: Options) =>
  (golden: GoldenCase, options: AskOptions) =>
    metric(vector(golden.y_true), scoresOf(golden), { ...options, ...more });

export const scoreAnswers: Answers = [
  [/^roc_auc$/, of(rocAucScore, {})],
  [
    /^roc_auc_max_fpr_(?<maxFpr>.+)$/,
    (golden, options, { maxFpr }) => of(rocAucScore, { maxFpr: number(maxFpr) })(golden, options),
  ],
  [
    /^roc_auc_ovr_(?<average>macro|weighted)$/,
    (golden, options, { average }) =>
      of(rocAucScore, { average: average as RocAucOptions['average'] })(golden, options),
  ],
  [
    // The reference refuses weights for pairs of classes, and was asked without.
    /^roc_auc_ovo_(?<average>macro|weighted)$/,
    (golden, { warn }, { average }) =>
      of(rocAucScore, { average: average as RocAucOptions['average'], pairing: 'pairs' as const })(golden, { warn }),
  ],
  [/^average_precision$/, of(averagePrecisionScore, {})],
  [/^log_loss$/, of(logLoss, {})],
  [
    /^log_loss_eps(?<epsilon>.+)$/,
    (golden, options, { epsilon }) => of(logLoss, { epsilon: number(epsilon) })(golden, options),
  ],
  [/^brier$/, of(brierLoss, {})],
  [/^multiclass_brier_sum$/, of(brierSumLoss, {})],
  [/^top_(?<k>\d+)_accuracy$/, (golden, options, { k }) => of(topKAccuracyScore, { k: number(k) })(golden, options)],
  [/^hinge_loss_on_pm1$/, hingeOnPlusMinusOne],
  [/^roc_curve$/, (golden, options) => roc(golden, options, true)],
  [/^roc_curve_all_points$/, (golden, options) => roc(golden, options, false)],
  [/^pr_curve$/, of(precisionRecallCurve, {})],
  [/^det_curve$/, detectionError],
  [/^hinge_loss_multiclass$/, of(hingeLoss, {})],
  [
    /^average_precision_(?<average>macro|weighted)$/,
    (golden, options, { average }) =>
      of(averagePrecisionScore, { average: average as RocAucOptions['average'] })(golden, options),
  ],
  [/^ks$/, of(kolmogorovSmirnov, {})],
  [/^gain_(?<share>.+)$/, (golden, options, { share }) => of(gainScore, { share: number(share) })(golden, options)],
  [/^lift_(?<share>.+)$/, (golden, options, { share }) => of(liftScore, { share: number(share) })(golden, options)],
  [
    /^(?<which>ece|mce)_(?<strategy>uniform|quantile)_(?<bins>\d+)$/,
    (golden, options, { which, strategy, bins }) =>
      of(which === 'ece' ? expectedCalibrationError : maximumCalibrationError, {
        bins: number(bins),
        strategy: strategy as 'uniform' | 'quantile',
      })(golden, options),
  ],
  [/^calibration_curve_(?<strategy>uniform|quantile)_(?<bins>\d+)$/, calibration],
];

/** An error of the reference is an undefined value: of a curve, one without points. */
const withoutPoints = Number.NaN;

function roc(golden: GoldenCase, options: AskOptions, dropCollinear: boolean) {
  const curve = rocCurve(vector(golden.y_true), scoresOf(golden), { ...options, dropCollinear });
  if (curve.thresholds.length === 0) return withoutPoints;
  return { fpr: curve.falsePositiveRate, tpr: curve.truePositiveRate, thresholds: curve.thresholds };
}

function detectionError(golden: GoldenCase, options: AskOptions) {
  const curve = detectionErrorCurve(vector(golden.y_true), scoresOf(golden), options);
  if (curve.thresholds.length === 0) return withoutPoints;
  return { fpr: curve.falsePositiveRate, fnr: curve.falseNegativeRate, thresholds: curve.thresholds };
}

/** The reference takes no weights for it. */
function calibration(golden: GoldenCase, { warn }: AskOptions, { strategy, bins }: Record<string, string>) {
  const curve = calibrationCurve(vector(golden.y_true), scoresOf(golden), {
    bins: number(bins),
    strategy: strategy as 'uniform' | 'quantile',
    warn,
  });
  if (curve.weight.length === 0) return withoutPoints;
  return { prob_true: curve.observed, prob_pred: curve.predicted };
}

/** Decision values are 2s − 1. Where there is one class only, the reference takes it for the negative one. */
function hingeOnPlusMinusOne(golden: GoldenCase, options: AskOptions) {
  const actual = vector(golden.y_true);
  const isOneClass = actual.every((label) => label === actual[0]);
  return hingeLoss(
    actual.map((label) => (isOneClass ? 0 : label)),
    scoresOf(golden).map((score) => 2 * score - 1),
    options,
  );
}
