// The distribution of float32 columns: number of distinct values, the most frequent ones, and counts in bins of equal width.
//
// Rows lie in blocks, each anywhere in memory, row-major, `stride` bytes a row, with columns filled up to a multiple of
// four. A NaN is a missing cell. One share of the work is four neighbouring columns, as they come from memory together.
//
// A column's numbers are copied as keys (shared/radix-sort.ts) and sorted. Equal ones are then neighbours, so one pass finds
// the distinct values; a hash table would miss the cache at each number.
//
// Scratch: the tables of counts, the keys of four columns, and room to sort those of one.
import { countDigits, numberOf, sortKeys, tablesBytes } from './shared/radix-sort';

// u32 fields.
const BLOCKS: usize = 0; // of each block: address, and number of its first row
const BLOCK_COUNT: usize = 4;
const ROW_COUNT: usize = 8;
const STRIDE: usize = 12;
const RANGES: usize = 16; // of each column, two float64: where the first bin begins, and where the last one ends
const TOP: usize = 20; // most values to list
const BINS: usize = 24; // most bins; fewer where there are fewer distinct values
// Of each column, float64: how many distinct values there are, how many are listed, and how many bins there are; then value
// and count of each one listed, then the count of each bin.
const OUT: usize = 28;

/** Describes the four columns of a group: columns 4 · group and on. */
export function describeValues(description: usize, group: i32, scratch: usize): void {
  const rowCount = load<i32>(description, ROW_COUNT);
  const column = <usize>group << 2;
  const keys = scratch + tablesBytes;
  const step = <usize>rowCount << 2;
  const room = keys + 4 * step;
  // The tables are not in use yet.
  takeKeys(description, column, keys, step, scratch);
  const top = load<usize>(description, TOP);
  const bins = load<usize>(description, BINS);
  const outBytes = (3 + 2 * top + bins) << 3;
  for (let c: usize = 0; c < 4; c++) {
    const count = load<i32>(scratch + (c << 2));
    const ranges = load<usize>(description, RANGES) + ((column + c) << 4);
    const out = load<usize>(description, OUT) + (column + c) * outBytes;
    // Sorting overwrites the counts of the columns to come, so they move above what is sorted.
    if (c == 0) memory.copy(room + step, scratch, 16);
    const sorted = sortColumn(keys + c * step, room, count, scratch);
    const distinct = findFrequent(sorted, count, <i32>top, out);
    countBins(sorted, count, min(<i32>bins, distinct), load<f64>(ranges), load<f64>(ranges, 8), out, out + 24 + (top << 4));
    memory.copy(scratch, room + step, 16);
  }
}

/** Writes the keys of four columns, `step` bytes apart, and to `counts` how many there are of each. */
function takeKeys(description: usize, column: usize, keys: usize, step: usize, counts: usize): void {
  const blocks = load<usize>(description, BLOCKS);
  const blockCount = load<i32>(description, BLOCK_COUNT);
  const stride = load<usize>(description, STRIDE);
  let first = keys;
  let second = keys + step;
  let third = second + step;
  let fourth = third + step;
  for (let block = 0; block < blockCount; block++) {
    const place = blocks + (<usize>block << 3);
    const firstRow = load<i32>(place, 4);
    const end = block + 1 < blockCount ? load<i32>(place, 12) : load<i32>(description, ROW_COUNT);
    let at = load<usize>(place) + (column << 2);
    for (let row = firstRow; row < end; row++, at += stride) {
      const values = v128.load(at);
      // As `keyOf` in shared/radix-sort.ts.
      const signs = i32x4.shr_s(values, 31);
      const made = v128.xor(values, v128.or(signs, i32x4.splat(0x80000000)));
      const isThere = f32x4.eq(values, values);
      // Every key is written, and the next one overwrites that of a missing cell: cheaper than a branch.
      store<u32>(first, i32x4.extract_lane(made, 0));
      store<u32>(second, i32x4.extract_lane(made, 1));
      store<u32>(third, i32x4.extract_lane(made, 2));
      store<u32>(fourth, i32x4.extract_lane(made, 3));
      first += <usize>(i32x4.extract_lane(isThere, 0) & 4);
      second += <usize>(i32x4.extract_lane(isThere, 1) & 4);
      third += <usize>(i32x4.extract_lane(isThere, 2) & 4);
      fourth += <usize>(i32x4.extract_lane(isThere, 3) & 4);
    }
  }
  store<u32>(counts, <u32>((first - keys) >> 2));
  store<u32>(counts, <u32>((second - keys - step) >> 2), 4);
  store<u32>(counts, <u32>((third - keys - 2 * step) >> 2), 8);
  store<u32>(counts, <u32>((fourth - keys - 3 * step) >> 2), 12);
}

/** Sorts the keys of a column, with `room` for as many. Returns where they are then: `keys` or `room`. */
function sortColumn(keys: usize, room: usize, count: i32, tables: usize): usize {
  memory.fill(tables, 0, tablesBytes);
  for (let at = keys; at < keys + (<usize>count << 2); at += 4) countDigits(tables, load<u32>(at));
  return sortKeys(keys, room, count, tables);
}

// @ts-ignore: decorator
@inline
function numberAt(keys: usize, i: i32): f64 {
  return numberOf(load<u32>(keys + (<usize>i << 2)));
}

