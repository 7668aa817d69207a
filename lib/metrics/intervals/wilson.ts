import { deviate, type Interval, type IntervalOptions, unknownInterval } from './interval.ts';

/**
 * Wilson's interval of a proportion: never outside [0, 1], and honest with few trials or a share near an end.
 *
 * Of weighted rows give the effective sample size as `trials`: (Σw)² / Σw², the number of equal rows that tell as much.
 *
 * @param share of successes, in [0, 1]
 * @see Wilson 1927, JASA 22(158), 209-212; Brown, Cai & DasGupta 2001, Statistical Science 16(2); Kish 1965 for weights
 */
export function wilsonInterval(share: number, trials: number, { confidence = 0.95 }: IntervalOptions = {}): Interval {
  if (!(trials > 0) || Number.isNaN(share)) return unknownInterval('wilson', confidence, 'there are no rows');
  const z2 = deviate(confidence) ** 2;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const spread = Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const reach = (Math.sqrt(z2) * spread) / (1 + z2 / trials);
  // At the ends the formula answers 0 or 1 but for rounding.
  const low = share === 0 ? 0 : Math.max(0, centre - reach);
  return { low, high: share === 1 ? 1 : Math.min(1, centre + reach), confidence, method: 'wilson' };
}

/**
 * Wilson's interval of the weighted share of rows that are `successes`, with the effective sample size where rows weigh
 * differently (the note says so).
 *
 * @param successes 1 or 0, shape [n]
 */
export function proportionInterval(
  successes: ArrayLike<number>,
  { weights, confidence = 0.95 }: IntervalOptions & { weights?: ArrayLike<number> } = {},
): Interval {
  let [total, squares, held] = [0, 0, 0];
  for (let row = 0; row < successes.length; row++) {
    const weight = weights ? weights[row] : 1;
    total += weight;
    squares += weight * weight;
    held += weight * successes[row];
  }
  const trials = total === 0 ? 0 : (total * total) / squares;
  const interval = wilsonInterval(held / total, trials, { confidence });
  if (!weights || trials === successes.length) return interval;
  return { ...interval, note: `weighted rows, which tell as much as ${Math.round(trials)} equal ones` };
}
