import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { renderJson } from '../../lib/report/json.ts';
import { measured } from '../../lib/report/measured.ts';
import { checkReport, type Report } from '../../lib/report/report.ts';
import { thin } from '../../lib/report/thin.ts';
import { staleSchemaFiles } from '../../scripts/schemas.ts';
import { hostileReport, sampleReports } from '../support/sample-reports.ts';

const reports: Record<string, Report> = { ...sampleReports, hostile: hostileReport() };
const published = JSON.parse(readFileSync('docs/schema/report.schema.json', 'utf8'));
const validate = new Ajv2020({ strict: true, formats: { 'date-time': true } }).compile(published);

describe('the published schemas', () => {
  test('are what the code says (npm run schemas writes them)', () => {
    expect(staleSchemaFiles()).toEqual([]);
  });

  test.each(Object.entries(reports))('accept report.json: %s', (_, report) => {
    expect(validate(JSON.parse(renderJson(report))), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each<[string, (report: Report) => void]>([
    ['a field that it does not know', (report) => Object.assign(report, { grade: 'A' })],
    ['another version of the format', (report) => Object.assign(report, { schemaVersion: 2 })],
    ['null without a reason', (report) => Object.assign(report.evaluation?.metrics ?? {}, { r2: { value: null } })],
    ['a time that is not UTC', (report) => Object.assign(report, { createdAt: '2026-03-14T09:26:53+02:00' })],
    ['rows in fractions', (report) => Object.assign(report.data, { rowCount: 1.5 })],
    ['51 coefficients', (report) => report.model?.coefficients.push(...Array(27).fill({ feature: 'x', value: 1 }))],
  ])('refuse %s, as the code does', (_, spoil) => {
    const report = structuredClone(sampleReports.regression);
    spoil(report);
    expect(validate(JSON.parse(JSON.stringify(report)))).toBe(false);
    expect(() => renderJson(report)).toThrow(InputError);
  });
});

describe('checkReport', () => {
  test('names where, and what was expected', () => {
    const report = structuredClone(sampleReports.regression);
    report.data.columns[3].missing = -1;
    expect(() => checkReport(report, 'runs/7/report.json')).toThrow(
      /^runs\/7\/report\.json, data\.columns\.3\.missing: /,
    );
  });

  test('refuses NaN, which JSON would silently turn to null', () => {
    const report = structuredClone(sampleReports.regression);
    report.evaluation?.predictedVsActual?.push({ actual: 1, predicted: Number.NaN });
    expect(() => renderJson(report)).toThrow(/predictedVsActual/);
  });

  test('refuses a confusion matrix that is not square', () => {
    const report = structuredClone(sampleReports.binary);
    report.evaluation?.confusionMatrix?.counts[1].pop();
    expect(() => checkReport(report)).toThrow(/one row and one column for each label/);
  });
});

describe('renderJson', () => {
  test('gives equal text for equal reports, in whatever order their fields were set', () => {
    const reversed = Object.fromEntries(Object.entries(sampleReports.binary).reverse()) as Report;
    expect(Object.keys(reversed)[0]).toBe('generatedBy');
    expect(renderJson(reversed)).toBe(renderJson(sampleReports.binary));
  });

  test('loses nothing', () => {
    expect(JSON.parse(renderJson(sampleReports.multiclass))).toEqual(sampleReports.multiclass);
  });
});

describe('measured', () => {
  test('keeps a finite number', () => expect(measured(0.5)).toEqual({ value: 0.5 }));

  test('keeps a remark beside a number', () => expect(measured(0, 'by rule')).toEqual({ value: 0, why: 'by rule' }));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'turns %d to null and says why',
    (value) => {
      const { value: kept, why } = measured(value);
      expect(kept).toBeNull();
      expect(why).toMatch(/\w/);
    },
  );
});

describe('thin', () => {
  test('keeps the first, the last, and the order', () => {
    const thinned = thin(
      Array.from({ length: 1234 }, (_, i) => i),
      100,
    );
    expect(thinned).toHaveLength(100);
    expect([thinned[0], thinned[99]]).toEqual([0, 1233]);
    expect(thinned.every((value, i) => i === 0 || value > thinned[i - 1])).toBe(true);
  });

  test('leaves a short list as it is', () => expect(thin([1, 2, 3], 3)).toEqual([1, 2, 3]));
});