/** The end of the run of keys that equal the one at `start`. */
// @ts-ignore: decorator
@inline
function endOfRun(keys: usize, start: i32, count: i32): i32 {
  const key = load<u32>(keys + (<usize>start << 2));
  let end = start + 1;
  while (end < count && load<u32>(keys + (<usize>end << 2)) == key) end++;
  return end;
}

/** The keys of −0 and of 0, which count as one number. */
const negativeZero: u32 = 0x7fffffff;
const zero: u32 = 0x80000000;

/** Writes the most frequent numbers, of equally frequent ones the smallest first. Returns the number of distinct ones. */
function findFrequent(sorted: usize, count: i32, top: i32, out: usize): i32 {
  const zeros = firstFrom(sorted, count, negativeZero);
  const above = firstFrom(sorted, count, zero + 1);
  store<f64>(out, <f64>(countRuns(sorted, 0, zeros) + i32(above > zeros) + countRuns(sorted, above, count)));
  store<f64>(out, 0, 8);
  listRuns(sorted, 0, zeros, top, out);
  if (above > zeros) listRun(numberAt(sorted, zeros), above - zeros, top, out);
  listRuns(sorted, above, count, top, out);
  return <i32>load<f64>(out);
}

/** The index of the first key that is not below `key`; `count` if there is none. */
function firstFrom(sorted: usize, count: i32, key: u32): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<u32>(sorted + (<usize>middle << 2)) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number of distinct keys in [from, end). */
function countRuns(sorted: usize, from: i32, end: i32): i32 {
  if (from >= end) return 0;
  let runs = 1;
  let i = from + 1;
  let changes = i32x4.splat(0);
  for (; i + 4 <= end; i += 4) {
    const at = sorted + (<usize>i << 2);
    changes = i32x4.sub(changes, i32x4.ne(v128.load(at), v128.load(at - 4)));
  }
  for (; i < end; i++) runs += i32(load<u32>(sorted + (<usize>i << 2)) != load<u32>(sorted + (<usize>i << 2) - 4));
  return (
    runs +
    i32x4.extract_lane(changes, 0) +
    i32x4.extract_lane(changes, 1) +
    i32x4.extract_lane(changes, 2) +
    i32x4.extract_lane(changes, 3)
  );
}

/**
 * Lists the numbers in [from, end) that are more frequent than those listed already.
 *
 * Once the list is full, only a run longer than the shortest one listed matters. No such run begins at a key that differs
 * from the key that many places ahead, so most keys are skipped by one comparison.
 */
function listRuns(sorted: usize, from: i32, end: i32, top: i32, out: usize): void {
  for (let start = from; start < end; ) {
    const shortest = shortestListed(top, out);
    if (shortest > 0) {
      const ahead = <usize>shortest << 2;
      while (start + 4 + shortest <= end) {
        const at = sorted + (<usize>start << 2);
        if (v128.any_true(i32x4.eq(v128.load(at), v128.load(at + ahead)))) break;
        start += 4;
      }
      while (start + shortest < end && load<u32>(sorted + (<usize>start << 2)) != load<u32>(sorted + (<usize>start << 2) + ahead)) {
        start++;
      }
      if (start + shortest >= end) return;
    }
    const stop = endOfRun(sorted, start, end);
    listRun(numberAt(sorted, start), stop - start, top, out);
    start = stop;
  }
}

/** The count of the least frequent number listed; 0 while the list is not full. */
function shortestListed(top: i32, out: usize): i32 {
  if (<i32>load<f64>(out, 8) < top) return 0;
  return <i32>load<f64>(out + 24 + (<usize>(top - 1) << 4), 8);
}

/** Lists a number that occurs `length` times, if the list is not full or the number is more frequent than one listed. */
function listRun(value: f64, length: i32, top: i32, out: usize): void {
  const list = out + 24;
  const own = <f64>length;
  let found = <i32>load<f64>(out, 8);
  if (found == top && own <= load<f64>(list + (<usize>(top - 1) << 4), 8)) return;
  if (found < top) found++;
  let place = found - 1;
  for (; place > 0 && load<f64>(list + (<usize>(place - 1) << 4), 8) < own; place--) {
    memory.copy(list + (<usize>place << 4), list + (<usize>(place - 1) << 4), 16);
  }
  store<f64>(list + (<usize>place << 4), value);
  store<f64>(list + (<usize>place << 4), own, 8);
  store<f64>(out, <f64>found, 8);
}

/**
 * Counts the numbers in each of `bins` bins of equal width between two numbers; there are no bins if these are equal or not
 * finite. The numbers are sorted, so the end of each bin is found by bisection.
 */
function countBins(sorted: usize, count: i32, bins: i32, from: f64, to: f64, out: usize, counts: usize): void {
  if (!(to - from > 0 && to - from < Infinity)) bins = 0;
  store<f64>(out, <f64>bins, 16);
  let start = 0;
  for (let bin = 0; bin < bins; bin++) {
    let end = start;
    let high = count;
    while (end < high) {
      const middle = (end + high) >>> 1;
      const place = floor(((numberAt(sorted, middle) - from) / (to - from)) * <f64>bins);
      if (max<f64>(0, min<f64>(<f64>(bins - 1), place)) <= <f64>bin) end = middle + 1;
      else high = middle;
    }
    store<f64>(counts + (<usize>bin << 3), <f64>(end - start));
    start = end;
  }
}
