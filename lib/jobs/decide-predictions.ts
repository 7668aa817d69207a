import { metricNamed } from '../metrics/catalogue.ts';
import { compareMeasured } from '../metrics/compare.ts';
import { decideGate, decideGates, type GateEvidence, type GateRule } from '../metrics/gates.ts';
import { sliceRows } from '../metrics/slices/slice-rows.ts';
import { measureSlices } from '../metrics/slices/worst-slices.ts';
import { termsOf, unitCountOf } from '../metrics/terms/terms.ts';
import { type Measured, measureUncertain } from '../metrics/uncertain.ts';
import type { PredictionsGate } from '../pipeline/predictions-schema.ts';
import { formatNumber } from '../report/format.ts';
import type { Report } from '../report/report.ts';
import type { Rival } from './assess/assess.ts';
import { type SliceRequest, sliceMetric } from './assess/slices.ts';

type Verdict = Report['verdict'];

/** What gates on predictions are held against. */
export interface GateSubjects {
  measured: Measured;
  baseline?: Rival;
  against?: Rival;
  slices?: SliceRequest;
}

/** Whether all gates hold, each with its sentence: pass, fail, or undecided where there is too little data to say. */
export function decidePredictions(
  gates: readonly PredictionsGate[],
  subjects: GateSubjects,
): Pick<Verdict, 'gate' | 'sentence' | 'gates'> {
  const decisions = gates.map((gate) => {
    const { metric, confidence } = gate;
    const own = measureUncertain(subjects.measured.task, [metric], subjects.measured.predictions, {
      ...subjects.measured.options,
      ...(confidence !== undefined && { confidence }),
    });
    const { title } = metricNamed(metric, own.task);
    const rule = ruleOf(gate, subjects);
    const evidence = 'slices' in gate && gate.slices ? ofSlices(own, metric, subjects) : [ofAll(own, gate, subjects)];
    const { verdict, sentence } = decideGate(rule, evidence, {
      title,
      format: (value) => formatNumber(value, { digits: 6 }),
    });
    const { value } = own.values[metric];
    return {
      decision: { verdict, sentence },
      reported: {
        sentence,
        metric,
        expected: expectedOf(rule),
        found: Number.isFinite(value) ? value : null,
        verdict,
        ...(confidence !== undefined && { confidence }),
        ...('slices' in gate && gate.slices && { slice: 'each slice' }),
      },
    };
  });
  const { verdict, sentence } = decideGates(decisions.map(({ decision }) => decision));
  return { gate: verdict, sentence, gates: decisions.map(({ reported }) => reported) };
}

function ruleOf(gate: PredictionsGate, { baseline, against }: GateSubjects): GateRule {
  const { metric: figure, confidence, atLeastRows } = gate;
  const sure = { ...(confidence !== undefined && { confidence }), ...(atLeastRows !== undefined && { atLeastRows }) };
  if ('atMost' in gate) return { figure, atMost: gate.atMost, ...sure };
  if ('atLeast' in gate) return { figure, atLeast: gate.atLeast, ...sure };
  const rival = gate.noWorseThan === 'baseline' ? baseline : against;
  return {
    figure,
    noWorseThan: rival?.name ?? gate.noWorseThan,
    ...(gate.by !== undefined && { by: gate.by }),
    ...sure,
  };
}

function expectedOf({ atMost, atLeast, noWorseThan, by }: GateRule): string {
  if (atMost !== undefined) return `at most ${atMost}`;
  if (atLeast !== undefined) return `at least ${atLeast}`;
  return `no worse than ${noWorseThan}${by ? ` by more than ${formatNumber(by * 100)}%` : ''}`;
}

function ofAll(own: Measured, gate: PredictionsGate, { baseline, against }: GateSubjects): GateEvidence {
  const { metric } = gate;
  const { value, interval } = own.values[metric];
  const evidence: GateEvidence = {
    value,
    direction: metricNamed(metric, own.task).direction,
    rowCount: unitCountOf(own.predictions),
    ...(interval && { interval }),
  };
  if (!('noWorseThan' in gate)) return evidence;
  const rival = gate.noWorseThan === 'baseline' ? baseline : against;
  if (!rival) {
    const none = `there is no ${gate.noWorseThan === 'baseline' ? 'baseline' : 'other file'} to compare with`;
    return { ...evidence, other: { none, verdict: 'undecided' } };
  }
  const other = measureUncertain(own.task, [metric], rival.predictions, { ...own.options, intervals: false });
  const comparison = compareMeasured(own, other)[metric];
  return { ...evidence, other: { value: other.values[metric].value, ...(comparison && { comparison }) } };
}

/** Of each slice, with intervals that hold for all of them at once. */
function ofSlices(own: Measured, metric: string, { slices }: GateSubjects): GateEvidence[] {
  const named = metricNamed(metric, own.task);
  const rowCount = unitCountOf(own.predictions);
  const summed = termsOf(named, own.predictions, own.shared);
  const none: GateEvidence = { value: Number.NaN, direction: named.direction, rowCount };
  if (!slices || !summed) return [none];
  const found = sliceRows(slices.columns, { pairs: slices.pairs ?? [], leastRows: slices.leastRows });
  const { confidence } = own.options;
  const measured = measureSlices(sliceMetric(named, summed, own), rowCount, found, { confidence });
  const evidence = measured.slices.map((slice) => ({
    value: slice.value,
    direction: named.direction,
    rowCount: slice.rowCount,
    interval: slice.interval,
    slice: slice.conditions,
  }));
  return evidence.length > 0 ? evidence : [none];
}
