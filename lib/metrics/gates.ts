import { InputError } from '../core/errors.ts';
import type { Comparison } from './intervals/comparison.ts';
import type { Interval } from './intervals/interval.ts';
import type { Condition } from './slices/slice-rows.ts';

/** How a gate was judged; `undecided` when there is too little data to say. */
export type GateVerdict = 'pass' | 'fail' | 'undecided';

/** What must hold of one figure. */
export interface GateRule {
  /** What is gated: a metric, or a figure such as `sizeBytes`, `latencyMs`, `costUsd`. */
  figure: string;
  /** The bound; exactly one of the three. */
  atMost?: number;
  atLeast?: number;
  /** Held against the same figure of this: `champion`, `baseline`, or another file of predictions. */
  noWorseThan?: string;
  /** With noWorseThan: how much worse it may be, as a share of the other's value. */
  by?: number;
  /** Asks for significance: the whole interval of this confidence must lie on the right side. */
  confidence?: number;
  /** With fewer rows the gate is undecided. */
  atLeastRows?: number;
}

/** What is known of the figure; of a gate on slices, of the figure on one slice. */
export interface GateEvidence {
  /** NaN where it is undefined. */
  value: number;
  direction: 'higher' | 'lower';
  rowCount: number;
  /** Of the figure; needed for a bound with a confidence, at that confidence. */
  interval?: Interval;
  /** Of the other, for noWorseThan: its value, or why there is none and what follows from that. */
  other?: { value: number; comparison?: Comparison } | { none: string; verdict: GateVerdict };
  slice?: readonly Condition[];
  /** Why the figure is unknown here, as the end of a sentence; the gate is undecided then. */
  unknown?: string;
}

/** How a gate was judged, and the sentence that says so. */
export interface GateDecision {
  verdict: GateVerdict;
  /** One sentence: what was expected, what was found, and why nothing is decided where that is so. */
  sentence: string;
}

/** How a gate's sentence writes its figure. */
export interface GateWords {
  /** How the figure is called; its name by default. */
  title?: string;
  format?: (value: number) => string;
}

/**
 * Whether a gate holds.
 *
 * A figure that is undefined fails. With too few rows, or an interval that crosses the bound where a confidence is asked
 * for, the gate is undecided.
 *
 * @param evidence one piece, or one for each slice: then all must hold, and the sentence speaks of the worst
 * @throws InputError when the rule has no bound or two, or there is no evidence
 */
export function decideGate(
  rule: GateRule,
  evidence: GateEvidence | readonly GateEvidence[],
  { title = rule.figure, format = (value) => String(Number(value.toPrecision(6))) }: GateWords = {},
): GateDecision {
  const bounds = [rule.atMost, rule.atLeast, rule.noWorseThan].filter((bound) => bound !== undefined);
  if (bounds.length !== 1) {
    throw new InputError(
      `gate on ${rule.figure}: expected one of atMost, atLeast and noWorseThan, found ${bounds.length}`,
    );
  }
  const pieces: readonly GateEvidence[] = Array.isArray(evidence) ? evidence : [evidence as GateEvidence];
  if (pieces.length === 0) throw new InputError(`gate on ${rule.figure}: expected evidence, found none`);
  const decisions = pieces.map((piece) => decide(rule, piece, { title, format }));
  const worst = decisions.reduce((a, b) => (order[b.verdict] > order[a.verdict] ? b : a));
  const same = decisions.filter(({ verdict }) => verdict === worst.verdict).length;
  if (decisions.length === 1) return worst;
  const rest = `${words[worst.verdict]} on ${same} of ${decisions.length} slices`;
  return { verdict: worst.verdict, sentence: `${rest}: ${worst.sentence}` };
}

/** The verdict of all gates: the worst of theirs, `none` without gates, and one sentence. */
export function decideGates(decisions: readonly GateDecision[]): { verdict: GateVerdict | 'none'; sentence: string } {
  if (decisions.length === 0) return { verdict: 'none', sentence: 'No gates were asked for.' };
  const count = (verdict: GateVerdict) => decisions.filter((one) => one.verdict === verdict).length;
  const [failed, open] = [count('fail'), count('undecided')];
  const total = decisions.length;
  if (total === 1) {
    const only = decisions[0].verdict;
    return {
      verdict: only,
      sentence: `The gate ${{ pass: 'holds', fail: 'fails', undecided: 'is undecided' }[only]}.`,
    };
  }
  if (failed > 0) {
    const also = open > 0 ? `, ${open} ${open === 1 ? 'is' : 'are'} undecided` : '';
    return { verdict: 'fail', sentence: `${failed} of ${total} gates ${failed === 1 ? 'fails' : 'fail'}${also}.` };
  }
  if (open > 0) {
    return { verdict: 'undecided', sentence: `${open} of ${total} gates ${open === 1 ? 'is' : 'are'} undecided.` };
  }
  return { verdict: 'pass', sentence: `All ${total} gates hold.` };
}

