import { checkFinite, checkNotNegative, checkSameLength } from '../core/checks.ts';
import { InputError } from '../core/errors.ts';
import { meanDefined } from './class-scores.ts';
import { totalWeight, whyEmpty } from './mean.ts';
import { ascendingOrder } from './order.ts';
import type { MetricOptions } from './warn.ts';

/** Options of every metric of rankings; weights are those of queries, shape [queries]. */
export interface RankingOptions extends MetricOptions {
  /** Where each query's items begin, with the end of the last one appended, shape [queries + 1]; by default one query. */
  queryOffsets?: ArrayLike<number>;
}

export interface UndefinedQueries {
  /**
   * 0, 1 or NaN: what stands for a query without anything relevant. Not stated, it is 0 and `warn` is told. NaN leaves
   * such queries out of the mean.
   */
  zeroDivision?: number;
}

/**
 * Items by their query, each query's from the best score down; of equal scores the later item first.
 *
 * All items are sorted once, then dealt to their queries: a million short queries cost no more than one long one.
 *
 * @param scores finite, shape [items]
 * @returns item numbers, shape [items]
 * @throws InputError when the offsets do not ascend from 0 to the number of items
 */
export function bestFirst(scores: ArrayLike<number>, queryOffsets: ArrayLike<number>): Uint32Array {
  const queryOf = new Uint32Array(scores.length);
  const queryCount = queryOffsets.length - 1;
  for (let query = 0; query < queryCount; query++) queryOf.fill(query, queryOffsets[query], queryOffsets[query + 1]);
  const order = ascendingOrder(scores);
  if (queryCount === 1) return order.reverse();
  const next = Uint32Array.from({ length: queryCount }, (_, query) => queryOffsets[query]);
  const sorted = new Uint32Array(scores.length);
  for (let i = order.length - 1; i >= 0; i--) sorted[next[queryOf[order[i]]]++] = order[i];
  return sorted;
}

/** A query's items, best first, for a metric to walk along. */
export interface RankedQuery {
  /** How many items there are. */
  length: number;
  /** Relevance and score of the item at a place, from 0. */
  relevance(place: number): number;
  score(place: number): number;
  /** How many of its items are relevant. */
  relevantCount: number;
}

/**
 * The mean over queries of `value(query)`; NaN values are left out.
 *
 * @param relevance finite, from 0, shape [items]
 * @param scores higher means sooner; finite, shape [items]
 * @throws InputError when lengths differ, a relevance is below 0, a number is not finite, the offsets do not fit, or a
 *   weight is negative
 */
export function meanOverQueries(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { queryOffsets = [0, relevance.length], weights, warn }: RankingOptions,
  value: (query: RankedQuery) => number,
): number {
  checkSameLength('relevance', relevance, 'scores', scores);
  checkNotNegative('relevance', relevance);
  checkFinite('scores', scores);
  checkOffsets(queryOffsets, relevance.length);
  const queryCount = queryOffsets.length - 1;
  if (totalWeight(queryCount, weights) === 0) {
    warn?.(whyEmpty(queryCount));
    return Number.NaN;
  }
  const order = bestFirst(scores, queryOffsets);
  let [start, end] = [0, 0];
  const query: RankedQuery = {
    length: 0,
    relevantCount: 0,
    relevance: (place) => relevance[order[start + place]],
    score: (place) => scores[order[start + place]],
  };
  const values = new Float64Array(queryCount);
  for (let q = 0; q < queryCount; q++) {
    [start, end] = [queryOffsets[q], queryOffsets[q + 1]];
    query.length = end - start;
    query.relevantCount = 0;
    for (let item = start; item < end; item++) if (relevance[item] > 0) query.relevantCount++;
    values[q] = value(query);
  }
  return meanDefined(values, weights);
}

/** One past the last place of the items that score as the one at `place` does. */
export function endOfTie(query: RankedQuery, place: number): number {
  const score = query.score(place);
  let end = place + 1;
  while (end < query.length && query.score(end) === score) end++;
  return end;
}

/**
 * What stands for queries without anything relevant, counted, and told at the end.
 *
 * @throws InputError when `zeroDivision` is not 0, 1 or NaN
 */
export function withoutRelevant({ zeroDivision, warn }: UndefinedQueries & MetricOptions): {
  value(): number;
  tell(what: string): void;
} {
  if (zeroDivision !== undefined && zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision)) {
    throw new InputError(`zeroDivision: expected 0, 1 or NaN, found ${zeroDivision}`);
  }
  let count = 0;
  return {
    value() {
      count++;
      return zeroDivision ?? 0;
    },
    tell(what) {
      if (count > 0 && zeroDivision === undefined) {
        warn?.(`${count} queries have nothing relevant, so ${what} there is undefined and set to 0`);
      }
    },
  };
}

function checkOffsets(offsets: ArrayLike<number>, itemCount: number): void {
  const ascends = Array.prototype.every.call(offsets, (offset, i) => i === 0 || offset >= offsets[i - 1]);
  if (offsets.length > 0 && offsets[0] === 0 && offsets[offsets.length - 1] === itemCount && ascends) return;
  throw new InputError(`queryOffsets: expected ascending numbers from 0 to ${itemCount}, found others`);
}
