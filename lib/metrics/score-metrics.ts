import { InputError } from '../core/errors.ts';
import { checkClasses } from './labels.ts';
import { sumOver, totalWeight, whyEmpty } from './mean.ts';
import { hasBothClasses, type RankedScores, rankScores } from './ranked-scores.ts';
import type { MetricOptions, Warn } from './warn.ts';

export interface ClassAverage {
  /** Over the classes or their pairs, with K columns: `macro` counts all alike, `weighted` by their rows. */
  average?: 'macro' | 'weighted';
}

export interface RocAucOptions extends MetricOptions, ClassAverage {
  /** With K columns: each class against the rest, or each against each other class by itself. */
  pairing?: 'rest' | 'pairs';
  /** In (0, 1]: looks at false positive rates up to it alone, and rescales so that chance stays 0.5 and 1 perfect. */
  maxFpr?: number;
}

/**
 * Area under the ROC curve: how likely a row of class 1 scores above one of class 0, ties counting one half.
 *
 * Unitless, in [0, 1]; 1 is perfect, 0.5 is chance. NaN, with a warning, when a class has no rows.
 *
 * @param actual class indices, shape [n]
 * @param scores higher means rather that class; finite. Shape [n]: of class 1, with classes 0 and 1. Shape [n, K],
 *   row-major: of each class; the answer is then an average over the classes or their pairs
 * @throws InputError when the shapes do not fit, a class has no column, a score is not finite, a weight is negative, or
 *   `maxFpr` lies outside (0, 1]
 * @see Hanley & McNeil 1982, Radiology 143(1); McClish 1989, Medical Decision Making 9(3), for a part of it; Hand & Till
 *   2001, Machine Learning 45, for pairs
 * @example rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.75
 */
export function rocAucScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { average = 'macro', pairing = 'rest', maxFpr = 1, weights, warn }: RocAucOptions = {},
): number {
  if (scores.length === actual.length) return areaUnderRoc(rankScores(actual, scores, weights), { maxFpr, warn });
  const columns = columnsOf(actual, scores, weights);
  return pairing === 'rest'
    ? overClasses(columns, average, warn, (ranked, told) => areaUnderRoc(ranked, { maxFpr, warn: told }))
    : overPairs(columns, average, warn, (ranked, told) => areaUnderRoc(ranked, { maxFpr, warn: told }));
}

/** Areas without a limit, by their ranking: metrics, curves and intervals all ask for them. */
const wholeAreas = new WeakMap<RankedScores, number>();

/** The same of two classes whose scores are ranked already. */
export function areaUnderRoc(
  ranked: RankedScores,
  { maxFpr = 1, warn }: { maxFpr?: number; warn?: Warn } = {},
): number {
  if (!(maxFpr > 0 && maxFpr <= 1)) throw new InputError(`maxFpr: expected a number in (0, 1], found ${maxFpr}`);
  if (!hasBothClasses(ranked, 'the area under the ROC curve', warn)) return Number.NaN;
  const known = maxFpr === 1 ? wholeAreas.get(ranked) : undefined;
  if (known !== undefined) return known;
  const { falsePositives, truePositives, negatives, positives, thresholds } = ranked;
  const limit = maxFpr === 1 ? negatives : maxFpr * negatives;
  // The strip of a threshold, up to the limit, times two.
  const strip = (i: number) => {
    const left = i === 0 ? 0 : falsePositives[i - 1];
    const low = i === 0 ? 0 : truePositives[i - 1];
    const width = falsePositives[i] - left;
    if (falsePositives[i] <= limit) return width * (truePositives[i] + low);
    if (left >= limit) return 0;
    const part = (limit - left) / width;
    return (limit - left) * (2 * low + part * (truePositives[i] - low));
  };
  const area = sumOver(thresholds.length, strip) / 2 / negatives / positives;
  if (maxFpr === 1) {
    wholeAreas.set(ranked, area);
    return area;
  }
  const [chance, best] = [0.5 * maxFpr * maxFpr, maxFpr];
  return 0.5 * (1 + (area - chance) / (best - chance));
}

