import { decideGate, decideGates, expectedOf, type GateEvidence, type GateRule } from '../../metrics/gates.ts';
import { isFigure } from '../../pipeline/gate-figures.ts';
import { formatNumber } from '../../report/format.ts';
import { metricTitle } from '../../report/metric-titles.ts';
import type { Report } from '../../report/report.ts';
import { describeMeasure } from '../../report/sections/facts.ts';

type Verdict = Report['verdict'];

/** A gate of a pipeline or of a predictions document. */
export interface AskedGate extends Omit<GateRule, 'figure'> {
  /** A metric, or a figure such as `modelBytes`. */
  metric: string;
  /** The rows that it reads, as conditions in words; all when left out. */
  slice?: string;
  /** Set when no document asks for it. */
  byDefault?: true;
}

/** A gate, and what was measured for it. */
export interface GateCase {
  gate: AskedGate;
  /** One piece, or one for each slice. */
  evidence: GateEvidence | readonly GateEvidence[];
  /** The value that the report shows; NaN when it is undefined. */
  value: number;
}

/**
 * The verdict on each gate, the worst of them, and a sentence for it.
 *
 * @param more gates that were judged elsewhere
 */
export function judgeGates(
  cases: readonly GateCase[],
  more: readonly Verdict['gates'][number][] = [],
): Pick<Verdict, 'gate' | 'sentence' | 'gates'> {
  const gates = [...cases.map(judgeGate), ...more];
  const { verdict, sentence } = decideGates(gates);
  return { gate: verdict, sentence, gates };
}

function judgeGate({ gate, evidence, value }: GateCase): Verdict['gates'][number] {
  const { metric, confidence, byDefault } = gate;
  const rule: GateRule = { ...gate, figure: metric };
  const { title, format } = wordsOf(metric);
  const where = gate.slice === undefined ? '' : ` where ${gate.slice}`;
  const { verdict, sentence } = decideGate(rule, evidence, { title: `${title}${where}`, format });
  const note = byDefault ? ' (the default gate)' : '';
  const slice = gate.slice ?? (Array.isArray(evidence) ? 'each slice' : undefined);
  return {
    sentence: sentence.replace(/, found/, `${note}, found`),
    metric,
    expected: `${expectedOf(rule, format)}${note}`,
    found: Number.isFinite(value) ? value : null,
    verdict,
    ...(confidence !== undefined && { confidence }),
    ...(slice !== undefined && { slice }),
  };
}

/** The title of a gate's metric or figure, and the format of its values. */
function wordsOf(metric: string): { title: string; format: (value: number) => string } {
  if (!isFigure(metric)) {
    return { title: metricTitle(metric).title, format: (value) => formatNumber(value, { digits: 6 }) };
  }
  return { title: describeMeasure(metric, 0)[0], format: (value) => describeMeasure(metric, value)[1] };
}
