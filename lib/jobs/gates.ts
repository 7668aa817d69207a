import { InputError } from '../core/errors.ts';
import { findMetric, isSameMetric } from '../metrics/catalogue.ts';
import type { ResolvedGate } from '../pipeline/resolve.ts';
import { formatNumber } from '../report/format.ts';
import { metricTitle } from '../report/metric-titles.ts';
import type { Metrics, Report } from '../report/report.ts';

type Verdict = Report['verdict'];
type GateVerdict = Verdict['gates'][number];

/** What gates are held against: metrics on the same rows. */
export interface GateInputs {
  metrics: Metrics;
  baseline: Metrics;
  /** Of the version that `champion` names; undefined when there is none, `unscored` when it has none on these rows. */
  champion: Metrics | 'unscored' | undefined;
}

/** Whether all gates hold, and how each came out. A metric that is undefined passes none. */
export function checkGates(gates: readonly ResolvedGate[], inputs: GateInputs): Pick<Verdict, 'gate' | 'gates'> {
  const verdicts = gates.map((gate) => checkGate(gate, inputs));
  const gate = verdicts.length === 0 ? 'none' : verdicts.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'fail';
  return { gate, gates: verdicts };
}

/** What a training says whose request names an empty list of gates. */
export const ungated = 'Warning: evaluate.gates is empty, so whatever is trained becomes champion, however good it is.';

/** The gates' outcome in one sentence. */
export function verdictSentence({ gate, gates }: Pick<Verdict, 'gate' | 'gates'>): string {
  if (gate === 'none') return 'No gates were asked for.';
  const failed = gates.filter(({ verdict }) => verdict === 'fail').length;
  if (gates.length === 1) return failed === 0 ? 'The gate holds.' : 'The gate fails.';
  return failed === 0
    ? `All ${gates.length} gates hold.`
    : `${failed} of ${gates.length} gates ${failed === 1 ? 'fails' : 'fail'}.`;
}

/** The metrics that gates need, whether or not a pipeline lists them. */
export const gateMetrics = (gates: readonly ResolvedGate[]): string[] => gates.map(({ metric }) => metric);

function checkGate(gate: ResolvedGate, { metrics, baseline, champion }: GateInputs): GateVerdict {
  const { metric } = gate;
  const found = measuredValue(metrics, metric);
  if ('atMost' in gate) return verdict(metric, found, `at most ${gate.atMost}`, (value) => value <= gate.atMost);
  if ('atLeast' in gate) return verdict(metric, found, `at least ${gate.atLeast}`, (value) => value >= gate.atLeast);
  const other = gate.noWorseThan === 'champion' ? champion : baseline;
  if (!other || other === 'unscored') {
    const why = other ? 'champion could not score these rows' : 'there is no champion to compare with yet';
    const sentence = `${metricTitle(metric).title}: ${why}.`;
    return { sentence, metric, expected: 'no worse than champion', found, verdict: 'pass' };
  }
  const limit = measuredValue(other, metric);
  if (limit === null) {
    const sentence = `${metricTitle(metric).title}: undefined for ${gate.noWorseThan}, so nothing can be compared.`;
    return { sentence, metric, expected: `no worse than ${gate.noWorseThan}`, found, verdict: 'fail' };
  }
  const isHigherBetter = directionOf(metric) === 'higher';
  const slack = (gate.by ?? 0) * Math.abs(limit);
  const bound = isHigherBetter ? limit - slack : limit + slack;
  const slackText = gate.by ? ` by more than ${formatNumber(gate.by * 100)}%` : '';
  const expected = `no worse than ${gate.noWorseThan}'s ${formatNumber(limit)}${slackText}${gate.byDefault ? ' (the default gate)' : ''}`;
  return verdict(metric, found, expected, (value) => (isHigherBetter ? value >= bound : value <= bound));
}

function verdict(
  metric: string,
  found: number | null,
  expected: string,
  holds: (value: number) => boolean,
): GateVerdict {
  const passes = found !== null && holds(found);
  const value = found === null ? 'no value' : formatNumber(found, { digits: 6 });
  const sentence = `${metricTitle(metric).title}: expected ${expected}, found ${value}.`;
  return { sentence, metric, expected, found, verdict: passes ? 'pass' : 'fail' };
}

/** By whichever name it was measured. */
function measuredValue(metrics: Metrics, metric: string): number | null {
  const name = Object.keys(metrics).find((measured) => isSameMetric(measured, metric));
  return name === undefined ? null : metrics[name].value;
}

function directionOf(metric: string): 'higher' | 'lower' {
  const found = findMetric(metric);
  if (!found) throw new InputError(`evaluate.gates: expected the name of a metric, found "${metric}"`);
  return found.direction;
}
