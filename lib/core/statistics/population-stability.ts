import { chiSquareTail } from '../distributions/tails.ts';
import { log } from '../elementary.ts';
import { sorted } from './ranks.ts';

export interface PopulationStability {
  /** What bounds the bins, from −Infinity to Infinity; a value at an edge belongs to the bin above it. */
  edges: Float64Array;
  /** Share of the reference's values in each bin, those of empty bins raised to the floor. */
  reference: Float64Array;
  /** Likewise of the current values. */
  current: Float64Array;
  /** Σ (r − c)·ln(r / c), from 0; NaN where the reference is too uniform for two bins, or a sample is empty. */
  index: number;
  /** How likely an index as large is when nothing has changed, in [0, 1]. */
  pValue: number;
}

/**
 * Population stability index of two samples, on the reference's quantiles.
 *
 * Without drift the index is about (1/n + 1/m) times a chi-square variate on one degree fewer than there are bins; so a
 * fixed cut-off such as 0.1 raises alarms by the size of the samples, and the p-value does not.
 *
 * @param bins how many, fewer where quantiles coincide; floor least share of a bin
 * @see Yurdakul & Naranjo 2020, Journal of Risk Model Validation 14(4), for the distribution
 */
export function populationStability(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  { bins = 10, floor = 1e-4 } = {},
): PopulationStability {
  const edges = quantileEdges(sorted(reference), bins);
  const [r, c] = [shares(reference, edges, floor), shares(current, edges, floor)];
  let index = 0;
  for (let i = 0; i < r.length; i++) index += (r[i] - c[i]) * log(r[i] / c[i]);
  if (edges.length < 3 || reference.length === 0 || current.length === 0) index = Number.NaN;
  const scale = 1 / reference.length + 1 / current.length;
  const pValue = Number.isNaN(index) ? Number.NaN : chiSquareTail(index / scale, r.length - 1);
  return { edges, reference: r, current: c, index, pValue };
}

/** The distinct quantiles at i / bins, the outer two at infinity. */
function quantileEdges(ascending: Float64Array, bins: number): Float64Array {
  const edges: number[] = [];
  for (let i = 0; i <= bins && ascending.length > 0; i++) {
    // Rounded as NumPy's linspace rounds it: 3 · 0.1 lies above 0.3, and with it the value that stands there below the edge.
    const edge = between(ascending, Math.min(1, i * (1 / bins)));
    if (edges.length === 0 || edge > edges[edges.length - 1]) edges.push(edge);
  }
  if (edges.length < 2) return Float64Array.of(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  edges[0] = Number.NEGATIVE_INFINITY;
  edges[edges.length - 1] = Number.POSITIVE_INFINITY;
  return Float64Array.from(edges);
}

/** On the straight line between neighbours, reckoned from the nearer one as NumPy does: a value may stand on an edge. */
function between(ascending: Float64Array, q: number): number {
  const position = q * (ascending.length - 1);
  const below = Math.floor(position);
  const share = position - below;
  if (share === 0) return ascending[below];
  const [low, high] = [ascending[below], ascending[below + 1]];
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

function shares(values: ArrayLike<number>, edges: Float64Array, floor: number): Float64Array {
  const counts = new Float64Array(edges.length - 1);
  for (let i = 0; i < values.length; i++) counts[binOf(values[i], edges)]++;
  return counts.map((count) => Math.max(count / values.length, floor));
}

/** The last bin whose lower edge is not above the value. */
function binOf(value: number, edges: Float64Array): number {
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
