import { InputError } from '../../core/errors.ts';
import { findMetric, isSameMetric } from '../../metrics/catalogue.ts';
import type { GateEvidence } from '../../metrics/gates.ts';
import type { Comparison } from '../../metrics/intervals/comparison.ts';
import { isFigure } from '../../pipeline/gate-figures.ts';
import type { ResolvedGate } from '../../pipeline/resolve-gates.ts';
import { questionGate } from '../../report/question-gate.ts';
import type { Metrics } from '../../report/report.ts';
import { judgeGates } from './judge-gates.ts';
import { type KeptEvidence, needsEvidence } from './model-evidence.ts';

/** What a model's gates are judged by: metrics on the same rows, and figures. */
export interface GateInputs {
  metrics: Metrics;
  baseline: Metrics;
  /** Metrics of the champion; undefined when there is none, `unscored` when it could not score these rows. */
  champion: Metrics | 'unscored' | undefined;
  /** How the champion's target or task differs from the model's, where it does; see `otherQuestion`. */
  championQuestion?: string | undefined;
  /** Number of rows that these metrics are measured on. */
  rowCount: number;
  /** For each gate, what was measured if it asks for a slice, a confidence or a number of rows; null for the others. */
  evidence?: readonly (KeptEvidence | null)[];
  /** Size, latency, cost and the like, by name. */
  figures?: Readonly<Record<string, number>>;
}

/**
 * The verdict on each gate of a model, and the worst of them. No gate passes on an undefined metric, and no model whose
 * target or task differs from the champion's takes its place by itself.
 */
export function checkGates(gates: readonly ResolvedGate[], inputs: GateInputs): ReturnType<typeof judgeGates> {
  return judgeGates(
    gates.map((gate, i) => {
      const evidence = isFigure(gate.metric)
        ? figureEvidence(gate.metric, inputs)
        : metricEvidence(gate, inputs, inputs.evidence?.[i] ?? null);
      return { gate, evidence, value: evidence.value };
    }),
    inputs.championQuestion === undefined ? [] : [questionVerdict(inputs.championQuestion)],
  );
}

const questionVerdict = (question: string): ReturnType<typeof judgeGates>['gates'][number] => ({
  sentence: `Champion: expected it to answer the same question, found another: ${question}.`,
  metric: questionGate,
  expected: 'the same target and task as champion',
  found: null,
  verdict: 'undecided',
});

/** The warning of a training whose request has an empty list of gates. */
export const ungated = 'Warning: evaluate.gates is empty, so whatever is trained becomes champion, however good it is.';

/** The metrics that gates need, whether or not a pipeline lists them. */
export const gateMetrics = (gates: readonly ResolvedGate[]): string[] =>
  gates.map(({ metric }) => metric).filter((metric) => !isFigure(metric));

function figureEvidence(figure: string, { figures = {}, rowCount }: GateInputs): GateEvidence {
  const value = figures[figure];
  const known = { direction: 'lower' as const, rowCount };
  return value === undefined ? { ...known, value: Number.NaN, unknown: 'it is not known here' } : { ...known, value };
}

function metricEvidence(gate: ResolvedGate, inputs: GateInputs, kept: KeptEvidence | null): GateEvidence {
  const { metric } = gate;
  const value = needsEvidence(gate) ? kept?.value : valueIn(inputs.metrics, metric)?.value;
  const rowCount = kept?.rowCount ?? inputs.rowCount;
  const known: GateEvidence = {
    value: value ?? Number.NaN,
    direction: directionOf(metric),
    rowCount,
    ...(rowCount === 0 && { unknown: 'there is no such row to measure it on' }),
    ...(kept?.interval && { interval: kept.interval }),
  };
  return 'noWorseThan' in gate ? { ...known, other: otherOf(gate, inputs, kept) } : known;
}

function otherOf(
  gate: ResolvedGate & { noWorseThan: 'champion' | 'baseline' },
  inputs: GateInputs,
  kept: KeptEvidence | null,
): GateEvidence['other'] {
  const other = inputs[gate.noWorseThan];
  if (other === undefined) return { none: 'there is no champion to compare with yet', verdict: 'pass' };
  if (inputs.championQuestion !== undefined && gate.noWorseThan === 'champion') {
    return { none: 'champion answers another question', verdict: 'undecided' };
  }
  if (other === 'unscored') return { none: 'champion could not score these rows', verdict: 'pass' };
  const value = needsEvidence(gate) ? kept?.other : valueIn(other, gate.metric)?.value;
  if (value === null || value === undefined) {
    return { none: `undefined for ${gate.noWorseThan}, so nothing can be compared`, verdict: 'fail' };
  }
  const comparison = kept?.difference && ({ interval: kept.difference } as Comparison);
  return { value, ...(comparison && { comparison }) };
}

/** The value of a metric, whose name may be spelt in another way. */
function valueIn<T>(values: Record<string, T>, metric: string): T | undefined {
  const name = Object.keys(values).find((measured) => isSameMetric(measured, metric));
  return name === undefined ? undefined : values[name];
}

function directionOf(metric: string): 'higher' | 'lower' {
  const found = findMetric(metric);
  if (!found) throw new InputError(`evaluate.gates: expected the name of a metric, found "${metric}"`);
  return found.direction;
}
