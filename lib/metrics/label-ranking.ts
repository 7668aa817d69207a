import { endOfTie, meanOverQueries, type RankedQuery, type RankingOptions } from './queries.ts';

/**
 * Label ranking average precision: for each relevant label, which share of the labels that score at least as high is
 * relevant; averaged over labels, then over rows.
 *
 * Unitless, in (0, 1]; 1 is perfect. A row of which no label, or every one, is relevant counts 1. NaN when there are no
 * rows, or all weigh nothing.
 *
 * @param relevance above 0 is relevant; finite, from 0, shape [items]: the labels of one row after the other
 * @param scores higher means rather so; finite, shape [items]
 * @throws InputError when lengths differ, a relevance is below 0, a number is not finite, the offsets do not fit, or a
 *   weight is negative
 * @see Schapire & Singer 2000, Machine Learning 39
 * @example labelRankingAveragePrecision([1, 0, 0], [0.75, 0.5, 1]) // 0.5
 */
export function labelRankingAveragePrecision(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: RankingOptions = {},
): number {
  return meanOverQueries(relevance, scores, options, (query) => {
    if (isTrivial(query)) return 1;
    let sum = 0;
    eachTie(query, (relevant, { seen, found }) => {
      sum += relevant * (found / seen);
    });
    return sum / query.relevantCount;
  });
}

/**
 * Coverage error: how many of the best-scored labels one must take to have every relevant one.
 *
 * In labels; at best the mean number of relevant ones, at most that of labels. A row without a relevant label counts 0.
 * NaN, parameters and errors are those of `labelRankingAveragePrecision`.
 *
 * @see Tsoumakas, Katakis & Vlahavas 2010, Data Mining and Knowledge Discovery Handbook, 667-685
 * @example coverageError([1, 0, 0], [0.75, 0.5, 1]) // 2
 */
export function coverageError(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: RankingOptions = {},
): number {
  return meanOverQueries(relevance, scores, options, (query) => {
    let depth = 0;
    eachTie(query, (relevant, { seen }) => {
      if (relevant > 0) depth = seen;
    });
    return depth;
  });
}

/**
 * Ranking loss: the share of pairs of a relevant and an irrelevant label of which the irrelevant one scores at least as
 * high.
 *
 * Unitless, in [0, 1]; 0 is perfect. A row of which no label, or every one, is relevant counts 0. NaN, parameters and
 * errors are those of `labelRankingAveragePrecision`.
 *
 * @see Tsoumakas, Katakis & Vlahavas 2010, Data Mining and Knowledge Discovery Handbook, 667-685
 * @example labelRankingLoss([1, 0, 0], [0.75, 0.5, 1]) // 0.5
 */
export function labelRankingLoss(
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: RankingOptions = {},
): number {
  return meanOverQueries(relevance, scores, options, (query) => {
    if (isTrivial(query)) return 0;
    let reversed = 0;
    eachTie(query, (relevant, { seen, found }) => {
      reversed += relevant * (seen - found);
    });
    return reversed / (query.relevantCount * (query.length - query.relevantCount));
  });
}

const isTrivial = ({ relevantCount, length }: RankedQuery): boolean => relevantCount === 0 || relevantCount === length;

/** Told, for each score from the best down, how many relevant labels have it, and how many score at least as high. */
function eachTie(
  query: RankedQuery,
  tell: (relevant: number, upToHere: { seen: number; found: number }) => void,
): void {
  let [place, found] = [0, 0];
  while (place < query.length) {
    const end = endOfTie(query, place);
    let relevant = 0;
    for (let tied = place; tied < end; tied++) if (query.relevance(tied) > 0) relevant++;
    found += relevant;
    tell(relevant, { seen: end, found });
    place = end;
  }
}