/**
 * Average precision: Σ(Rₙ − Rₙ₋₁)·Pₙ over the precision-recall curve, without interpolation.
 *
 * Unitless, in [0, 1]; 1 is perfect, the share of class 1 is chance. NaN when there are no rows; 0, with a warning,
 * when none is of class 1. Parameters and errors are those of `rocAucScore`.
 *
 * @see Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4
 * @example averagePrecisionScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.8333…
 */
export function averagePrecisionScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { average = 'macro', weights, warn }: MetricOptions & ClassAverage = {},
): number {
  if (scores.length === actual.length) return averagePrecisionOf(rankScores(actual, scores, weights), warn);
  return overClasses(columnsOf(actual, scores, weights), average, warn, averagePrecisionOf);
}

/** The same of two classes whose scores are ranked already. */
export function averagePrecisionOf(ranked: RankedScores, warn?: Warn): number {
  const { truePositives, falsePositives, thresholds, positives, rowCount } = ranked;
  if (thresholds.length === 0) {
    warn?.(whyEmpty(rowCount));
    return Number.NaN;
  }
  if (positives === 0) {
    warn?.('class 1 has no rows, so average precision is undefined and set to 0');
    return 0;
  }
  const step = (i: number) => {
    const gained = truePositives[i] - (i === 0 ? 0 : truePositives[i - 1]);
    return gained === 0 ? 0 : gained * (truePositives[i] / (truePositives[i] + falsePositives[i]));
  };
  return sumOver(thresholds.length, step) / positives;
}

/**
 * Kolmogorov-Smirnov statistic: the widest gap between the two classes' shares above a score.
 *
 * Unitless, in [0, 1]; 1 is perfect, 0 is chance. NaN, with a warning, when a class has no rows.
 *
 * @param actual classes, 0 or 1, shape [n]
 * @param scores higher means rather class 1; finite, shape [n]
 * @throws InputError when lengths differ, a class is neither 0 nor 1, a score is not finite, or a weight is negative
 * @see Smirnov 1939, Bulletin mathématique de l'Université de Moscou 2(2)
 * @example kolmogorovSmirnov([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.5
 */
export function kolmogorovSmirnov(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { weights, warn }: MetricOptions = {},
): number {
  return widestGap(rankScores(actual, scores, weights), warn);
}

/** The same of scores that are ranked already. */
export function widestGap(ranked: RankedScores, warn?: Warn): number {
  if (!hasBothClasses(ranked, 'the Kolmogorov-Smirnov statistic', warn)) return Number.NaN;
  const { falsePositives, truePositives, negatives, positives, thresholds } = ranked;
  let widest = 0;
  for (let i = 0; i < thresholds.length; i++) {
    widest = Math.max(widest, Math.abs(truePositives[i] / positives - falsePositives[i] / negatives));
  }
  return widest;
}

/**
 * Gain: what share of class 1 lies in the best-scored `share` of the rows.
 *
 * Unitless, in [0, 1]; 1 is perfect, `share` is chance. Rows of equal score are taken in part, as if in random order.
 * NaN, with a warning, when class 1 has no rows. Parameters and errors are those of `kolmogorovSmirnov`.
 *
 * @param share in (0, 1]
 * @see Berry & Linoff 1999, Mastering Data Mining, chapter 4
 * @example gainScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { share: 0.25 }) // 0.5
 */
export function gainScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { share = 0.1, weights, warn }: MetricOptions & { share?: number } = {},
): number {
  return gainOf(rankScores(actual, scores, weights), { share, warn });
}

/** The same of scores that are ranked already. */
export function gainOf(ranked: RankedScores, { share, warn }: { share: number; warn?: Warn }): number {
  if (!(share > 0 && share <= 1)) throw new InputError(`share: expected a number in (0, 1], found ${share}`);
  const { falsePositives, truePositives, negatives, positives, thresholds, rowCount } = ranked;
  if (positives === 0) {
    warn?.(thresholds.length === 0 ? whyEmpty(rowCount) : 'class 1 has no rows, so gain and lift are undefined');
    return Number.NaN;
  }
  const taken = share * (negatives + positives);
  let [before, found] = [0, 0];
  for (let i = 0; i < thresholds.length; i++) {
    const reached = falsePositives[i] + truePositives[i];
    if (reached >= taken) {
      return (found + ((taken - before) / (reached - before)) * (truePositives[i] - found)) / positives;
    }
    before = reached;
    found = truePositives[i];
  }
  // A share of 1 may lie a rounding beyond the last sum.
  return 1;
}

