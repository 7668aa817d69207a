import { log } from './elementary.ts';
import { InputError } from './errors.ts';

/** A seeded source of numbers for training; never for secrets or for privacy noise. */
export interface Random {
  /** All there is to it, four 32-bit words: copy it to go on later from here. */
  readonly state: Uint32Array;
  /** Uniform over the whole numbers in [0, 2^32). */
  nextUint32(): number;
  /** Uniform over the multiples of 2^-53 in [0, 1). */
  nextFloat(): number;
  /**
   * Uniform over the whole numbers in [0, limit), without the bias of a plain remainder.
   *
   * @throws InputError unless limit is a whole number in [1, 2^32]
   */
  nextInt(limit: number): number;
  /** Puts the items into an order drawn evenly from all orders, in place. */
  shuffle(items: Int32Array | Uint32Array): void;
  /** Normally distributed, mean 0 and variance 1. */
  normal(): number;
}

/**
 * xoshiro128**, its state filled from `seed` and `stream` by SplitMix64.
 *
 * Streams of one seed are independent for all practical purposes: give each epoch, or each use, a stream of its own, so
 * that its numbers depend on nothing that was drawn before.
 *
 * @param seed a safe integer; negative ones are seeds of their own
 * @param stream a whole number from 0
 * @throws InputError when either is not
 * @see Blackman & Vigna 2021, ACM TOMS 47(4), 36; Steele, Lea & Flood 2014, OOPSLA, for SplitMix64
 */
export function seededRandom(seed: number, stream = 0): Random {
  if (!Number.isSafeInteger(seed)) throw new InputError(`seed: expected a safe integer, found ${seed}`);
  if (!Number.isSafeInteger(stream) || stream < 0) {
    throw new InputError(`stream: expected a whole number from 0, found ${stream}`);
  }
  const [origin] = splitMix64(toUint64(seed), 1);
  const [first, second] = splitMix64(sumOf(origin, toUint64(stream)), 2);
  return randomFrom(Uint32Array.of(first.low, first.high, second.low, second.high));
}

/**
 * xoshiro128** that goes on from `state`, which it rewrites.
 *
 * @throws InputError unless the state is four words, one of them not zero
 */
export function randomFrom(state: Uint32Array): Random {
  if (state.length !== 4 || state.every((word) => word === 0)) {
    throw new InputError(`state: expected four 32-bit words that are not all zero, found [${state.join(', ')}]`);
  }
  const nextUint32 = () => advance(state);
  const nextFloat = () => (advance(state) >>> 5) * 2 ** -27 + (advance(state) >>> 6) * 2 ** -53;
  return {
    state,
    nextUint32,
    nextFloat,
    nextInt(limit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 32) {
        throw new InputError(`limit: expected a whole number in [1, 2^32], found ${limit}`);
      }
      return below(state, limit);
    },
    shuffle: (items) => shuffle(state, items),
    normal() {
      // Marsaglia & Bray 1964 (SIAM Review 6(3), 260-264). Its second number is dropped: keeping it would be more state.
      for (;;) {
        const [u, v] = [2 * nextFloat() - 1, 2 * nextFloat() - 1];
        const square = u * u + v * v;
        if (square > 0 && square < 1) return u * Math.sqrt((-2 * log(square)) / square);
      }
    },
  };
}

/** A whole number from 0 to 2^64 - 1, in two halves of 32 bits: a hundred times as fast as BigInt. */
interface Uint64 {
  low: number;
  high: number;
}

/** The lowest 64 bits of a safe integer. */
const toUint64 = (value: number): Uint64 => ({ low: value >>> 0, high: Math.floor(value / 2 ** 32) >>> 0 });

/** The first `count` outputs of SplitMix64 from a seed. */
export function splitMix64(seed: Uint64, count: number): Uint64[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = sumOf(state, { low: 0x7f4a7c15, high: 0x9e3779b9 });
    let z = productOf(xorShifted(state, 30), { low: 0x1ce4e5b9, high: 0xbf58476d });
    z = productOf(xorShifted(z, 27), { low: 0x133111eb, high: 0x94d049bb });
    return xorShifted(z, 31);
  });
}

function sumOf(a: Uint64, b: Uint64): Uint64 {
  const low = a.low + b.low;
  return { low: low >>> 0, high: (a.high + b.high + (low >= 2 ** 32 ? 1 : 0)) >>> 0 };
}

/** z ^ (z >> by), `by` below 32. */
function xorShifted({ low, high }: Uint64, by: number): Uint64 {
  return { low: (low ^ ((low >>> by) | (high << (32 - by)))) >>> 0, high: (high ^ (high >>> by)) >>> 0 };
}

/** The lowest 64 bits of a product. */
function productOf(a: Uint64, b: Uint64): Uint64 {
  // In digits of 16 bits: the product of two is exact, and a few of them can be added without overflow.
  const [a0, a1, b0, b1] = [a.low & 0xffff, a.low >>> 16, b.low & 0xffff, b.low >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const rest = a0 * b1 + (middle % 2 ** 16);
  const carried = a1 * b1 + Math.floor(middle / 2 ** 16) + Math.floor(rest / 2 ** 16);
  return {
    low: Math.imul(a.low, b.low) >>> 0,
    high: (carried + Math.imul(a.low, b.high) + Math.imul(a.high, b.low)) >>> 0,
  };
}

function advance(state: Uint32Array): number {
  const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotate(state[3], 11);
  return result;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/**
 * The Fisher-Yates shuffle, from the end, as Durstenfeld 1964 gives it (Communications of the ACM 7(7), 420).
 *
 * `advance` and `below` are written out, with the state in registers: orders are drawn for millions of rows.
 */
function shuffle(state: Uint32Array, items: Int32Array | Uint32Array): void {
  let a = state[0] | 0;
  let b = state[1] | 0;
  let c = state[2] | 0;
  let d = state[3] | 0;
  for (let limit = items.length; limit > 1; ) {
    const draw = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    if (draw > 2 ** 32 - limit && draw >= 2 ** 32 - (2 ** 32 % limit)) continue;
    const j = draw - Math.floor(draw / limit) * limit;
    limit--;
    const item = items[limit];
    items[limit] = items[j];
    items[j] = item;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

/** Draws again when a draw falls into the last, incomplete run of remainders, which would favour small numbers. */
function below(state: Uint32Array, limit: number): number {
  for (;;) {
    const draw = advance(state);
    // That run is shorter than `limit`: only near the end is it worth a division to know where it begins.
    if (draw <= 2 ** 32 - limit || draw < 2 ** 32 - (2 ** 32 % limit)) {
      // The remainder: `%` on numbers beyond 2^31 is several times as slow. The quotient of two such is never rounded up to
      // a whole number, as it lies at least 2^-32 below.
      return draw - Math.floor(draw / limit) * limit;
    }
  }
}
