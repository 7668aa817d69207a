import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { beginDistributions, distributionOf, distributionOfValues } from '../../lib/data/distribution.ts';
import { allRows, beginFacts, numberFacts } from '../../lib/data/number-facts.ts';
import { packedNumberColumn, packedStride } from '../../lib/data/packed.ts';
import { shortestSingle } from '../../lib/data/single.ts';
import type { NumberColumn, Table } from '../../lib/data/table.ts';
import { kernelMemory } from '../../lib/kernels/instantiate.ts';

const random = seededRandom(4);
const [lost, infinite] = [Number.NaN, Number.POSITIVE_INFINITY];

/** Columns as the packed reader leaves them, in blocks of `blockRows` rows. */
function packedTable(columns: number[][], blockRows: number): Table & { columns: NumberColumn[] } {
  const memory = kernelMemory();
  const [rowCount, columnCount] = [columns[0].length, columns.length];
  const numbers = { memory, columnCount, blocks: [] as { address: number; firstRow: number; rowCount: number }[] };
  const stride = packedStride(numbers);
  for (let firstRow = 0; firstRow < rowCount; firstRow += blockRows) {
    const count = Math.min(blockRows, rowCount - firstRow);
    const address = memory.allocate(count * stride * 4);
    const rows = new Float32Array(memory.memory.buffer, address, count * stride);
    for (let row = 0; row < count; row++) {
      for (const [c, values] of columns.entries()) rows[row * stride + c] = values[firstRow + row];
    }
    numbers.blocks.push({ address, firstRow, rowCount: count });
  }
  return {
    objects: [],
    columns: columns.map((_, at) => packedNumberColumn(`c${at}`, { numbers, at })),
    rowCount,
    blocks: numbers.blocks.map(({ firstRow, rowCount }) => ({ firstRow, rowCount, hash: '' })),
    rowHashes: new Uint32Array(rowCount),
    lines: new Uint32Array(rowCount),
    warnings: [],
  };
}

const many = (count: number, draw: (row: number) => number) => Array.from({ length: count }, (_, row) => draw(row));

describe.each([
  ['a few rows', 7, 3],
  ['one block', 5000, 5000],
  ['many blocks', 5000, 617],
])('%s', (_, rowCount, blockRows) => {
  const columns: Record<string, number[]> = {
    'normal numbers': many(rowCount, () => random.normal()),
    'numbers with ties': many(rowCount, () => Math.round(random.normal() * 10) / 10),
    'labels, the last ones missing': many(rowCount, (row) => (row > rowCount / 2 ? lost : row % 2)),
    'zeros of both signs': many(rowCount, (row) => (row % 3 === 0 ? -0 : row % 3 === 1 ? 0 : 1e-45)),
    'one number': many(rowCount, () => -0.1),
    'numbers of every size': many(rowCount, (row) => (row % 2 ? -1 : 1) * 10 ** (random.nextInt(70) - 35)),
    'no number': many(rowCount, () => lost),
    'a number without end': many(rowCount, (row) => (row === 1 ? infinite : row)),
    'codes, some of them far more frequent': many(rowCount, () => Math.floor(1 / (random.nextFloat() + 1e-3))),
    'numbers that are all different': many(rowCount, (row) => (row * 617) % rowCount),
  };
  const table = packedTable(Object.values(columns), blockRows);

  test.each(Object.keys(columns).map((name, c) => [name, c] as const))(
    '%s: the kernel finds what plain code does',
    (_, c) => {
      const values = table.columns[c].values.filter((value) => !Number.isNaN(value));
      const shown = (value: number) => shortestSingle(value);
      const [from, to] = values.length === 0 ? [lost, lost] : [shown(Math.min(...values)), shown(Math.max(...values))];
      expect(distributionOf(table, table.columns[c])).toEqual(distributionOfValues(values, { from, to, shown }));
    },
  );
});

test('values are counted, the most frequent first, and spread over bins', () => {
  const found = distributionOfValues(Float64Array.of(3, 1, 2, 2, 11, 1), { from: 1, to: 11, shown: (value) => value });
  // By hand: four different values make four bins of 2.5.
  expect(found).toEqual({
    distinct: 4,
    frequent: [
      { value: 1, count: 2 },
      { value: 2, count: 2 },
      { value: 3, count: 1 },
      { value: 11, count: 1 },
    ],
    histogram: { from: 1, to: 11, counts: [5, 0, 0, 1] },
  });
});

test('above 100,000 rows it is that of a sample of 4,096, evenly spaced', () => {
  const values = many(100_001, (row) => row);
  const table = packedTable([values, values.map((value) => value % 7)], 30_000);
  const sample = Float64Array.from({ length: 4096 }, (_, i) => Math.floor((i * 100_001) / 4096));
  const shown = (value: number) => value;
  expect(distributionOf(table, table.columns[0])).toEqual({
    ...distributionOfValues(sample, { from: 0, to: 100_000, shown }),
    sampled: 4096,
  });
});

test('what other threads compute ahead equals what is computed on demand', () => {
  const columns = [many(3000, () => Math.round(random.normal() * 5)), many(3000, () => random.nextFloat())];
  const [table, ahead] = [packedTable(columns, 1000), packedTable(columns, 1000)].map((packed) => ({
    ...packed,
    numbers: packed.columns[0].packed?.numbers,
  }));
  beginFacts(ahead);
  beginDistributions(ahead);
  for (const c of columns.keys()) {
    const [column, other] = [ahead.columns[c], table.columns[c]];
    expect(numberFacts(ahead, column, allRows(ahead))).toEqual(numberFacts(table, other, allRows(table)));
    expect(distributionOf(ahead, column)).toEqual(distributionOf(table, other));
  }
});
