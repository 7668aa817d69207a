/**
 * Counts how many rows have each pair of actual and predicted class: the confusion matrix, before anyone weighs it.
 *
 * Two classes need no table: what is 1, and what is 1 in both, is summed four rows at a time, and the other pairs are
 * what is left. For more, each row adds 1 to a table of all pairs; as neighbours often have the same pair, and an addition
 * waits for the last one to the same place, four tables take turns where they are small.
 *
 * Memory: classes are int32, shape [count]; tables[t][actual, predicted], u32, `tableBytes` apart, are added to.
 */

/**
 * Adds the rows to the tables, of which the first alone is used for two classes.
 *
 * @param tableBytes 0 for a single table
 * @returns 1, or 0 where a row's class is none: nothing is added then
 */
export function countPairs(
  actual: usize,
  predicted: usize,
  count: i32,
  classCount: i32,
  tables: usize,
  tableBytes: usize,
): i32 {
  if (!isBelow(actual, count, classCount) || !isBelow(predicted, count, classCount)) return 0;
  if (classCount == 2) countTwoClasses(actual, predicted, count, tables);
  else countInTables(actual, predicted, count, classCount, tables, tableBytes);
  return 1;
}

/** Unsigned, a class below 0 is above all others. */
function isBelow(classes: usize, count: i32, classCount: i32): bool {
  let tops = i32x4.splat(0);
  const end = classes + (<usize>count << 2);
  let at = classes;
  for (; at + 16 <= end; at += 16) tops = i32x4.max_u(tops, v128.load(at));
  let top = max(
    max(<u32>i32x4.extract_lane(tops, 0), <u32>i32x4.extract_lane(tops, 1)),
    max(<u32>i32x4.extract_lane(tops, 2), <u32>i32x4.extract_lane(tops, 3)),
  );
  for (; at < end; at += 4) top = max(top, load<u32>(at));
  return top < <u32>classCount;
}

function countTwoClasses(actual: usize, predicted: usize, count: i32, table: usize): void {
  let are = i32x4.splat(0);
  let said = are;
  let both = are;
  const end = actual + (<usize>(count & ~3) << 2);
  for (; actual < end; actual += 16, predicted += 16) {
    const a = v128.load(actual);
    const b = v128.load(predicted);
    are = i32x4.add(are, a);
    said = i32x4.add(said, b);
    both = i32x4.add(both, v128.and(a, b));
  }
  let ones = sumOf(are);
  let saidOnes = sumOf(said);
  let hits = sumOf(both);
  for (let i = 0; i < (count & 3); i++) {
    const a = load<u32>(actual + (<usize>i << 2));
    const b = load<u32>(predicted + (<usize>i << 2));
    ones += a;
    saidOnes += b;
    hits += a & b;
  }
  add(table, <u32>count - ones - saidOnes + hits);
  add(table + 4, saidOnes - hits);
  add(table + 8, ones - hits);
  add(table + 12, hits);
}

function countInTables(
  actual: usize,
  predicted: usize,
  count: i32,
  classCount: i32,
  tables: usize,
  tableBytes: usize,
): void {
  const end = actual + (<usize>(count & ~3) << 2);
  for (; actual < end; actual += 16, predicted += 16) {
    add(tables + placeOf(actual, predicted, classCount), 1);
    add(tables + tableBytes + placeOf(actual + 4, predicted + 4, classCount), 1);
    add(tables + 2 * tableBytes + placeOf(actual + 8, predicted + 8, classCount), 1);
    add(tables + 3 * tableBytes + placeOf(actual + 12, predicted + 12, classCount), 1);
  }
  for (let i = 0; i < (count & 3); i++) add(tables + placeOf(actual + (i << 2), predicted + (i << 2), classCount), 1);
}

// @ts-ignore: decorator
@inline
function placeOf(actual: usize, predicted: usize, classCount: i32): usize {
  return <usize>(load<i32>(actual) * classCount + load<i32>(predicted)) << 2;
}

// @ts-ignore: decorator
@inline
function add(place: usize, count: u32): void {
  store<u32>(place, load<u32>(place) + count);
}

// @ts-ignore: decorator
@inline
function sumOf(four: v128): u32 {
  return (
    i32x4.extract_lane(four, 0) +
    i32x4.extract_lane(four, 1) +
    i32x4.extract_lane(four, 2) +
    i32x4.extract_lane(four, 3)
  );
}
