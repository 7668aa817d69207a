import type { DetectedBox, Id, TruthBox } from '../detection/boxes.ts';
import { compareIds } from '../detection/boxes.ts';
import { type CocoEvaluation, type CocoScores, summarise } from '../detection/coco.ts';
import { type CategoryMatches, matchCategories } from '../detection/coco-matches.ts';
import { pascalVocEvaluation } from '../detection/pascal-voc.ts';
import { totalWeight, whyEmpty } from '../mean.ts';
import type { AnyPredictions, DetectionPredictions } from '../predictions.ts';
import { type MetricCall, type MetricEntry, metric, ofKind } from './entry.ts';

const detection = {
  tasks: ['detection'],
  direction: 'higher',
  range: [0, 1],
  unit: '',
  needs: 'detections',
  weighted: true,
  streams: false,
  formula: 'mean over categories and overlaps of the precision at 101 recalls, made monotone',
  undefinedWhen: 'NaN where there is nothing of that size to be found.',
  source: 'Lin et al. 2014, arXiv:1405.0312',
} as const;
const recall = { ...detection, formula: 'mean over categories and overlaps of the highest recall' } as const;

/** Which of COCO's figures each metric is. */
export const cocoKeys: Readonly<Record<string, keyof CocoScores>> = {
  ap: 'AP',
  ap50: 'AP50',
  ap75: 'AP75',
  apSmall: 'APsmall',
  apMedium: 'APmedium',
  apLarge: 'APlarge',
  ar1: 'AR1',
  ar10: 'AR10',
  ar100: 'AR100',
  arSmall: 'ARsmall',
  arMedium: 'ARmedium',
  arLarge: 'ARlarge',
};

/** COCO's figures of these detections; matched once, whichever of them are asked for. */
export function cocoFigures(predictions: DetectionPredictions, shared: MetricCall['shared']): CocoEvaluation {
  return shared('COCO figures', () => summarise(cocoMatches(predictions, shared), inOrderOfIds(predictions)));
}

/** Which detections are right, for resampling. */
export const cocoMatches = (predictions: DetectionPredictions, shared: MetricCall['shared']): CategoryMatches[] =>
  shared('COCO matches', () => matchCategories(predictions.truth, predictions.detected, predictions));

/** The images' weights as `summarise` takes them. */
export function inOrderOfIds({ images, weights }: DetectionPredictions): Float64Array | undefined {
  if (!weights) return undefined;
  const order = [...images.keys()].sort((a, b) => compareIds(images[a], images[b]));
  return Float64Array.from(order, (place) => weights[place]);
}

const figure =
  (name: string) =>
  (predictions: AnyPredictions, { shared, warn }: MetricCall): number => {
    const detections = ofKind(predictions, 'detections');
    if (isEmpty(detections, warn)) return Number.NaN;
    const value = cocoFigures(detections, shared)[cocoKeys[name]];
    if (Number.isNaN(value)) warn?.('there is nothing of that size to be found');
    return value;
  };

function isEmpty({ images, weights }: DetectionPredictions, warn: MetricCall['warn']): boolean {
  if (totalWeight(images.length, weights) > 0) return false;
  warn?.(whyEmpty(images.length));
  return true;
}

const box = (image: Id, [x, y, width, height]: [number, number, number, number]): TruthBox => ({
  image,
  category: 1,
  box: [x, y, width, height],
  area: width * height,
  ignored: false,
});
const seen = (image: Id, place: [number, number, number, number], score: number): DetectedBox => ({
  image,
  category: 1,
  box: place,
  score,
});

/** Two things in one image, of which one was found. */
const half = (side: number): DetectionPredictions => ({
  kind: 'detections',
  images: [1],
  categories: [1],
  truth: [box(1, [0, 0, side, side]), box(1, [500, 0, side, side])],
  detected: [seen(1, [0, 0, side, side], 0.9)],
});
/** Of 101 recalls, those up to a half. */
const halfPrecision = 51 / 101;

const sizes = { Small: 'below 32²', Medium: 'from 32² to 96²', Large: 'above 96²' } as const;
const sideOf = { Small: 10, Medium: 50, Large: 200 } as const;

export const detectionMetrics: MetricEntry[] = [
  metric({
    ...detection,
    name: 'ap',
    title: 'COCO AP',
    summary: 'Average precision of boxes, over categories and over the overlaps 0.5, 0.55 … 0.95.',
    example: { predictions: half(50), value: halfPrecision },
    compute: figure('ap'),
  }),
  metric({
    ...detection,
    name: 'ap50',
    title: 'COCO AP at 0.5',
    summary: 'Average precision of boxes at an overlap of 0.5.',
    example: { predictions: half(50), value: halfPrecision },
    compute: figure('ap50'),
  }),
  metric({
    ...detection,
    name: 'ap75',
    title: 'COCO AP at 0.75',
    summary: 'Average precision of boxes at an overlap of 0.75.',
    example: { predictions: half(50), value: halfPrecision },
    compute: figure('ap75'),
  }),
  ...(['Small', 'Medium', 'Large'] as const).map((size) =>
    metric({
      ...detection,
      name: `ap${size}`,
      title: `COCO AP, ${size.toLowerCase()} things`,
      summary: `Average precision of things of ${sizes[size]} square pixels.`,
      example: { predictions: half(sideOf[size]), value: halfPrecision },
      compute: figure(`ap${size}`),
    }),
  ),
  ...([1, 10, 100] as const).map((limit) =>
    metric({
      ...recall,
      name: `ar${limit}`,
      title: `COCO AR, ${limit} a category`,
      summary: `Average recall with the ${limit === 1 ? 'surest detection' : `${limit} surest detections`} of each category in an image.`,
      example: { predictions: half(50), value: 0.5 },
      compute: figure(`ar${limit}`),
    }),
  ),
  ...(['Small', 'Medium', 'Large'] as const).map((size) =>
    metric({
      ...recall,
      name: `ar${size}`,
      title: `COCO AR, ${size.toLowerCase()} things`,
      summary: `Average recall of things of ${sizes[size]} square pixels.`,
      example: { predictions: half(sideOf[size]), value: 0.5 },
      compute: figure(`ar${size}`),
    }),
  ),
  metric({
    ...detection,
    name: 'vocMap',
    title: 'PASCAL VOC mAP',
    weighted: false,
    parameters: {
      overlap: { kind: 'number', summary: 'Least overlap of a right detection.', low: 0, high: 1, default: 0.5 },
      interpolation: {
        kind: 'choice',
        summary:
          'Of every point, the area under the monotone curve; of eleven, its mean height at the recalls 0, 0.1 … 1, as before 2010.',
        choices: ['every', 'eleven'],
        default: 'every',
      },
    },
    summary: 'Average precision of boxes at one overlap, over categories; edges are pixels of the box.',
    formula: 'mean over categories of the area under the monotone precision-recall curve',
    undefinedWhen: 'NaN where there is nothing to be found.',
    source: 'Everingham et al. 2010, International Journal of Computer Vision 88(2), section 4.2',
    example: { predictions: half(50), value: 0.5 },
    compute(predictions, { parameters: { overlap, interpolation }, warn }) {
      const detections = ofKind(predictions, 'detections');
      if (isEmpty({ ...detections, weights: undefined }, warn)) return Number.NaN;
      return pascalVocEvaluation(detections.truth, detections.detected, {
        overlap,
        interpolation: `${interpolation}-point`,
      }).mAP;
    },
  }),
];
