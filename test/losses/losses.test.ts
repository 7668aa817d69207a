import { describe, expect, test } from 'vitest';
import { crossEntropy, softmax } from '../../lib/losses/cross-entropy.ts';
import { logistic, sigmoid } from '../../lib/losses/logistic.ts';
import type { Loss } from '../../lib/losses/loss.ts';
import { addRidge } from '../../lib/losses/penalties.ts';
import { squared } from '../../lib/losses/squared.ts';
import torch from '../golden/losses/torch.json' with { type: 'json' };

function evaluate(loss: Loss, scores: number[][], targets: number[]) {
  const outputs = scores[0].length;
  const [losses, slopes] = [new Float64Array(targets.length), new Float64Array(targets.length * outputs)];
  loss.evaluate(Float64Array.from(scores.flat()), Float64Array.from(targets), targets.length, outputs, losses, slopes);
  return { losses: [...losses], slopes: [...slopes] };
}
const column = (values: number[]) => values.map((value) => [value]);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([
  { loss: squared, cases: torch.squared },
  { loss: logistic, cases: torch.logistic },
  { loss: crossEntropy, cases: torch.crossEntropy },
])('$loss.name', ({ loss, cases }) => {
  test.each(cases.map((golden) => [golden.source, golden] as const))(
    'equals %s',
    (_, { scores, targets, value, slopesOfMean }) => {
      const { losses, slopes } = evaluate(loss, scores, targets);
      expect(mean(losses) / value).toBeCloseTo(1, 14);
      expect(slopes).toHaveLength(slopesOfMean.flat().length);
      slopesOfMean.flat().forEach((expected, i) => {
        expect(slopes[i] / targets.length).toBeCloseTo(expected, 15);
      });
    },
  );

  test('has the slopes of its finite differences', () => {
    const [scores, targets] = [
      [
        [0.3, -1.2, 0.7],
        [2, 1, -3],
      ].map((row) => row.slice(0, loss === crossEntropy ? 3 : 1)),
      [1, 0],
    ];
    const { slopes } = evaluate(loss, scores, targets);
    const width = scores[0].length;
    slopes.forEach((slope, i) => {
      const [row, k, h] = [Math.floor(i / width), i % width, 1e-5];
      const at = (shift: number) => {
        const moved = scores.map((values) => [...values]);
        moved[row][k] += shift;
        return evaluate(loss, moved, targets).losses[row];
      };
      expect(slope).toBeCloseTo((at(h) - at(-h)) / (2 * h), 8);
    });
  });

  test('looks at the rows at the front only', () => {
    const scores = new Float64Array(6).fill(0.5);
    const [losses, slopes] = [new Float64Array(2).fill(-7), new Float64Array(6).fill(-7)];
    const outputs = loss === crossEntropy ? 3 : 1;
    loss.evaluate(scores, Float64Array.of(1, 1), 1, outputs, losses, slopes);
    expect(losses[1]).toBe(-7);
    expect(slopes[outputs]).toBe(-7);
  });
});

describe('logistic', () => {
  test('stays finite and exact at the largest scores', () => {
    const scores = column([1e308, 1e308, -1e308, -1e308, 0]);
    const { losses, slopes } = evaluate(logistic, scores, [1, 0, 1, 0, 1]);
    expect(losses).toEqual([0, 1e308, 1e308, 0, Math.LN2]);
    expect(slopes.map((slope) => slope + 0)).toEqual([0, 1, -1, 0, -0.5]);
  });

  test('keeps the digits of small losses and slopes', () => {
    // e⁻⁴⁰ = 4.248354255291589e-18 (mpmath 1.3.0); log1p(x) = x − x²/2 …, and the slope is −x/(1 + x).
    const { losses, slopes } = evaluate(logistic, [[40], [-40]], [1, 0]);
    for (const value of [losses[0], losses[1], -slopes[0], slopes[1]])
      expect(value / 4.248354255291589e-18).toBeCloseTo(1, 14);
  });

  test('is 0 where an infinite score is right', () => {
    expect(evaluate(logistic, [[Infinity], [-Infinity]], [1, 0]).losses).toEqual([0, 0]);
  });

  test('sigmoid keeps its tails', () => {
    expect([0, 800, -800, Infinity, -Infinity].map(sigmoid)).toEqual([0.5, 1, 0, 1, 0]);
    // 1/(1 + e⁴⁰) = 4.248354255291589e-18 to all its digits.
    expect(sigmoid(-40) / 4.248354255291589e-18).toBeCloseTo(1, 14);
    // e⁷²⁰ overflows, while e⁻⁷²⁰ is still a number.
    expect(sigmoid(-720)).toBeGreaterThan(0);
    expect(sigmoid(NaN)).toBeNaN();
  });
});