/**
 * Lift: how many times as frequent class 1 is in the best-scored `share` of the rows as in all of them.
 *
 * Unitless, from 0 to 1 / share; 1 is chance. Undefined cases, parameters and errors are those of `gainScore`.
 *
 * @example liftScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { share: 0.25 }) // 2
 */
export function liftScore(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  { share = 0.1, ...options }: MetricOptions & { share?: number } = {},
): number {
  return gainScore(actual, scores, { share, ...options }) / share;
}

/**
 * Number of columns of scores in shape [rowCount, K], K from 2.
 *
 * @throws InputError when the length is no such multiple
 */
export function columnCount(rowCount: number, scores: ArrayLike<number>): number {
  const count = scores.length / rowCount;
  if (Number.isInteger(count) && count >= 2) return count;
  throw new InputError(
    `scores: expected one number for each of ${rowCount} rows, or one for each row and class, found ${scores.length}`,
  );
}

interface Columns {
  actual: ArrayLike<number>;
  scores: ArrayLike<number>;
  weights: ArrayLike<number> | undefined;
  classCount: number;
  /** Weight of each class's rows, shape [K]. */
  support: Float64Array;
}

type Area = (ranked: RankedScores, warn: Warn | undefined) => number;

function columnsOf(
  actual: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): Columns {
  const classCount = columnCount(actual.length, scores);
  checkClasses('actual', actual, classCount);
  totalWeight(actual.length, weights);
  const support = new Float64Array(classCount);
  for (let row = 0; row < actual.length; row++) support[actual[row]] += weights ? weights[row] : 1;
  return { actual, scores, weights, classCount, support };
}

/** Mean over the classes of each one's area against all the others. */
function overClasses(columns: Columns, average: 'macro' | 'weighted', warn: Warn | undefined, area: Area): number {
  const { actual, scores, weights, classCount, support } = columns;
  const [isClass, column] = [new Uint8Array(actual.length), new Float64Array(actual.length)];
  let [sum, total] = [0, 0];
  for (let k = 0; k < classCount; k++) {
    for (let row = 0; row < actual.length; row++) {
      isClass[row] = actual[row] === k ? 1 : 0;
      column[row] = scores[row * classCount + k];
    }
    const weight = average === 'weighted' ? support[k] : 1;
    const told = warn && ((why: string) => warn(`class ${k} against the rest: ${why}`));
    sum += weight * area(rankScores(isClass, column, weights), told);
    total += weight;
  }
  return sum / total;
}

/** Mean over the pairs of classes, of the two areas that the columns of both give on the rows of the pair. */
function overPairs(columns: Columns, average: 'macro' | 'weighted', warn: Warn | undefined, area: Area): number {
  const { classCount, support } = columns;
  const rowsOf = rowsByClass(columns);
  let [sum, total] = [0, 0];
  for (let a = 0; a < classCount; a++) {
    for (let b = a + 1; b < classCount; b++) {
      const told = warn && ((why: string) => warn(`class ${a} against class ${b}: ${why}`));
      const weight = average === 'weighted' ? support[a] + support[b] : 1;
      const both = area(rankPair(columns, rowsOf, a, b), told) + area(rankPair(columns, rowsOf, b, a), undefined);
      sum += (weight * both) / 2;
      total += weight;
    }
  }
  return sum / total;
}

function rowsByClass({ actual, classCount }: Columns): number[][] {
  const rows: number[][] = Array.from({ length: classCount }, () => []);
  for (let row = 0; row < actual.length; row++) rows[actual[row]].push(row);
  return rows;
}

function rankPair(
  { scores, weights, classCount }: Columns,
  rowsOf: number[][],
  positive: number,
  negative: number,
): RankedScores {
  const rows = [...rowsOf[negative], ...rowsOf[positive]];
  const isPositive = new Uint8Array(rows.length).fill(1, rowsOf[negative].length);
  const column = Float64Array.from(rows, (row) => scores[row * classCount + positive]);
  return rankScores(isPositive, column, weights && Float64Array.from(rows, (row) => weights[row]));
}
