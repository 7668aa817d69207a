import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { balancedWeights, weighClasses } from '../../lib/losses/class-weights.ts';
import { type LossRequest, lossNames, makeLoss } from '../../lib/losses/losses.ts';

interface Entry {
  request: LossRequest;
  outputs: number;
  /** Targets that the loss takes. */
  targets: number[];
  refused: number[];
  /** Scores at which it has a kink, for a target: kept away from when slopes are compared with differences. */
  kinks: (target: number) => number[];
  /** Whether the loss stays finite at scores of ±1e300. */
  staysFinite: boolean;
}

const numbers = { outputs: 1, targets: [0, -3.5, 2.25], refused: [NaN, Infinity], kinks: () => [], staysFinite: true };
const counts = { ...numbers, targets: [1, 3, 0.5], refused: [-1, NaN, Infinity], staysFinite: false };
const binary = { ...numbers, targets: [0, 1], refused: [-1, 0.5, 2, NaN] };
const classes = { ...numbers, outputs: 3, targets: [0, 1, 2], refused: [-1, 3, 0.5, NaN] };
const margin = (target: number) => (target === 1 ? 1 : -1);

const table: Record<string, Entry> = {
  squared: { ...numbers, request: { name: 'squared' }, staysFinite: false },
  absolute: { ...numbers, request: { name: 'absolute' }, kinks: (y) => [y] },
  huber: { ...numbers, request: { name: 'huber', delta: 1.35 }, kinks: (y) => [y - 1.35, y + 1.35] },
  'quantile 0.1': { ...numbers, request: { name: 'quantile', quantile: 0.1 }, kinks: (y) => [y] },
  'quantile 0.9, smoothed': {
    ...numbers,
    request: { name: 'quantile', quantile: 0.9, smoothing: 0.5 },
    kinks: (y) => [y - 0.5, y + 0.5],
  },
  'log-cosh': { ...numbers, request: { name: 'log-cosh' } },
  poisson: { ...counts, request: { name: 'poisson' }, targets: [0, 1, 3] },
  gamma: { ...counts, request: { name: 'gamma' }, refused: [-1, 0, NaN] },
  'tweedie 1': { ...counts, request: { name: 'tweedie', power: 1 }, targets: [0, 2] },
  'tweedie 1.5': { ...counts, request: { name: 'tweedie', power: 1.5 }, targets: [0, 2] },
  'tweedie 2': { ...counts, request: { name: 'tweedie', power: 2 }, refused: [0, -1] },
  logistic: { ...binary, request: { name: 'logistic' } },
  'logistic, smoothed': { ...binary, request: { name: 'logistic', labelSmoothing: 0.2 } },
  hinge: { ...binary, request: { name: 'hinge' }, kinks: (y) => [margin(y)] },
  'hinge, smoothed': {
    ...binary,
    request: { name: 'hinge', smoothing: 0.25 },
    kinks: (y) => [margin(y) * 0.75, margin(y) * 1.25],
  },
  'squared-hinge': { ...binary, request: { name: 'squared-hinge' }, kinks: (y) => [margin(y)], staysFinite: false },
  'cross-entropy': { ...classes, request: { name: 'cross-entropy' } },
  'cross-entropy, smoothed': { ...classes, request: { name: 'cross-entropy', labelSmoothing: 0.1 } },
  'focal, two classes': { ...binary, request: { name: 'focal', gamma: 2 } },
  'focal, gamma 0.5': { ...binary, request: { name: 'focal', gamma: 0.5 } },
  'focal, three classes': { ...classes, request: { name: 'focal', gamma: 1.5 } },
  'focal, gamma 0': { ...classes, request: { name: 'focal', gamma: 0 } },
};

function rowOf({ request, outputs }: Entry, scores: readonly number[], target: number) {
  const [losses, slopes] = [new Float64Array(1), new Float64Array(outputs)];
  makeLoss(request, outputs).evaluate(Float64Array.from(scores), Float64Array.of(target), 1, outputs, losses, slopes);
  return { loss: losses[0], slopes: [...slopes] };
}

/** Seeded rows of scores, away from kinks. */
function points(entry: Entry, count: number, spread = 2): { scores: number[]; target: number }[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, i) => {
    const target = entry.targets[i % entry.targets.length];
    for (;;) {
      const scores = Array.from({ length: entry.outputs }, () => random.normal() * spread);
      if (entry.kinks(target).every((kink) => Math.abs(scores[0] - kink) > 1e-3)) return { scores, target };
    }
  });
}

