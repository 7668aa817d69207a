import { InputError } from '../core/errors.ts';
import { findMetric } from '../metrics/catalogue.ts';
import { decideGate, decideGates, type GateRule, type GateEvidence as Known } from '../metrics/gates.ts';
import type { Comparison } from '../metrics/intervals/comparison.ts';
import { type GateFigure, isFigure } from '../pipeline/gate-figures.ts';
import type { ResolvedGate } from '../pipeline/resolve-gates.ts';
import { formatNumber } from '../report/format.ts';
import { metricTitle } from '../report/metric-titles.ts';
import type { Metrics, Report } from '../report/report.ts';
import { describeMeasure } from '../report/sections/facts.ts';
import { type GateEvidence, needsEvidence, valueIn } from './gate-evidence.ts';

type Verdict = Report['verdict'];
type GateVerdict = Verdict['gates'][number];

/** What gates are held against: metrics on the same rows. */
export interface GateInputs {
  metrics: Metrics;
  baseline: Metrics;
  /** Of the version that `champion` names; undefined when there is none, `unscored` when it has none on these rows. */
  champion: Metrics | 'unscored' | undefined;
  /** Rows that all these metrics are of. */
  rowCount: number;
  /** Of each gate that asks for a slice, a confidence or a number of rows; null for the others. */
  evidence?: readonly (GateEvidence | null)[];
  /** Size, latency, cost and the like, by name. */
  figures?: Readonly<Record<string, number>>;
}

/** How each gate came out, and the worst of it. A metric that is undefined passes none. */
export function checkGates(gates: readonly ResolvedGate[], inputs: GateInputs): Pick<Verdict, 'gate' | 'gates'> {
  const verdicts = gates.map((gate, i) => checkGate(gate, inputs, inputs.evidence?.[i] ?? null));
  return { gate: decideGates(verdicts).verdict, gates: verdicts };
}

/** What a training says whose request names an empty list of gates. */
export const ungated = 'Warning: evaluate.gates is empty, so whatever is trained becomes champion, however good it is.';

/** The gates' outcome in one sentence. */
export const verdictSentence = ({ gates }: Pick<Verdict, 'gates'>): string => decideGates(gates).sentence;

/** The metrics that gates need, whether or not a pipeline lists them. */
export const gateMetrics = (gates: readonly ResolvedGate[]): string[] =>
  gates.map(({ metric }) => metric).filter((metric) => !isFigure(metric));

function checkGate(gate: ResolvedGate, inputs: GateInputs, evidence: GateEvidence | null): GateVerdict {
  const { metric, slice, confidence, byDefault } = gate;
  const figure = isFigure(metric) ? metric : undefined;
  const known = figure ? figureEvidence(figure, inputs) : metricEvidence(gate, inputs, evidence);
  const { verdict, sentence } = decided(gate, known, figure);
  const note = byDefault ? ' (the default gate)' : '';
  return {
    sentence: note === '' ? sentence : sentence.replace(/, found/, `${note}, found`),
    metric,
    expected: `${expectedOf(gate)}${note}`,
    found: Number.isNaN(known.value) ? null : known.value,
    verdict,
    ...(confidence !== undefined && { confidence }),
    ...(slice !== undefined && { slice }),
  };
}

function decided(
  gate: ResolvedGate,
  known: Known,
  figure: GateFigure | undefined,
): Pick<GateVerdict, 'verdict' | 'sentence'> {
  const { metric, slice } = gate;
  const title = `${figure ? describeMeasure(figure, 0)[0] : metricTitle(metric).title}${slice === undefined ? '' : ` where ${slice}`}`;
  if (known.rowCount === 0)
    return { verdict: 'undecided', sentence: `${title}: there is no such row to measure it on.` };
  if (figure && Number.isNaN(known.value)) {
    return { verdict: 'undecided', sentence: `${title}: expected ${expectedOf(gate)}, but it is not known here.` };
  }
  const format = (value: number) => (figure ? describeMeasure(figure, value)[1] : formatNumber(value, { digits: 6 }));
  return decideGate({ ...gate, figure: metric } as GateRule, known, { title, format });
}

/** Nothing that training took is known to an evaluation of a version. */
function figureEvidence(figure: GateFigure, { figures = {}, rowCount }: GateInputs): Known {
  return { value: figures[figure] ?? Number.NaN, direction: 'lower', rowCount };
}

function metricEvidence(gate: ResolvedGate, inputs: GateInputs, evidence: GateEvidence | null): Known {
  const { metric } = gate;
  const { metrics, rowCount } = inputs;
  const value = needsEvidence(gate) ? evidence?.value : valueIn(metrics, metric)?.value;
  const known: Known = {
    value: value ?? Number.NaN,
    direction: directionOf(metric),
    rowCount: evidence?.rowCount ?? rowCount,
    ...(evidence?.interval && { interval: evidence.interval }),
  };
  return 'noWorseThan' in gate ? { ...known, other: otherOf(gate, inputs, evidence) } : known;
}

function otherOf(
  gate: ResolvedGate & { noWorseThan: 'champion' | 'baseline' },
  inputs: GateInputs,
  evidence: GateEvidence | null,
): Known['other'] {
  const other = inputs[gate.noWorseThan];
  if (other === undefined) return { none: 'there is no champion to compare with yet', verdict: 'pass' };
  if (other === 'unscored') return { none: 'champion could not score these rows', verdict: 'pass' };
  const value = needsEvidence(gate) ? evidence?.other : valueIn(other, gate.metric)?.value;
  if (value === null || value === undefined) {
    return { none: `undefined for ${gate.noWorseThan}, so nothing can be compared`, verdict: 'fail' };
  }
  const comparison = evidence?.difference && ({ interval: evidence.difference } as Comparison);
  return { value, ...(comparison && { comparison }) };
}

function expectedOf(gate: ResolvedGate): string {
  if ('atMost' in gate) return `at most ${gate.atMost}`;
  if ('atLeast' in gate) return `at least ${gate.atLeast}`;
  return `no worse than ${gate.noWorseThan}${gate.by ? ` by more than ${formatNumber(gate.by * 100)}%` : ''}`;
}

function directionOf(metric: string): 'higher' | 'lower' {
  const found = findMetric(metric);
  if (!found) throw new InputError(`evaluate.gates: expected the name of a metric, found "${metric}"`);
  return found.direction;
}
