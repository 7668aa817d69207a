import { describe, expect, test } from 'vitest';
import { classPairs } from '../../lib/metrics/class-pairs.ts';
import type { ClassPredictions } from '../../lib/metrics/predictions.ts';

const predictions = (classCount: number, actual: number[], predicted: number[]): ClassPredictions => ({
  kind: 'classes',
  classCount,
  actual: Int32Array.from(actual),
  predicted: Int32Array.from(predicted),
  probabilities: new Float64Array(0),
});

describe.each([3, 300])('of %i classes', (classCount) => {
  test('each pair that occurs is listed once, in ascending order, with its rows', () => {
    const pairs = classPairs(predictions(classCount, [2, 0, 2, 0, 1, 2], [1, 2, 0, 2, 1, 1]));
    expect(pairs).toMatchObject({
      actual: Int32Array.of(0, 1, 2, 2),
      predicted: Int32Array.of(2, 1, 0, 1),
      rowCounts: Float64Array.of(2, 1, 1, 2),
    });
    expect([0, 1, 2, 3, 4, 5].map((row) => pairs?.placeOf(row))).toEqual([3, 0, 2, 0, 1, 3]);
    expect(pairs?.places).toEqual(Int32Array.of(3, 0, 2, 0, 1, 3));
  });

  test('no rows have no pairs', () => {
    expect(classPairs(predictions(classCount, [], []))?.actual).toEqual(new Int32Array(0));
  });
});

test.each([100, 1000])('up to 4,096 pairs of %i classes are a summary, more are none', (classCount) => {
  const actual = Array.from({ length: 4097 }, (_, row) => row % classCount);
  const predicted = actual.map((_, row) => Math.floor(row / classCount));
  expect(classPairs(predictions(classCount, actual.slice(1), predicted.slice(1)))?.rowCounts).toHaveLength(4096);
  expect(classPairs(predictions(classCount, actual, predicted))).toBeUndefined();
});

test('places of more than a million rows are not kept', () => {
  const rowCount = 2 ** 20;
  const labels = (length: number) => Array.from({ length }, (_, row) => row % 2);
  expect(classPairs(predictions(2, labels(rowCount), labels(rowCount)))?.places).toHaveLength(rowCount);
  const pairs = classPairs(predictions(2, labels(rowCount + 1), labels(rowCount + 1)));
  expect(pairs?.places).toBeUndefined();
  expect(pairs?.placeOf(rowCount)).toBe(0);
});
