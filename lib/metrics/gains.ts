import { log, pow } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import {
  bestFirst,
  endOfTie,
  meanOverQueries,
  type RankedQuery,
  type RankingOptions,
  type UndefinedQueries,
  withoutRelevant,
} from './queries.ts';

export interface GainOptions extends RankingOptions {
  /** How many places count, from 1; all by default. */
  k?: number;
  /** Items of equal score: each gets the mean gain of its kind, or they stand as sorted, the later item first. */
  ties?: 'average' | 'ignore';
  /** What an item is worth: its relevance, or 2 to its power less 1. */
  gain?: 'linear' | 'exponential';
}

/**
 * Discounted cumulative gain, Σ gain / log₂(place + 1), averaged over queries.
 *
 * In units of the gain; from 0, more is better. NaN when there are no queries, or all weigh nothing.
 *
 * @param relevance how good each item is for its query; finite, from 0, shape [items]
 * @param scores higher means sooner; finite, shape [items]
 * @throws InputError when lengths differ, a relevance is below 0, a number is not finite, `k` is not from 1, the offsets
 *   do not fit, or a weight is negative
 * @see Järvelin & Kekäläinen 2002, ACM Transactions on Information Systems 20(4); McSherry & Najork 2008, ECIR, for ties
 * @example dcgScore([3, 2, 0], [9, 8, 7]) // 3 + 2 / log₂ 3
 */
export function dcgScore(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k = Number.POSITIVE_INFINITY, ties = 'average', gain = 'linear', ...options }: GainOptions = {},
): number {
  const discounts = cumulatedDiscounts(relevance.length, k);
  return meanOverQueries(relevance, scores, options, (query) => dcgOf(query, discounts, { ties, gain }));
}

/**
 * Normalised discounted cumulative gain: DCG over that of the best order, averaged over queries.
 *
 * Unitless, in [0, 1]; 1 is the best order. A query without anything relevant counts 0, with a warning, or
 * `zeroDivision`. NaN when there are no queries, or all weigh nothing. Parameters, errors and source are those of
 * `dcgScore`.
 *
 * @example ndcgScore([3, 2, 0], [7, 8, 9]) // 0.6480…
 */
export function ndcgScore(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k = Number.POSITIVE_INFINITY, ties = 'average', gain = 'linear', ...options }: GainOptions & UndefinedQueries = {},
): number {
  const discounts = cumulatedDiscounts(relevance.length, k);
  const none = withoutRelevant(options);
  const best = bestGains(relevance, options.queryOffsets ?? [0, relevance.length], discounts, gain);
  let q = 0;
  const mean = meanOverQueries(relevance, scores, options, (query) => {
    const ideal = best[q++];
    return ideal === 0 ? none.value() : dcgOf(query, discounts, { ties, gain }) / ideal;
  });
  none.tell('NDCG');
  return mean;
}

type Gain = 'linear' | 'exponential';

const gainOf = (relevance: number, gain: Gain): number => (gain === 'linear' ? relevance : pow(2, relevance) - 1);

/** Discounts of the first i places, added up; shape [most places + 1]. Beyond k they stay as they are. */
function cumulatedDiscounts(most: number, k: number): Float64Array {
  if (!(k >= 1)) throw new InputError(`k: expected a number from 1, found ${k}`);
  const sums = new Float64Array(most + 1);
  const ln2 = log(2);
  for (let place = 0; place < most; place++) sums[place + 1] = sums[place] + (place < k ? ln2 / log(place + 2) : 0);
  return sums;
}

function dcgOf(
  query: RankedQuery,
  discounts: Float64Array,
  { ties, gain }: { ties: 'average' | 'ignore'; gain: Gain },
): number {
  let [sum, place] = [0, 0];
  while (place < query.length) {
    const end = ties === 'average' ? endOfTie(query, place) : place + 1;
    let gains = 0;
    for (let tied = place; tied < end; tied++) gains += gainOf(query.relevance(tied), gain);
    sum += (gains / (end - place)) * (discounts[end] - discounts[place]);
    place = end;
  }
  return sum;
}

/** DCG of each query in the best order. */
function bestGains(
  relevance: ArrayLike<number>,
  queryOffsets: ArrayLike<number>,
  discounts: Float64Array,
  gain: Gain,
): Float64Array {
  const order = bestFirst(relevance, queryOffsets);
  const best = new Float64Array(Math.max(0, queryOffsets.length - 1));
  for (let q = 0; q < best.length; q++) {
    for (let i = queryOffsets[q]; i < queryOffsets[q + 1]; i++) {
      const place = i - queryOffsets[q];
      best[q] += gainOf(relevance[order[i]], gain) * (discounts[place + 1] - discounts[place]);
    }
  }
  return best;
}
