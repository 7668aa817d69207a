/**
 * P-values so raised that their being below α, for any of them, is no likelier than α: Holm's, never above Bonferroni's.
 *
 * NaN stays NaN, and is not counted.
 *
 * @see Holm 1979, Scandinavian Journal of Statistics 6(2)
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  const known = Array.from(pValues).filter((p) => !Number.isNaN(p)).length;
  let least = 0;
  return inOrder(pValues, (p, i) => {
    least = Math.max(least, Math.min(1, (known - i) * p));
    return least;
  });
}

/**
 * P-values so raised that of those below α a share of at most α is false, on average over repetitions.
 *
 * Holds for tests that are independent or positively dependent. NaN stays NaN, and is not counted.
 *
 * @see Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57(1)
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const known = Array.from(pValues).filter((p) => !Number.isNaN(p)).length;
  let least = 1;
  return inOrder(
    pValues,
    (p, i) => {
      least = Math.min(least, (known / (i + 1)) * p);
      return least;
    },
    true,
  );
}

/** Each p-value through `raise`, with its place from 0 among those that are not NaN, ascending or from the end. */
function inOrder(pValues: ArrayLike<number>, raise: (p: number, i: number) => number, fromEnd = false): Float64Array {
  const order = Array.from(pValues, (_, i) => i)
    .filter((i) => !Number.isNaN(pValues[i]))
    .sort((a, b) => pValues[a] - pValues[b]);
  const places = order.map((row, i) => [row, i] as const);
  if (fromEnd) places.reverse();
  const raised = new Float64Array(pValues.length).fill(Number.NaN);
  for (const [row, i] of places) raised[row] = raise(pValues[row], i);
  return raised;
}
