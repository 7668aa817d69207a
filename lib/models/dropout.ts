import { seededRandom } from '../core/random.ts';

/** The stream of the seed that is dropout's: those below belong to the order of mini-batches. */
const stream = 2 ** 40;

/** Which hidden units sit out at which step. */
export interface Dropout {
  /**
   * Writes the factors of a row's units: 0 for those left out, 1/(1 − rate) for the others.
   *
   * They follow from seed, step, row, layer and unit alone, so that neither the division of the rows nor an interruption
   * changes them.
   */
  mask(factors: Float64Array, offset: number, width: number, at: { step: number; row: number; layer: number }): void;
}

/**
 * Leaves each hidden unit out with probability `rate`, and scales up the others, so that expected sums stay the same.
 *
 * @param rate in [0, 1)
 * @see Srivastava et al. 2014, Journal of Machine Learning Research 15
 */
export function dropout(rate: number, seed: number): Dropout {
  const threshold = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  const random = seededRandom(seed, stream);
  const [first, second] = [random.nextUint32(), random.nextUint32()];
  return {
    mask(factors, offset, width, { step, row, layer }) {
      const ofStep = scatter(scatter(first + Math.imul(step, golden)) + Math.floor(step / 2 ** 32));
      const key = scatter(scatter(ofStep + Math.imul(row, golden)) + second + Math.imul(layer, golden));
      for (let unit = 0; unit < width; unit++)
        factors[offset + unit] = scatter(key + Math.imul(unit + 1, golden)) < threshold ? 0 : kept;
    },
  };
}

/** 2³² over the golden ratio, made odd: its multiples spread evenly. */
const golden = 0x9e3779b9 | 0;

/**
 * A bijection of 32-bit integers in which each input bit flips about half of the output bits.
 *
 * @see Wellons 2018, Prospecting for Hash Functions; its constants of least bias
 */
function scatter(word: number): number {
  let hash = word | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
