import { type CocoScores, summarise } from '../detection/coco.ts';
import { matchCategories } from '../detection/coco-matches.ts';
import { pascalVocEvaluation } from '../detection/pascal-voc.ts';
import { totalWeight, whyEmpty } from '../mean.ts';
import type { AnyPredictions, DetectionPredictions } from '../predictions.ts';
import { type MetricCall, type MetricEntry, metric, ofKind } from './entry.ts';

const boxes = { tasks: ['detection'], direction: 'higher', range: [0, 1], unit: '', needs: 'boxes' } as const;
const ofCoco = {
  ...boxes,
  undefinedWhen: 'Where no image shows a thing of that size that counts.',
  source: 'Lin et al. 2014, arXiv:1405.0312; pycocotools',
  weighted: true,
  streams: false,
} as const;

/** A thing of 100 × 100 pixels, and a detection of its left 72 columns: right at 0.5 to 0.7 of ten overlaps. */
const oneBox: DetectionPredictions = {
  kind: 'detections',
  images: [1],
  categories: ['cat'],
  truth: [{ image: 1, category: 'cat', box: [0, 0, 100, 100], area: 10_000, ignored: false }],
  detections: [{ image: 1, category: 'cat', box: [0, 0, 72, 100], score: 0.9 }],
};

export const detectionMetrics: MetricEntry[] = [
  metric({
    ...ofCoco,
    name: 'cocoAp',
    title: 'Average precision (COCO)',
    parameters: {
      of: {
        kind: 'choice',
        summary: 'The mean over ten overlaps, one overlap in percent, or things of one size.',
        choices: ['all', '50', '75', 'small', 'medium', 'large'],
        default: 'all',
      },
    },
    titleWith: ({ of }) => `AP (${of === '50' || of === '75' ? `overlap 0.${of}` : of})`,
    summary: 'How precise detections are at 101 recalls, over the overlaps 0.5 to 0.95, categories alike.',
    formula: 'mean over categories, overlaps and recalls of the best precision at that recall or beyond',
    example: { predictions: oneBox, value: 0.5 },
    compute: (predictions, { parameters, ...call }) =>
      figures(predictions, call)[parameters.of === 'all' ? 'AP' : (`AP${parameters.of}` as const)],
  }),
  metric({
    ...ofCoco,
    name: 'cocoAr',
    title: 'Average recall (COCO)',
    parameters: {
      of: {
        kind: 'choice',
        summary: 'With so many detections of a category in an image, or of things of one size with 100.',
        choices: ['100', '10', '1', 'small', 'medium', 'large'],
        default: '100',
      },
    },
    titleWith: ({ of }) => `AR (${of})`,
    summary: 'Which share of the things is found, over the overlaps 0.5 to 0.95, categories alike.',
    formula: 'mean over categories and overlaps of things found / things',
    example: { predictions: oneBox, value: 0.5 },
    compute: (predictions, { parameters, ...call }) => figures(predictions, call)[`AR${parameters.of}` as const],
  }),
  metric({
    ...boxes,
    name: 'vocAp',
    title: 'Mean average precision (PASCAL VOC)',
    parameters: {
      overlap: {
        kind: 'number',
        summary: 'Least overlap of what is right.',
        low: 0,
        high: 1,
        open: 'low',
        default: 0.5,
      },
      interpolation: {
        kind: 'choice',
        summary: 'The area under the monotone curve, or its mean height at eleven recalls, as before 2010.',
        choices: ['every-point', 'eleven-point'],
        default: 'every-point',
      },
      edges: {
        kind: 'choice',
        summary: 'Whether edges are pixels of the box, as the development kit counts.',
        choices: ['inclusive', 'exclusive'],
        default: 'inclusive',
      },
    },
    summary: 'Area under precision by recall at one overlap, categories alike.',
    formula: 'mean over categories of Σ(Rₙ − Rₙ₋₁) · best precision from Rₙ on',
    undefinedWhen: 'Where no category has a thing that counts.',
    source: 'Everingham et al. 2010, International Journal of Computer Vision 88(2)',
    example: { predictions: oneBox, value: 1 },
    weighted: false,
    streams: false,
    compute(predictions, { parameters, warn }) {
      const { truth, detections, images } = ofKind(predictions, 'detections');
      if (images.length === 0) warn?.(whyEmpty(0));
      const { overlap, interpolation, edges } = parameters;
      const { mAP } = pascalVocEvaluation(truth, detections, {
        overlap,
        interpolation,
        inclusive: edges === 'inclusive',
      });
      if (images.length > 0 && Number.isNaN(mAP)) warn?.(nothing);
      return mAP;
    },
  }),
];

const nothing = 'there is nothing to find';

function figures(predictions: AnyPredictions, { warn, shared }: Pick<MetricCall, 'warn' | 'shared'>): CocoScores {
  const { truth, detections, images, categories, weights } = ofKind(predictions, 'detections');
  if (totalWeight(images.length, weights) === 0) warn?.(whyEmpty(images.length));
  const found = shared('coco figures', () =>
    summarise(matchCategories(truth, detections, { images, categories }), weights),
  );
  if (images.length > 0 && Number.isNaN(found.AP)) warn?.(nothing);
  return found;
}
