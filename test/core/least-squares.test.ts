import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { leastSquares } from '../../lib/core/least-squares.ts';

/** Rows that look random and are the same everywhere. */
const cell = (i: number, j: number) => (((i * 7919 + j * 104729 + i * j * 31) % 1009) / 1009 - 0.5) * 2;

function problem(rows: number[][], targets: number[]) {
  const it = leastSquares(rows[0].length);
  for (const [i, row] of rows.entries()) it.add(row, 0, targets[i]);
  return it;
}

test('a line through three points, by hand', () => {
  // (0, 1), (1, 2), (2, 4): slope 3/2, intercept 5/6.
  const line = leastSquares(2);
  for (const [x, y] of [
    [0, 1],
    [1, 2],
    [2, 4],
  ])
    line.add([x], 0, y, 1, 1);
  const [slope, intercept] = line.solve();
  expect(slope).toBeCloseTo(3 / 2, 14);
  expect(intercept).toBeCloseTo(5 / 6, 14);
});

describe('many rows', () => {
  const rows = Array.from({ length: 700 }, (_, i) => Array.from({ length: 6 }, (_, j) => cell(i, j)));
  const truth = [1, -2, 3, 0.5, 0, -7];
  const targets = rows.map((row, i) => row.reduce((sum, x, j) => sum + x * truth[j], 0) + 0.1 * cell(i, 9));
  const whole = problem(rows, targets).solve();

  test('leave residuals at a right angle to every column', () => {
    for (let j = 0; j < 6; j++) {
      let product = 0;
      for (const [i, row] of rows.entries())
        product += row[j] * (row.reduce((sum, x, k) => sum + x * whole[k], 0) - targets[i]);
      expect(Math.abs(product)).toBeLessThan(1e-12);
    }
  });

  test('taken in in two parts and merged give the same solution', () => {
    const [left, right] = [problem(rows.slice(0, 300), targets), problem(rows.slice(300), targets.slice(300))];
    const before = right.triangle();
    left.merge(right);
    left.solve().forEach((value, j) => {
      expect(value).toBeCloseTo(whole[j], 12);
    });
    expect(right.triangle()).toEqual(before);
  });

  test('count as often as their squared scale says', () => {
    const [scaled, repeated] = [leastSquares(6), leastSquares(6)];
    for (const [i, row] of rows.entries()) {
      scaled.add(row, 0, targets[i], Math.sqrt(1 + (i % 3)));
      for (let times = 0; times <= i % 3; times++) repeated.add(row, 0, targets[i]);
    }
    const expected = repeated.solve();
    scaled.solve().forEach((value, j) => {
      expect(value).toBeCloseTo(expected[j], 12);
    });
  });
});

test('where many solutions are equal, it answers the shortest', () => {
  // x + y = 2 three times, z = 3 twice, and a column of nothing: (1, 1, 3, 0).
  const rows = [
    [1, 1, 0, 0],
    [1, 1, 0, 0],
    [1, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 1, 0],
  ];
  problem(rows, [1, 2, 3, 2, 4])
    .solve()
    .forEach((value, j) => {
      expect(value).toBeCloseTo([1, 1, 3, 0][j], 14);
    });
  // Fewer rows than unknowns: x + 2y = 5 is nearest to zero at (1, 2).
  const [x, y] = problem([[1, 2]], [5]).solve();
  expect([x, y]).toEqual([expect.closeTo(1, 14), expect.closeTo(2, 14)]);
  expect([...leastSquares(2).solve()]).toEqual([0, 0]);
});

test('columns of very different sizes lose no digits', () => {
  const rows = Array.from({ length: 50 }, (_, i) => [cell(i, 0) * 1e150, cell(i, 1) * 1e-150]);
  const [a, b] = problem(
    rows,
    rows.map(([x, y]) => x / 1e150 + 2 * (y / 1e-150)),
  ).solve();
  expect(a / 1e-150).toBeCloseTo(1, 12);
  expect(b / 1e150).toBeCloseTo(2, 12);
});

test('problems of different widths do not merge', () => {
  expect(() => leastSquares(2).merge(leastSquares(3))).toThrow(InputError);
});

const longley = new URL('../../../shared/datasets/regression/longley.csv', import.meta.url);
test.skipIf(!existsSync(longley))(
  'the coefficients of Longley are those that NIST certifies, to 1e-9 (skipped without ../shared)',
  () => {
    const certified = [
      ...[-3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683],
      ...[-1.03322686717359, -0.0511041056535807, 1829.15146461355],
    ];
    const rows = readFileSync(longley, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number));
    const solution = problem(
      rows.map(([, , ...features]) => [1, ...features]),
      rows.map(([, employed]) => employed),
    ).solve();
    certified.forEach((value, j) => {
      expect(Math.abs(solution[j] / value - 1)).toBeLessThan(1e-9);
    });
  },
);