test('every loss stands in the table', () => {
  const named = new Set(Object.values(table).map(({ request }) => request.name));
  expect([...named].toSorted()).toEqual([...lossNames].toSorted());
});

describe.each(Object.entries(table))('%s', (_, entry) => {
  const loss = makeLoss(entry.request, entry.outputs);

  test('says which targets it takes', () => {
    for (const target of entry.targets) expect(loss.accepts(target, entry.outputs), String(target)).toBe(true);
    for (const target of entry.refused) expect(loss.accepts(target, entry.outputs), String(target)).toBe(false);
  });

  test('has the slopes of its finite differences', () => {
    for (const { scores, target } of points(entry, 60)) {
      const { slopes } = rowOf(entry, scores, target);
      for (const [k, slope] of slopes.entries()) {
        const h = 1e-5;
        const at = (shift: number) => rowOf(entry, scores.with(k, scores[k] + shift), target).loss;
        expect(slope).toBeCloseTo((at(h) - at(-h)) / (2 * h), 6);
      }
    }
  });

  test('is convex where it says so, and is not where it does not', () => {
    let sagged = false;
    const all = points(entry, 600, 5);
    for (let i = 0; i + entry.targets.length < all.length; i++) {
      const [{ scores: a, target }, { scores: b }] = [all[i], all[i + entry.targets.length]];
      const middle = a.map((value, k) => (value + b[k]) / 2);
      const chord = (rowOf(entry, a, target).loss + rowOf(entry, b, target).loss) / 2;
      const loss = rowOf(entry, middle, target).loss;
      if (loss > chord + 1e-9 * Math.abs(chord)) sagged = true;
    }
    expect(sagged).toBe(!loss.convex);
  });

  test('lies above each of its tangents where it is convex, kinks included', () => {
    if (!loss.convex) return;
    const kinked = entry.targets.flatMap((target) => entry.kinks(target).map((kink) => ({ scores: [kink], target })));
    for (const { scores, target } of [...kinked, ...points(entry, 20)]) {
      const { loss: here, slopes } = rowOf(entry, scores, target);
      for (const shift of [-2, -0.1, 0.1, 2]) {
        const there = rowOf(
          entry,
          scores.map((score) => score + shift),
          target,
        ).loss;
        const tangent = here + slopes.reduce((sum, slope) => sum + slope * shift, 0);
        expect(there).toBeGreaterThanOrEqual(tangent - 1e-9);
      }
    }
  });

  test('rows of one call do not touch one another, and weigh as often as they stand', () => {
    const rows = points(entry, 9);
    const scores = Float64Array.from(rows.flatMap((row) => row.scores));
    const targets = Float64Array.from(rows, ({ target }) => target);
    const [losses, slopes] = [new Float64Array(10).fill(-7), new Float64Array(10 * entry.outputs).fill(-7)];
    loss.evaluate(scores, targets, 9, entry.outputs, losses, slopes);
    for (const [i, { scores: alone, target }] of rows.entries()) {
      const row = rowOf(entry, alone, target);
      expect(losses[i]).toBe(row.loss);
      expect([...slopes.subarray(i * entry.outputs, (i + 1) * entry.outputs)]).toEqual(row.slopes);
    }
    expect(losses[9]).toBe(-7);
    expect(slopes[9 * entry.outputs]).toBe(-7);
  });

  test('is never NaN at extreme scores, and stays finite where the paper does', () => {
    for (const target of entry.targets) {
      for (const extreme of [30, 800, 1e5, 1e300]) {
        for (const sign of [1, -1]) {
          for (let k = 0; k < entry.outputs; k++) {
            const { loss, slopes } = rowOf(entry, new Array(entry.outputs).fill(0).with(k, sign * extreme), target);
            expect(loss, `${target} at ${sign * extreme}`).not.toBeNaN();
            for (const slope of slopes) expect(slope, `${target} at ${sign * extreme}`).not.toBeNaN();
            if (!entry.staysFinite) continue;
            expect(loss).toBeLessThan(Infinity);
            for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(1e4);
          }
        }
      }
    }
  });

  test('a score that is NaN is not passed over', () => {
    const scores = new Array<number>(entry.outputs).fill(0).with(entry.outputs - 1, NaN);
    for (const target of entry.targets) expect(rowOf(entry, scores, target).loss).toBeNaN();
  });
});

