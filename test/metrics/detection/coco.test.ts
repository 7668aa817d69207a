import { describe, expect, test } from 'vitest';
import type { Box, DetectedBox, TruthBox } from '../../../lib/metrics/detection/boxes.ts';
import { intersectionOverUnion } from '../../../lib/metrics/detection/boxes.ts';
import { cocoEvaluation } from '../../../lib/metrics/detection/coco.ts';
import { readCocoDetections, readCocoTruth } from '../../../lib/metrics/detection/coco-json.ts';

const thing = (box: Box, more: Partial<TruthBox> = {}): TruthBox => ({
  image: 1,
  category: 'cat',
  box,
  area: box[2] * box[3],
  ignored: false,
  ...more,
});
const found = (box: Box, score: number, more: Partial<DetectedBox> = {}): DetectedBox => ({
  image: 1,
  category: 'cat',
  box,
  score,
  ...more,
});
const evaluate = (truth: TruthBox[], detections: DetectedBox[], weights?: number[]) =>
  cocoEvaluation(truth, detections, { images: [1, 2], categories: ['cat'], weights });

describe('intersection over union', () => {
  test.each<[Box, Box, object, number]>([
    [[0, 0, 2, 2], [1, 0, 2, 2], {}, 1 / 3],
    [[0, 0, 2, 2], [0, 0, 2, 2], {}, 1],
    [[0, 0, 2, 2], [2, 0, 2, 2], {}, 0],
    [[0, 0, 0, 0], [0, 0, 0, 0], {}, 0],
    // Edges that are pixels: 3 × 3 each, sharing 1 × 3.
    [[0, 0, 2, 2], [2, 0, 2, 2], { inclusive: true }, 3 / 15],
    [[0, 0, 10, 10], [0, 0, 2, 2], { crowd: true }, 1],
    [[0, 0, 10, 10], [9, 0, 2, 2], { crowd: true }, 0.5],
  ])('of %j and %j, %j, is %d', (a, b, options, value) => {
    expect(intersectionOverUnion(a, b, options)).toBeCloseTo(value, 15);
  });
});

