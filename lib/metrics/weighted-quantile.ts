import { quantile } from '../core/statistics.ts';
import { sumOver } from './mean.ts';
import { ascendingOrder } from './order.ts';

/**
 * The value that half of the weight lies below; where exactly half does, the mean of the two around it.
 *
 * So a row of weight 2 counts as two rows, and without weights it is the usual median.
 *
 * @param values finite, at least one of which weighs something
 * @see Hyndman & Fan 1996, The American Statistician 50(4), definition 2, by weights
 */
export function weightedMedian(values: Float64Array, weights?: ArrayLike<number>): number {
  return weightedQuantile(values, 0.5, weights);
}

/**
 * The quantile that D² compares with: on the line between the two nearest values (definition 7) without weights, and by
 * definition 2 with them, as scikit-learn 1.2 does but for weights that are exactly divided.
 */
export function usualQuantile(values: ArrayLike<number>, share: number, weights?: ArrayLike<number>): number {
  const all = Float64Array.from(values);
  if (weights) return weightedQuantile(all, share, weights);
  return quantile(
    Float64Array.from(ascendingOrder(all), (row) => all[row]),
    share,
  );
}

function weightedQuantile(values: Float64Array, share: number, weights: ArrayLike<number> | undefined): number {
  const order = ascendingOrder(values);
  const weightOf = (i: number) => (weights ? weights[order[i]] : 1);
  const goal = share * sumOver(values.length, weightOf);
  let [below, last] = [0, -1];
  for (let i = 0; i < order.length; i++) {
    const weight = weightOf(i);
    if (weight === 0) continue;
    if (last >= 0 && below === goal && share > 0) return (values[order[last]] + values[order[i]]) / 2;
    if (below + weight > goal) return values[order[i]];
    below += weight;
    last = i;
  }
  return values[order[last]];
}
