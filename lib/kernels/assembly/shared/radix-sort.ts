// Keys of 32 bits whose order as whole numbers is that of float32 numbers, and their radix sort.
//
// A key is the number's bits: all of them inverted if it is negative, else the sign bit alone. So −0 and 0 have two keys,
// side by side. Three counting passes of 11 bits sort them; a pass in which all keys have the same digit is skipped.
//
// Memory: keys of four bytes, room for as many, and three tables of 2,048 counts, u32, which a caller fills as it makes the
// keys (`countDigits`): to read the keys once more for that would take as long as a pass.
//
// Why so: half of all comparisons would be mispredicted, while a counting pass has no branch. Three tables of 2,048 fit a
// first-level cache; tables of 65,536, for two passes, would not.

export const digitBits: i32 = 11;
export const lastDigit: u32 = 2047;
/** Bytes of one table of counts, and of all three. */
export const tableBytes: usize = 2048 * 4;
export const tablesBytes: usize = 3 * 2048 * 4;

/** The key of a number, by its bits. */
// @ts-ignore: decorator
@inline
export function keyOf(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** The number that a key was made of. */
// @ts-ignore: decorator
@inline
export function numberOf(key: u32): f64 {
  return <f64>reinterpret<f32>(key ^ (<u32>(<i32>~key >> 31) | 0x80000000));
}

/** Counts the three digits of a key. */
// @ts-ignore: decorator
@inline
export function countDigits(tables: usize, key: u32): void {
  countDigit(tables, key & lastDigit);
  countDigit(tables + tableBytes, (key >> 11) & lastDigit);
  countDigit(tables + 2 * tableBytes, key >> 22);
}

// @ts-ignore: decorator
@inline
function countDigit(table: usize, digit: u32): void {
  const at = table + (<usize>digit << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Sorts keys whose digits were counted, with `room` for as many. Returns where they are then: `keys` or `room`. */
export function sortKeys(keys: usize, room: usize, count: i32, tables: usize): usize {
  let from = keys;
  let to = room;
  for (let pass = 0; pass < 3; pass++) {
    const starts = tables + <usize>pass * tableBytes;
    if (startBuckets(starts, count)) continue;
    const shift = <u32>(pass * digitBits);
    const end = from + (<usize>count << 2);
    for (let at = from; at < end; at += 4) {
      const key = load<u32>(at);
      const start = starts + (<usize>((key >> shift) & lastDigit) << 2);
      const place = load<u32>(start);
      store<u32>(start, place + 1);
      store<u32>(to + (<usize>place << 2), key);
    }
    const sorted = to;
    to = from;
    from = sorted;
  }
  return from;
}

/** Turns a table of counts into the places where buckets begin; true when all keys are in one bucket. */
export function startBuckets(starts: usize, count: i32): bool {
  let start: u32 = 0;
  for (let at = starts; at < starts + tableBytes; at += 4) {
    const size = load<u32>(at);
    if (size == <u32>count) return true;
    store<u32>(at, start);
    start += size;
  }
  return false;
}
