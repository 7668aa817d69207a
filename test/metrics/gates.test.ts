import { describe, expect, test } from 'vitest';
import { decideGate, decideGates, type GateEvidence, type GateRule } from '../../lib/metrics/gates.ts';
import type { Interval } from '../../lib/metrics/intervals/interval.ts';

const within = (low: number, high: number): Interval => ({ low, high, confidence: 0.95, method: 'bootstrap' });
const auc = (value: number, more: Partial<GateEvidence> = {}): GateEvidence => ({
  value,
  direction: 'higher',
  rowCount: 500,
  ...more,
});
const champion = (value: number, low: number, high: number) => ({
  value,
  comparison: { difference: 0, interval: within(low, high), pValue: 0.5, method: 'delong' as const },
});

const cases: [rule: Partial<GateRule>, evidence: GateEvidence | GateEvidence[], verdict: string, sentence: string][] = [
  [{ atLeast: 0.8 }, auc(0.8), 'pass', 'auc: expected at least 0.8, found 0.8.'],
  [{ atLeast: 0.8 }, auc(0.79), 'fail', 'auc: expected at least 0.8, found 0.79.'],
  [{ atMost: 100 }, auc(101), 'fail', 'auc: expected at most 100, found 101.'],
  [{ atLeast: 0.8 }, auc(Number.NaN), 'fail', 'auc: expected at least 0.8, found no value.'],
  [
    { atLeast: 0.8, atLeastRows: 1000 },
    auc(0.9),
    'undecided',
    'auc: expected at least 0.8, found 0.9, but on 500 rows, fewer than the 1000 asked for.',
  ],
  [
    { atLeast: 0.8, confidence: 0.95 },
    auc(0.9, { interval: within(0.8, 0.95) }),
    'pass',
    'auc: expected at least 0.8, found 0.9, surely at 95%.',
  ],
  [
    { atLeast: 0.8, confidence: 0.95 },
    auc(0.81, { interval: within(0.79, 0.83) }),
    'undecided',
    'auc: expected at least 0.8, found 0.81, which 500 rows do not settle at 95%.',
  ],
  [
    { atLeast: 0.8, confidence: 0.95 },
    auc(0.7, { interval: within(0.6, 0.79) }),
    'fail',
    'auc: expected at least 0.8, found 0.7, surely at 95%.',
  ],
  [
    { atLeast: 0.8, confidence: 0.95 },
    auc(0.7, { interval: within(0.6, 0.8) }),
    'undecided',
    'auc: expected at least 0.8, found 0.7, which 500 rows do not settle at 95%.',
  ],
  [
    { atMost: 10, confidence: 0.95 },
    auc(9, { interval: within(8, 10), direction: 'lower' }),
    'pass',
    'auc: expected at most 10, found 9, surely at 95%.',
  ],
  [
    { atLeast: 0.8, confidence: 0.99 },
    auc(0.9, { interval: within(0.8, 0.95) }),
    'undecided',
    'auc: expected at least 0.8, found 0.9, with no interval at 99%.',
  ],
  [
    { noWorseThan: 'champion' },
    auc(0.8, { other: { value: 0.81 } }),
    'fail',
    "auc: expected no worse than champion's 0.81, found 0.8.",
  ],
  [
    { noWorseThan: 'champion', by: 0.05 },
    auc(0.8, { other: { value: 0.81 } }),
    'pass',
    "auc: expected no worse than champion's 0.81 by more than 5%, found 0.8.",
  ],
  [
    { noWorseThan: 'champion', by: 0.1 },
    auc(21, { other: { value: 20 }, direction: 'lower' }),
    'pass',
    "auc: expected no worse than champion's 20 by more than 10%, found 21.",
  ],
  [
    { noWorseThan: 'champion', confidence: 0.95 },
    auc(0.8, { other: champion(0.81, -0.03, 0.01) }),
    'undecided',
    "auc: expected no worse than champion's 0.81, found 0.8, which 500 rows do not settle at 95%.",
  ],
  [
    // A loss whose difference lies surely below the slack of 0.1 · 10.
    { noWorseThan: 'champion', by: 0.1, confidence: 0.95 },
    auc(10.2, { other: champion(10, -0.5, 0.9), direction: 'lower' }),
    'pass',
    "auc: expected no worse than champion's 10 by more than 10%, found 10.2, surely at 95%.",
  ],
  [
    { noWorseThan: 'champion' },
    auc(0.8, { other: { none: 'there is no champion to compare with yet', verdict: 'pass' } }),
    'pass',
    'auc: there is no champion to compare with yet.',
  ],
  [{ noWorseThan: 'other' }, auc(0.8), 'undecided', 'auc: nothing is known of other.'],
  [
    { atLeast: 0.8 },
    [auc(0.9), auc(0.7, { slice: [{ column: 'city', value: 'Ulm' }] }), auc(0.6, { slice: [] })],
    'fail',
    'Fails on 2 of 3 slices: auc where city is Ulm: expected at least 0.8, found 0.7.',
  ],
];

test.each(cases)('%j, %j: %s', (rule, evidence, verdict, sentence) => {
  expect(decideGate({ figure: 'auc', ...rule }, evidence)).toEqual({ verdict, sentence });
});

test('figures that are no metrics are gated alike, in words of their own', () => {
  const words = { title: 'Model size', format: (value: number) => `${value / 1e6} MB` };
  const size: GateEvidence = { value: 3e6, direction: 'lower', rowCount: 0 };
  expect(decideGate({ figure: 'sizeBytes', atMost: 2e6 }, size, words)).toEqual({
    verdict: 'fail',
    sentence: 'Model size: expected at most 2 MB, found 3 MB.',
  });
});

test('a rule has one bound, and evidence', () => {
  expect(() => decideGate({ figure: 'auc' }, auc(1))).toThrow(
    'expected one of atMost, atLeast and noWorseThan, found 0',
  );
  expect(() => decideGate({ figure: 'auc', atMost: 1, atLeast: 0 }, auc(1))).toThrow('found 2');
  expect(() => decideGate({ figure: 'auc', atMost: 1 }, [])).toThrow('expected evidence, found none');
});

describe('all gates', () => {
  test.each([
    [[], 'none', 'No gates were asked for.'],
    [['pass'], 'pass', 'The gate holds.'],
    [['undecided'], 'undecided', 'The gate is undecided.'],
    [['pass', 'pass'], 'pass', 'All 2 gates hold.'],
    [['pass', 'undecided'], 'undecided', '1 of 2 gates is undecided.'],
    [['fail', 'undecided', 'fail'], 'fail', '2 of 3 gates fail, 1 is undecided.'],
  ] as const)('%j: %s', (verdicts, verdict, sentence) => {
    expect(decideGates(verdicts.map((one) => ({ verdict: one, sentence: '' })))).toEqual({ verdict, sentence });
  });
});
