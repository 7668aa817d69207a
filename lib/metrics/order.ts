import { orderOf } from '../kernels/order.ts';

const digitBits = 11;
const bucketCount = 1 << digitBits;
const passCount = 6;

/** Rows and the bits of their values, which travel with them: fetching those by row would miss the cache each time. */
interface Keys {
  low: Uint32Array;
  high: Uint32Array;
  rows: Uint32Array;
}

/**
 * Row numbers in ascending order of their values; equal values keep the order of their rows.
 *
 * @param values finite numbers, shape [n]; −0 and 0 are equal
 */
export const ascendingOrder = (values: ArrayLike<number>): Uint32Array => orderOf(values) ?? orderByAllBits(values);

/** The same in plain TypeScript, for numbers that differ by less than the kernel can tell. */
const orderByAllBits = (values: ArrayLike<number>): Uint32Array => sortedKeys(values).rows;

/**
 * The same, and the values in that order, which need not be fetched row by row from all over memory; −0 becomes 0.
 */
export function ascending(values: ArrayLike<number>): { rows: Uint32Array; values: Float64Array } {
  const byKernel = orderOf(values);
  if (byKernel) {
    const sorted = new Float64Array(values.length);
    for (let i = 0; i < sorted.length; i++) sorted[i] = values[byKernel[i]] + 0;
    return { rows: byKernel, values: sorted };
  }
  const { low, high, rows } = sortedKeys(values);
  const sorted = new Float64Array(rows.length);
  const words = new Uint32Array(sorted.buffer);
  for (let i = 0; i < rows.length; i++) {
    const wasNegative = high[i] >>> 31 === 0 ? 0xffffffff : 0;
    words[2 * i] = low[i] ^ wasNegative;
    words[2 * i + 1] = high[i] ^ (wasNegative | 0x80000000);
  }
  return { rows, values: sorted };
}

/** Fewer values than this are sorted by comparisons, which are as fast then. */
const leastForDigits = 4096;

/**
 * Sorts finite values in place, without their rows: by the same passes over half as much memory. −0 stays −0, among the
 * zeros.
 *
 * @param room an array of at least the same length, which is overwritten
 */
export function sortAscending(values: Float64Array, room: Float64Array): void {
  const count = values.length;
  if (count < leastForDigits) {
    values.sort();
    return;
  }
  const own: Uint32Array = new Uint32Array(values.buffer, values.byteOffset, 2 * count);
  let from = own;
  const counts = new Uint32Array(passCount * bucketCount);
  for (let i = 0; i < 2 * count; i += 2) {
    const negative = -(from[i + 1] >>> 31);
    const low = (from[i] ^ negative) >>> 0;
    const high = (from[i + 1] ^ (negative | 0x80000000)) >>> 0;
    from[i] = low;
    from[i + 1] = high;
    for (let pass = 0; pass < passCount; pass++) counts[pass * bucketCount + digit(low, high, pass)]++;
  }
  let to: Uint32Array = new Uint32Array(room.buffer, room.byteOffset, 2 * count);
  for (let pass = 0; pass < passCount; pass++) {
    const starts = counts.subarray(pass * bucketCount, (pass + 1) * bucketCount);
    if (starts.includes(count)) continue;
    toStarts(starts);
    for (let i = 0; i < 2 * count; i += 2) {
      const place = 2 * starts[digit(from[i], from[i + 1], pass)]++;
      to[place] = from[i];
      to[place + 1] = from[i + 1];
    }
    [from, to] = [to, from];
  }
  for (let i = 0; i < 2 * count; i += 2) {
    const wasNegative = from[i + 1] >>> 31 === 0 ? 0xffffffff : 0;
    own[i] = from[i] ^ wasNegative;
    own[i + 1] = from[i + 1] ^ (wasNegative | 0x80000000);
  }
}

/** Turns the counts of digits into the places of the first value with each digit. */
function toStarts(counts: Uint32Array): void {
  let start = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const size = counts[bucket];
    counts[bucket] = start;
    start += size;
  }
}

/**
 * A radix sort: six counting passes of eleven bits over the 64 bits of a float, those skipped in which all agree.
 *
 * @see Knuth, The Art of Computer Programming 3, section 5.2.5
 */
function sortedKeys(values: ArrayLike<number>): Keys {
  const rowCount = values.length;
  let keys = sortableKeys(values);
  let sorted = emptyKeys(rowCount);
  const counts = countDigits(keys);
  for (let pass = 0; pass < passCount; pass++) {
    const starts = counts.subarray(pass * bucketCount, (pass + 1) * bucketCount);
    if (starts.includes(rowCount)) continue;
    toStarts(starts);
    distribute(keys, sorted, starts, pass);
    [keys, sorted] = [sorted, keys];
  }
  return keys;
}

/** The bits of each value, so changed that unsigned order is numeric order. */
function sortableKeys(values: ArrayLike<number>): Keys {
  const keys = emptyKeys(values.length);
  const value = new Float64Array(1);
  // Typed arrays are little-endian on every machine that JavaScript engines still run on.
  const words = new Uint32Array(value.buffer);
  for (let row = 0; row < values.length; row++) {
    value[0] = values[row] + 0; // −0 becomes 0
    const negative = -(words[1] >>> 31);
    keys.low[row] = words[0] ^ negative;
    keys.high[row] = words[1] ^ (negative | 0x80000000);
    keys.rows[row] = row;
  }
  return keys;
}

function countDigits({ low, high }: Keys): Uint32Array {
  const counts = new Uint32Array(passCount * bucketCount);
  for (let i = 0; i < low.length; i++) {
    for (let pass = 0; pass < passCount; pass++) counts[pass * bucketCount + digit(low[i], high[i], pass)]++;
  }
  return counts;
}

function distribute(from: Keys, to: Keys, starts: Uint32Array, pass: number): void {
  for (let i = 0; i < from.rows.length; i++) {
    const place = starts[digit(from.low[i], from.high[i], pass)]++;
    to.low[place] = from.low[i];
    to.high[place] = from.high[i];
    to.rows[place] = from.rows[i];
  }
}

/** Eleven bits of the 64, from the lowest up; the third digit lies across both words, the sixth has nine bits. */
function digit(low: number, high: number, pass: number): number {
  if (pass === 0) return low & 2047;
  if (pass === 1) return (low >>> 11) & 2047;
  if (pass === 2) return (low >>> 22) | ((high & 1) << 10);
  if (pass === 3) return (high >>> 1) & 2047;
  if (pass === 4) return (high >>> 12) & 2047;
  return high >>> 23;
}

function emptyKeys(count: number): Keys {
  return { low: new Uint32Array(count), high: new Uint32Array(count), rows: new Uint32Array(count) };
}
