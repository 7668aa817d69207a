import { twoTo } from '../core/elementary/bits.ts';
import { log1p } from '../core/elementary.ts';
import type { LinearRows } from './linear-pass.ts';

/** Writes the losses and slopes of rows, as a loss of lib/losses does. */
export type EvaluateLoss = (
  scores: Float64Array,
  targets: Float64Array,
  count: number,
  outputs: number,
  losses: Float64Array,
  slopes: Float64Array,
) => void;

const streams = 4;
const mostSteps = 16;
const tileBytes = 16 * 1024;

/** Losses that are computed in float32 where rows have no weights; any other in float64, from scores of float32. */
export type ShortLoss = 'logistic' | 'squared';

/**
 * assembly/single-linear-pass.ts in plain TypeScript: adds rows [from, end), a block, to the sums at `offset`.
 *
 * It is slow, and here to say what the kernel computes, and to be held against it.
 */
export function addSingleRows(
  { inputs, features, targets, weights }: LinearRows,
  loss: { evaluate: EvaluateLoss; short?: ShortLoss },
  parameters: Float64Array,
  from: number,
  end: number,
  sums: Float64Array,
  offset: number,
): void {
  const coefficients = Float32Array.from(parameters);
  const steps = Math.floor((end - from) / streams);
  const tile = Math.max(1, Math.min(mostSteps, Math.floor(tileBytes / (4 * streams * Math.max(1, inputs)))));
  for (let step = 0; step < steps; step += tile) addTile(from + step, steps, streams, Math.min(tile, steps - step));
  const left = end - from - streams * steps;
  if (left > 0) addTile(from + streams * steps, 1, left, 1);

  /** `row` is the first one of the first stream, `apart` the rows from one stream to the next. */
  function addTile(row: number, apart: number, width: number, length: number): void {
    const rowAt = (stream: number, step: number) => row + stream * apart + step;
    // In the order stream + width · step.
    const rows = Array.from({ length: width * length }, (_, i) => rowAt(i % width, Math.floor(i / width)));
    const scores = rows.map((at) => scoreOf(features, at * inputs, inputs, coefficients));
    const isShort = loss.short !== undefined && !weights && width === streams;
    const labels = rows.map((at) => targets[at]);
    const { slopes, slopeSums, lossSums } = isShort
      ? (loss.short === 'logistic' ? logisticTile : squaredTile)(scores, labels)
      : anyTile(scores, labels, rows);
    for (const sum of slopeSums) sums[offset + inputs] += sum;
    for (const sum of lossSums) sums[offset + inputs + 1] += sum;
    for (let j = 0; j < inputs; j++) {
      let sum = 0;
      for (let stream = 0; stream < width; stream++)
        for (let step = 0; step < length; step++)
          sum = Math.fround(
            sum + Math.fround(slopes[step * width + stream] * features[rowAt(stream, step) * inputs + j]),
          );
      sums[offset + j] += sum;
    }
  }

  function anyTile(scores: number[], labels: number[], rows: number[]): Tile {
    const count = scores.length;
    const [losses, slopes] = [new Float64Array(count), new Float64Array(count)];
    loss.evaluate(Float64Array.from(scores), Float64Array.from(labels), count, 1, losses, slopes);
    const weigh = (value: number, i: number) => (weights ? value * weights[rows[i]] : value);
    const short = Array.from(slopes, (slope, i) => Math.fround(weigh(slope, i)));
    return { slopes: short, slopeSums: short, lossSums: Array.from(losses, weigh) };
  }
}

interface Tile {
  /** In float32. */
  slopes: number[];
  /** What is added to the sum of the slopes and of the losses, one after the other. */
  slopeSums: number[];
  lossSums: number[];
}

/** Columns 0, 4, 8, …, 1, 5, 9, …, and so on apart, from the left, then (0 + 2) + (1 + 3), and the intercept. */
export function scoreOf(features: Float32Array, at: number, inputs: number, coefficients: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  for (let j = 0; j < inputs; j++)
    lanes[j % 4] = Math.fround(lanes[j % 4] + Math.fround(coefficients[j] * features[at + j]));
  const whole = Math.fround(Math.fround(lanes[0] + lanes[2]) + Math.fround(lanes[1] + lanes[3]));
  return Math.fround(whole + coefficients[inputs]);
}

/** Sums of float64 in two lanes: of streams 0 and 1, of which each takes 2 and 3 after it; then both. */
function sumOfPairs(values: number[]): number {
  const lanes = [0, 0];
  for (let i = 0; i < values.length; i++) lanes[i % 2] += values[i];
  return lanes[0] + lanes[1];
}

/** Sums of float32 in one lane for each stream; the four of them in float64. */
function sumOfStreams(values: number[]): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) lanes[i % 4] = Math.fround(lanes[i % 4] + values[i]);
  return lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
}

function logisticTile(scores: number[], labels: number[]): Tile {
  const products = [0, 0, 0, 0];
  const slopes = scores.map((score, i) => {
    const sign = labels[i] === 1 ? 1 : -1;
    const margin = sign * score;
    const small = expOfNegative(-Math.abs(margin));
    const product = products[i % 4];
    products[i % 4] = Math.fround(Math.fround(product + small) + Math.fround(product * small));
    return -sign * Math.fround((margin > 0 ? small : 1) / Math.fround(1 + small));
  });
  const lacks = scores.map((score, i) => Math.max(labels[i] === 1 ? -score : score, 0));
  const join = (a: number, b: number) => a + b + a * b;
  const all = join(join(products[0], products[2]), join(products[1], products[3]));
  return { slopes, slopeSums: [sumOfStreams(slopes)], lossSums: [sumOfPairs(lacks) + log1p(all)] };
}

function squaredTile(scores: number[], labels: number[]): Tile {
  const residuals = scores.map((score, i) => Math.fround(score - Math.fround(labels[i])));
  const slopes = residuals.map((residual) => Math.fround(residual + residual));
  return { slopes, slopeSums: [sumOfStreams(slopes)], lossSums: [sumOfPairs(residuals.map((r) => r * r))] };
}

const powerTerms = [
  1.5353361883195e-4, 1.339887440266574e-3, 9.61843735767464e-3, 5.550332471162809e-2, 0.2402264791363012,
  0.6931472028550421, 1,
].map(Math.fround);

/** e^x of a number of float32 from 0 down. */
export function expOfNegative(x: number): number {
  const scaled = Math.max(Math.fround(x * Math.fround(Math.LOG2E)), -126);
  const n = nearestEven(scaled);
  const f = Math.fround(scaled - n);
  let power = powerTerms[0];
  for (const term of powerTerms.slice(1)) power = Math.fround(Math.fround(power * f) + term);
  return power * twoTo(n);
}

/** Rounds to the nearest whole number, halves to the even one. */
function nearestEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