describe("COCO's figures, by hand", () => {
  test('a detection that overlaps by 0.72 is right at five of the ten overlaps', () => {
    const { AP, AP50, AP75, AR100 } = evaluate([thing([0, 0, 100, 100])], [found([0, 0, 72, 100], 0.9)]);
    expect([AP, AP50, AP75, AR100]).toEqual([0.5, 1, 0, 0.5].map((value) => expect.closeTo(value, 12)));
  });

  test('of two things one is found, surely, and one detection more is wrong: 51 of 101 recalls are reached', () => {
    const truth = [thing([0, 0, 10, 10]), thing([50, 50, 10, 10])];
    const { AP50, AR1, AR100 } = evaluate(truth, [found([0, 0, 10, 10], 0.9), found([80, 0, 10, 10], 0.8)]);
    expect([AP50, AR1, AR100]).toEqual([51 / 101, 0.5, 0.5].map((value) => expect.closeTo(value, 12)));
  });

  test('a second detection of a thing is wrong', () => {
    const { AP50 } = evaluate([thing([0, 0, 10, 10])], [found([0, 0, 10, 10], 0.5), found([0, 0, 10, 10], 0.9)]);
    expect(AP50).toBeCloseTo(1, 12);
    const swapped = evaluate(
      [thing([0, 0, 10, 10]), thing([50, 50, 9, 9])],
      [found([0, 0, 10, 10], 0.5), found([0, 0, 10, 10], 0.9), found([50, 50, 9, 9], 0.1)],
    );
    // Right, wrong, right: precision 1 up to recall ½, then ⅔.
    expect(swapped.AP50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  test('detections within a crowd do not count, however many; nothing but a crowd is nothing to find', () => {
    const crowd = thing([100, 100, 50, 50], { ignored: true });
    const inside = [found([100, 100, 5, 5], 0.99), found([110, 110, 5, 5], 0.98), found([0, 0, 10, 10], 0.5)];
    expect(evaluate([thing([0, 0, 10, 10]), crowd], inside).AP).toBeCloseTo(1, 12);
    expect(evaluate([crowd], inside).AP).toBeNaN();
  });

  test('a detection is matched to a regular object rather than to a crowd that fits it better', () => {
    const crowd = thing([0, 0, 200, 200], { ignored: true });
    const { AP50, AR100 } = evaluate([crowd, thing([0, 0, 60, 100])], [found([0, 0, 100, 100], 0.9)]);
    // Overlap 0.6: right at 0.5, 0.55 and, but for rounding, 0.6; at the others it lies in the crowd.
    expect(AP50).toBeCloseTo(1, 12);
    expect(AR100).toBeGreaterThanOrEqual(0.2);
  });

  test('of equal overlaps the later thing is taken', () => {
    // The surer detection overlaps both by 90 / 110; given the earlier one, it would leave the other 80 / 120.
    const wide = [thing([0, 0, 100, 10]), thing([20, 0, 100, 10])];
    const surer = [found([10, 0, 100, 10], 0.9), found([0, 0, 100, 10], 0.8)];
    expect(evaluate(wide, surer).AP75).toBeCloseTo(1, 12);
  });

  test('a thing of 32² pixels is small and medium; detections of another size do not count there', () => {
    const { APsmall, APmedium, APlarge } = evaluate(
      [thing([0, 0, 32, 32])],
      [found([0, 0, 32, 32], 0.5), found([200, 200, 200, 200], 0.9)],
    );
    expect([APsmall, APmedium]).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
    expect(APlarge).toBeNaN();
  });

  test('an image that counts twice is as good as two of it', () => {
    const truth = [thing([0, 0, 10, 10]), thing([0, 0, 10, 10], { image: 2 })];
    const detections = [found([0, 0, 10, 10], 0.9), found([70, 70, 10, 10], 0.8, { image: 2 })];
    const twin = (boxes: (TruthBox & DetectedBox)[]) => [
      ...boxes,
      ...boxes.filter(({ image }) => image === 2).map((box) => ({ ...box, image: 3 })),
    ];
    const twice = cocoEvaluation(twin(truth as never), twin(detections as never), {
      images: [1, 2, 3],
      categories: ['cat'],
    });
    expect(evaluate(truth, detections, [1, 2])).toEqual(twice);
    expect(evaluate(truth, detections, [1, 2])).not.toEqual(evaluate(truth, detections));
  });
});

describe('files in COCO format', () => {
  const truth = {
    images: [{ id: 7 }],
    categories: [{ id: 1, name: 'cat' }],
    annotations: [{ image_id: 7, category_id: 1, bbox: [1, 2, 3, 4], iscrowd: 1 }],
  };
  const detection = { image_id: 7, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 };

  test('are read', () => {
    const read = readCocoTruth(truth);
    expect(read).toEqual({
      images: [7],
      categories: [{ id: 1, name: 'cat' }],
      boxes: [{ image: 7, category: 1, box: [1, 2, 3, 4], area: 12, ignored: true }],
    });
    expect(readCocoDetections([detection], read)).toEqual([{ image: 7, category: 1, box: [1, 2, 3, 4], score: 0.5 }]);
  });

  test('a detection in a category of its own is left out, and said so', () => {
    const told: string[] = [];
    const read = readCocoDetections([{ ...detection, category_id: 9 }, detection], readCocoTruth(truth), {
      warn: (why) => told.push(why),
    });
    expect(read).toHaveLength(1);
    expect(told).toEqual(['1 of 2 detections are in categories that the ground truth does not list']);
  });

  test.each([
    [[], 'ground truth: expected an object with images and annotations, found a list'],
    [{ ...truth, annotations: undefined }, 'ground truth, annotations: expected a list, found nothing'],
    [{ ...truth, images: [{ id: 7 }, { id: 7 }] }, 'ground truth, images[1], id: expected each id once, found 7 again'],
    [{ ...truth, images: [3] }, 'ground truth, images[0]: expected an object, found a number'],
    [{ ...truth, categories: [{}] }, 'ground truth, categories[0], id: expected a number or a text, found nothing'],
    [
      { ...truth, annotations: [{ ...truth.annotations[0], image_id: 8 }] },
      'ground truth, annotations[0], image_id: expected an id that the ground truth lists, found 8',
    ],
    [
      { ...truth, annotations: [{ ...truth.annotations[0], bbox: [1, 2, 3] }] },
      'ground truth, annotations[0], bbox: expected [x, y, width, height], found [1,2,3]',
    ],
    [
      { ...truth, annotations: [{ ...truth.annotations[0], area: -1 }] },
      'ground truth, annotations[0], area: expected a number from 0, found -1',
    ],
  ])('%j is refused: %s', (json, message) => {
    expect(() => readCocoTruth(json)).toThrow(message);
  });

  test.each([
    [{}, 'detections: expected a list of detections, found an object'],
    [[{ ...detection, score: '1' }], 'detections[0], score: expected a number, found "1"'],
    [[{ ...detection, bbox: [0, 0, -1, 2] }], 'detections[0], bbox: expected a width and a height from 0'],
    [[{ ...detection, image_id: 8 }], 'detections[0], image_id: expected an id that the ground truth lists, found 8'],
  ])('%j is refused: %s', (json, message) => {
    expect(() => readCocoDetections(json, readCocoTruth(truth))).toThrow(message);
  });
});
