import { type Figure, type ShareCurve, type SharePoint, short } from './figure.ts';
import { formatCount, formatNumber, formatShare } from './format.ts';
import type { Report } from './report.ts';
import { thin } from './thin.ts';

// Figures of scores for classes.

/** Most points of a curve that are drawn. */
const pointLimit = 300;

/** The ROC curve of two classes, with the model's threshold as a dot; undefined when the report has none. */
export function rocCurve({ evaluation }: Report): Figure | undefined {
  if (!evaluation?.roc || evaluation.roc.points.length < 2) return undefined;
  const { points, auc } = evaluation.roc;
  const rates = ratesAtThreshold(evaluation);
  const caption = [
    `The area under the curve is ${formatNumber(auc)}; guessing, the dashed line, has 0.5.`,
    rates &&
      ` At the model's threshold (the dot), ${formatShare(rates.recall)} of the positive rows are found, ` +
        `and ${formatShare(rates.falsePositiveRate)} of the negative ones are taken for positive.`,
  ].join('');
  return {
    id: 'roc-curve',
    title: 'ROC curve',
    caption,
    ...shareCurve({
      axes: { x: 'False positive rate', y: 'True positive rate' },
      points: points.map(({ falsePositiveRate, truePositiveRate }) => ({ x: falsePositiveRate, y: truePositiveRate })),
      guessing: diagonal,
      chosen: rates ? { x: rates.falsePositiveRate, y: rates.recall } : null,
    }),
  };
}

/** The precision-recall curve of two classes, with the model's threshold as a dot; undefined when the report has none. */
export function precisionRecallCurve({ evaluation }: Report): Figure | undefined {
  if (!evaluation?.precisionRecall || evaluation.precisionRecall.points.length < 2) return undefined;
  const { points, averagePrecision, prevalence } = evaluation.precisionRecall;
  const rates = ratesAtThreshold(evaluation);
  const hasDot = rates !== undefined && Number.isFinite(rates.precision);
  const caption = [
    `The average precision is ${formatNumber(averagePrecision)}; guessing, the dashed line, has ${formatNumber(prevalence)}, the share of positive rows.`,
    hasDot &&
      ` At the model's threshold (the dot), ${formatShare(rates.precision)} of the rows taken for positive are, ` +
        `and ${formatShare(rates.recall)} of the positive rows are found.`,
  ];
  return {
    id: 'precision-recall-curve',
    title: 'Precision–recall curve',
    caption: caption.filter(Boolean).join(''),
    ...shareCurve({
      axes: { x: 'Recall', y: 'Precision' },
      points: points.map(({ recall, precision }) => ({ x: recall, y: precision })),
      guessing: [
        { x: 0, y: prevalence },
        { x: 1, y: prevalence },
      ],
      chosen: hasDot ? { x: rates.recall, y: rates.precision } : null,
    }),
  };
}

/** The share of positive rows among the highest scores; undefined when the report has no such curve. */
export function gainCurve({ evaluation }: Report): Figure | undefined {
  const points = (evaluation?.gain?.points ?? []).map(({ share, gain }) => ({ x: share, y: gain }));
  if (points.length < 2) return undefined;
  const [tenth, fifth] = [gainAt(points, 0.1), gainAt(points, 0.2)];
  return {
    id: 'gain-curve',
    title: 'Gain',
    caption:
      `The tenth of the rows that scores highest holds ${formatShare(tenth)} of all positive rows, the highest fifth ${formatShare(fifth)}; ` +
      'rows in random order, the dashed line, hold as much as their share.',
    ...shareCurve({
      axes: { x: 'Share of rows, highest scores first', y: 'Share of positive rows' },
      points,
      guessing: diagonal,
      chosen: null,
    }),
  };
}

/** How often forecasts of each size come true. */
export function calibrationCurve({ evaluation }: Report): Figure | undefined {
  const curve = evaluation?.calibrationCurve;
  const bins = (curve?.bins ?? []).filter(({ rowCount }) => rowCount > 0);
  if (!curve || bins.length === 0) return undefined;
  const bounded = bins.filter(({ low, high }) => low !== undefined && high !== undefined);
  const off = bounded.filter(({ predicted, low = 0, high = 1 }) => predicted < low || predicted > high).length;
  const caption = [
    `On the dashed line, forecasts come true as often as they say. In ${curve.binning}, they are off by ` +
      `${formatNumber(curve.expectedCalibrationError, { digits: 3 })} on average and ${formatNumber(curve.maximumCalibrationError, { digits: 3 })} at most.`,
    bounded.length > 0 &&
      ` Vertical lines are 95% intervals: ${off === 0 ? 'none misses' : `${formatNumber(off)} of ${formatCount(bounded.length, 'bin')} ${off === 1 ? 'misses' : 'miss'}`} the dashed line.`,
  ];
  return {
    id: 'calibration-curve',
    kind: 'calibration-curve',
    title: 'Calibration',
    caption: caption.filter(Boolean).join(''),
    positive: evaluation.positiveClass ?? 'the positive class',
    bins: bins.map(({ predicted, observed, rowCount, low, high }) => ({
      predicted: short(predicted),
      observed: short(observed),
      rowCount,
      ...(low === undefined || high === undefined ? {} : { low: short(low), high: short(high) }),
    })),
  };
}

const diagonal: [SharePoint, SharePoint] = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
];

function shareCurve(curve: Omit<ShareCurve, 'kind'>): ShareCurve {
  const points = thin(curve.points, pointLimit).map(({ x, y }) => ({ x: short(x), y: short(y) }));
  return { kind: 'share-curve', ...curve, points };
}

/** The curve's height at `x`, on the line between the points about it. */
function gainAt(points: readonly SharePoint[], x: number): number {
  const next = points.findIndex((point) => point.x >= x);
  if (next <= 0) return points[Math.max(0, next)].y;
  const [before, after] = [points[next - 1], points[next]];
  return before.y + ((after.y - before.y) * (x - before.x)) / (after.x - before.x || 1);
}

interface Rates {
  falsePositiveRate: number;
  recall: number;
  /** NaN where no row is taken for positive. */
  precision: number;
}

/** What the confusion matrix of two classes says of the threshold; undefined where a class has no rows. */
function ratesAtThreshold({ confusionMatrix, positiveClass }: NonNullable<Report['evaluation']>): Rates | undefined {
  if (confusionMatrix?.labels.length !== 2 || positiveClass === undefined) return undefined;
  const positive = confusionMatrix.labels.indexOf(positiveClass);
  if (positive < 0) return undefined;
  const [hit, miss] = [confusionMatrix.counts[positive], confusionMatrix.counts[1 - positive]];
  const [positives, negatives] = [hit[0] + hit[1], miss[0] + miss[1]];
  if (positives === 0 || negatives === 0) return undefined;
  return {
    falsePositiveRate: miss[positive] / negatives,
    recall: hit[positive] / positives,
    precision: hit[positive] / (hit[positive] + miss[positive]),
  };
}
