import type {
  AnyPredictions,
  ClassPredictions,
  DetectionPredictions,
  LabelSetPredictions,
  RankingPredictions,
  Task,
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
  if (task === 'detection') return { ...boxes, weights };
  if (task === 'text') {
    return {
      kind: 'texts',
      hypotheses: [...['"the red fox ran home"', 'a dog barked at the moon', '"cats sleep all day long"'], ...said],
      references: [
        ['"the red fox ran home"', '"it ran home"'],
        ['"the dog barked at the moon"'],
        ['"cats sleep all day long"'],
        ['"rain falls on the plain today"'],
        ['"she sells sea shells here"'],
        ['"one two three four five"'],
      ],
      logProbabilities: [[-0.1, -2], [-1], [-0.5, -0.25, -3], [-1.5], [-0.75, -2], [-4]],
      weights,
    };
  }
  return {
    kind: 'rankings',
    relevance: Float64Array.of(...[0, 2, 1], ...[1, 0], ...[0, 0, 3, 1], ...[1, 0, 2], ...[0, 1], ...[2, 0, 0, 1]),
    scores: Float64Array.of(...[3, 2, 1], ...[1, 2], ...[4, 1, 2, 3], ...[1, 2, 3], ...[1, 2], ...[1, 5, 2, 4]),
    queryOffsets: Int32Array.of(0, 3, 5, 9, 12, 14, 18),
    weights,
  };
}

const said = ['"rain falls on a plain', '"he sells sea shells here"', '"one two three four six"'];

/** An image of each kind: found, found badly, missed, found twice, empty with a detection, of another size. */
const boxes: DetectionPredictions = {
  kind: 'detections',
  images: [0, 1, 2, 3, 4, 5],
  categories: ['cat', 'dog'],
  truth: [
    ...[thing(0, 'cat', 20), thing(0, 'dog', 60), thing(1, 'cat', 100), thing(2, 'dog', 20), thing(3, 'dog', 120)],
    ...[thing(5, 'cat', 50), thing(5, 'dog', 110), thing(3, 'cat', 25)],
  ],
  detections: [
    ...[found(0, 'cat', 18, 0.95), found(0, 'dog', 58, 0.9), found(1, 'cat', 76, 0.85), found(3, 'dog', 119, 0.7)],
    ...[found(3, 'dog', 100, 0.8), found(4, 'cat', 40, 0.99), found(4, 'dog', 110, 0.97), found(4, 'cat', 10, 0.96)],
    ...[found(5, 'cat', 47, 0.6), found(5, 'dog', 90, 0.5), found(4, 'dog', 15, 0.65), found(2, 'dog', 19, 0.55)],
  ],
};

function thing(image: number, category: string, side: number): DetectionPredictions['truth'][number] {
  return { image, category, box: [0, 0, side, side], area: side * side, ignored: false };
}

function found(
  image: number,
  category: string,
  side: number,
  score: number,
): DetectionPredictions['detections'][number] {
  return { image, category, box: [0, 0, side, side], score };
}

/** The rows (queries, of rankings; images, of detections) named by `order`, in that order. */
export function pick(predictions: AnyPredictions, order: number[]): AnyPredictions {
  const { weights } = predictions;
  const picked = weights && Float64Array.from(order, (row) => weights[row]);
  if (predictions.kind === 'rankings') return { ...pickQueries(predictions, order), weights: picked };
  if (predictions.kind === 'detections') return { ...pickImages(predictions, order), weights: picked };
  if (predictions.kind === 'texts') {
    const { hypotheses, references, logProbabilities = [] } = predictions;
    const [said, wanted, given] = [hypotheses, references, logProbabilities].map((part) =>
      order.map((row) => part[row]),
    );
    return {
      ...predictions,
      hypotheses: said,
      references: wanted,
      logProbabilities: given,
      weights: picked,
    } as AnyPredictions;
  }
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
  if (predictions.kind === 'texts') {
    const { references, logProbabilities = [] } = predictions;
    const certain = logProbabilities.map(({ length }) => new Float64Array(length));
    return { ...predictions, hypotheses: references.map(([one]) => one), logProbabilities: certain };
  }
  if (predictions.kind === 'detections') {
    return { ...predictions, detections: predictions.truth.map((one) => ({ ...one, score: 1 })) };
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

function pickImages(predictions: DetectionPredictions, order: number[]): DetectionPredictions {
  const { images, truth, detections } = predictions;
  const of = <Box extends { image: unknown }>(boxes: readonly Box[]) =>
    order.flatMap((row, image) => boxes.filter((box) => box.image === images[row]).map((box) => ({ ...box, image })));
  return { ...predictions, images: [...order.keys()], truth: of(truth), detections: of(detections) };
}
