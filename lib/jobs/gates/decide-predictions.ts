import type { GateEvidence } from '../../metrics/gates.ts';
import { sliceRows } from '../../metrics/slices/slice-rows.ts';
import { measureSlices } from '../../metrics/slices/worst-slices.ts';
import { termsOf, unitCountOf } from '../../metrics/terms/terms.ts';
import type { Measured } from '../../metrics/uncertain.ts';
import type { PredictionsGate } from '../../pipeline/predictions-schema.ts';
import type { Rival } from '../assess/comparisons.ts';
import { type SliceRequest, sliceMetric } from '../assess/slices.ts';
import { type GateCase, judgeGates } from './judge-gates.ts';
import { measureGate } from './measure-gate.ts';

/** What gates on predictions are judged by. */
export interface PredictionsSubject {
  measured: Measured;
  baseline?: Rival;
  against?: Rival;
  slices?: SliceRequest;
}

/** The verdict on each gate and on all of them: pass, fail, or undecided when there is too little data to say. */
export function decidePredictions(
  gates: readonly PredictionsGate[],
  subject: PredictionsSubject,
): ReturnType<typeof judgeGates> {
  return judgeGates(gates.map((gate) => caseOf(gate, subject)));
}

function caseOf(gate: PredictionsGate, { measured: all, slices, ...rivals }: PredictionsSubject): GateCase {
  if (!('noWorseThan' in gate)) {
    const { slices: onSlices, ...asked } = gate;
    const { evidence, measured } = measureGate(asked, all);
    return { gate: asked, evidence: onSlices ? ofSlices(measured, slices) : evidence, value: evidence.value };
  }
  const rival = rivals[gate.noWorseThan];
  const { evidence } = measureGate(gate, all, rival?.predictions);
  const { value } = evidence;
  if (rival) return { gate: { ...gate, noWorseThan: rival.name }, evidence, value };
  const none = `there is no ${gate.noWorseThan === 'baseline' ? 'baseline' : 'other file'} to compare with`;
  return { gate, evidence: { ...evidence, other: { none, verdict: 'undecided' } }, value };
}

/** Evidence for each slice, with intervals that hold for all slices simultaneously. */
function ofSlices(own: Measured, slices: SliceRequest | undefined): GateEvidence[] {
  const [metric] = own.metrics;
  const rowCount = unitCountOf(own.predictions);
  const summed = termsOf(metric, own.predictions, own.shared);
  const none: GateEvidence = { value: Number.NaN, direction: metric.direction, rowCount };
  if (!slices || !summed) return [none];
  const found = sliceRows(slices.columns, { pairs: slices.pairs ?? [], leastRows: slices.leastRows });
  const { confidence } = own.options;
  const measured = measureSlices(sliceMetric(metric, summed, own), rowCount, found, { confidence });
  const evidence = measured.slices.map((slice) => ({
    value: slice.value,
    direction: metric.direction,
    rowCount: slice.rowCount,
    interval: slice.interval,
    slice: slice.conditions,
  }));
  return evidence.length > 0 ? evidence : [none];
}
