import { calibrationCurve } from '../../metrics/calibration.ts';
import { rankedScores } from '../../metrics/catalogue/adapters.ts';
import { cocoFigures } from '../../metrics/catalogue/detection.ts';
import { type ClassCounts, countClasses, countLabels } from '../../metrics/class-counts.ts';
import { classPairs } from '../../metrics/class-pairs.ts';
import { confusionMatrix } from '../../metrics/confusion.ts';
import { gainsOf, precisionRecallOf, rocOf } from '../../metrics/curves.ts';
import { wilsonInterval } from '../../metrics/intervals/wilson.ts';
import type { ClassPredictions, DetectionPredictions, ValuePredictions } from '../../metrics/predictions.ts';
import type { RankedScores } from '../../metrics/ranked-scores.ts';
import { areaUnderRoc, averagePrecisionOf } from '../../metrics/score-metrics.ts';
import type { Measured } from '../../metrics/uncertain.ts';
import { curveLimit, predictionLimit } from '../../report/limits.ts';
import { measured as reported } from '../../report/measured.ts';
import type { Evaluation, Metrics } from '../../report/report.ts';
import { reportedInterval } from './comparisons.ts';

/** Larger confusion matrices and tables of classes tell nobody anything. */
const matrixLimit = 256;
const classTableLimit = 1000;

/** The parts of an evaluation that are drawn, or shown class by class. */
export function curvesOf(measured: Measured, classes: readonly string[] | undefined): Partial<Evaluation> {
  const { predictions } = measured;
  switch (predictions.kind) {
    case 'values':
      return ofValues(predictions);
    case 'classes':
      return ofClasses(measured, predictions, classes);
    case 'labelSets': {
      const { labelCount, actual, predicted, weights } = predictions;
      const names = namesOf(classes, labelCount);
      return { classes: classTable(countLabels(actual, predicted, { labelCount, weights }), names, measured) };
    }
    case 'detections':
      return { classes: categoryTable(measured, predictions, classes) };
    default:
      return {};
  }
}

function ofValues({ actual, predicted }: ValuePredictions): Partial<Evaluation> {
  const count = Math.min(actual.length, predictionLimit);
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * actual.length) / count));
  const pairs = rows.map((row) => ({ actual: actual[row], predicted: predicted[row] }));
  const points = rows.map((row) => ({ predicted: predicted[row], residual: actual[row] - predicted[row] }));
  const histogram = residualHistogram(actual, predicted);
  return { predictedVsActual: pairs, ...(histogram && { residuals: { points, histogram } }) };
}

const residualBins = 30;

function residualHistogram(actual: Float64Array, predicted: Float64Array) {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < actual.length; row++) {
    const residual = actual[row] - predicted[row];
    if (residual < from) from = residual;
    if (residual > to) to = residual;
  }
  if (!Number.isFinite(to - from)) return undefined;
  const counts = Array<number>(to > from ? residualBins : 1).fill(0);
  const scale = to > from ? residualBins / (to - from) : 0;
  for (let row = 0; row < actual.length; row++) {
    counts[Math.min(counts.length - 1, Math.floor((actual[row] - predicted[row] - from) * scale))]++;
  }
  return { from, to, counts };
}

function ofClasses(
  measured: Measured,
  predictions: ClassPredictions,
  classes: readonly string[] | undefined,
): Partial<Evaluation> {
  const { classCount, actual, predicted, probabilities, margins, weights } = predictions;
  const names = namesOf(classes, classCount);
  const labels = names.map((_, index) => index);
  const parts: Partial<Evaluation> = {};
  if (classCount <= matrixLimit) {
    const pairs = weights ? undefined : measured.shared('pairs of classes', () => classPairs(predictions));
    const { values } = pairs
      ? confusionMatrix(pairs.actual, pairs.predicted, { labels, weights: pairs.rowCounts })
      : confusionMatrix(actual, predicted, { labels, weights });
    parts.confusionMatrix = { labels: [...names], counts: toRows(values, classCount) };
  }
  if (classCount > 2) {
    if (classCount <= classTableLimit) {
      parts.classes = classTable(countClasses(actual, predicted, { labels, weights }), names, measured);
    }
    return parts;
  }
  parts.positiveClass = names[1];
  if ((margins ?? probabilities).length === 0) return parts;
  const ranked = measured.shared('ranked scores', () => rankedScores(predictions));
  const calibration = margins ? {} : calibrationOf(predictions, measured.options.confidence);
  return { ...parts, ...scoreCurves(ranked), ...calibration };
}

