/**
 * Sorts float64 numbers by the bits of their float32 neighbours, and counts the labels at each number and above. Numbers with
 * their rows are records of eight bytes; without rows, if all are float32, keys of four bytes do (from `splitKeys` on).
 *
 * Rounding to float32 keeps the order but for ties, so a radix sort of 32 bits does nearly all: three counting passes of 11
 * bits. What fell together is put right by the numbers themselves, run by run: among a million probabilities some six in a
 * hundred, and none where all are float32 to begin with. A run that is long and not of one number is left to who calls.
 *
 * Memory: a record of eight bytes for each number: above, the bits of float32 so changed that their order as whole numbers
 * is the numbers' order; below, twice the row, plus its label. They travel together, since fetching a number by its row
 * would miss the cache each time. Counts: three tables of 2,048, as in shared/radix-sort.ts.
 */
import { countDigits, digitBits, keyOf, lastDigit, numberOf, startBuckets, tableBytes, tablesBytes } from './shared/radix-sort';

export { sortKeys } from './shared/radix-sort';

/** Longest run that is sorted here, unless all of it is one number. */
const longestRun: i32 = 64;

/**
 * Writes the records, and counts their digits.
 *
 * @param values float64, finite
 * @param labels a byte each, 0 or 1; 0 for none
 * @returns 1 where a number is no float32, else 0
 */
export function makeRecords(values: usize, labels: usize, count: i32, records: usize, counts: usize): i32 {
  memory.fill(counts, 0, tablesBytes);
  let isRounded = 0;
  for (let row = 0; row < count; row++) {
    const value = load<f64>(values + (<usize>row << 3));
    const short = <f32>value;
    isRounded |= <i32>(<f64>short != value);
    // Adding 0 makes one zero of both.
    const key = keyOf(reinterpret<u32>(short + 0));
    const label = labels ? <u32>load<u8>(labels + <usize>row) : 0;
    store<u64>(records + (<usize>row << 3), (<u64>key << 32) | ((<u32>row << 1) | label));
    countDigits(counts, key);
  }
  return isRounded;
}

/** Sorts records, by means of room for as many. Returns where they are: in one of the two. */
export function sortRecords(records: usize, room: usize, count: i32, counts: usize): usize {
  let from = records;
  let to = room;
  for (let pass = 0; pass < 3; pass++) {
    const starts = counts + <usize>pass * tableBytes;
    if (startBuckets(starts, count)) continue;
    const shift = <u64>(32 + pass * digitBits);
    const end = from + (<usize>count << 3);
    for (let at = from; at < end; at += 8) {
      const record = load<u64>(at);
      const start = starts + (<usize>((record >> shift) & lastDigit) << 2);
      const place = load<u32>(start);
      store<u32>(start, place + 1);
      store<u64>(to + (<usize>place << 3), record);
    }
    const sorted = to;
    to = from;
    from = sorted;
  }
  return from;
}

// @ts-ignore: decorator
@inline
function keyAt(records: usize, i: i32): u32 {
  return load<u32>(records + (<usize>i << 3), 4);
}

// @ts-ignore: decorator
@inline
function valueAt(records: usize, values: usize, i: i32): f64 {
  return load<f64>(values + (<usize>(load<u32>(records + (<usize>i << 3)) >> 1) << 3));
}

/** Puts runs of one key into the order of their numbers; 0 where one is too long for that. */
export function orderRuns(records: usize, count: i32, values: usize): i32 {
  for (let start = 0; start < count; ) {
    const key = keyAt(records, start);
    let end = start + 1;
    while (end < count && keyAt(records, end) == key) end++;
    if (end - start > longestRun) {
      const first = valueAt(records, values, start);
      for (let i = start + 1; i < end; i++) if (valueAt(records, values, i) != first) return 0;
    } else if (end - start > 1) {
      orderRun(records, start, end, values);
    }
    start = end;
  }
  return 1;
}

/** By insertion: equal numbers stay in the order of their rows. */
function orderRun(records: usize, start: i32, end: i32, values: usize): void {
  for (let i = start + 1; i < end; i++) {
    const record = load<u64>(records + (<usize>i << 3));
    const value = valueAt(records, values, i);
    let place = i;
    for (; place > start && valueAt(records, values, place - 1) > value; place--)
      store<u64>(records + (<usize>place << 3), load<u64>(records + (<usize>(place - 1) << 3)));
    store<u64>(records + (<usize>place << 3), record);
  }
}

/** Writes the rows of sorted records, 32 bits each. */
export function writeRows(records: usize, count: i32, rows: usize): void {
  for (let i = 0; i < count; i++)
    store<u32>(rows + (<usize>i << 2), load<u32>(records + (<usize>i << 3)) >> 1);
}

/**
 * Writes each distinct number, from the highest down, and how many rows of label 0 and of label 1 are at it or above.
 *
 * @param values 0 where all are float32
 * @param numbers float64, and counts float64, shape [count]
 * @returns how many distinct numbers there are
 */
