import { describe, expect, test } from 'vitest';
import { calibrate, isotonicCalibration, plattScaling } from '../../lib/metrics/calibrate.ts';
import { scoreTable } from '../../lib/metrics/score-table.ts';
import golden from '../golden/calibration.json' with { type: 'json' };

describe.each(golden.cases.map((one) => [one.name, one] as const))('%s scores', (_, one) => {
  const table = scoreTable(one.labels, one.scores, { weights: one.weights ?? undefined });

  test('Platt: the minimum that scikit-learn stops near', () => {
    const { slope, intercept } = plattScaling(table);
    const [a, b] = one.platt.converged;
    expect(Math.abs(slope / a - 1)).toBeLessThan(1e-6);
    expect(Math.abs(intercept / b - 1)).toBeLessThan(1e-6);
    const probabilities = calibrate({ kind: 'platt', slope, intercept }, one.scores);
    // Its derivative by the intercept is 0: the probabilities add up to the targets.
    const weight = (row: number) => one.weights?.[row] ?? 1;
    const total = (label: number) => one.labels.reduce((sum, own, row) => (own === label ? sum + weight(row) : sum), 0);
    const targets = total(1) * ((total(1) + 1) / (total(1) + 2)) + total(0) / (total(0) + 2);
    expect(probabilities.reduce((sum, p, row) => sum + weight(row) * p, 0)).toBeCloseTo(targets, 9);
  });

  test('isotonic regression is that of scikit-learn, between the points and outside', () => {
    const found = calibrate(isotonicCalibration(table), one.at);
    for (const [i, value] of one.isotonic_at.entries()) expect(found[i]).toBeCloseTo(value, 12);
  });
});

test('isotonic, by hand: violators are pooled', () => {
  expect(isotonicCalibration(scoreTable([0, 1, 0, 1, 1], [1, 2, 3, 4, 5]))).toEqual({
    kind: 'isotonic',
    scores: [1, 2, 3, 4, 5],
    probabilities: [0, 0.5, 0.5, 1, 1],
  });
});

test('scores that part the classes, or do not differ, still have a curve', () => {
  const parted = plattScaling(scoreTable([0, 0, 1, 1], [1, 2, 3, 4]));
  const [first, last] = calibrate(parted, [1, 4]);
  expect(first).toBeGreaterThan(0);
  expect(last).toBeLessThan(1);
  // Targets 3/4 twice and 1/3 once: their mean, 11/18.
  const same = plattScaling(scoreTable([0, 1, 1], [5, 5, 5]));
  expect(calibrate(same, [5])[0]).toBeCloseTo(11 / 18, 12);
  expect(() => plattScaling(scoreTable([1, 1], [0, 1]))).toThrow('expected rows of both classes');
  expect(calibrate(isotonicCalibration(scoreTable([0, 1], [0, 1])), [Number.NaN])[0]).toBeNaN();
});
