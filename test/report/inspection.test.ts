import { describe, expect, test } from 'vitest';
import type { Column, Table } from '../../lib/data/table.ts';
import { describeColumns } from '../../lib/report/columns.ts';
import { renderHtml } from '../../lib/report/html.ts';
import { inspectionReport } from '../../lib/report/inspection.ts';
import { checkReport } from '../../lib/report/report.ts';

const options = { name: 'things', createdAt: '2026-03-14T09:26:53.000Z', release: '0.1.0' };

describe('describeColumns', () => {
  test('numbers: missing, distinct, range, mean and the sample’s deviation', () => {
    // The textbook example with mean 5 and a sum of squares of 32, over seven degrees of freedom.
    const [column] = describeColumns(tableOf([numbers('x', [2, 4, 4, 4, 5, 5, 7, 9, Number.NaN])]));
    expect(column).toMatchObject({
      missing: 1,
      distinct: 5,
      min: 2,
      max: 9,
      mean: 5,
      standardDeviation: Math.sqrt(32 / 7),
    });
  });

  test('a histogram counts every present cell once, the last bin holding its upper edge', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    const [{ histogram }] = describeColumns(tableOf([numbers('x', [...values, Number.NaN])]));
    expect(histogram).toEqual({ from: 0, to: 100, counts: [...Array(19).fill(5), 6] });
  });

  test('zero and minus zero are one value', () => {
    expect(describeColumns(tableOf([numbers('x', [0, -0, 1])]))[0].distinct).toBe(2);
  });

  test('a range beyond the largest number leaves out what overflows, and stays a valid report', () => {
    const table = tableOf([numbers('x', [-1.7e308, 1.7e308, 1.7e308])]);
    expect(() => checkReport(inspectionReport(table, options))).not.toThrow();
  });

  test('categories: missing, distinct, and the most frequent first', () => {
    const [column] = describeColumns(tableOf([categories('c', ['b', 'a', 'b', null, 'c', 'b', 'a'])]));
    expect(column).toMatchObject({
      missing: 1,
      distinct: 3,
      mostFrequent: [
        { value: 'b', count: 3 },
        { value: 'a', count: 2 },
        { value: 'c', count: 1 },
      ],
    });
  });

  test('a column without any value is described as such', () => {
    const columns = describeColumns(tableOf([numbers('x', [Number.NaN, Number.NaN]), categories('c', [null, null])]));
    expect(columns).toMatchObject([
      { missing: 2, distinct: 0 },
      { missing: 2, distinct: 0, mostFrequent: [] },
    ]);
  });

  test('roles and their reasons are the caller’s', () => {
    const table = tableOf([numbers('x', [1]), numbers('y', [1])]);
    const columns = describeColumns(table, (name) =>
      name === 'y' ? { role: 'target' } : { role: 'excluded', reason: 'said so' },
    );
    expect(columns).toMatchObject([{ role: 'excluded', reason: 'said so' }, { role: 'target' }]);
    expect(columns[1]).not.toHaveProperty('reason');
  });
});

describe('inspectionReport', () => {
  const names = Array.from({ length: 120 }, (_, i) => `id-${i}`);
  const table = tableOf([
    categories('id', names),
    numbers(
      'constant',
      names.map(() => 7),
    ),
    numbers(
      'empty',
      names.map(() => Number.NaN),
    ),
    numbers(
      'sparse',
      names.map((_, i) => (i < 40 ? i : Number.NaN)),
    ),
    categories(
      'many',
      names.map((_, i) => `v${i % 56}`),
    ),
    numbers(
      'size',
      names.map((_, i) => i * 1.5),
    ),
  ]);
  table.rowHashes[119] = table.rowHashes[118];
  const report = inspectionReport(table, { ...options, target: 'size', draft: { text: 'name: things\n' } });

  test('follows the schema, trains nothing and moves nothing', () => {
    expect(() => checkReport(report)).not.toThrow();
    expect(report).toMatchObject({ kind: 'inspection', verdict: { gate: 'none', champion: { moved: false } } });
    expect(report).not.toHaveProperty('model');
  });

  test('sets aside what no model can learn from, and says why', () => {
    expect(report.data.columns.map(({ role }) => role)).toEqual([
      'excluded',
      'excluded',
      'excluded',
      'feature',
      'feature',
      'target',
    ]);
    expect(report.data.columns.slice(0, 3).map(({ reason }) => reason)).toEqual([
      '120 different values in 120 rows: it looks like an identifier',
      'one value only',
      'every cell is missing',
    ]);
  });

  test('says what deserves a look', () => {
    const warnings = report.data.warnings.join('\n');
    expect(warnings).toContain('the reader noticed this');
    expect(warnings).toContain('About 1 row (0.8%) repeats an earlier one');
    expect(warnings).toContain('Column "sparse": 66.7% of its cells are missing');
    expect(warnings).toContain('Column "many" has 56 different values');
  });

  test('renders with the draft of a pipeline', () => {
    const page = renderHtml(report);
    expect(page).toContain('name: things');
    expect(page).toContain('Inspected');
    expect(page).not.toContain('>Metrics</h2>');
  });

  test('an empty table renders too', () => {
    expect(renderHtml(inspectionReport(tableOf([numbers('x', [])]), options))).toContain(
      '0 rows in 1 column were read',
    );
  });
});

function numbers(name: string, values: number[]): Column {
  return { kind: 'number', name, values: Float64Array.from(values) };
}

function categories(name: string, cells: (string | null)[]): Column {
  const levels = [...new Set(cells.filter((cell) => cell !== null))].sort();
  return {
    kind: 'category',
    name,
    levels,
    codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(cell))),
  };
}

function tableOf(columns: Column[]): Table {
  const rowCount = columns[0].kind === 'number' ? columns[0].values.length : columns[0].codes.length;
  return {
    rowCount,
    columns,
    objects: [{ key: 'datasets/things/a.csv', size: 1000, firstRow: 0, rowCount }],
    blocks: [{ firstRow: 0, rowCount, hash: '' }],
    rowHashes: Uint32Array.from({ length: rowCount }, (_, i) => i),
    lines: Uint32Array.from({ length: rowCount }, (_, i) => i + 2),
    warnings: ['the reader noticed this'],
  };
}
