// parquet_contents.json: what DuckDB reads in Parquet files, column by column, and their first rows cell by cell.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTable } from '../../../lib/data/read.ts';
import type { Column, Table } from '../../../lib/data/table.ts';
import { fileObject } from '../../file-object.ts';
import { type GoldenCase, outcomesOf } from '../golden-case.ts';
import type { ReadingGroup } from '../group.ts';
import { near } from '../near.ts';

interface GoldenFile {
  /** Below the folder that holds `datasets`. */
  file: string;
  rows: number;
  columns: Record<string, GoldenColumn>;
  /** The first rows; integers as texts. */
  first3?: Record<string, unknown>[];
}

/** Counts, some of them as texts: of cells that are null, and of different ones; sum, least and greatest of numbers. */
interface GoldenColumn {
  n_null: string | number;
  d?: string | number;
  s?: number | string;
  mn?: number | string;
  mx?: number | string;
}

export const parquetContents: ReadingGroup = {
  name: 'parquet_contents',
  matches: (path) => path === 'parquet_contents.json',
  async *read(golden, { datasets }) {
    for (const file of (golden as { files: GoldenFile[] }).files) {
      const path = datasets === undefined ? undefined : join(datasets, file.file.replace(/^datasets\//, ''));
      if (path === undefined || !existsSync(path)) {
        const reason = path === undefined ? 'needs --datasets' : `no file ${file.file} in that folder`;
        yield { result: 'skipped', name: path === undefined ? 'a file' : file.file, reason };
        continue;
      }
      yield* outcomesOf(await casesOf(path, file));
    }
  },
};

async function casesOf(path: string, { file, rows, columns, first3 = [] }: GoldenFile): Promise<GoldenCase[]> {
  let table: Table;
  try {
    table = await readTable([fileObject(path)]);
  } catch (error) {
    const run = () => {
      throw error;
    };
    return [{ name: file, run }];
  }
  const names = table.columns.map(({ name }) => name);
  return [
    { name: `${file}, rows`, run: () => assert.equal(table.rowCount, rows) },
    { name: `${file}, names`, run: () => assert.deepEqual(names, Object.keys(columns)) },
    ...table.columns.map((column) => ({
      name: `${file}, ${column.name}`,
      run: () => {
        checkColumn(column, columns[column.name]);
        for (const [i, row] of first3.entries()) checkCell(cellAt(column, i), row[column.name], `row ${i + 1}`);
      },
    })),
  ];
}

function checkColumn(column: Column, { n_null, d, s, mn, mx }: GoldenColumn): void {
  if (column.kind === 'category') {
    assert.equal(column.codes.filter((code) => code < 0).length, Number(n_null), 'n_null');
    if (d !== undefined) assert.equal(column.levels.length, Number(d), 'd');
    return;
  }
  const values = column.values.filter((value) => !Number.isNaN(value));
  assert.equal(column.values.length - values.length, Number(n_null), 'n_null');
  if (d !== undefined) assert.equal(new Set(values).size, Number(d), 'd');
  if (s !== undefined) {
    // In what order it was summed is not known.
    const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
    near(
      's',
      values.reduce((sum, value) => sum + value, 0),
      Number(s),
      1e-12,
      size,
    );
  }
  const [least, greatest] = values.length === 0 ? [Number.NaN, Number.NaN] : rangeOf(values);
  if (mn !== undefined) assert.equal(least, Number(mn), 'mn');
  if (mx !== undefined) assert.equal(greatest, Number(mx), 'mx');
}

const rangeOf = (values: Float64Array): [number, number] => [
  values.reduce((least, value) => Math.min(least, value)),
  values.reduce((greatest, value) => Math.max(greatest, value)),
];

function checkCell(found: number | string | null, expected: unknown, where: string): void {
  if (expected === null || typeof found !== 'number')
    assert.equal(found, expected === null ? null : String(expected), where);
  else assert.equal(found, Number(expected), where);
}

function cellAt(column: Column, row: number): number | string | null {
  if (column.kind === 'category') return column.codes[row] < 0 ? null : column.levels[column.codes[row]];
  return Number.isNaN(column.values[row]) ? null : column.values[row];
}
