import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { dcgScore, ndcgScore } from '../../lib/metrics/gains.ts';
import { coverageError, labelRankingAveragePrecision, labelRankingLoss } from '../../lib/metrics/label-ranking.ts';
import type { RankingOptions } from '../../lib/metrics/queries.ts';
import {
  hitRate,
  meanAveragePrecision,
  meanReciprocalRank,
  precisionAtK,
  recallAtK,
} from '../../lib/metrics/retrieval.ts';

type Metric = (relevance: number[], scores: number[], options: RankingOptions) => number;

const metrics: Record<string, Metric> = {
  dcgScore,
  ndcgScore,
  'ndcgScore at 2': (relevance, scores, options) => ndcgScore(relevance, scores, { ...options, k: 2 }),
  meanAveragePrecision,
  'meanAveragePrecision at 2': (relevance, scores, options) =>
    meanAveragePrecision(relevance, scores, { ...options, k: 2 }),
  meanReciprocalRank,
  'precisionAtK at 3': (relevance, scores, options) => precisionAtK(relevance, scores, { ...options, k: 3 }),
  'recallAtK at 3': (relevance, scores, options) => recallAtK(relevance, scores, { ...options, k: 3 }),
  'hitRate at 2': (relevance, scores, options) => hitRate(relevance, scores, { ...options, k: 2 }),
  labelRankingAveragePrecision,
  coverageError,
  labelRankingLoss,
};

interface Query {
  relevance: number[];
  scores: number[];
  weight: number;
}

/** Queries of different length, some empty, some without anything relevant, with ties. */
const queries = fc
  .array(
    fc.record({
      items: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 })), { maxLength: 6 }),
      weight: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) =>
    all.map(
      ({ items, weight }): Query => ({
        relevance: items.map(([relevance]) => relevance),
        scores: items.map(([, score]) => score),
        weight,
      }),
    ),
  );

function ask(metric: Metric, all: Query[], { weighted = true } = {}): number {
  const queryOffsets = [0];
  for (const { scores } of all) queryOffsets.push(queryOffsets[queryOffsets.length - 1] + scores.length);
  return metric(
    all.flatMap(({ relevance }) => relevance),
    all.flatMap(({ scores }) => scores),
    { queryOffsets, weights: weighted ? all.map(({ weight }) => weight) : undefined },
  );
}

describe.each(Object.entries(metrics))('%s', (_, metric) => {
  test('of several queries is the mean of each by itself, by weight', () => {
    fc.assert(
      fc.property(queries, (all) => {
        const total = all.reduce((sum, { weight }) => sum + weight, 0);
        const each = all.map((query) => (query.weight / total) * ask(metric, [query], { weighted: false }));
        const mean = each.reduce((sum, value) => sum + value, 0);
        expect(ask(metric, all)).toBeCloseTo(mean, 12);
      }),
    );
  });

  test('does not depend on the order in which the items of a query are given', () => {
    fc.assert(
      fc.property(queries, (all) => {
        const turned = all.map(({ relevance, scores, weight }) => ({
          relevance: relevance.toReversed(),
          scores: scores.toReversed(),
          weight,
        }));
        expect(ask(metric, turned)).toBeCloseTo(ask(metric, all), 12);
      }),
    );
  });

  test('keeps its value when scores are stretched without changing their order', () => {
    fc.assert(
      fc.property(queries, (all) => {
        const stretched = all.map((query) => ({ ...query, scores: query.scores.map((score) => score ** 3 / 7 + 1e6) }));
        expect(ask(metric, stretched)).toBeCloseTo(ask(metric, all), 12);
      }),
    );
  });
});

test('NDCG of the stated examples', () => {
  // The first is that of scikit-learn 1.2 documentation, the others are its answers to tied scores.
  const relevance = [10, 0, 0, 1, 5];
  expect(ndcgScore(relevance, [0.1, 0.2, 0.3, 4, 70])).toBeCloseTo(0.695694, 6);
  expect(ndcgScore(relevance, [1, 1, 1, 0.5, 0.5])).toBeCloseTo(0.699812, 6);
  expect(ndcgScore(relevance, [3, 3, 3, 3, 3])).toBeCloseTo(0.690979, 6);
  expect(dcgScore([3, 2, 0], [9, 8, 7])).toBeCloseTo(3 + 2 / Math.log2(3), 14);
  expect(dcgScore([3, 2, 0], [9, 8, 7], { gain: 'exponential', k: 2 })).toBeCloseTo(7 + 3 / Math.log2(3), 13);
});

describe('a query without anything relevant', () => {
  const [relevance, scores] = [
    [0, 0, 1, 1],
    [1, 2, 1, 2],
  ];
  const queryOffsets = [0, 2, 4];

  test.each([
    ['NDCG', ndcgScore],
    ['average precision', meanAveragePrecision],
    ['the reciprocal rank', meanReciprocalRank],
    ['recall', recallAtK],
    ['the hit rate', hitRate],
  ])('counts 0 in %s with a warning, 1 on request, and is left out as NaN', (what, metric) => {
    const reasons: string[] = [];
    expect(metric(relevance, scores, { queryOffsets, warn: (why) => reasons.push(why) })).toBe(0.5);
    expect(reasons).toEqual([`1 queries have nothing relevant, so ${what} there is undefined and set to 0`]);
    expect(metric(relevance, scores, { queryOffsets, zeroDivision: 1 })).toBe(1);
    expect(metric(relevance, scores, { queryOffsets, zeroDivision: Number.NaN })).toBe(1);
  });
});

test('a place that a short query leaves empty holds nothing relevant', () => {
  expect(precisionAtK([1, 1], [2, 1], { k: 4 })).toBe(0.5);
  expect(precisionAtK([1, 1], [2, 1])).toBe(1);
  expect(recallAtK([1, 1], [2, 1], { k: 4 })).toBe(1);
});

test.each<[string, () => unknown]>([
  ['offsets that do not end with the items', () => ndcgScore([1, 0], [1, 2], { queryOffsets: [0, 1] })],
  ['offsets that turn back', () => ndcgScore([1, 0], [1, 2], { queryOffsets: [0, 2, 1, 2] })],
  ['a relevance below 0', () => ndcgScore([-1, 0], [1, 2])],
  ['a score that is NaN', () => meanReciprocalRank([1, 0], [1, Number.NaN])],
  ['a k of 0', () => recallAtK([1, 0], [1, 2], { k: 0 })],
  ['a weight for each item instead of each query', () => ndcgScore([1, 0], [1, 2], { weights: [1, 1] })],
  ['another zeroDivision', () => hitRate([1], [1], { zeroDivision: 2 })],
])('metrics of rankings refuse %s', (_, call) => {
  expect(call).toThrow(InputError);
});
