import { formatCount, formatNumber, formatShare } from './format.ts';
import type { Report } from './report.ts';
import { thin } from './thin.ts';

/** A figure: what it says in words, and the numbers that the page's script draws. */
export type Figure = FigureText & FigureData;

export interface FigureText {
  /** Unique on the page. */
  id: string;
  title: string;
  /** What there is to see, as sentences; stands below the figure and says it all to those who can't see it. */
  caption: string;
}

export type FigureData = TrainingCurve | PredictedAgainstActual | RocCurve | Coefficients | ConfusionMap;

export interface TrainingCurve {
  kind: 'training-curve';
  points: { step: number; epoch: number; loss: number }[];
  /** Whether a point's loss is that of all rows, the mean of an epoch's batches, or that of one batch. */
  of: 'rows' | 'epochs' | 'batches';
  isLogarithmic: boolean;
}

export interface PredictedAgainstActual {
  kind: 'predicted-against-actual';
  target: string;
  points: { actual: number; predicted: number }[];
  /** Both axes' ends. */
  domain: [number, number];
}

export interface RocCurve {
  kind: 'roc-curve';
  points: { falsePositiveRate: number; truePositiveRate: number }[];
  /** Where the confusion matrix's threshold lies. */
  chosen: { falsePositiveRate: number; truePositiveRate: number } | null;
}

export interface Coefficients {
  kind: 'coefficients';
  bars: { feature: string; class?: string; value: number }[];
}

export interface ConfusionMap {
  kind: 'confusion-map';
  labels: string[];
  /** Share of the actual label's rows, by actual, then predicted. */
  shares: number[][];
}

/** Largest confusion matrix that is shown as a table; a larger one is drawn as a map. */
export const confusionTableLimit = 12;

/** The figures that `report` has the numbers for, in the order of the page. */
export function figuresOf(report: Report): Figure[] {
  const figures = [
    predictedAgainstActual(report),
    rocCurve(report),
    confusionMap(report),
    trainingCurve(report),
    coefficients(report),
  ];
  return figures.filter((figure) => figure !== undefined);
}

function trainingCurve({ training }: Report): Figure | undefined {
  if (!training) return undefined;
  const finite = training.curve.flatMap(({ step, epoch, loss }) => (loss === null ? [] : [{ step, epoch, loss }]));
  if (finite.length < 2) return undefined;

  const [first, last] = [finite[0], finite[finite.length - 1]];
  const losses = finite.map(({ loss }) => loss);
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  const isLogarithmic = least > 0 && most / least > 30;
  const change = last.loss < first.loss ? 'fell' : last.loss > first.loss ? 'rose' : 'stayed';
  const ofBatches = training.curveOf === 'batches';
  const ofEpochs = training.curveOf === 'epochs';
  const place = ({ step, epoch }: typeof first) =>
    ofEpochs ? `in epoch ${formatNumber(epoch)}` : `at step ${formatNumber(step)}`;
  const caption = [
    // A batch, and the small one that an epoch may end with most of all, tells little of the whole.
    ofBatches
      ? 'Each point is the loss of a single batch, which scatters about that of all rows:'
      : `The ${ofEpochs ? "mean loss of an epoch's batches" : 'loss'} ${change} from`,
    ` ${formatNumber(first.loss)} ${place(first)}${ofBatches ? ',' : ' to'}`,
    ` ${formatNumber(last.loss)} ${place(last)}.`,
    ofBatches && typeof training.loss === 'number'
      ? ` The mean over the last epoch was ${formatNumber(training.loss)}.`
      : '',
    isLogarithmic ? ' The loss axis is logarithmic.' : '',
    finite.length < training.curve.length ? ' It left the range of numbers afterwards.' : '',
  ].join('');
  return {
    id: 'training-curve',
    kind: 'training-curve',
    title: 'Training curve',
    caption,
    points: thin(finite, 400),
    of: training.curveOf ?? 'rows',
    isLogarithmic,
  };
}

function predictedAgainstActual({ evaluation, data }: Report): Figure | undefined {
  const points = evaluation?.predictedVsActual;
  if (!evaluation || !points || points.length === 0) return undefined;

  const domain = sharedDomain(points);
  const outside = points.filter(
    ({ actual, predicted }) => !within(actual, domain) || !within(predicted, domain),
  ).length;
  const shown = points.length < evaluation.rowCount ? `${formatNumber(points.length)} of ` : '';
  const caption = [
    `${shown}${formatCount(evaluation.rowCount, 'row')}; a point on the line is predicted exactly.`,
    outside === 0 ? '' : ` ${formatCount(outside, 'point')} ${outside === 1 ? 'lies' : 'lie'} outside the frame.`,
  ].join('');
  return {
    id: 'predicted-against-actual',
    kind: 'predicted-against-actual',
    title: 'Predicted against actual',
    caption,
    target: data.target ?? 'target',
    points: points.map(({ actual, predicted }) => ({ actual: short(actual), predicted: short(predicted) })),
    domain,
  };
}

