// dataset_profiles.json: what pandas, and scikit-learn for LIBSVM, say of the columns of datasets.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ColumnProfile, profileSparse, profileTable } from '../../../lib/data/profile.ts';
import { readTable } from '../../../lib/data/read.ts';
import type { Column, Table } from '../../../lib/data/table.ts';
import { bytesAsObject } from '../../file-object.ts';
import { type GoldenCase, outcomesOf } from '../golden-case.ts';
import type { ReadingGroup } from '../group.ts';
import { near } from '../near.ts';

interface GoldenFile {
  header?: boolean;
  skip_first_line?: boolean;
  /** A character, or a pattern of pandas, for which one is found by looking. */
  separator?: string;
  rows: number;
  /** Of delimited text the columns' profiles, of JSON their names, of LIBSVM how many features there are. */
  columns?: (GoldenColumn | string)[] | number;
  nulls?: Record<string, number>;
  nonzeros?: number;
  label_counts?: Record<string, number>;
  value_sum?: number | string;
  max_index_one_based?: number;
}

interface GoldenColumn {
  name: string;
  missing: number;
  distinct: number;
  mean?: number | string;
  min?: number | string;
  max?: number | string;
  std_sample?: number | string;
}

export const datasetProfiles: ReadingGroup = {
  name: 'dataset_profiles',
  matches: (path) => path === 'dataset_profiles.json',
  async *read(golden, { datasets }) {
    const { files } = golden as { files: Record<string, GoldenFile> };
    for (const [name, file] of Object.entries(files)) {
      const path = datasets === undefined ? undefined : join(datasets, name);
      if (path === undefined || !existsSync(path)) {
        const reason = path === undefined ? 'needs --datasets' : `no dataset ${name} in that folder`;
        yield { result: 'skipped', name: path === undefined ? 'a dataset' : name, reason };
        continue;
      }
      yield* outcomesOf(await casesOf(name, path, file));
    }
  },
};

async function casesOf(name: string, path: string, file: GoldenFile): Promise<GoldenCase[]> {
  let table: Table;
  try {
    table = await readDataset(path, file);
  } catch (error) {
    const run = () => {
      throw error;
    };
    return [{ name, run }];
  }
  const { columns, nulls = {} } = file;
  const cases: GoldenCase[] = [{ name: `${name}, rows`, run: () => assert.equal(table.rowCount, file.rows) }];
  if (typeof columns === 'number')
    return [...cases, { name: `${name}, features`, run: () => checkSparse(table, file) }];
  if (!columns) return cases;
  const names = columns.map((column) => (typeof column === 'string' ? column : column.name));
  cases.push({
    name: `${name}, names`,
    run: () =>
      assert.deepEqual(
        table.columns.map((column) => column.name),
        names,
      ),
  });
  for (const [i, profile] of profileTable(table).entries()) {
    const expected = columns[i];
    if (expected === undefined) break;
    if (typeof expected !== 'string') {
      cases.push({ name: `${name}, ${expected.name}`, run: () => checkColumn(profile, table.columns[i], expected) });
    } else if (Object.hasOwn(nulls, expected)) {
      cases.push({
        name: `${name}, ${expected}`,
        run: () => assert.equal(profile.missing, nulls[expected], 'missing'),
      });
    }
  }
  return cases;
}

/** The dataset as the golden file reads it; a first line that is neither a header nor a row is cut off. */
function readDataset(path: string, { header = true, skip_first_line, separator }: GoldenFile): Promise<Table> {
  const bytes = readFileSync(path);
  return readTable([bytesAsObject(basename(path), skip_first_line ? withoutFirstLine(bytes) : bytes)], {
    header,
    separator: separator?.length === 1 ? separator : undefined,
  });
}

function withoutFirstLine(bytes: Uint8Array): Uint8Array {
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return text.subarray(text.indexOf(0x0a) + 1);
}

function checkColumn(found: ColumnProfile, column: Column, expected: GoldenColumn): void {
  assert.equal(found.missing, expected.missing, 'missing');
  if (found.distinct !== expected.distinct) assert.equal(distinctToPandas(column), expected.distinct, 'distinct');
  const { mean, min, max, std_sample } = expected;
  // pandas gives no statistics of texts; here they are NaN.
  const size = Math.max(Math.abs(found.min), Math.abs(found.max));
  near('min', found.min, numberOf(min), 1e-15);
  near('max', found.max, numberOf(max), 1e-15);
  near('mean', found.mean, numberOf(mean), 1e-12, size * 1e-3);
  near('std_sample', found.standardDeviation, numberOf(std_sample), 1e-12, size * 1e-3);
}

const numberOf = (value: number | string | undefined): number => (value === undefined ? Number.NaN : Number(value));

/**
 * Different values where those that are one unit in the last place apart count as one: by default pandas does not read
 * the nearest float64, and takes -93.60819599999999 for -93.608196.
 */
function distinctToPandas(column: Column): number {
  if (column.kind === 'category') return column.levels.length;
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.filter((value, i) => i === 0 || value - sorted[i - 1] > Number.EPSILON * Math.abs(value)).length;
}

function checkSparse({ sparse, columns }: Table, file: GoldenFile): void {
  assert.ok(sparse, 'expected sparse features, found none');
  const { features, nonzeros, sum } = profileSparse(sparse);
  assert.equal(features, file.columns, 'features');
  if (file.max_index_one_based !== undefined) assert.equal(features, file.max_index_one_based, 'max_index_one_based');
  if (file.nonzeros !== undefined) assert.equal(nonzeros, file.nonzeros, 'nonzeros');
  if (file.value_sum !== undefined) near('value_sum', sum, Number(file.value_sum), 1e-12, nonzeros * 1e-3);
  const labels = columns[0].kind === 'number' ? columns[0].values : new Float64Array(0);
  for (const [label, count] of Object.entries(file.label_counts ?? {})) {
    assert.equal(labels.filter((value) => value === Number(label)).length, count, `label ${label}`);
  }
}
