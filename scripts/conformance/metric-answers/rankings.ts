import { dcgScore, ndcgScore } from '../../../lib/metrics/gains.ts';
import { coverageError, labelRankingAveragePrecision, labelRankingLoss } from '../../../lib/metrics/label-ranking.ts';
import {
  hitRate,
  meanAveragePrecision,
  meanReciprocalRank,
  precisionAtK,
  type RetrievalOptions,
  recallAtK,
} from '../../../lib/metrics/retrieval.ts';
import { averagePrecisionScore } from '../../../lib/metrics/score-metrics.ts';
import { numpyOrder } from '../numpy-order.ts';
import { type Answers, type AskOptions, type GoldenCase, number, vector } from './golden-case.ts';

type Metric = (relevance: number[], scores: number[], options: RetrievalOptions) => unknown;

const of = (metric: Metric) => (golden: GoldenCase, options: AskOptions) =>
  metric(vector(rowsOf(golden)), vector(scoresOf(golden)), { ...options, queryOffsets: offsetsOf(golden) });

export const rankingAnswers: Answers = [
  [/^(?<kind>n?dcg)@(?<k>\w+?)(?<ignore>_ignore_ties)?(?<exponential>_exp_gain)?(?<ignoreToo>_ignore_ties)?$/, gains],
  [/^label_ranking_ap$/, of(labelRankingAveragePrecision)],
  [/^coverage_error$/, of(coverageError)],
  [/^label_ranking_loss$/, of(labelRankingLoss)],
  [
    /^(?<metric>map|mrr|precision|recall|hit_rate)@(?<k>\w+)$/,
    (golden, options, { metric, k }) =>
      of((relevance, scores, rest) =>
        retrieval[metric](relevance, scores, { ...rest, k: k === 'None' ? undefined : number(k) }),
      )(golden, options),
  ],
  [/^average_precision_samples$/, averagePrecisionOfRows],
];

const retrieval: Record<string, Metric> = {
  map: meanAveragePrecision,
  mrr: meanReciprocalRank,
  precision: precisionAtK,
  recall: recallAtK,
  hit_rate: hitRate,
};

function gains(
  golden: GoldenCase,
  options: AskOptions,
  { kind, k, ignore, ignoreToo, exponential }: Record<string, string>,
) {
  const metric = kind === 'ndcg' ? ndcgScore : dcgScore;
  const ignoresTies = Boolean(ignore || ignoreToo);
  const ask = of((relevance, scores, rest) =>
    metric(relevance, scores, {
      ...rest,
      k: k === 'None' ? undefined : number(k),
      ties: ignoresTies ? 'ignore' : 'average',
      gain: exponential ? 'exponential' : 'linear',
    }),
  );
  return ask(ignoresTies ? inNumpyOrder(golden) : golden, options);
}

/** Each row's items sorted as the reference sorts them, so that what a stable sort then leaves of ties is its order. */
function inNumpyOrder(golden: GoldenCase): GoldenCase {
  const orders = scoresOf(golden).map(numpyOrder);
  const sorted = (rows: number[][]) => rows.map((row, i) => orders[i].map((item) => row[item]));
  return { ...golden, relevance: sorted(rowsOf(golden)), scores: sorted(scoresOf(golden)) };
}

/** Row by row, what is relevant or not; the mean of what the curve of its scores gives. */
function averagePrecisionOfRows(golden: GoldenCase, { weights, warn }: AskOptions): number {
  const scores = scoresOf(golden);
  const rows = rowsOf(golden).map((row, i) =>
    averagePrecisionScore(
      row.map((value) => Number(value > 0)),
      scores[i],
      { warn },
    ),
  );
  const weightOf = (row: number) => weights?.[row] ?? 1;
  const sum = rows.reduce((total, value, row) => total + weightOf(row) * value, 0);
  return sum / rows.reduce((total, _, row) => total + weightOf(row), 0);
}

const rowsOf = ({ relevance, y_true }: GoldenCase): number[][] => relevance ?? (y_true as number[][]);
const scoresOf = ({ scores, y_score }: GoldenCase): number[][] => scores ?? (y_score as number[][]);

function offsetsOf(golden: GoldenCase): number[] {
  const offsets = [0];
  for (const { length } of rowsOf(golden)) offsets.push(offsets[offsets.length - 1] + length);
  return offsets;
}
