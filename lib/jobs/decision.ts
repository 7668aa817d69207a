import { InputError } from '../core/errors.ts';
import { calibrate, isotonicCalibration, plattScaling } from '../metrics/calibrate.ts';
import { scoreTable } from '../metrics/score-table.ts';
import { type ChosenThreshold, chooseThreshold, type ThresholdAim } from '../metrics/threshold.ts';
import type { Request } from '../pipeline/resolve.ts';
import type { Decision } from '../registry/manifest.ts';
import type { Evaluation, Metrics } from '../report/report.ts';
import { type Predictor, predictRows, withActual } from './predictions.ts';
import type { Prepared } from './prepare.ts';

/**
 * The calibration and the threshold that a request asks for, chosen on training rows that were kept back from the fit.
 *
 * @param predictor the model as it was trained, without a decision
 * @returns undefined when neither is asked for
 * @throws InputError when those rows are all of one class, or no threshold reaches the aim
 */
export function decisionFor(
  { model, evaluate, data }: Pick<Request, 'model' | 'evaluate' | 'data'>,
  predictor: Predictor,
  { table, tuning }: Pick<Prepared, 'table' | 'tuning'>,
): Decision | undefined {
  if (!tuning) return undefined;
  const predictions = withActual(predictor, predictRows(predictor, table, tuning), table, {
    rows: tuning,
    weight: data.weight,
  });
  if (predictions.kind !== 'classes') return undefined;
  const { actual, probabilities, margins, weights } = predictions;
  const positives = actual.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === actual.length) {
    throw new InputError(
      `${data.path}: expected rows of both classes among the ${actual.length} kept back for the threshold or the calibration, found one`,
      { advice: 'Give more rows, or split them by: stratified' },
    );
  }
  const scores = margins ?? probabilities;
  const fitted = scoreTable(actual, scores, { weights });
  const calibration =
    model.calibrate && (model.calibrate === 'platt' ? plattScaling(fitted) : isotonicCalibration(fitted));
  const decision: Decision = { rowCount: tuning.length, ...(calibration && { calibration }) };
  if (evaluate.threshold === undefined) return decision;
  const judged = calibration ? scoreTable(actual, calibrate(calibration, scores), { weights }) : fitted;
  const { aim, words } = aimOf(evaluate.threshold);
  const chosen: ChosenThreshold = chooseThreshold(judged, aim);
  if (chosen.note !== undefined) {
    throw new InputError(`evaluate.threshold: expected a threshold for ${words}, found none: ${chosen.note}`);
  }
  return { ...decision, threshold: { value: Number.isFinite(chosen.threshold) ? chosen.threshold : null, aim: words } };
}

/**
 * What a report says about a decision.
 *
 * @param before metrics of the scored rows without the calibration
 */
export function describeDecision(
  { rowCount, calibration, threshold }: Decision,
  before?: Metrics,
): Pick<Evaluation, 'threshold' | 'calibration'> {
  const on = `${rowCount} of the training rows, kept back from fitting`;
  return {
    ...(calibration && { calibration: { method: calibration.kind, on, ...(before && { before }) } }),
    ...(threshold && threshold.value !== null && { threshold: { value: threshold.value, aim: threshold.aim, on } }),
  };
}

function aimOf(threshold: NonNullable<Request['evaluate']['threshold']>): { aim: ThresholdAim; words: string } {
  if (threshold === 'f1') return { aim: { aim: 'f1' }, words: 'the highest F1' };
  if (threshold === 'youden') return { aim: { aim: 'youden' }, words: "the highest of Youden's J" };
  if ('costs' in threshold) {
    const { falsePositive, falseNegative } = threshold.costs;
    const words = `the least cost, ${falsePositive} for a false positive and ${falseNegative} for a false negative`;
    return { aim: { aim: 'cost', ...threshold.costs }, words };
  }
  if ('precision' in threshold) {
    const { precision } = threshold;
    return { aim: { aim: 'precision', atLeast: precision }, words: `the most recall at a precision of ${precision}` };
  }
  const { recall } = threshold;
  return { aim: { aim: 'recall', atLeast: recall }, words: `the most precision at a recall of ${recall}` };
}
