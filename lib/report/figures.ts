import { calibrationCurve, gainCurve, precisionRecallCurve, rocCurve } from './class-figures.ts';
import { type Figure, short } from './figure.ts';
import { formatNumber } from './format.ts';
import { predictedAgainstActual, residualHistogram, residuals } from './number-figures.ts';
import type { Report } from './report.ts';
import { thin } from './thin.ts';

/** Largest confusion matrix that is shown as a table; a larger one is drawn as a map. */
export const confusionTableLimit = 12;

/** The figures that `report` has the numbers for, in the order of the page. */
export function figuresOf(report: Report): Figure[] {
  const figures = [
    predictedAgainstActual(report),
    residuals(report),
    residualHistogram(report),
    rocCurve(report),
    precisionRecallCurve(report),
    calibrationCurve(report),
    gainCurve(report),
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
