/** Numbers that a seed decides: the same seed tries the same inputs. */
export interface SeededRandom {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
}

/** @see Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators": its mixer, on 32 bits */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  return {
    below(limit) {
      state = (state + 0x9e37_79b9) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
      return limit <= 1 ? 0 : ((mixed ^ (mixed >>> 16)) >>> 0) % limit;
    },
  };
}

export const randomFrom = <T>(values: readonly T[], random: SeededRandom): T => values[random.below(values.length)];

/** The seed of one of a target's inputs, by its index. */
export const inputSeed = (seed: number, index: number): number =>
  (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca77)) >>> 0;
