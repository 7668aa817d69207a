import { checkInteger } from '../core/checks.ts';
import {
  endOfTie,
  meanOverQueries,
  type RankedQuery,
  type RankingOptions,
  type UndefinedQueries,
  withoutRelevant,
} from './queries.ts';

export interface RetrievalOptions extends RankingOptions, UndefinedQueries {
  /** How many places count, from 1; all by default. */
  k?: number;
}

/**
 * Precision at k: the share of the first k places that hold something relevant, averaged over queries.
 *
 * Unitless, in [0, 1]; 1 is perfect. Places that a short query leaves empty hold nothing relevant; without k, its own
 * length counts. Items of equal score stand in every order at once: the value is the mean over their orders. NaN when
 * there are no queries, or all weigh nothing.
 *
 * @param relevance above 0 is relevant; finite, from 0, shape [items]
 * @param scores higher means sooner; finite, shape [items]
 * @throws InputError when lengths differ, a relevance is below 0, a number is not finite, `k` is not from 1, the offsets
 *   do not fit, or a weight is negative
 * @see Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4
 * @example precisionAtK([1, 0, 1], [9, 8, 7], { k: 2 }) // 0.5
 */
export function precisionAtK(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k, zeroDivision, ...options }: RetrievalOptions = {},
): number {
  checkK(k);
  const none = withoutRelevant({ zeroDivision, warn: options.warn });
  // Places are never lacking when k is stated, so that only a query without items is undefined.
  const mean = meanOverQueries(relevance, scores, options, (query) =>
    k === undefined && query.length === 0 ? none.value() : relevantWithin(query, k) / (k ?? query.length),
  );
  none.tell('precision');
  return mean;
}

/**
 * Recall at k: the share of what is relevant that stands in the first k places, averaged over queries.
 *
 * Unitless, in [0, 1]; 1 is perfect. A query without anything relevant counts 0, with a warning, or `zeroDivision`.
 * Equal scores, undefined cases, parameters and errors are those of `precisionAtK`.
 *
 * @example recallAtK([1, 0, 1], [9, 8, 7], { k: 2 }) // 0.5
 */
export function recallAtK(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k, ...options }: RetrievalOptions = {},
): number {
  return overRelevant(
    'recall',
    relevance,
    scores,
    k,
    options,
    (query) => relevantWithin(query, k) / query.relevantCount,
  );
}

/**
 * Hit rate at k: the share of queries with something relevant in the first k places.
 *
 * Range, equal scores, undefined cases, parameters and errors are those of `recallAtK`.
 *
 * @example hitRate([1, 0, 0, 1], [9, 8, 9, 8], { k: 1, queryOffsets: [0, 2, 4] }) // 0.5
 */
export function hitRate(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k, ...options }: RetrievalOptions = {},
): number {
  return overRelevant('the hit rate', relevance, scores, k, options, (query) => {
    let reached = 0;
    eachFirst(query, k, (chance) => {
      reached += chance;
    });
    return reached;
  });
}

/**
 * Mean reciprocal rank: 1 over the place of the first relevant item, averaged over queries; 0 where none is within k.
 *
 * Range, equal scores, undefined cases, parameters and errors are those of `recallAtK`.
 *
 * @see Voorhees 1999, Text Retrieval Conference 8
 * @example meanReciprocalRank([0, 1, 1], [9, 8, 7]) // 0.5
 */
export function meanReciprocalRank(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k, ...options }: RetrievalOptions = {},
): number {
  return overRelevant('the reciprocal rank', relevance, scores, k, options, (query) => {
    let sum = 0;
    eachFirst(query, k, (chance, place) => {
      sum += chance / (place + 1);
    });
    return sum;
  });
}

/**
 * Mean average precision: the precision at each relevant item's place, averaged over the relevant items (or over k,
 * where there are more), then over queries.
 *
 * Range, equal scores, undefined cases, parameters and errors are those of `recallAtK`. `averagePrecisionScore` differs
 * on equal scores: it takes them all together, as curves of scores do.
 *
 * @see Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4; McSherry & Najork 2008, ECIR,
 *   for equal scores
 * @example meanAveragePrecision([1, 0, 1], [9, 8, 7]) // 0.8333…
 */
export function meanAveragePrecision(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k, ...options }: RetrievalOptions = {},
): number {
  return overRelevant('average precision', relevance, scores, k, options, (query) => {
    const places = placesOf(query, k);
    let [sum, found, place] = [0, 0, 0];
    while (place < places) {
      const end = endOfTie(query, place);
      const [size, relevant] = [end - place, countRelevant(query, place, end)];
      // An item of a tie is relevant by chance; each earlier one of the tie then is so by what is left of that chance.
      const others = size > 1 ? (relevant - 1) / (size - 1) : 0;
      for (let at = place; at < Math.min(end, places) && relevant > 0; at++) {
        sum += ((relevant / size) * (found + 1 + (at - place) * others)) / (at + 1);
      }
      found += relevant;
      place = end;
    }
    return sum / Math.min(query.relevantCount, k ?? query.relevantCount);
  });
}

function overRelevant(
  what: string,
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  k: number | undefined,
  { zeroDivision, ...options }: RankingOptions & UndefinedQueries,
  value: (query: RankedQuery) => number,
): number {
  checkK(k);
  const none = withoutRelevant({ zeroDivision, warn: options.warn });
  const mean = meanOverQueries(relevance, scores, options, (query) =>
    query.relevantCount === 0 ? none.value() : value(query),
  );
  none.tell(what);
  return mean;
}

function checkK(k: number | undefined): void {
  if (k !== undefined) checkInteger('k', k, 1);
}

const placesOf = (query: RankedQuery, k: number | undefined): number => Math.min(query.length, k ?? query.length);

function countRelevant(query: RankedQuery, from: number, end: number): number {
  let count = 0;
  for (let place = from; place < end; place++) if (query.relevance(place) > 0) count++;
  return count;
}

/** Relevant items expected in the first k places. */
function relevantWithin(query: RankedQuery, k: number | undefined): number {
  const places = placesOf(query, k);
  let [sum, place] = [0, 0];
  while (place < places) {
    const end = endOfTie(query, place);
    sum += countRelevant(query, place, end) * ((Math.min(end, places) - place) / (end - place));
    place = end;
  }
  return sum;
}

/** Told, for each place up to k where the first relevant item may stand, how likely it does. */
function eachFirst(query: RankedQuery, k: number | undefined, tell: (chance: number, place: number) => void): void {
  const places = placesOf(query, k);
  for (let place = 0; place < places; ) {
    const end = endOfTie(query, place);
    const relevant = countRelevant(query, place, end);
    if (relevant > 0) {
      let stillNone = 1;
      for (let at = place; at < Math.min(end, places) && stillNone > 0; at++) {
        // Of the items of the tie that are left, each is as likely to be next.
        const chance = Math.min(1, relevant / (end - at));
        tell(stillNone * chance, at);
        stillNone *= 1 - chance;
      }
      return;
    }
    place = end;
  }
}
