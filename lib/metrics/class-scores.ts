import { InputError } from '../core/errors.ts';
import { type ClassCounts, pooledCounts } from './class-counts.ts';
import type { MetricOptions, Warn } from './warn.ts';

/** A quotient of counts. */
export type Measure = 'precision' | 'recall' | 'fscore' | 'specificity' | 'jaccard';

export interface ScoreOptions extends Pick<MetricOptions, 'warn'> {
  /**
   * 0, 1 or NaN: what stands for a quotient with nothing below the line. Not stated, it is 0 and `warn` is told. NaN
   * is left out of averages.
   */
  zeroDivision?: number;
  /** Weight of recall against precision in the F score: 1 for both alike, 2 for recall twice as important. */
  beta?: number;
}

/**
 * One quotient for each class.
 *
 * @throws InputError when `zeroDivision` is none of its three values, or `beta` is below 0 or not finite
 */
export function scoreEach(measure: Measure, counts: ClassCounts, options: ScoreOptions = {}): Float64Array {
  const { beta = 1, zeroDivision, warn } = options;
  if (zeroDivision !== undefined && zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision)) {
    throw new InputError(`zeroDivision: expected 0, 1 or NaN, found ${zeroDivision}`);
  }
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) {
    throw new InputError(`beta: expected a finite number from 0, found ${beta}`);
  }
  const { above, below } = quotients[measure];
  const undefinedFor: number[] = [];
  const values = Float64Array.from(counts.labels, (label, k) => {
    const denominator = below(counts, k, beta * beta);
    if (denominator !== 0) return above(counts, k, beta * beta) / denominator;
    undefinedFor.push(label);
    return zeroDivision ?? 0;
  });
  if (undefinedFor.length > 0 && zeroDivision === undefined) tellZeroDivision(measure, undefinedFor, warn);
  return values;
}

/**
 * The average of one quotient over the classes: of all their counts together (`micro`), of each alike (`macro`), or of
 * each by the rows that are so (`weighted`).
 *
 * @throws InputError as `scoreEach` does
 */
export function scoreAll(
  measure: Measure,
  counts: ClassCounts,
  { average, ...options }: ScoreOptions & { average: 'micro' | 'macro' | 'weighted' },
): number {
  const scores = scoreEach(measure, average === 'micro' ? pooledCounts(counts) : counts, options);
  return meanDefined(scores, average === 'weighted' ? counts.actual : undefined);
}

/** Mean of the numbers that are not NaN; where those weigh nothing together, they count alike. */
export function meanDefined(values: Float64Array, weights: ArrayLike<number> | undefined): number {
  let [sum, total, plainSum, count] = [0, 0, 0, 0];
  for (let k = 0; k < values.length; k++) {
    if (Number.isNaN(values[k])) continue;
    const weight = weights ? weights[k] : 1;
    sum += weight * values[k];
    total += weight;
    plainSum += values[k];
    count++;
  }
  return total > 0 ? sum / total : plainSum / count;
}

type Term = (counts: ClassCounts, k: number, betaSquared: number) => number;

const quotients: Record<Measure, { above: Term; below: Term; title: string; because: string }> = {
  precision: {
    above: ({ hits }, k) => hits[k],
    below: ({ predicted }, k) => predicted[k],
    title: 'precision',
    because: 'never predicted',
  },
  recall: {
    above: ({ hits }, k) => hits[k],
    below: ({ actual }, k) => actual[k],
    title: 'recall',
    because: 'without actual rows',
  },
  // From the counts, so that it is undefined only where the class is neither present nor predicted.
  fscore: {
    above: ({ hits }, k, betaSquared) => (1 + betaSquared) * hits[k],
    below: ({ actual, predicted }, k, betaSquared) => betaSquared * actual[k] + predicted[k],
    title: 'the F score',
    because: 'neither present nor predicted',
  },
  specificity: {
    above: ({ hits, predicted, others }, k) => others[k] - (predicted[k] - hits[k]),
    below: ({ others }, k) => others[k],
    title: 'specificity',
    because: 'the class of all rows',
  },
  jaccard: {
    above: ({ hits }, k) => hits[k],
    below: ({ actual, predicted, hits }, k) => actual[k] + (predicted[k] - hits[k]),
    title: 'the Jaccard index',
    because: 'neither present nor predicted',
  },
};

const toldLimit = 10;

function tellZeroDivision(measure: Measure, labels: number[], warn: Warn | undefined): void {
  const { title, because } = quotients[measure];
  const rest = labels.length > toldLimit ? ` and ${labels.length - toldLimit} more` : '';
  const named = `class ${labels.slice(0, toldLimit).join(', ')}${rest} is`;
  warn?.(
    `${labels[0] === -1 ? 'the chosen classes are' : named} ${because}, so ${title} there is undefined and set to 0`,
  );
}
