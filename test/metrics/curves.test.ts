import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { precisionRecallCurve, rocCurve } from '../../lib/metrics/curves.ts';
import { ascendingOrder } from '../../lib/metrics/order.ts';
import { averagePrecisionScore, rocAucScore } from '../../lib/metrics/score-metrics.ts';

/** Rows with many ties and both classes, some without weight. */
const rows = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.integer({ min: -3, max: 3 }).map((score) => score / 7),
      weight: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 2, maxLength: 40 },
  )
  .filter((all) => [0, 1].every((label) => all.some((row) => row.label === label && row.weight > 0)));

describe('rocAucScore', () => {
  test('is the share of pairs, by weight, in which class 1 scores higher, ties counting one half', () => {
    fc.assert(
      fc.property(rows, (all) => {
        let [won, pairs] = [0, 0];
        for (const one of all) {
          for (const zero of all) {
            if (one.label !== 1 || zero.label !== 0) continue;
            const weight = one.weight * zero.weight;
            pairs += weight;
            if (one.score > zero.score) won += weight;
            if (one.score === zero.score) won += weight / 2;
          }
        }
        const area = rocAucScore(
          all.map((row) => row.label),
          all.map((row) => row.score),
          { weights: all.map((row) => row.weight) },
        );
        expect(area).toBeCloseTo(won / pairs, 12);
      }),
    );
  });

  test('keeps its bits when all scores are doubled, and turns about when they change sign', () => {
    const [labels, scores] = [
      [0, 1, 0, 1, 1, 0],
      [0.1, 0.4, 0.4, 0.35, 0.8, 0.05],
    ];
    const area = rocAucScore(labels, scores);
    expect(
      rocAucScore(
        labels,
        scores.map((score) => 2 * score),
      ),
    ).toBe(area);
    expect(
      rocAucScore(
        labels,
        scores.map((score) => -score),
      ),
    ).toBeCloseTo(1 - area, 15);
  });

  test.each([
    ['no rows', [], [], 'there are no rows'],
    ['one class', [1, 1], [0.1, 0.9], 'class 0 has none'],
    ['three classes, one of them without rows', [0, 1], [0.2, 0.5, 0.3, 0.1, 0.8, 0.1], 'class 2 against the rest'],
  ])('with %s is NaN and says why', (_, labels, scores, why) => {
    const reasons: string[] = [];
    expect(rocAucScore(labels, scores, { warn: (reason) => reasons.push(reason) })).toBeNaN();
    expect(reasons.join()).toContain(why);
  });

  test.each([
    ['a score that is not finite', [0, 1], [0, Number.NaN]],
    ['a class beyond 1 without its column', [0, 2], [0.1, 0.9]],
    ['scores that fit no number of classes', [0, 1], [0.1, 0.9, 0.3]],
  ])('refuses %s', (_, labels, scores) => {
    expect(() => rocAucScore(labels, scores)).toThrow(InputError);
  });
});

describe('rocCurve', () => {
  test('of a million rows without a tie is exact', () => {
    const count = 1_000_000;
    // Each row's score is its rank, shuffled by a step that is coprime to the count; even ranks are of class 1.
    const scores = Float64Array.from({ length: count }, (_, row) => (row * 700_001) % count);
    const labels = Uint8Array.from(scores, (score) => (score % 2 === 0 ? 1 : 0));
    const curve = rocCurve(labels, scores, { dropCollinear: false });
    expect(curve.thresholds).toHaveLength(count + 1);
    expect(curve.truePositiveRate[count]).toBe(1);
    // Of class 0 with ranks 1, 3, 5 …: the k-th of class 1, counted from 0, scores above k of them.
    const half = count / 2;
    expect(rocAucScore(labels, scores)).toBeCloseTo((half * (half - 1)) / 2 / half / half, 12);
  });

  test('without collinear points goes through the same places', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const [labels, scores] = [all.map((row) => row.label), all.map((row) => row.score)];
        const [full, short] = [rocCurve(labels, scores, { dropCollinear: false }), rocCurve(labels, scores)];
        const area = ({ falsePositiveRate: x, truePositiveRate: y }: typeof full) =>
          x.slice(1).reduce((sum, to, i) => sum + ((to - x[i]) * (y[i + 1] + y[i])) / 2, 0);
        expect(area(short)).toBeCloseTo(area(full), 12);
        expect(short.thresholds.length).toBeLessThanOrEqual(full.thresholds.length);
      }),
    );
  });

  test('has no point at the score of a row that weighs nothing', () => {
    const { thresholds } = rocCurve([0, 1, 1], [0.2, 0.5, 0.8], { weights: [1, 0, 1], dropCollinear: false });
    expect(thresholds).toEqual(Float64Array.of(1.8, 0.8, 0.2));
  });

  test('without rows is empty', () => {
    expect(rocCurve([], [])).toEqual({
      falsePositiveRate: new Float64Array(),
      truePositiveRate: new Float64Array(),
      thresholds: new Float64Array(),
    });
  });
});

describe('precisionRecallCurve', () => {
  test('without rows is the added point alone, and the average precision NaN', () => {
    const reasons: string[] = [];
    expect(precisionRecallCurve([], []).precision).toEqual(Float64Array.of(1));
    expect(averagePrecisionScore([], [], { warn: (why) => reasons.push(why) })).toBeNaN();
    expect(reasons).toEqual(['there are no rows']);
  });

  test('counts a row of weight two as two rows', () => {
    const once = precisionRecallCurve([0, 1, 1], [0.2, 0.3, 0.2], { weights: [2, 1, 1] });
    expect(once).toEqual(precisionRecallCurve([0, 0, 1, 1], [0.2, 0.2, 0.3, 0.2]));
  });
});

describe('ascendingOrder', () => {
  test.each(Array.from({ length: 63 }, (_, bit) => bit))('tells numbers apart that differ in bit %i alone', (bit) => {
    const float = (bits: bigint) => new Float64Array(BigUint64Array.of(bits).buffer)[0];
    const larger = float(1n << BigInt(bit));
    expect([...ascendingOrder([larger, 0, -larger])]).toEqual([2, 1, 0]);
  });

  test('is the stable order of any finite numbers', () => {
    const numbers = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, -1, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, 1 + Number.EPSILON),
    );
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 60 }), (values) => {
        const sorted = values.map((_, row) => row).sort((a, b) => values[a] - values[b] || a - b);
        expect([...ascendingOrder(values)]).toEqual(sorted);
      }),
      { numRuns: 500 },
    );
  });
});
