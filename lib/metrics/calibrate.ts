import { exp, log, log1p } from '../core/elementary.ts';
import { InputError } from '../core/errors.ts';
import { type ScoreTable, sumOf } from './score-table.ts';

/** How scores become probabilities: plain numbers, to be saved beside a model. */
export type Calibration =
  /** 1 / (1 + e^(slope · score + intercept)): a slope below 0 lets probabilities rise with scores. */
  | { kind: 'platt'; slope: number; intercept: number }
  /** Straight lines between points, level outside; both ascending. */
  | { kind: 'isotonic'; scores: number[]; probabilities: number[] };

const stepLimit = 100;

/**
 * Platt's scaling: the logistic curve that fits the labels best, by Newton's method.
 *
 * The targets are Platt's, (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2), so that scores that part the classes do not lead to
 * certainty.
 *
 * @param table of validation labels and scores, by scoreTable
 * @throws InputError when a class has no rows
 * @see Platt 1999; Lin, Lin & Weng 2007, Machine Learning 68(3), 267-276, for the safe form of loss and search
 */
export function plattScaling(table: ScoreTable): Calibration & { kind: 'platt' } {
  const { scores, positive, negative } = table;
  const [positives, negatives] = checkClassWeights(table);
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  // Newton's method on scores of mean 0 and deviation 1, so that their unit does not matter to it.
  const { centre, scale } = standardOf(table);
  const x = scores.map((score) => (score - centre) / scale);
  const loss = (a: number, b: number) => {
    let total = 0;
    for (let i = 0; i < x.length; i++) {
      const f = a * x[i] + b;
      const [weight, target] = [positive[i] + negative[i], positive[i] * high + negative[i] * low];
      // −t·log p − (1 − t)·log(1 − p), with p = 1 / (1 + e^f).
      total += target * f + weight * (f >= 0 ? log1p(exp(-f)) : log1p(exp(f)) - f);
    }
    return total;
  };
  let [a, b] = [0, -logOdds((positives * high + negatives * low) / (positives + negatives))];
  let current = loss(a, b);
  for (let step = 0; step < stepLimit; step++) {
    const { gradient, hessian } = derivatives(x, table, high, low, a, b);
    const [haa, hab, hbb] = hessian;
    const determinant = haa * hbb - hab * hab;
    // No spread among the scores: the intercept alone can move.
    const da = determinant > 1e-12 * haa * hbb ? (hab * gradient[1] - hbb * gradient[0]) / determinant : 0;
    const db =
      determinant > 1e-12 * haa * hbb ? (hab * gradient[0] - haa * gradient[1]) / determinant : -gradient[1] / hbb;
    let size = 1;
    while (size > 1e-10 && !(loss(a + size * da, b + size * db) <= current)) size /= 2;
    a += size * da;
    b += size * db;
    current = loss(a, b);
    if (Math.abs(da) + Math.abs(db) <= 1e-13 * (1 + Math.abs(a) + Math.abs(b))) break;
  }
  return { kind: 'platt', slope: a / scale, intercept: b - (a * centre) / scale };
}

/**
 * Isotonic regression: the rising step function that fits the labels best, straight lines between its steps.
 *
 * @param table of validation labels and scores, by scoreTable
 * @throws InputError when a class has no rows
 * @see Ayer et al. 1955, Annals of Mathematical Statistics 26(4), pool adjacent violators; Zadrozny & Elkan 2002, KDD
 */
export function isotonicCalibration(table: ScoreTable): Calibration & { kind: 'isotonic' } {
  checkClassWeights(table);
  const { scores, positive, negative } = table;
  // A pool's first score, weight and share of positives; a pool that does not rise joins the one before.
  const pools: { from: number; to: number; weight: number; hits: number }[] = [];
  for (let i = 0; i < scores.length; i++) {
    const weight = positive[i] + negative[i];
    if (weight === 0) continue;
    let pool = { from: scores[i], to: scores[i], weight, hits: positive[i] };
    for (let last = pools.at(-1); last && last.hits * pool.weight >= pool.hits * last.weight; last = pools.at(-1)) {
      pool = { from: last.from, to: pool.to, weight: last.weight + pool.weight, hits: last.hits + pool.hits };
      pools.pop();
    }
    pools.push(pool);
  }
  const points = pools.flatMap(({ from, to, weight, hits }) =>
    (from === to ? [from] : [from, to]).map((score) => [score, hits / weight] as const),
  );
  return { kind: 'isotonic', scores: points.map(([score]) => score), probabilities: points.map(([, share]) => share) };
}

/** The probability of each score, in [0, 1]. */
export function calibrate(calibration: Calibration, scores: ArrayLike<number>): Float64Array {
  if (calibration.kind === 'platt') {
    const { slope, intercept } = calibration;
    return Float64Array.from(scores, (score) => 1 / (1 + exp(slope * score + intercept)));
  }
  const { scores: points, probabilities } = calibration;
  return Float64Array.from(scores, (score) => {
    if (!(score > points[0])) return Number.isNaN(score) ? Number.NaN : probabilities[0];
    if (score >= points[points.length - 1]) return probabilities[probabilities.length - 1];
    let [low, high] = [0, points.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle] <= score) low = middle;
      else high = middle;
    }
    const share = (score - points[low]) / (points[high] - points[low]);
    return probabilities[low] + share * (probabilities[high] - probabilities[low]);
  });
}

function derivatives(
  x: Float64Array,
  { positive, negative }: ScoreTable,
  high: number,
  low: number,
  a: number,
  b: number,
) {
  const [gradient, hessian] = [
    [0, 0],
    [0, 0, 0],
  ];
  for (let i = 0; i < x.length; i++) {
    const p = 1 / (1 + exp(a * x[i] + b));
    const weight = positive[i] + negative[i];
    const gap = positive[i] * high + negative[i] * low - weight * p;
    gradient[0] += gap * x[i];
    gradient[1] += gap;
    const bend = weight * p * (1 - p);
    hessian[0] += bend * x[i] * x[i];
    hessian[1] += bend * x[i];
    hessian[2] += bend;
  }
  return { gradient, hessian };
}

function standardOf({ scores, positive, negative }: ScoreTable): { centre: number; scale: number } {
  let [weight, sum, squares] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    weight += positive[i] + negative[i];
    sum += (positive[i] + negative[i]) * scores[i];
  }
  for (let i = 0; i < scores.length; i++) squares += (positive[i] + negative[i]) * (scores[i] - sum / weight) ** 2;
  return { centre: sum / weight, scale: squares > 0 ? Math.sqrt(squares / weight) : 1 };
}

function checkClassWeights({ positive, negative }: ScoreTable): [number, number] {
  const weights: [number, number] = [sumOf(positive), sumOf(negative)];
  if (weights[0] > 0 && weights[1] > 0) return weights;
  throw new InputError(
    `actual: expected rows of both classes to calibrate by, found weights of ${weights[0]} positive and ${weights[1]} negative`,
  );
}

function logOdds(p: number): number {
  return log(p / (1 - p));
}
