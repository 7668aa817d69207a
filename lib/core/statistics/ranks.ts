/** Ranks from 1, equal values sharing the mean of theirs, and how many values share each. */
export interface Ranks {
  /** Shape [n]. */
  ranks: Float64Array;
  /** How often each distinct value occurs, in ascending order of the values. */
  ties: number[];
}

/** Ranks of values without NaN, ascending. */
export function averageRanks(values: ArrayLike<number>): Ranks {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  order.sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  const ties: number[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Both samples in one, a first. */
export function pooled(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** A sorted copy. */
export const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();
