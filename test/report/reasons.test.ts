import { expect, test } from 'vitest';
import { withReasons } from '../../lib/report/reasons.ts';
import type { Report } from '../../lib/report/report.ts';
import { fullReports } from '../support/full-reports.ts';

const unreasoned = (change: (evaluation: NonNullable<Report['evaluation']>) => void = () => {}) => {
  const report = structuredClone(fullReports['full-binary']);
  delete report.verdict.why;
  if (report.evaluation) change(report.evaluation);
  return withReasons(report).verdict.why ?? [];
};

test('reasons are the comparison of the first metric with champion, the worst slice, and poor calibration', () => {
  expect(unreasoned()).toEqual([
    'ROC AUC is higher than champion’s by 0.0047 (0.0012 to 0.0082): better, beyond chance (p = 0.0083).',
    expect.stringMatching(/^It is surely worse on 4 slices of 64, most of all where contract = month to month, tenure/),
    'Its probabilities do not come true as often as they say: they are off by 0.031 on average.',
  ]);
});

test('few rows are a reason, and what does not apply is none', () => {
  const few = unreasoned((evaluation) => {
    evaluation.rowCount = 40;
    evaluation.comparisons = [];
    evaluation.slices = undefined;
    evaluation.calibrationCurve = undefined;
  });
  expect(few).toEqual(['Only 40 rows were scored: all of this is uncertain.']);
});

test('a suspected leak is the first reason', () => {
  const report = structuredClone(fullReports['full-binary']);
  delete report.verdict.why;
  const leak = 'Column "alive" is suspected to leak the target: its value tells "survived" in 9 of 9 training rows.';
  report.data.warnings = ['Column "a" was left out: constant.', leak, leak.replace('alive', 'dead')];
  expect(withReasons(report).verdict.why?.[0]).toBe(`Too good to be true? ${leak} (and 1 more)`);
});

test('another metric that is certainly worse than the opponent’s is a reason, if the first one is not', () => {
  const withWorse = (first: 'better' | 'worse') =>
    unreasoned((evaluation) => {
      const [comparison] = evaluation.comparisons ?? [];
      const of = (metric: string, verdict: 'better' | 'worse') => ({
        ...comparison,
        ...{ metric, verdict, against: 'baseline' as const, sentence: `${metric} is ${verdict}.` },
      });
      const [name] = Object.keys(evaluation.metrics);
      evaluation.comparisons = [of(name, first), of('f1', 'better'), of('accuracy', 'worse'), of('logLoss', 'worse')];
    }).slice(0, 2);
  const [name] = Object.keys(fullReports['full-binary'].evaluation?.metrics ?? {});
  expect(withWorse('better')).toEqual([`${name} is better.`, 'accuracy is worse.']);
  expect(withWorse('worse')).toEqual([`${name} is worse.`, expect.stringMatching(/slices/)]);
});

test('reasons that a report has stay', () => {
  expect(withReasons(fullReports['full-binary'])).toBe(fullReports['full-binary']);
});
