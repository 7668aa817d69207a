import { countClasses } from '../class-counts.ts';
import { type Measure, type ScoreOptions, scoreAll } from '../class-scores.ts';
import { totalWeight, whyEmpty } from '../mean.ts';
import { labelSetScore } from '../multilabel.ts';
import type { AnyPredictions, ClassPredictions } from '../predictions.ts';
import { rowLogLosses } from '../probability.ts';
import type { RankingOptions } from '../queries.ts';
import { type RankedScores, rankScores } from '../ranked-scores.ts';
import type { MetricOptions, Warn } from '../warn.ts';
import { type MetricCall, ofKind } from './entry.ts';

/** What an entry's `compute` is made of: a metric's function, called with the parts of the predictions that it takes. */
type Compute<P> = (predictions: AnyPredictions, call: MetricCall<P>) => number;

type Numbers = ArrayLike<number>;
type Metric<P> = (actual: Numbers, given: Numbers, options: MetricOptions & P) => number;

/** A metric of values. Parameters are handed on under their own names. */
export function onValues<P>(compute: Metric<P>): Compute<P> {
  return (predictions, { parameters, warn }) => {
    const { actual, predicted, weights } = ofKind(predictions, 'values');
    return compute(actual, predicted, { ...parameters, weights, warn });
  };
}

/** A metric of the classes that were chosen. */
export function onLabels<P>(compute: Metric<P>): Compute<P> {
  return (predictions, { parameters, warn }) => {
    const { actual, predicted, weights } = ofKind(predictions, 'classes');
    return compute(actual, predicted, { ...parameters, weights, warn });
  };
}

/** A metric of probabilities: undefined of a model that makes none. */
export function onProbabilities<P>(
  compute: (...call: [...Parameters<Metric<P>>, shared: MetricCall['shared']]) => number,
): Compute<P> {
  return (predictions, { parameters, warn, shared }) => {
    const classes = ofKind(predictions, 'classes');
    const { actual, probabilities, margins, weights } = classes;
    if (isUnscored(classes, warn)) return Number.NaN;
    if (!margins) return compute(actual, probabilities, { ...parameters, weights, warn }, shared);
    warn?.('the model makes no probabilities, as it was trained by a hinge loss');
    return Number.NaN;
  };
}

/** The log losses of the rows of two classes, computed once for all metrics that share. */
export const sharedLogLosses = (
  { actual, probabilities }: { actual: Numbers; probabilities: Numbers },
  epsilon: number,
  shared: MetricCall['shared'],
): Float64Array => shared(`log losses ${epsilon}`, () => rowLogLosses(actual, probabilities, epsilon));

/** A metric of scores: one way for two classes, whose rows are sorted once for all, and one for more. */
export function onScores<P>(
  ofRanked: (ranked: RankedScores, options: MetricOptions & P) => number,
  ofColumns?: Metric<P>,
): Compute<P> {
  return (predictions, { parameters, warn, shared }) => {
    const classes = ofKind(predictions, 'classes');
    const { actual, probabilities, weights } = classes;
    if (isUnscored(classes, warn)) return Number.NaN;
    if (classes.classCount === 2 || !ofColumns) {
      return ofRanked(
        shared('ranked scores', () => rankedScores(classes)),
        { ...parameters, warn },
      );
    }
    return ofColumns(actual, probabilities, { ...parameters, weights, warn });
  };
}

/** Whether there is nothing but the classes that were chosen. */
function isUnscored(predictions: ClassPredictions, warn: Warn | undefined): boolean {
  const { actual, probabilities } = predictions;
  if (probabilities.length > 0 || actual.length === 0 || predictions.margins) return false;
  warn?.('there are no scores, but labels alone');
  return true;
}

/** The rows of two classes by their score. */
export const rankedScores = ({ actual, probabilities, margins, weights }: ClassPredictions): RankedScores =>
  rankScores(actual, margins ?? probabilities, weights);

/** A metric of queries, or of the scores of each row's labels. */
export function onRankings<P>(
  compute: (relevance: Numbers, scores: Numbers, options: RankingOptions & P) => number,
): Compute<P> {
  return (predictions, { parameters, warn }) => {
    if (predictions.kind !== 'labelSets') {
      const { relevance, scores, queryOffsets, weights } = ofKind(predictions, 'rankings');
      return compute(relevance, scores, { ...parameters, queryOffsets, weights, warn });
    }
    const { actual, scores, labelCount, weights } = predictions;
    if (!scores) {
      warn?.('the model gives labels no scores');
      return Number.NaN;
    }
    const queryOffsets = Int32Array.from({ length: actual.length / labelCount + 1 }, (_, row) => row * labelCount);
    return compute(actual, scores, { ...parameters, queryOffsets, weights, warn });
  };
}

/** How classes, labels or rows are averaged; `auto` is `binary` for two classes and else `macro`. */
export type Average = 'auto' | 'binary' | 'micro' | 'macro' | 'weighted' | 'samples';

export interface Averaging {
  average: Average;
  zeroDivision: 'warn' | '0' | '1' | 'NaN';
  beta?: number;
}

/** A quotient of hits and misses, of classes or of sets of labels; all quotients are made from one count. */
export function onClassesOrSets(measure: Measure): Compute<Averaging> {
  return (predictions, { parameters, warn, shared }) => {
    const { average, zeroDivision, beta } = parameters;
    const options: ScoreOptions = {
      beta,
      zeroDivision: zeroDivision === 'warn' ? undefined : Number(zeroDivision),
      warn,
    };
    if (predictions.kind === 'labelSets') {
      const { actual, predicted, labelCount, weights } = predictions;
      const over = average === 'auto' || average === 'binary' ? 'macro' : average;
      return labelSetScore(measure, actual, predicted, { ...options, labelCount, average: over, weights });
    }
    const { classCount, actual, predicted, weights } = ofKind(predictions, 'classes');
    if (totalWeight(actual.length, weights) === 0) {
      warn?.(whyEmpty(actual.length));
      return Number.NaN;
    }
    const isOfOne = average === 'binary' || (average === 'auto' && classCount === 2);
    const counts = shared(isOfOne ? 'counts of class 1' : 'counts of classes', () =>
      countClasses(actual, predicted, { labels: isOfOne ? [1] : undefined, weights }),
    );
    const over = average === 'micro' || average === 'weighted' ? average : 'macro';
    return scoreAll(measure, counts, { ...options, average: over });
  };
}
