import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { pairCounts, pairCountsByKernel, pairCountsPlainly } from '../../lib/kernels/pair-counts.ts';

const ways = { 'the kernel': pairCountsByKernel, 'plain code': pairCountsPlainly, 'whichever is chosen': pairCounts };

/** Two columns of classes, of which many neighbours are alike. */
function classesOf(rowCount: number, classCount: number): [Int32Array, Int32Array] {
  const random = seededRandom(rowCount + 1000 * classCount);
  const actual = Int32Array.from({ length: rowCount }, () => random.nextInt(classCount));
  return [actual, actual.map((label) => (random.nextInt(4) === 0 ? random.nextInt(classCount) : label))];
}

describe.each(Object.entries(ways))('%s', (_, count) => {
  // The kernel uses four tables for up to 32 classes, and counts 16,384 rows at a time.
  test.each([2, 3, 10, 32, 33, 256])('counts each row of %i classes in the place of its pair', (classCount) => {
    for (const rowCount of [0, 1, 3, 4, 7, 16_383, 16_384, 16_386, 50_001]) {
      const [actual, predicted] = classesOf(rowCount, classCount);
      const rowsOf = new Map<string, number>();
      for (let row = 0; row < rowCount; row++) {
        const pair = `${actual[row]} ${predicted[row]}`;
        rowsOf.set(pair, (rowsOf.get(pair) ?? 0) + 1);
      }
      const found = count(actual, predicted, classCount) as Uint32Array;
      expect(found).toHaveLength(classCount * classCount);
      const pairs = [...found.entries()].filter(([, rows]) => rows > 0);
      expect(
        new Map(pairs.map(([i, rows]) => [`${Math.floor(i / classCount)} ${i % classCount}`, rows])),
        `${rowCount} rows`,
      ).toEqual(rowsOf);
    }
  });

  test.each([-1, 3, 2 ** 31 - 1])(
    'counts nothing where a row is of class %i of three, and goes on as before',
    (wrong) => {
      for (const row of [0, 2, 16_385, 40_001, 40_002]) {
        for (const column of [0, 1]) {
          const columns = classesOf(40_003, 3);
          columns[column][row] = wrong;
          expect(count(...columns, 3), `row ${row}`).toBeUndefined();
        }
      }
      expect(count(Int32Array.of(0, 1), Int32Array.of(1, 1), 2)).toEqual(Uint32Array.of(0, 1, 0, 1));
    },
  );
});

test('of more than 256 classes there is no table', () => {
  expect(pairCounts(Int32Array.of(0), Int32Array.of(256), 257)).toBeUndefined();
});
