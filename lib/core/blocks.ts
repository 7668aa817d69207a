/** Most rows that one canonical block may hold. */
export const blockRowLimit = 65_536;

/** Bytes of decompressed text after which the rows of a block are counted anew. */
export const blockByteLimit = 8 * 1024 * 1024;

/**
 * Sums the rows of `partials` into row 0 as a balanced tree: neighbours are paired, an odd last one rises.
 *
 * The tree depends on the number of blocks alone, so the sum has the same bits whatever computed the partial sums, and
 * in whatever order. Rewrites `partials`.
 *
 * @param partials one partial sum a row, shape [count, width], row-major
 */
export function mergeBlocks(partials: Float64Array, count: number, width: number): void {
  for (let stride = 1; stride < count; stride *= 2) {
    for (let left = 0; left + stride < count; left += 2 * stride) {
      const [target, source] = [left * width, (left + stride) * width];
      for (let i = 0; i < width; i++) partials[target + i] += partials[source + i];
    }
  }
}
