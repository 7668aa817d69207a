/** The name that fewest edits turn `name` into; undefined when none is within a third of its length. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let [nearest, fewest] = [undefined as string | undefined, Math.floor(Math.max(name.length, 3) / 3) + 1];
  for (const candidate of names) {
    const same = candidate.trim().toLowerCase() === name.trim().toLowerCase();
    const distance = same ? 0 : editDistance(name, candidate, fewest);
    if (distance < fewest) [nearest, fewest] = [candidate, distance];
  }
  return nearest;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, no letter touched twice; `limit`
 * when there are as many.
 *
 * @see Damerau 1964, Communications of the ACM 7(3), for swaps beside the edits of Levenshtein 1966
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let [beforeLast, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? beforeLast[j - 2] + 1 : replaced;
      current.push(Math.min(replaced, swapped, last[j] + 1, current[j - 1] + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return Math.min(last[b.length], limit);
}

/** A question about the name that was probably meant, to put behind a sentence; empty when there is none near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near === undefined ? '' : `. Did you mean ${JSON.stringify(near)}?`;
}