/**
 * The range of the actual values, widened for predictions beyond it, by half at most, and not for the farthest half of
 * a per cent on either side: a wild one would leave all others in a corner.
 */
function sharedDomain(points: { actual: number; predicted: number }[]): [number, number] {
  const actual = points.map((point) => point.actual);
  const predicted = points.map((point) => point.predicted).sort((a, b) => a - b);
  const skipped = Math.floor(predicted.length * 0.005);
  const [low, high] = [Math.min(...actual), Math.max(...actual)];
  const slack = (high - low) / 2 || Math.abs(high) / 2 || 1;
  const least = Math.max(low - slack, Math.min(low, predicted[skipped]));
  const most = Math.min(high + slack, Math.max(high, predicted[predicted.length - 1 - skipped]));
  // All the same, they still need an axis of some length.
  return least < most ? [least, most] : [least - slack, most + slack];
}

function rocCurve({ evaluation }: Report): Figure | undefined {
  if (!evaluation?.roc || evaluation.roc.points.length < 2) return undefined;
  const { points, auc } = evaluation.roc;
  const chosen = chosenPoint(evaluation);
  const caption = [
    `The area under the curve is ${formatNumber(auc)}; guessing, the dashed line, has 0.5.`,
    chosen === null
      ? ''
      : ` At the model's threshold (the dot), ${formatShare(chosen.truePositiveRate)} of the positive rows are found, ` +
        `and ${formatShare(chosen.falsePositiveRate)} of the negative ones are taken for positive.`,
  ].join('');
  const shortened = thin(points, 400).map(({ falsePositiveRate, truePositiveRate }) => ({
    falsePositiveRate: short(falsePositiveRate),
    truePositiveRate: short(truePositiveRate),
  }));
  return { id: 'roc-curve', kind: 'roc-curve', title: 'ROC curve', caption, points: shortened, chosen };
}

function chosenPoint({ confusionMatrix, positiveClass }: NonNullable<Report['evaluation']>): RocCurve['chosen'] {
  if (confusionMatrix?.labels.length !== 2 || positiveClass === undefined) return null;
  const positive = confusionMatrix.labels.indexOf(positiveClass);
  if (positive < 0) return null;
  const [hit, miss] = [confusionMatrix.counts[positive], confusionMatrix.counts[1 - positive]];
  const [positives, negatives] = [hit[0] + hit[1], miss[0] + miss[1]];
  if (positives === 0 || negatives === 0) return null;
  return { falsePositiveRate: miss[positive] / negatives, truePositiveRate: hit[positive] / positives };
}

function coefficients({ model }: Report): Figure | undefined {
  if (!model || model.coefficients.length === 0) return undefined;
  const bars = model.coefficients.slice(0, 20);
  const caption = [
    `${largestOf(model, bars.length)}, in order of absolute value.`,
    model.coefficientUnits ? ` In units of ${model.coefficientUnits}.` : '',
  ].join('');
  return { id: 'coefficients', kind: 'coefficients', title: 'Coefficients', caption, bars };
}

/** Names `shown` coefficients of the model's: 'All 5 coefficients', 'The 20 largest of 25 coefficients'. */
export function largestOf({ parameterCount, intercepts = [] }: NonNullable<Report['model']>, shown: number): string {
  const total = Math.max(shown, parameterCount - intercepts.length);
  if (shown < total) return `The ${formatNumber(shown)} largest of ${formatNumber(total)} coefficients`;
  return shown === 1 ? 'The one coefficient' : `All ${formatNumber(shown)} coefficients`;
}

function confusionMap({ evaluation }: Report): Figure | undefined {
  const matrix = evaluation?.confusionMatrix;
  if (!matrix || matrix.labels.length <= confusionTableLimit) return undefined;
  const shares = matrix.counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : short(count / total)));
  });
  return {
    id: 'confusion-map',
    kind: 'confusion-map',
    title: 'Confusion matrix',
    caption: `${formatNumber(matrix.labels.length)} labels, rows by actual and columns by predicted label: the stronger a cell, the larger its share of the row.`,
    labels: matrix.labels,
    shares,
  };
}

/** Five digits are more than a screen can show, and keep the page small. */
function short(value: number): number {
  return Number(value.toPrecision(5));
}

function within(value: number, [low, high]: [number, number]): boolean {
  return value >= low && value <= high;
}