/** What a gate expects, in words: 'at most 10', 'no worse than champion by more than 5%'. */
export function expectedOf(
  { atMost, atLeast, noWorseThan, by }: GateRule,
  format: (value: number) => string = String,
): string {
  if (atMost !== undefined) return `at most ${format(atMost)}`;
  if (atLeast !== undefined) return `at least ${format(atLeast)}`;
  return `no worse than ${noWorseThan}${by ? ` by more than ${format(by * 100)}%` : ''}`;
}

const order: Record<GateVerdict, number> = { pass: 0, undecided: 1, fail: 2 };
const words: Record<GateVerdict, string> = { pass: 'Holds', fail: 'Fails', undecided: 'Undecided' };

/** How far the figure is on the right side of the bound, and between what ends that lies. */
interface Margin {
  expected: string;
  margin: number;
  low?: number;
  high?: number;
  confidence?: number;
}

function decide(rule: GateRule, evidence: GateEvidence, { title, format }: Required<GateWords>): GateDecision {
  const { value, slice, rowCount, other, unknown } = evidence;
  const where = slice?.length
    ? ` where ${slice.map(({ column, value: is }) => `${column} is ${is}`).join(' and ')}`
    : '';
  const subject = `${title}${where}`;
  if (unknown !== undefined) {
    return { verdict: 'undecided', sentence: `${subject}: expected ${expectedOf(rule, format)}, but ${unknown}.` };
  }
  if (rule.noWorseThan !== undefined && (!other || 'none' in other)) {
    const { none, verdict } = other ?? {
      none: `nothing is known of ${rule.noWorseThan}`,
      verdict: 'undecided' as const,
    };
    return { verdict, sentence: `${subject}: ${none}.` };
  }
  const found = Number.isNaN(value) ? 'no value' : format(value);
  const bound = marginOf(rule, evidence, format);
  const expected = `${subject}: expected ${bound.expected}, found ${found}`;
  if (Number.isNaN(bound.margin)) return { verdict: 'fail', sentence: `${expected}.` };
  if (rule.atLeastRows !== undefined && rowCount < rule.atLeastRows) {
    const sentence = `${expected}, but on ${rowCount} rows, fewer than the ${rule.atLeastRows} asked for.`;
    return { verdict: 'undecided', sentence };
  }
  if (rule.confidence === undefined) {
    return { verdict: bound.margin >= 0 ? 'pass' : 'fail', sentence: `${expected}.` };
  }
  const { low = Number.NaN, high = Number.NaN } = bound;
  const percent = `${Number((rule.confidence * 100).toPrecision(6))}%`;
  if (bound.confidence !== rule.confidence || Number.isNaN(low) || Number.isNaN(high)) {
    return { verdict: 'undecided', sentence: `${expected}, with no interval at ${percent}.` };
  }
  const verdict = low >= 0 ? 'pass' : high < 0 ? 'fail' : 'undecided';
  const sure = verdict === 'undecided' ? `which ${rowCount} rows do not settle at ${percent}` : `surely at ${percent}`;
  return { verdict, sentence: `${expected}, ${sure}.` };
}

function marginOf(
  rule: GateRule,
  { value, direction, interval, other }: GateEvidence,
  format: (value: number) => string,
): Margin {
  if (rule.noWorseThan !== undefined) {
    const { value: reference, comparison } = other as { value: number; comparison?: Comparison };
    const slack = (rule.by ?? 0) * Math.abs(reference);
    const name = `${rule.noWorseThan}'s ${Number.isNaN(reference) ? 'missing value' : format(reference)}`;
    const sign = direction === 'higher' ? 1 : -1;
    const ends = comparison && [sign * comparison.interval.low + slack, sign * comparison.interval.high + slack];
    return {
      expected: expectedOf({ ...rule, noWorseThan: name }, format),
      margin: sign * (value - reference) + slack,
      ...(ends && { low: Math.min(...ends), high: Math.max(...ends), confidence: comparison.interval.confidence }),
    };
  }
  const [limit, sign] = rule.atLeast === undefined ? [rule.atMost as number, -1] : [rule.atLeast, 1];
  const ends = interval && [sign * (interval.low - limit), sign * (interval.high - limit)];
  return {
    expected: expectedOf(rule, format),
    margin: sign * (value - limit),
    ...(ends && { low: Math.min(...ends), high: Math.max(...ends), confidence: interval.confidence }),
  };
}