export function writeCounts(
  records: usize,
  count: i32,
  values: usize,
  numbers: usize,
  negatives: usize,
  positives: usize,
): i32 {
  let labelled = 0;
  let distinct: usize = 0;
  for (let i = count - 1; i >= 0; ) {
    const key = keyAt(records, i);
    const value = values ? valueAt(records, values, i) + 0 : numberOf(key);
    do {
      labelled += load<u32>(records + (<usize>i << 3)) & 1;
      i--;
    } while (i >= 0 && keyAt(records, i) == key && (!values || valueAt(records, values, i) == value));
    store<f64>(numbers + (distinct << 3), value);
    store<f64>(positives + (distinct << 3), <f64>labelled);
    store<f64>(negatives + (distinct << 3), <f64>(count - 1 - i - labelled));
    distinct++;
  }
  return <i32>distinct;
}

/** The state of a split between calls; lib/kernels/split-keys.ts writes it. */
@unmanaged
class SplitKeys {
  /** Keys of label 1 lie from `own` to `ownEnd`, those of label 0 from `others` to `othersEnd`; both ascend once sorted. */
  own!: usize;
  ownEnd!: usize;
  others!: usize;
  othersEnd!: usize;
  /** How many rows of each label `mergeDown` has passed. */
  positives!: i32;
  negatives!: i32;
}

/**
 * Appends the keys of some rows, those of label 1 from `ownEnd` up, those of label 0 from `others` down, and counts their
 * digits, in the three tables of label 0, then those of label 1.
 *
 * @param values float64; labels int32
 * @returns 0 when a number is no finite float32, or a label neither 0 nor 1; the keys are then of no use
 */
export function splitKeys(split: usize, values: usize, labels: usize, count: i32, counts: usize): i32 {
  const state = changetype<SplitKeys>(split);
  let own = state.ownEnd;
  let others = state.others;
  let odd: u32 = 0;
  for (let row = 0; row < count; row++) {
    const value = load<f64>(values + (<usize>row << 3));
    const label = load<u32>(labels + (<usize>row << 2));
    const short = <f32>value;
    // Adding 0 makes one zero of both. Infinities have the largest exponent, and NaN differs from itself.
    const bits = reinterpret<u32>(short + 0);
    odd |= (label >> 1) | <u32>(<f64>short != value) | <u32>((bits & 0x7f800000) == 0x7f800000);
    const key = keyOf(bits);
    // Without a branch: the key is written at both ends, and one of them moves past it.
    store<u32>(own, key);
    store<u32>(others - 4, key);
    const step = <usize>(label & 1) << 2;
    own += step;
    others -= 4 - step;
    countDigits(counts + <usize>(label & 1) * tablesBytes, key);
  }
  state.ownEnd = own;
  state.others = others;
  return odd == 0 ? 1 : 0;
}

/** The number of distinct keys among sorted ones. */
export function countDistinct(keys: usize, end: usize): i32 {
  if (keys == end) return 0;
  let count = 1;
  let at = keys + 4;
  // A lane that is true is -1.
  let four = i32x4.splat(0);
  for (; at + 16 <= end; at += 16) four = i32x4.sub(four, i32x4.ne(v128.load(at), v128.load(at - 4)));
  for (; at < end; at += 4) count += <i32>(load<u32>(at) != load<u32>(at - 4));
  count += i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1);
  return count + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3);
}

/**
 * Merges the keys of both labels from the largest down: writes at most `room` distinct numbers, and for each how many rows of
 * label 0 and of label 1 are at it or above. Further calls go on with the next numbers.
 *
 * @param numbers float64, and counts float64, shape [room]
 * @returns how many were written
 */
export function mergeDown(split: usize, numbers: usize, negatives: usize, positives: usize, room: i32): i32 {
  const state = changetype<SplitKeys>(split);
  const own = state.own;
  const others = state.others;
  let ownEnd = state.ownEnd;
  let othersEnd = state.othersEnd;
  let written: usize = 0;
  while (written < <usize>room && (ownEnd > own || othersEnd > others)) {
    const top = ownEnd > own ? load<u32>(ownEnd - 4) : 0;
    const key = othersEnd > others ? max(top, load<u32>(othersEnd - 4)) : top;
    const ownBefore = ownEnd;
    const othersBefore = othersEnd;
    while (ownEnd > own && load<u32>(ownEnd - 4) == key) ownEnd -= 4;
    while (othersEnd > others && load<u32>(othersEnd - 4) == key) othersEnd -= 4;
    state.positives += <i32>((ownBefore - ownEnd) >> 2);
    state.negatives += <i32>((othersBefore - othersEnd) >> 2);
    store<f64>(numbers + (written << 3), numberOf(key));
    store<f64>(positives + (written << 3), <f64>state.positives);
    store<f64>(negatives + (written << 3), <f64>state.negatives);
    written++;
  }
  state.ownEnd = ownEnd;
  state.othersEnd = othersEnd;
  return <i32>written;
}
