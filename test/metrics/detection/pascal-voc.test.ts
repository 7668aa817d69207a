import { expect, test } from 'vitest';
import type { Box } from '../../../lib/metrics/detection/boxes.ts';
import { pascalVocEvaluation } from '../../../lib/metrics/detection/pascal-voc.ts';

const truth = (
  [
    [0, 0, 10, 10],
    [50, 50, 10, 10],
  ] as Box[]
).map((box) => ({
  image: 'a',
  category: 'cat',
  box,
  area: 100,
  ignored: false,
}));
const found = (box: Box, score: number) => ({ image: 'a', category: 'cat', box, score });

test('right, wrong, right: precision 1 up to recall ½, then ⅔', () => {
  const detections = [found([0, 0, 10, 10], 0.9), found([80, 80, 5, 5], 0.8), found([50, 50, 10, 10], 0.7)];
  const [every, eleven] = (['every-point', 'eleven-point'] as const).map((interpolation) =>
    pascalVocEvaluation(truth, detections, { interpolation }),
  );
  expect(every.mAP).toBeCloseTo(0.5 + 0.5 * (2 / 3), 14);
  // Recalls 0 … 0.5 are read at 1, 0.6 … 1 at ⅔.
  expect(eleven.mAP).toBeCloseTo((6 + 5 * (2 / 3)) / 11, 14);
  expect(every.perCategory[0]).toMatchObject({ category: 'cat', wanted: 2, right: 2, wrong: 1 });
});

test('what is difficult is not asked for, and a detection of it not counted', () => {
  const hard = [truth[0], { ...truth[1], ignored: true }];
  const { perCategory } = pascalVocEvaluation(hard, [found([50, 50, 10, 10], 0.9), found([0, 0, 10, 10], 0.8)]);
  expect(perCategory[0]).toMatchObject({ wanted: 1, right: 1, wrong: 0, AP: 1 });
});

test('whether edges are pixels of the box decides at the limit', () => {
  // 5 of 10 columns overlap: ½ as areas, 6 of 11 as pixels.
  const half = [found([0, 0, 5, 10], 0.9)];
  expect(pascalVocEvaluation(truth, half, { overlap: 0.51, inclusive: true }).perCategory[0].right).toBe(1);
  expect(pascalVocEvaluation(truth, half, { overlap: 0.51, inclusive: false }).perCategory[0].right).toBe(0);
});

test('without a thing to find the mean is undefined', () => {
  expect(pascalVocEvaluation([], [found([0, 0, 1, 1], 1)]).mAP).toBeNaN();
});