test("losses that are one another's special cases agree", () => {
  const pairs: [LossRequest, LossRequest, number][] = [
    [{ name: 'tweedie', power: 1 }, { name: 'poisson' }, 1],
    [{ name: 'tweedie', power: 2 }, { name: 'gamma' }, 1],
    [{ name: 'focal', gamma: 0 }, { name: 'logistic' }, 1],
    [{ name: 'quantile', quantile: 0.5 }, { name: 'absolute' }, 0.5],
    [{ name: 'huber', delta: 1e6 }, { name: 'squared' }, 0.5],
  ];
  for (const [one, other, factor] of pairs) {
    const entry = { ...numbers, request: one };
    for (const score of [-3, -0.2, 0.7, 4]) {
      const [a, b] = [rowOf(entry, [score], 1), rowOf({ ...entry, request: other }, [score], 1)];
      expect(a.loss).toBeCloseTo(factor * b.loss, 13);
      expect(a.slopes[0]).toBeCloseTo(factor * b.slopes[0], 13);
    }
  }
});

test("focal loss of two classes is that of two scores, and of the paper's formula", () => {
  // −(1 − p)²·log p at p = 0.9: 0.01 · 0.1053605156578263 (mpmath 1.3.0), 100 times below the cross-entropy.
  const score = Math.log(9);
  const one = rowOf({ ...binary, request: { name: 'focal', gamma: 2 } }, [score], 1);
  const two = rowOf({ ...classes, outputs: 2, request: { name: 'focal', gamma: 2 } }, [0, score], 1);
  expect(one.loss).toBeCloseTo(0.001053605156578263, 16);
  expect(two.loss).toBeCloseTo(one.loss, 16);
  expect(two.slopes[1]).toBeCloseTo(one.slopes[0], 16);
});

test('log-cosh keeps the digits of small losses', () => {
  // log cosh r = r²/2 − r⁴/12 + …: at 1e-6 the second term is beyond the digits.
  const { loss } = rowOf({ ...numbers, request: { name: 'log-cosh' } }, [1e-6], 0);
  expect(loss / 5e-13).toBeCloseTo(1, 11);
  // log cosh 1 = 0.4337808304830271 and log cosh 3 = 2.3093285445908 (mpmath 1.3.0).
  expect(rowOf({ ...numbers, request: { name: 'log-cosh' } }, [1], 0).loss).toBeCloseTo(0.4337808304830271, 15);
});

test.each<[LossRequest, RegExp]>([
  [{ name: 'huber', delta: 0 }, /delta: expected a finite number above 0, found 0/],
  [{ name: 'quantile', quantile: 1 }, /quantile: expected a number between 0 and 1, found 1/],
  [{ name: 'quantile', quantile: 0.5, smoothing: -1 }, /smoothing/],
  [{ name: 'tweedie', power: 2.5 }, /power: expected a number from 1 to 2, found 2.5/],
  [{ name: 'focal', gamma: -1 }, /gamma/],
  [{ name: 'logistic', labelSmoothing: 1.5 }, /labelSmoothing/],
  [{ name: 'squared', delta: 1 }, /loss squared: expected no options, found "delta"/],
  [{ name: 'huber', power: 1 }, /loss huber: expected options among delta, found "power"/],
  [{ name: 'square' as 'squared' }, /loss: expected one of squared, .*found "square"/],
])('%j is refused', (request, message) => {
  expect(() => makeLoss(request)).toThrow(message);
});

describe('class weights', () => {
  const targets = Float64Array.of(0, 0, 0, 1);

  test('balanced, they give each class the same total', () => {
    // n / (K · count): 4 / (2 · 3) and 4 / (2 · 1), as compute_class_weight of scikit-learn has it.
    expect(balancedWeights(targets, 2)).toEqual(Float64Array.of(4 / 6, 2));
    expect(balancedWeights(targets, 3)).toEqual(Float64Array.of(4 / 6, 2, 0));
  });

  test('a weight of 2 counts as a row written twice', () => {
    expect(balancedWeights(targets, 2, Float64Array.of(1, 1, 1, 2))).toEqual(
      balancedWeights(Float64Array.of(0, 0, 0, 1, 1), 2),
    );
  });

  test('they multiply the weights of the rows', () => {
    const weights = Float64Array.of(1, 2, 0, 0.5);
    expect(weighClasses(targets, Float64Array.of(3, 10), weights)).toEqual(Float64Array.of(3, 6, 0, 5));
    expect(weighClasses(targets, Float64Array.of(3, 10))).toEqual(Float64Array.of(3, 3, 3, 10));
  });

  test('rows that do not count have none', () => {
    expect(() => balancedWeights(targets, 2, new Float64Array(4))).toThrow(/expected rows that count/);
    expect(() => weighClasses(targets, Float64Array.of(1, -1))).toThrow(/classWeights\[1\]/);
  });
});
