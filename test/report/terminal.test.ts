import { describe, expect, test } from 'vitest';
import { renderTable } from '../../lib/report/terminal.ts';
import { fullReports } from '../support/full-reports.ts';
import { hostileReport, sampleReports } from '../support/sample-reports.ts';

describe('renderTable', () => {
  const table = renderTable(sampleReports.regression, { path: '.hone/runs/7c1e/report.html' });

  test('shows rows, seconds, metrics against the baseline, version, champion and the path', () => {
    expect(table).toContain('53,940 read, 43,187 to train on, 10,753 held out, in 2.38 s');
    expect(table).toMatch(/^RMSE +1,135 +3,980 +71\.5% lower +1,162$/m);
    expect(table).toMatch(/^version +4f2a9c81d7e3b605$/m);
    expect(table).toMatch(/^champion +Champion moved from/m);
    expect(table).toMatch(/^report +\.hone\/runs\/7c1e\/report\.html$/m);
  });

  test.each([60, 80, 100])('keeps within %d columns', (width) => {
    for (const report of Object.values(sampleReports)) {
      const lines = renderTable(report, { path: 'report.html', width }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  test('says why a metric has no value', () => {
    const text = renderTable(sampleReports.multiclass, { path: 'report.html' });
    expect(text).toContain('ROC AUC: defined for two classes; these rows have three');
  });

  test('names each gate that failed, and no other', () => {
    const report = structuredClone(sampleReports.regression);
    report.verdict = { ...report.verdict, gate: 'fail', sentence: '1 of 2 gates fails.' };
    report.verdict.gates[1].verdict = 'fail';
    const text = renderTable(report, { path: 'report.html' });
    expect(text).toMatch(/^gates: fail +1 of 2 gates fails\.\n +RMSE no worse than the champion/m);
    expect(text).not.toContain('R² at least 0.9');
  });

  test('a path is shown whole, however long, with the blanks in it', () => {
    const path = `/home/${'a b'.repeat(200)}/report.html`;
    expect(renderTable(sampleReports.regression, { path })).toMatch(new RegExp(`^report +${path}$`, 'm'));
  });

  test('says so when metrics are those of the training rows', () => {
    const report = structuredClone(sampleReports.regression);
    const split = 'No rows were held out: metrics are those of the rows that the model was trained on.';
    report.data = { ...report.data, testRowCount: 0, split };
    expect(renderTable(report, { path: 'report.html' })).toMatch(/^metrics +No rows were held out/m);
    expect(table).not.toMatch(/^metrics /m);
  });

  test('warns of the data, of leaks first, and says how many more warnings there are', () => {
    const report = structuredClone(sampleReports.regression);
    const leak = 'Column "alive" is suspected to leak the target: its value tells it.';
    const others = Array.from({ length: 8 }, (_, i) => `Column "c${i}" was left out: constant.`);
    report.data.warnings = [...others.slice(1), leak];
    const warned = (text: string) => [...text.matchAll(/^warning +(.*)$/gm)].map(([, warning]) => warning);
    expect(warned(renderTable(report, { path: 'p', width: 200 }))).toEqual([leak, ...others.slice(1)]);
    report.data.warnings = [...others, leak];
    const last = '2 more warnings about the data stand in the report.';
    expect(warned(renderTable(report, { path: 'p', width: 200 }))).toEqual([leak, ...others.slice(0, 6), last]);
  });

  test('an evaluation counts the rows it scored', () => {
    expect(renderTable(sampleReports.binary, { path: 'report.html' })).toContain('7,056 read, 7,056 scored');
  });

  test('names can neither move the cursor nor break the lines', () => {
    const report = hostileReport();
    report.title = 'a\u001B[2Jb\rc\nd\u202Ee';
    report.evaluation = { ...sampleReports.multiclass.evaluation, ...report.evaluation } as typeof report.evaluation;
    const text = renderTable(report, { path: 'report.html' });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.split('\n')[0]).toBe('a�[2Jb�c�d�e');
  });
});

describe('an evaluation with intervals', () => {
  const lines = (width?: number) =>
    renderTable(fullReports['full-binary'], { path: 'report.html', ...(width && { width }) }).split('\n');

  test('shows them beside the values, and the comparison of the first metric with champion', () => {
    expect(lines()).toContain('ROC AUC             0.8321   0.8216 to 0.8426        0.5   +0.332          0.8274');
    expect(lines().join(' ')).toContain('compared     ROC AUC is higher than champion');
    expect(lines().join('\n')).toContain('worst slices contract = month to month, tenure_months from 0 to 6');
  });

  test('says which gate is undecided, and why', () => {
    expect(lines().join(' ').replace(/\s+/g, ' ')).toContain(
      'undecided 1 of 4 gates is undecided. Accuracy: expected no worse than champion’s 0.8226',
    );
  });

  test('leaves out what two columns already say if lines would be too long', () => {
    expect(lines(72).every((line) => line.length <= 72)).toBe(true);
    expect(lines(72)).toContain('ROC AUC             0.8321   0.8216 to 0.8426        0.5     0.8274');
  });
});