describe('cross-entropy', () => {
  test('of equal scores is log K', () => {
    const { losses, slopes } = evaluate(crossEntropy, [[5, 5, 5, 5]], [2]);
    expect(losses[0]).toBeCloseTo(Math.log(4), 15);
    expect(slopes).toEqual([0.25, 0.25, -0.75, 0.25]);
  });

  test('stays finite and exact at large scores', () => {
    const { losses, slopes } = evaluate(
      crossEntropy,
      [
        [8e307, -8e307],
        [8e307, -8e307],
      ],
      [0, 1],
    );
    expect(losses).toEqual([0, 1.6e308]);
    expect(slopes.map((slope) => slope + 0)).toEqual([0, 0, 1, -1]);
  });

  test('keeps the digits of small losses and slopes', () => {
    const { losses, slopes } = evaluate(crossEntropy, [[40, 0]], [0]);
    for (const value of [losses[0], -slopes[0], slopes[1]]) expect(value / 4.248354255291589e-18).toBeCloseTo(1, 14);
  });

  test('of two classes is the logistic loss of the difference', () => {
    const two = evaluate(
      crossEntropy,
      [
        [0.3, 1.7],
        [2, -1],
      ],
      [1, 1],
    ).losses;
    const one = evaluate(logistic, [[1.4], [-3]], [1, 1]).losses;
    for (const i of [0, 1]) expect(two[i]).toBeCloseTo(one[i], 15);
  });

  test('softmax sums to one, row by row, and may work in place', () => {
    const scores = Float64Array.of(1, 2, 3, 1000, 999, -1000);
    softmax(scores, 2, 3, scores);
    // 1/(1 + e + e²) = 0.09003057317038046; 1/(1 + e⁻¹) = 0.7310585786300049 (mpmath 1.3.0).
    expect(scores[0]).toBeCloseTo(0.09003057317038046, 16);
    expect(scores[3]).toBeCloseTo(0.7310585786300049, 15);
    expect(scores[0] + scores[1] + scores[2]).toBeCloseTo(1, 15);
    expect(scores[5]).toBe(0);
  });

  test('a score that is NaN is not passed over', () => {
    expect(evaluate(crossEntropy, [[1, NaN, 2]], [0]).losses[0]).toBeNaN();
    expect(evaluate(crossEntropy, [[NaN, 1, 2]], [1]).losses[0]).toBeNaN();
  });
});

test.each<[Loss, number[], number[]]>([
  [squared, [0, -3.5, 1e300], [NaN, Infinity]],
  [logistic, [0, 1], [-1, 0.5, 2, NaN]],
  [crossEntropy, [0, 1, 2], [-1, 3, 0.5, NaN]],
])('$name says which targets it can take', (loss, good, bad) => {
  for (const target of good) expect(loss.accepts(target, 3)).toBe(true);
  for (const target of bad) expect(loss.accepts(target, 3)).toBe(false);
});

describe('addRidge', () => {
  test('is half the squared length, spares what lies outside, and adds to the gradient', () => {
    const gradient = Float64Array.of(1, 1, 1);
    expect(addRidge(0.5, Float64Array.of(3, -4, 100), 0, 2, gradient)).toBe(6.25);
    expect(gradient).toEqual(Float64Array.of(2.5, -1, 1));
  });

  test('of 0 is no penalty, even of an infinite parameter', () => {
    const gradient = Float64Array.of(1);
    expect(addRidge(0, Float64Array.of(Infinity), 0, 1, gradient)).toBe(0);
    expect(gradient).toEqual(Float64Array.of(1));
  });
});
