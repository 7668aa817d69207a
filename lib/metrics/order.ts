const digitBits = 11;
const bucketCount = 1 << digitBits;
const passCount = 6;

/**
 * Row numbers in ascending order of their values; equal values keep the order of their rows.
 *
 * A radix sort: six counting passes of eleven bits over the 64 bits of a float, those skipped in which all agree. A
 * million rows take about a tenth of what a comparing sort takes.
 *
 * @param values finite numbers, shape [n]; −0 and 0 are equal
 */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array {
  const rowCount = values.length;
  const { low, high } = sortableBits(values);
  const counts = countDigits(low, high);

  let order = Uint32Array.from({ length: rowCount }, (_, row) => row);
  let spare = new Uint32Array(rowCount);
  for (let pass = 0; pass < passCount; pass++) {
    const starts = counts.subarray(pass * bucketCount, (pass + 1) * bucketCount);
    if (starts.includes(rowCount)) continue;
    let start = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const size = starts[bucket];
      starts[bucket] = start;
      start += size;
    }
    for (let i = 0; i < rowCount; i++) {
      const row = order[i];
      spare[starts[digit(low[row], high[row], pass)]++] = row;
    }
    [order, spare] = [spare, order];
  }
  return order;
}

/** The bits of each value, so changed that unsigned order is numeric order. */
function sortableBits(values: ArrayLike<number>): { low: Uint32Array; high: Uint32Array } {
  const [low, high] = [new Uint32Array(values.length), new Uint32Array(values.length)];
  const value = new Float64Array(1);
  // Typed arrays are little-endian on every machine that JavaScript engines still run on.
  const words = new Uint32Array(value.buffer);
  for (let row = 0; row < values.length; row++) {
    value[0] = values[row] + 0; // −0 becomes 0
    const negative = words[1] >>> 31 === 1;
    low[row] = negative ? ~words[0] : words[0];
    high[row] = negative ? ~words[1] : words[1] | 0x80000000;
  }
  return { low, high };
}

function countDigits(low: Uint32Array, high: Uint32Array): Uint32Array {
  const counts = new Uint32Array(passCount * bucketCount);
  for (let row = 0; row < low.length; row++) {
    for (let pass = 0; pass < passCount; pass++) counts[pass * bucketCount + digit(low[row], high[row], pass)]++;
  }
  return counts;
}

/** Eleven bits of the 64, from the lowest up; the third digit lies across both words, the sixth has nine bits. */
function digit(low: number, high: number, pass: number): number {
  switch (pass) {
    case 0:
      return low & 2047;
    case 1:
      return (low >>> 11) & 2047;
    case 2:
      return (low >>> 22) | ((high & 1) << 10);
    case 3:
      return (high >>> 1) & 2047;
    case 4:
      return (high >>> 12) & 2047;
    default:
      return high >>> 23;
  }
}
