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
  columns?: { name: string; dtype: string; missing: number; distinct: number; [statistic: string]: number | string }[];
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
  return JSON.parse(printed.join('\n')) as { rows: number; columns: InspectedColumn[]; warnings: string[] };
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

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const goldenPath = join(shared, 'golden/dataset_profiles.json');

// By default pandas does not read the nearest float64: -93.60819599999999 becomes -93.608196, which is another cell.
const distinctOtherwise = new Map([['housing/ames.csv Longitude', 2777]]);

describe.skipIf(!existsSync(goldenPath))(
  'agrees with pandas 1.5.3 (skipped where ../shared, with its datasets, is absent)',
  () => {
    const golden: { files: Record<string, GoldenFile> } = existsSync(goldenPath)
      ? JSON.parse(readFileSync(goldenPath, 'utf8'))
      : { files: {} };

    for (const [name, file] of Object.entries(golden.files)) {
      const isRead = name.endsWith('.csv') && file.separator === ',';
      test.skipIf(!isRead)(`on ${name}${isRead ? '' : ' (skipped: this format is not read yet)'}`, async () => {
        const { rows, columns } = await inspected(
          pathOf(name, file),
          ...(file.header === false ? ['--no-header'] : []),
        );
        expect(rows).toBe(file.rows);
        if (!file.columns) return;
        expect(columns.map((column) => column.name)).toEqual(file.columns.map((column) => column.name));
        for (const [i, expected] of file.columns.entries()) expectColumn(columns[i], expected, name);
      });
    }
  },
);

/** The file, or where its first line is neither a header nor a row, a copy without it. */
function pathOf(name: string, { skip_first_line }: GoldenFile): string {
  const path = join(shared, 'datasets', name);
  if (!skip_first_line) return path;
  const bytes = readFileSync(path);
  const copy = join(folder, name.replaceAll('/', '-'));
  writeFileSync(copy, bytes.subarray(bytes.indexOf(0x0a) + 1));
  return copy;
}

function expectColumn(
  found: InspectedColumn,
  expected: NonNullable<GoldenFile['columns']>[number],
  file: string,
): void {
  const distinct = distinctOtherwise.get(`${file} ${expected.name}`) ?? expected.distinct;
  expect(found).toMatchObject({ missing: expected.missing, distinct });
  expect(found.reason).not.toBe('');
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
