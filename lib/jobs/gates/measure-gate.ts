import { compareMeasured } from '../../metrics/compare.ts';
import type { GateEvidence } from '../../metrics/gates.ts';
import type { AnyPredictions, Task } from '../../metrics/predictions.ts';
import { unitCountOf } from '../../metrics/terms/terms.ts';
import { type Measured, measureUncertain, type UncertaintyOptions } from '../../metrics/uncertain.ts';
import type { AskedGate } from './judge-gates.ts';

/** Predictions to judge by a gate. */
export interface GatePredictions {
  task: Task;
  predictions: AnyPredictions;
  options?: UncertaintyOptions;
}

/**
 * Measures a gate's metric on predictions and on a rival's, with intervals of both and of their difference if the gate asks
 * for a confidence.
 *
 * @param rival predictions of the same rows
 * @returns the evidence, and the measured predictions
 * @throws InputError when the metric does not fit the task, or the rival has other rows
 */
export function measureGate(
  { metric, confidence }: Pick<AskedGate, 'metric' | 'confidence'>,
  { task, predictions, options = {} }: GatePredictions,
  rival?: AnyPredictions,
): { evidence: GateEvidence; measured: Measured } {
  const isSure = confidence !== undefined;
  const asked = { ...options, ...(isSure && { confidence }), intervals: isSure };
  const measured = measureUncertain(task, [metric], predictions, asked);
  const { value, interval } = measured.values[metric];
  const evidence: GateEvidence = {
    value,
    direction: measured.metrics[0].direction,
    rowCount: unitCountOf(predictions),
    ...(interval && { interval }),
  };
  if (!rival) return { evidence, measured };
  const other = measureUncertain(task, [metric], rival, asked);
  const comparison = isSure ? compareMeasured(measured, other)[metric] : undefined;
  return {
    evidence: { ...evidence, other: { value: other.values[metric].value, ...(comparison && { comparison }) } },
    measured,
  };
}
