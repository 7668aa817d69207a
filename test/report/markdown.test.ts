import { describe, expect, test } from 'vitest';
import { escapeMarkdown, renderMarkdown } from '../../lib/report/markdown.ts';
import type { Report } from '../../lib/report/report.ts';
import { binaryReport, hostileReport, regressionReport } from '../support/sample-reports.ts';

const interval = { low: 0.91, high: 0.917, confidence: 0.95, method: 'percentile bootstrap', resamples: 1000 };

test('a report in Markdown begins with what came of it, and shows metrics with their intervals', () => {
  const report: Report = structuredClone(regressionReport);
  if (report.evaluation) report.evaluation.metrics = { r2: { value: 0.9136, interval } };
  const text = renderMarkdown(report);
  expect(text.indexOf(report.verdict.sentence)).toBeLessThan(text.indexOf('## Metrics'));
  expect(text).toContain('| R² ↑ | 0.9136 (0.91 to 0.917) |');
  expect(text).toMatch(/^# .+\n\nTraining report · regression · version /);
});

test('comparisons and the worst slices are told, ten of them at most', () => {
  const report: Report = structuredClone(binaryReport);
  const slices = Array.from({ length: 12 }, (_, i) => ({
    name: `zone = ${i}`,
    columns: ['zone'],
    rowCount: 50,
    metrics: { auc: { value: 0.5 + i / 100 } },
  }));
  if (report.evaluation) {
    report.evaluation.slices = { metric: 'auc', examined: 40, leastRows: 30, correction: 'Bonferroni', slices };
    report.evaluation.comparisons = [
      {
        against: 'champion',
        name: 'v1',
        metric: 'auc',
        value: 0.9,
        other: 0.8,
        difference: 0.1,
        test: 'DeLong',
        verdict: 'better',
        sentence: 'AUC is higher than that of champion.',
      },
    ];
  }
  const text = renderMarkdown(report);
  expect(text).toContain('- AUC is higher than that of champion.');
  expect(text).toContain('| zone = 9 | 50 | 0.59 |');
  expect(text).not.toContain('zone = 10');
  expect(text).toContain('The worst of 40 slices; intervals are widened for so many (Bonferroni).');
});

describe('text from the data', () => {
  const text = renderMarkdown(hostileReport());

  test('opens no element, and ends no table cell', () => {
    expect(text).not.toMatch(/<(?=[a-z/!?])/i);
    const tables = text.match(/(?:^\|.*\|\n)+/gm) ?? [];
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) {
      const widths = table
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test.each([
    ['a|b*c_d`e`', 'a\\|b\\*c\\_d\\`e\\`'],
    ['<img src=x onerror=alert(1)>', '&#60;img src=x onerror=alert(1)&#62;'],
    ['# a heading', '\\# a heading'],
    ['1. a list', '1\\. a list'],
    ['- a list', '\\- a list'],
    ['[a](javascript:b)', '\\[a\\](javascript:b)'],
    ['https://a.example', 'https&#58;//a.example'],
    ['www.a.example', 'www&#46;a.example'],
    ['@somebody', '&#64;somebody'],
    ['two\nlines\u2028three', 'two lines three'],
    ['A plain sentence: 1.5 - 2 of "it".', 'A plain sentence: 1.5 - 2 of "it".'],
  ])('%j is written as %j', (given, written) => {
    expect(escapeMarkdown(given)).toBe(written);
  });
});
