import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { inspectCommand } from '../../cli/commands/inspect.ts';

interface GoldenFile {
  header?: boolean;
  skip_first_line?: boolean;
  separator?: string;
  rows: number;
  /** Of delimited text the profiles of the columns, of JSON their names, of LIBSVM how many features there are. */
  columns: (GoldenColumn | string)[] | number;
  /** Of JSON Lines, by column. */
  nulls?: Record<string, number>;
  /** Of LIBSVM. */
  nonzeros?: number;
  label_counts?: Record<string, number>;
  value_sum?: number;
  max_index_one_based?: number;
}

interface GoldenColumn {
  name: string;
  dtype: string;
  missing: number;
  distinct: number;
  [statistic: string]: number | string;
}

interface InspectedColumn {
  name: string;
  kind: string;
  reason: string;
  missing: number;
  distinct: number;
  min: number | null;
  max: number | null;
  mean: number | null;
  standardDeviation: number | null;
  mostFrequent: { value: number | string; count: number };
  frequent: { value: number | string; count: number }[];
  examples: (number | string)[];
  warnings: string[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-inspect-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `hone inspect PATH --json` prints. */
async function inspected(path: string, ...options: string[]) {
  const printed: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  try {
    expect(await inspectCommand.run([path, '--json', '--store', join(folder, 'store'), ...options])).toBe(0);
  } finally {
    spy.mockRestore();
  }
  return JSON.parse(printed.join('\n')) as {
    rows: number;
    columns: InspectedColumn[];
    sparse?: { features: number; nonzeros: number; sum: number };
    warnings: string[];
    draft: string;
  };
}

test('each column is told with its kind, the reason, its numbers, examples and warnings', async () => {
  const path = join(folder, 'houses.csv');
  const rows = Array.from(
    { length: 30 },
    (_, i) => `${i + 1},${i % 4},${i % 2 ? 'yes' : 'no'},2024-01-${(i % 28) + 1},${i % 3 ? '' : 2.5}`,
  );
  writeFileSync(path, `id,rooms,garden,sold,tax\n${rows.join('\n')}\n`);
  const { columns } = await inspected(path);
  expect(columns.map(({ name, kind, reason }) => [name, kind, reason])).toEqual([
    ['id', 'identifier', '30 different whole numbers, and the name says so'],
    ['rooms', 'integer', '30 cells are whole numbers'],
    ['garden', 'boolean', 'two values, "no" and "yes"'],
    ['sold', 'date-time', '30 of 30 cells are dates, such as "2024-01-1"'],
    ['tax', 'constant', 'every value is 2.5'],
  ]);
  expect(columns[1]).toMatchObject({ missing: 0, distinct: 4, min: 0, max: 3, mostFrequent: { value: 0, count: 8 } });
  expect(columns[1].examples).toEqual([0, 1, 2, 3]);
  expect(columns[4].warnings).toEqual(['20 of 30 cells are missing.', 'It can teach nothing: every value is 2.5.']);
});

test('what the command line says of the format is how the data is read, and stands in the draft', async () => {
  const path = join(folder, 'latin.txt');
  writeFileSync(path, Buffer.from('name_price\ncaf\xe9_1\nth\xe9_2\n', 'latin1'));
  const { columns, draft } = await inspected(path, '--separator', '_', '--encoding', 'latin1');
  expect(columns.map(({ name, examples }) => [name, examples])).toEqual([
    ['name', ['café', 'thé']],
    ['price', [1, 2]],
  ]);
  expect(draft).toContain('  separator: "_"\n  encoding: "latin1"\n');
  await expect(inspectCommand.run([path, '--format', 'word'])).rejects.toThrow(
    'hone inspect, data.format: expected one of "auto", "csv", "tsv"',
  );
});

test('data with cells that cannot be read is described as far as it goes, and the exit code says so', async () => {
  const path = join(folder, 'bad.csv');
  const rows = Array.from({ length: 100 }, (_, i) => `${i},${i % 30 === 7 ? '?' : i * 2}`);
  writeFileSync(path, `x,y\n${rows.join('\n')}\n1\n`);
  const printed: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  const store = ['--store', join(folder, 'store')];
  try {
    expect(await inspectCommand.run([path, ...store])).toBe(1);
    expect(await inspectCommand.run([path, '--json', ...store])).toBe(1);
  } finally {
    spy.mockRestore();
  }
  const text = printed.slice(0, -1).join('\n');
  expect(text).toContain(`${path}: 100 rows, 2 columns`);
  expect(text).toContain('5 cells or rows can’t be read, so a training refuses the data;');
  expect(text).toContain(`Here they are:\n  ${path}, line 9, column "y": expected a number, found "?"\n`);
  expect(text.match(/declare "y" a category/g)).toHaveLength(1);
  const { bad, columns } = JSON.parse(printed.at(-1) ?? '');
  expect([bad.count, bad.first.map(({ line }: { line: number }) => line)]).toEqual([5, [9, 39, 69, 99, 102]]);
  expect(columns[1].missing).toBe(4);
});

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const isThere = existsSync(join(shared, 'golden'));
const read = (name: string) =>
  isThere ? JSON.parse(readFileSync(join(shared, 'golden', name), 'utf8')) : { files: {} };

// By default pandas does not read the nearest float64: -93.60819599999999 becomes -93.608196, which is another cell.
const distinctOtherwise = new Map([['housing/ames.csv Longitude', 2777]]);

describe.skipIf(!isThere)(
  `profiles by pandas 1.5.3 and scikit-learn 1.2.1${isThere ? '' : ' (skipped: ../shared is not here)'}`,
  () => {
    const files: [string, GoldenFile][] = Object.entries(read('dataset_profiles.json').files);
    test('all 26 are here', () => expect(files).toHaveLength(26));

    test.each(files)('hone inspect agrees on %s', async (name, file) => {
      const options = file.header === false ? ['--no-header'] : [];
      const { rows, columns, sparse } = await inspected(pathOf(name, file), ...options);
      expect(rows).toBe(file.rows);
      if (typeof file.columns === 'number') {
        expect(sparse).toMatchObject({ features: file.max_index_one_based, nonzeros: file.nonzeros });
        expectClose(sparse?.sum ?? null, file.value_sum ?? Number.NaN);
        const labels = columns[0].frequent.map(({ value, count }) => [value, count]);
        expect(labels.sort(([a], [b]) => Number(a) - Number(b))).toEqual(
          Object.entries(file.label_counts ?? {})
            .map(([label, count]) => [Number(label), count])
            .sort(([a], [b]) => a - b),
        );
        return;
      }
      expect(columns.map((column) => column.name)).toEqual(
        file.columns.map((column) => (typeof column === 'string' ? column : column.name)),
      );
      for (const [i, expected] of file.columns.entries()) {
        if (typeof expected !== 'string') expectColumn(columns[i], expected, name);
        else if (file.nulls) expect([expected, columns[i].missing]).toEqual([expected, file.nulls[expected]]);
      }
    });
  },
);

interface ParquetContent {
  file: string;
  rows: number;
  /** n_null missing cells; of numbers sum s, least mn, greatest mx; of texts d different ones. */
  columns: Record<string, { type: string; n_null: string; s?: number; mn?: number; mx?: number; d?: string }>;
  first3: Record<string, unknown>[];
}

describe.skipIf(!isThere)(`Parquet by DuckDB 1.5.6${isThere ? '' : ' (skipped: ../shared is not here)'}`, () => {
  const files: ParquetContent[] = isThere ? read('parquet_contents.json').files : [];
  test('all 5 are here', () => expect(files).toHaveLength(5));

  test.each(files)('hone inspect agrees on $file', async ({ file, rows, columns, first3 }) => {
    const found = await inspected(join(shared, file));
    expect(found.rows).toBe(rows);
    expect(found.columns.map(({ name }) => name)).toEqual(Object.keys(columns));
    for (const column of found.columns) {
      const { n_null, s, mn, mx, d } = columns[column.name];
      expect([column.name, column.missing]).toEqual([column.name, Number(n_null)]);
      if (d !== undefined) expect([column.name, column.distinct]).toEqual([column.name, Number(d)]);
      if (s !== undefined) {
        expect([column.min, column.max]).toEqual([mn, mx]);
        expectClose((column.mean ?? Number.NaN) * (rows - column.missing), s);
      }
      const first = new Set(
        first3
          .map((row) => row[column.name])
          .filter((cell) => cell !== null)
          .map(String),
      );
      expect(column.examples.slice(0, first.size).map(String)).toEqual([...first]);
    }
  });
});

/** The file, or where its first line is neither a header nor a row, a copy without it. */
function pathOf(name: string, { skip_first_line }: GoldenFile): string {
  const path = join(shared, 'datasets', name);
  if (!skip_first_line) return path;
  const bytes = readFileSync(path);
  const copy = join(folder, name.replaceAll('/', '-'));
  writeFileSync(copy, bytes.subarray(bytes.indexOf(0x0a) + 1));
  return copy;
}

function expectColumn(found: InspectedColumn, expected: GoldenColumn, file: string): void {
  const distinct = distinctOtherwise.get(`${file} ${expected.name}`) ?? expected.distinct;
  expect(found).toMatchObject({ missing: expected.missing, distinct });
  expect(found.reason).not.toBe('');
  expect(found.examples.every((value) => typeof value === 'string')).toBe(expected.mean === undefined);
  if (expected.mean === undefined) {
    expect([found.min, found.max, found.mean, found.standardDeviation]).toEqual([null, null, null, null]);
    return;
  }
  expect([found.min, found.max]).toEqual([expected.min, expected.max]);
  expectClose(found.mean, expected.mean);
  expectClose(found.standardDeviation, expected.std_sample);
}

function expectClose(found: number | null, expected: number | string): void {
  expect(Math.abs(Number(found ?? Number.NaN) - Number(expected))).toBeLessThanOrEqual(
    1e-12 * Math.max(1, Math.abs(Number(expected))),
  );
}
