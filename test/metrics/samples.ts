import type { Box, Id } from '../../lib/metrics/detection/boxes.ts';
import type {
  AnyPredictions,
  ClassPredictions,
  DetectionPredictions,
  LabelSetPredictions,
  RankingPredictions,
  Task,
  TextPredictions,
} from '../../lib/metrics/predictions.ts';

/** Imperfect predictions of six rows (queries, of rankings) in which every class and label occurs, with weights. */
export function sample(task: Task): AnyPredictions {
  const weights = Float64Array.of(1, 2, 3, 1, 1, 2);
  if (task === 'regression' || task === 'count') {
    return {
      kind: 'values',
      actual: Float64Array.of(3, 1, 2, 7, 4, 1),
      predicted: Float64Array.of(2.5, 0.5, 2, 8, 4.25, 3),
      weights,
    };
  }
  if (task === 'binary') {
    return {
      kind: 'classes',
      classCount: 2,
      actual: Int32Array.of(0, 1, 1, 0, 1, 0),
      probabilities: Float64Array.of(0.2, 0.9, 0.4, 0.6, 0.7, 0.4),
      predicted: Int32Array.of(0, 1, 0, 1, 1, 0),
      weights,
    };
  }
  if (task === 'multiclass') {
    return {
      kind: 'classes',
      classCount: 3,
      actual: Int32Array.of(0, 1, 2, 0, 1, 2),
      probabilities: Float64Array.of(
        ...[0.5, 0.3, 0.2, 0.1, 0.6, 0.3, 0.4, 0.35, 0.25, 0.3, 0.4, 0.3, 0.2, 0.5, 0.3, 0.1, 0.1, 0.8],
      ),
      predicted: Int32Array.of(0, 1, 0, 1, 1, 2),
      weights,
    };
  }
  if (task === 'multilabel') {
    return {
      kind: 'labelSets',
      labelCount: 3,
      actual: Uint8Array.of(...[1, 0, 1], ...[0, 1, 0], ...[1, 1, 0], ...[0, 0, 1], ...[1, 0, 0], ...[0, 1, 1]),
      predicted: Uint8Array.of(...[1, 0, 1], ...[1, 1, 0], ...[1, 0, 0], ...[0, 0, 1], ...[1, 1, 0], ...[0, 1, 0]),
      scores: Float64Array.of(
        ...[0.9, 0.1, 0.6, 0.7, 0.6, 0.2, 0.8, 0.3, 0.4, 0.1, 0.2, 0.9, 0.6, 0.7, 0.1, 0.3, 0.8, 0.25],
      ),
      weights,
    };
  }
  if (task === 'detection') return { ...sampleDetections(), weights };
  if (task === 'text') return { ...sampleTexts, weights };
  return {
    kind: 'rankings',
    relevance: Float64Array.of(...[0, 2, 1], ...[1, 0], ...[0, 0, 3, 1], ...[1, 0, 2], ...[0, 1], ...[2, 0, 0, 1]),
    scores: Float64Array.of(...[3, 2, 1], ...[1, 2], ...[4, 1, 2, 3], ...[1, 2, 3], ...[1, 2], ...[1, 5, 2, 4]),
    queryOffsets: Int32Array.of(0, 3, 5, 9, 12, 14, 18),
    weights,
  };
}

const sampleTexts: TextPredictions = {
  kind: 'texts',
  hypotheses: [
    'The cat sat on the mat.',
    '{"a": 1}',
    'two dogs in 1984',
    'nothing at all',
    'a b c d e',
    'the red fox ran home',
  ],
  references: [
    ['a cat sat on the mat', 'cats sit'],
    ['{"a": 1}'],
    ['two dogs in 1985', 'a dog'],
    ['something else'],
    ['a b c d'],
    ['the red fox ran away home'],
  ],
  logProbabilities: [[-0.5, -1], [-0.25], [-2, -0.125, -1], [-3], [-0.5, -0.5], [-1, -0.75]],
  pattern: '\\d',
};

/** Of each image a small, a middling and a large thing, the sizes of which some are found, at a place that is a bit off. */
function sampleDetections(): DetectionPredictions {
  const images = [1, 2, 3, 4, 5, 6];
  const sides = [20, 60, 150];
  const place = (side: number, off: number): Box => [10 * side + off, 10, side, side];
  const found = [[0, 1, 2], [1, 2], [0, 2], [0, 1], [2], [0, 1, 2]];
  return {
    kind: 'detections',
    images,
    categories: [1],
    truth: images.flatMap((image) =>
      sides.map((side) => ({ image, category: 1, box: place(side, 0), area: side * side, ignored: false })),
    ),
    detected: images.flatMap((image, i) => [
      ...found[i].map((k) => ({
        image,
        category: 1,
        box: place(sides[k], sides[k] * 0.1),
        score: 0.9 - 0.01 * (3 * i + k),
      })),
      ...(i % 2 === 0
        ? sides.map((side) => ({
            image,
            category: 1,
            box: [0, 400, side, side] as Box,
            score: 0.85 - 0.01 * i - side / 1e4,
          }))
        : []),
    ]),
  };
}

