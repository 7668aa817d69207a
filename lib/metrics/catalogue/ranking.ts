import { dcgScore, type GainOptions, ndcgScore } from '../gains.ts';
import { coverageError, labelRankingAveragePrecision, labelRankingLoss } from '../label-ranking.ts';
import {
  hitRate,
  meanAveragePrecision,
  meanReciprocalRank,
  precisionAtK,
  type RetrievalOptions,
  recallAtK,
} from '../retrieval.ts';
import { onRankings } from './adapters.ts';
import { type MetricEntry, metric } from './entry.ts';
import { rankings } from './examples.ts';

const infinity = Number.POSITIVE_INFINITY;
const query = { tasks: ['ranking'], unit: '', needs: 'ranking', weighted: true, streams: false } as const;
const share = { ...query, direction: 'higher', range: [0, 1] } as const;
const labels = { ...query, tasks: ['ranking', 'multilabel'], needs: 'label scores' } as const;
const ofNone = 'A query without anything relevant: zeroDivision.';

const k = {
  kind: 'integer',
  summary: 'How many places count; all by default.',
  low: 1,
  high: 2 ** 31,
  default: infinity,
} as const;

const zeroDivision = {
  kind: 'choice',
  summary:
    'What stands for a query without anything relevant; warn is 0 with a warning, NaN leaves it out of the mean.',
  choices: ['warn', '0', '1', 'NaN'],
  default: 'warn',
} as const;

const gain = {
  gain: {
    kind: 'choice',
    summary: 'What an item is worth: its relevance, or 2 to its power less 1.',
    choices: ['linear', 'exponential'],
    default: 'linear',
  },
  ties: {
    kind: 'choice',
    summary: 'Items of equal score get their mean gain, or stand as sorted, the later item first.',
    choices: ['average', 'ignore'],
    default: 'average',
  },
} as const;

interface ZeroDivision {
  zeroDivision: 'warn' | '0' | '1' | 'NaN';
}

type RetrievalMetric = (relevance: ArrayLike<number>, scores: ArrayLike<number>, options: RetrievalOptions) => number;

/** Of places, as many as there are where k is not stated. */
const retrieval = (compute: RetrievalMetric) =>
  onRankings<{ k: number } & ZeroDivision>((relevance, scores, { k, zeroDivision, ...options }) =>
    compute(relevance, scores, { ...options, k: k === infinity ? undefined : k, ...asNumber({ zeroDivision }) }),
  );

const asNumber = ({ zeroDivision }: ZeroDivision): { zeroDivision: number | undefined } => ({
  zeroDivision: zeroDivision === 'warn' ? undefined : Number(zeroDivision),
});

const threeItems = rankings([[1, 0, 1]], [[9, 8, 7]]);