/** Curves of scores; none where a class has no rows. */
function scoreCurves(ranked: RankedScores): Partial<Evaluation> {
  const { positives, negatives } = ranked;
  if (!(positives > 0 && negatives > 0)) return {};
  const drawn = thinned(ranked, curveLimit - 1);
  const roc = rocOf(drawn, { dropCollinear: false });
  const { precision, recall } = precisionRecallOf(drawn);
  const gains = gainsOf(drawn);
  const last = precision.length - 1;
  return {
    roc: {
      points: Array.from(roc.falsePositiveRate, (rate, i) => ({
        falsePositiveRate: rate,
        truePositiveRate: roc.truePositiveRate[i],
      })),
      auc: areaUnderRoc(ranked),
    },
    precisionRecall: {
      // The point without a threshold is none that a model can be run at.
      points: Array.from({ length: last }, (_, i) => ({
        recall: recall[last - 1 - i],
        precision: precision[last - 1 - i],
      })),
      averagePrecision: averagePrecisionOf(ranked),
      prevalence: positives / (positives + negatives),
    },
    gain: { points: Array.from(gains.rowShare, (share, i) => ({ share, gain: gains.gain[i] })) },
  };
}

/**
 * The ranking at thresholds that are evenly spaced along the curve, enough for a drawing; counts stay those of all rows.
 *
 * Both axes of the curve are monotonic, so the distance along it is the sum of both coordinates, as shares of their ends.
 */
function thinned(ranked: RankedScores, limit: number): RankedScores {
  const { falsePositives, truePositives, thresholds, negatives, positives } = ranked;
  if (thresholds.length <= limit) return ranked;
  const walked = (i: number) => falsePositives[i] / negatives + truePositives[i] / positives;
  const points: number[] = [];
  for (let i = 0; i < thresholds.length; i++) {
    const isLast = i === thresholds.length - 1;
    if (isLast || walked(i) >= (2 * points.length) / (limit - 1)) points.push(i);
  }
  const at = (values: Float64Array) => Float64Array.from(points, (i) => values[i]);
  return {
    ...ranked,
    falsePositives: at(falsePositives),
    truePositives: at(truePositives),
    thresholds: at(thresholds),
  };
}

const calibrationBins = 10;

function calibrationOf(
  { actual, probabilities, weights }: ClassPredictions,
  confidence: number | undefined,
): Partial<Evaluation> {
  const { predicted, observed, weight, rowCount, trials } = calibrationCurve(actual, probabilities, {
    bins: calibrationBins,
    weights,
  });
  if (weight.length === 0) return {};
  const bins = Array.from(predicted, (forecast, bin) => {
    const { low, high } = wilsonInterval(Math.min(1, observed[bin]), trials[bin], { confidence });
    return { predicted: forecast, observed: Math.min(1, observed[bin]), rowCount: rowCount[bin], low, high };
  });
  const gaps = Float64Array.from(predicted, (forecast, bin) => Math.abs(observed[bin] - forecast));
  const total = weight.reduce((sum, one) => sum + one, 0);
  return {
    calibrationCurve: {
      bins,
      binning: `${calibrationBins} bins of equal width`,
      expectedCalibrationError: gaps.reduce((sum, gap, bin) => sum + (gap * weight[bin]) / total, 0),
      maximumCalibrationError: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    },
  };
}

/** Precision, recall and F1 of each class or label. */
function classTable(
  { hits, predicted, actual }: ClassCounts,
  names: readonly string[],
  { predictions, options: { confidence } }: Measured,
): NonNullable<Evaluation['classes']> {
  // Of weighted rows the counts are no numbers of trials.
  const isCounted = !predictions.weights;
  const share = (hit: number, of: number, why: string): Metrics[string] => {
    if (of === 0) return { value: null, why };
    const interval = isCounted ? reportedInterval(wilsonInterval(hit / of, of, { confidence })) : undefined;
    return { value: hit / of, ...(interval && { interval }) };
  };
  return names.map((label, k) => ({
    label,
    support: actual[k],
    metrics: {
      precision: share(hits[k], predicted[k], 'never predicted'),
      recall: share(hits[k], actual[k], 'without actual rows'),
      f1: reported(
        (2 * hits[k]) / (predicted[k] + actual[k]),
        predicted[k] + actual[k] > 0 ? undefined : 'neither present nor predicted',
      ),
    },
  }));
}

function categoryTable(
  { shared }: Measured,
  predictions: DetectionPredictions,
  names: readonly string[] | undefined,
): NonNullable<Evaluation['classes']> {
  const { categories, truth } = predictions;
  const wanted = new Map<unknown, number>();
  for (const { category, ignored } of truth) if (!ignored) wanted.set(category, (wanted.get(category) ?? 0) + 1);
  const none = 'no image shows it';
  return cocoFigures(predictions, shared).perCategory.map(({ category, AP, AP50, AR100 }) => ({
    label: names?.[categories.indexOf(category)] ?? String(category),
    support: wanted.get(category) ?? 0,
    metrics: {
      ap: reported(AP, nanWhy(AP, none)),
      ap50: reported(AP50, nanWhy(AP50, none)),
      ar100: reported(AR100, nanWhy(AR100, none)),
    },
  }));
}

const nanWhy = (value: number, why: string) => (Number.isNaN(value) ? why : undefined);

const namesOf = (classes: readonly string[] | undefined, count: number): string[] =>
  Array.from({ length: count }, (_, k) => classes?.[k] ?? String(k));

const toRows = (flat: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: width }, (_, row) => Array.from({ length: width }, (_, column) => flat[row * width + column]));