/** The rows (queries, of rankings) named by `order`, in that order. */
export function pick(predictions: AnyPredictions, order: number[]): AnyPredictions {
  const { weights } = predictions;
  const picked = weights && Float64Array.from(order, (row) => weights[row]);
  if (predictions.kind === 'rankings') return { ...pickQueries(predictions, order), weights: picked };
  if (predictions.kind === 'texts') {
    const { hypotheses, references, logProbabilities } = predictions;
    return {
      ...predictions,
      hypotheses: order.map((text) => hypotheses[text]),
      references: order.map((text) => references[text]),
      logProbabilities: logProbabilities && order.map((text) => logProbabilities[text]),
      weights: picked,
    };
  }
  if (predictions.kind === 'detections') return { ...pickImages(predictions, order), weights: picked };
  const of = <T extends Float64Array | Int32Array | Uint8Array>(array: T, width: number): T =>
    (array.constructor as unknown as { from(values: number[]): T }).from(
      order.flatMap((row) => Array.from(array.subarray(row * width, (row + 1) * width))),
    );
  if (predictions.kind === 'values') {
    const { actual, predicted } = predictions;
    return { kind: 'values', actual: of(actual, 1), predicted: of(predicted, 1), weights: picked };
  }
  if (predictions.kind === 'labelSets') {
    const { labelCount, actual, predicted, scores } = predictions;
    const sets = { actual: of(actual, labelCount), predicted: of(predicted, labelCount) };
    return { kind: 'labelSets', labelCount, ...sets, scores: scores && of(scores, labelCount), weights: picked };
  }
  const { classCount, actual, predicted, probabilities, margins } = predictions;
  const shared = { kind: 'classes', classCount, actual: of(actual, 1), predicted: of(predicted, 1) } as const;
  const width = margins ? 0 : classCount === 2 ? 1 : classCount;
  return { ...shared, probabilities: of(probabilities, width), margins: margins && of(margins, 1), weights: picked };
}

/** The same rows, each predicted as well as can be. */
export function perfect(task: Task): AnyPredictions {
  const predictions = sample(task);
  if (predictions.kind === 'values') return { ...predictions, predicted: predictions.actual };
  if (predictions.kind === 'classes') return perfectClasses(predictions);
  if (predictions.kind === 'labelSets') return perfectLabels(predictions);
  if (predictions.kind === 'texts') return perfectTexts(predictions);
  if (predictions.kind === 'detections') {
    return {
      ...predictions,
      detected: predictions.truth.map(({ image, category, box }) => ({ image, category, box, score: 0.5 })),
    };
  }
  return { ...predictions, scores: predictions.relevance };
}

/** Scores of two classes by a model without probabilities, for the metric that needs them. */
export function withMargins(predictions: AnyPredictions): AnyPredictions {
  const { actual, probabilities, ...rest } = predictions as ClassPredictions;
  return {
    ...rest,
    actual,
    probabilities: new Float64Array(0),
    margins: probabilities.map((probability) => 4 * probability - 2),
  };
}

function perfectClasses(predictions: ClassPredictions): ClassPredictions {
  const { actual, classCount } = predictions;
  const isClass = (_: number, cell: number) => Number(actual[Math.floor(cell / classCount)] === cell % classCount);
  const probabilities =
    classCount === 2 ? Float64Array.from(actual) : Float64Array.from(predictions.probabilities, isClass);
  return { ...predictions, predicted: actual, probabilities };
}

const perfectLabels = (predictions: LabelSetPredictions): LabelSetPredictions => ({
  ...predictions,
  predicted: predictions.actual,
  scores: Float64Array.from(predictions.actual),
});

function pickQueries({ relevance, scores, queryOffsets }: RankingPredictions, order: number[]): RankingPredictions {
  const items = order.map((query) => [queryOffsets[query], queryOffsets[query + 1]] as const);
  const of = (values: Float64Array) =>
    Float64Array.from(items.flatMap(([start, end]) => Array.from(values.subarray(start, end))));
  const offsets = [0];
  for (const [start, end] of items) offsets.push(offsets[offsets.length - 1] + end - start);
  return { kind: 'rankings', relevance: of(relevance), scores: of(scores), queryOffsets: Int32Array.from(offsets) };
}

/** Long enough for runs of four words, a number and JSON at once. */
const perfectText = '["the 4 red cats sat"]';

const perfectTexts = (predictions: TextPredictions): TextPredictions => ({
  ...predictions,
  hypotheses: predictions.hypotheses.map(() => perfectText),
  references: predictions.references.map(() => [perfectText]),
  logProbabilities: predictions.hypotheses.map(() => [0]),
});

/** Images by their place, each under a new id, so that one may be picked twice. */
function pickImages({ images, truth, detected }: DetectionPredictions, order: number[]): DetectionPredictions {
  const of = <Item extends { image: Id }>(items: readonly Item[]) =>
    order.flatMap((place, image) =>
      items.filter((item) => item.image === images[place]).map((item) => ({ ...item, image })),
    );
  return {
    kind: 'detections',
    images: order.map((_, image) => image),
    categories: [1],
    truth: of(truth),
    detected: of(detected),
  };
}