export const rankingMetrics: MetricEntry[] = [
  metric({
    ...share,
    name: 'ndcg',
    title: 'NDCG',
    parameters: { k, ...gain, zeroDivision },
    summary: 'Discounted gain of the order, as a share of that of the best order; averaged over queries.',
    formula: 'DCG / DCG of the best order',
    undefinedWhen: ofNone,
    source: 'Järvelin & Kekäläinen 2002, ACM TOIS 20(4); McSherry & Najork 2008, ECIR, for ties',
    example: { name: 'ndcg@1', predictions: rankings([[4, 1, 0]], [[7, 9, 8]]), value: 0.25 },
    compute: onRankings<Pick<GainOptions, 'k' | 'ties' | 'gain'> & ZeroDivision>(
      (relevance, scores, { zeroDivision, ...options }) =>
        ndcgScore(relevance, scores, { ...options, ...asNumber({ zeroDivision }) }),
    ),
  }),
  metric({
    ...query,
    name: 'dcg',
    title: 'DCG',
    direction: 'higher',
    range: [0, infinity],
    parameters: { k, ...gain },
    summary: 'Gain of each item, discounted by the logarithm of its place, summed; averaged over queries.',
    formula: 'Σ gain / log₂(place + 1)',
    undefinedWhen: 'Never.',
    source: 'Järvelin & Kekäläinen 2002, ACM TOIS 20(4)',
    example: { predictions: rankings([[3, 0, 2]], [[9, 8, 7]]), value: 4 },
    compute: onRankings<Pick<GainOptions, 'k' | 'ties' | 'gain'>>(dcgScore),
  }),
  metric({
    ...share,
    name: 'map',
    title: 'MAP',
    parameters: { k, zeroDivision },
    summary: 'Precision at the place of each relevant item, averaged over those items, then over queries.',
    formula: 'Σ precision at relevant places / min(relevant items, k)',
    undefinedWhen: ofNone,
    source: 'Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4',
    example: { predictions: threeItems, value: 5 / 6 },
    compute: retrieval(meanAveragePrecision),
  }),
  metric({
    ...share,
    name: 'mrr',
    title: 'MRR',
    parameters: { k, zeroDivision },
    summary: 'One over the place of the first relevant item; 0 where none is within k. Averaged over queries.',
    formula: '1 / place of the first relevant item',
    undefinedWhen: ofNone,
    source: 'Voorhees 1999, Text Retrieval Conference 8',
    example: { predictions: rankings([[0, 1, 1]], [[9, 8, 7]]), value: 0.5 },
    compute: retrieval(meanReciprocalRank),
  }),
  metric({
    ...share,
    name: 'precisionAt',
    title: 'Precision',
    parameters: { k: { ...k, default: 10 }, zeroDivision },
    titleWith: ({ k }) => `Precision@${k}`,
    summary: 'Share of the first k places that hold something relevant; a short query leaves places empty.',
    formula: 'relevant items in the first k places / k',
    undefinedWhen: 'Never.',
    source: 'Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4',
    example: { name: 'precisionAt@2', predictions: threeItems, value: 0.5 },
    compute: retrieval(precisionAtK),
  }),
  metric({
    ...share,
    name: 'recallAt',
    title: 'Recall',
    parameters: { k: { ...k, default: 10 }, zeroDivision },
    titleWith: ({ k }) => `Recall@${k}`,
    summary: 'Share of what is relevant that stands in the first k places.',
    formula: 'relevant items in the first k places / relevant items',
    undefinedWhen: ofNone,
    source: 'Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4',
    example: { name: 'recallAt@2', predictions: threeItems, value: 0.5 },
    compute: retrieval(recallAtK),
  }),
  metric({
    ...share,
    name: 'hitRate',
    title: 'Hit rate',
    parameters: { k: { ...k, default: 10 }, zeroDivision },
    titleWith: ({ k }) => `Hit rate@${k}`,
    summary: 'Share of the queries with something relevant in the first k places.',
    formula: 'queries with a relevant item in the first k places / queries',
    undefinedWhen: ofNone,
    source: 'Deshpande & Karypis 2004, ACM TOIS 22(1)',
    example: {
      name: 'hitRate@1',
      predictions: rankings(
        [
          [1, 0],
          [0, 1],
        ],
        [
          [9, 8],
          [9, 8],
        ],
      ),
      value: 0.5,
    },
    compute: retrieval(hitRate),
  }),
  metric({
    ...labels,
    name: 'labelRankingAp',
    title: 'Label ranking average precision',
    direction: 'higher',
    range: [0, 1],
    summary: 'For each label that is so, which share of those that score at least as high is so too.',
    formula: 'mean over relevant labels of (relevant ones ranked as high) / (all ranked as high)',
    undefinedWhen: 'A row without labels, or with all of them, counts 1.',
    source: 'Schapire & Singer 2000, Machine Learning 39',
    example: { predictions: rankings([[1, 0, 0]], [[0.75, 0.5, 1]]), value: 0.5 },
    compute: onRankings(labelRankingAveragePrecision),
  }),
  metric({
    ...labels,
    name: 'coverageError',
    title: 'Coverage error',
    direction: 'lower',
    range: [0, infinity],
    summary: 'How many of the best-scored labels one must take to have every one that is so.',
    formula: 'mean of the place of the last relevant label',
    undefinedWhen: 'A row without labels counts 0.',
    source: 'Tsoumakas, Katakis & Vlahavas 2010, Data Mining and Knowledge Discovery Handbook, 667–685',
    example: { predictions: rankings([[1, 0, 0]], [[0.75, 0.5, 1]]), value: 2 },
    compute: onRankings(coverageError),
  }),
  metric({
    ...labels,
    name: 'rankingLoss',
    title: 'Ranking loss',
    direction: 'lower',
    range: [0, 1],
    summary: 'Share of pairs of a label that is so and one that is not, of which the latter scores at least as high.',
    formula: 'reversed pairs / pairs',
    undefinedWhen: 'A row without labels, or with all of them, counts 0.',
    source: 'Tsoumakas, Katakis & Vlahavas 2010, Data Mining and Knowledge Discovery Handbook, 667–685',
    example: { predictions: rankings([[1, 0, 0]], [[0.75, 0.5, 1]]), value: 0.5 },
    compute: onRankings(labelRankingLoss),
  }),
];
