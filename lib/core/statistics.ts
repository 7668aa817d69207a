import { checkWithin } from './checks.ts';

/** Count, mean and variance of the values that are there; mean and variance are NaN when none is. */
export interface Moments {
  /** How many values are not NaN. */
  count: number;
  /** In the values' units. */
  mean: number;
  /** Population variance: divided by `count`. In the values' units, squared. */
  variance: number;
}

/**
 * Moments of the values that are not NaN, formed per block and merged as a balanced tree. NaN where one is infinite.
 *
 * The tree is that of core/blocks: it depends on the blocks alone, so the result has the same bits however the blocks
 * were spread over threads or machines. A block is taken in two passes, so a large mean does not drown a small variance.
 *
 * @param rows which values to look at, and in which order; all when undefined
 * @param blockOffsets where each block begins, among `rows` when they are given, with the end of the last one appended;
 *   shape [blocks + 1]. The values outside are not looked at.
 * @see Chan, Golub & LeVeque 1983, The American Statistician 37(3), 242-247, for the merge
 */
export function blockMoments(values: Float64Array, rows: Int32Array | undefined, blockOffsets: Int32Array): Moments {
  const blockCount = Math.max(0, blockOffsets.length - 1);
  const parts = new Float64Array(3 * blockCount);
  for (let block = 0; block < blockCount; block++) {
    sumBlock(values, rows, blockOffsets[block], blockOffsets[block + 1], parts.subarray(3 * block, 3 * block + 3));
  }
  mergeMoments(parts, blockCount);
  if (blockCount === 0 || parts[0] === 0) return { count: 0, mean: Number.NaN, variance: Number.NaN };
  return { count: parts[0], mean: parts[1], variance: parts[2] / parts[0] };
}

/**
 * Merges partial moments into the first, as core/blocks merges sums: neighbours are paired, an odd last one rises.
 *
 * Rewrites `parts`.
 *
 * @param parts count, mean and sum of squared deviations of each part, shape [count, 3]; the mean of no values is 0
 */
export function mergeMoments(parts: Float64Array, count: number): void {
  for (let stride = 1; stride < count; stride *= 2) {
    for (let left = 0; left + stride < count; left += 2 * stride) mergePair(parts, 3 * left, 3 * (left + stride));
  }
}

/**
 * Value below which a share `q` of the sorted values lies, on the straight line between the two nearest.
 *
 * NaN when there are no values.
 *
 * @param sorted in ascending order, without NaN
 * @param q in [0, 1]
 * @throws InputError when q lies outside
 * @see Hyndman & Fan 1996, The American Statistician 50(4), 361-365, definition 7 (NumPy's default)
 */
export function quantile(sorted: Float64Array, q: number): number {
  checkWithin('q', q, 0, 1);
  if (sorted.length === 0) return Number.NaN;
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const share = position - below;
  // Without this test a neighbour at infinity, weighted by 0, would give NaN.
  if (share === 0) return sorted[below];
  return sorted[below] + share * (sorted[below + 1] - sorted[below]);
}

function sumBlock(
  values: Float64Array,
  rows: Int32Array | undefined,
  start: number,
  end: number,
  part: Float64Array,
): void {
  let [count, first, total] = [0, 0, 0];
  for (let i = start; i < end; i++) {
    const value = values[rows ? rows[i] : i];
    if (Number.isNaN(value)) continue;
    // Summed from the first value on, so that a constant column has exactly that mean, and no variance.
    if (count++ === 0) first = value;
    total += value - first;
  }
  if (count === 0) return;
  const guess = first + total / count;
  let [drift, squares] = [0, 0];
  for (let i = start; i < end; i++) {
    const value = values[rows ? rows[i] : i];
    if (Number.isNaN(value)) continue;
    const gap = value - guess;
    drift += gap;
    squares += gap * gap;
  }
  // The guess is rounded: what the gaps still add up to mends both (Chan, Golub & LeVeque 1983, equation 1.7).
  part[0] = count;
  part[1] = guess + drift / count;
  part[2] = Math.max(0, squares - (drift * drift) / count);
}

function mergePair(parts: Float64Array, target: number, source: number): void {
  const [countA, countB] = [parts[target], parts[source]];
  if (countB === 0) return;
  if (countA === 0) {
    parts.copyWithin(target, source, source + 3);
    return;
  }
  const count = countA + countB;
  const gap = parts[source + 1] - parts[target + 1];
  parts[target] = count;
  parts[target + 1] += gap * (countB / count);
  parts[target + 2] += parts[source + 2] + gap * gap * ((countA * countB) / count);
}
