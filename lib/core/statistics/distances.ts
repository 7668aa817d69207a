import { sorted } from './ranks.ts';

/**
 * Least mean distance by which one sample's values must move to become the other's, in the values' units.
 *
 * NaN when a sample is empty.
 *
 * @see Vallender 1974, Theory of Probability and Its Applications 18(4): the area between the distribution functions
 */
export function wassersteinDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return areaBetween(a, b, (gap) => gap);
}

/**
 * √2 times the root of the squared area between the distribution functions, in the root of the values' units.
 *
 * @see Székely & Rizzo 2013, Journal of Statistical Planning and Inference 143(8)
 */
export function energyDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(2 * areaBetween(a, b, (gap) => gap * gap));
}

function areaBetween(a: ArrayLike<number>, b: ArrayLike<number>, height: (gap: number) => number): number {
  if (a.length === 0 || b.length === 0) return Number.NaN;
  const [x, y] = [sorted(a), sorted(b)];
  let [i, j, area] = [0, 0, 0];
  let at = Math.min(x[0], y[0]);
  while (i < x.length || j < y.length) {
    const next = j >= y.length || (i < x.length && x[i] <= y[j]) ? x[i] : y[j];
    area += height(Math.abs(i / x.length - j / y.length)) * (next - at);
    at = next;
    while (i < x.length && x[i] === at) i++;
    while (j < y.length && y[j] === at) j++;
  }
  return area;
}
