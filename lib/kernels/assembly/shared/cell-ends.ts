// Where the cells of delimited text end: the addresses of its separators and line feeds, ascending, u32 each.
//
// `beginEnds` begins a text. `moreEnds` finds at least as many ends as a row has columns, from the first unread one on;
// zeros follow when the text has no more. A separator in quotes counts as an end, too: after a quoted cell, `endAfter` skips
// such ends.
//
// Why so: to find a cell's end from its beginning takes a load, a comparison and a count of bits, for which the next cell
// would have to wait. When all ends are known beforehand, the cells of a row can be parsed at the same time.

const lineFeed = memory.data<u8>([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
/** Bytes that are searched at once: few enough that the ends found stay in the first-level cache. */
const windowBytes: usize = 4096;

let room: usize = 0;
let needed: usize = 0;
let separator: u8 = 0;
let notedTo: usize = 0;
let textEnd: usize = 0;
/** Address behind the last end that was found. */
export let lastEnd: usize = 0;

/** Most columns of a row: a row of the longest length has no more cells. */
export const mostColumns: i32 = 262144;

/** Begins a text; `at` is the address of room for (mostColumns + 2 · windowBytes) · 4 bytes. */
export function beginEnds(at: usize, start: usize, end: usize, columns: i32, separatorByte: u8): void {
  room = at;
  lastEnd = at;
  notedTo = start;
  textEnd = end;
  needed = <usize>columns << 2;
  separator = separatorByte;
}

/** Moves the ends from `unread` on to the beginning of the room, adds more, and answers the address of the first. */
export function moreEnds(unread: usize): usize {
  const left = lastEnd - unread;
  memory.copy(room, unread, left);
  let out = room + left;
  while (out - room < needed && notedTo < textEnd) {
    out = noteEnds(notedTo, out);
    notedTo += windowBytes;
  }
  if (out - room < needed) {
    memory.fill(out, 0, needed - (out - room));
    out = room + needed;
  }
  lastEnd = out;
  return room;
}

/** The address of the first end at or after `p`, searched from `unread` on. */
export function endAfter(unread: usize, p: usize): usize {
  while (unread < lastEnd && load<usize>(unread) < p) unread += 4;
  return lastEnd - unread < needed ? moreEnds(unread) : unread;
}

/** Writes the ends in a window; answers the address behind them. Those beyond the text mean nothing. */
function noteEnds(window: usize, out: usize): usize {
  const separators = i8x16.splat(separator);
  // Loaded, it stays in a register; a constant would be rebuilt at each use.
  const lineFeeds = v128.load(lineFeed);
  for (let at = window; at < window + windowBytes && at < textEnd; at += 64) {
    let bits =
      endBits(at, separators, lineFeeds) |
      (endBits(at + 16, separators, lineFeeds) << 16) |
      (endBits(at + 32, separators, lineFeeds) << 32) |
      (endBits(at + 48, separators, lineFeeds) << 48);
    const next = out + (<usize>popcnt(bits) << 2);
    // Always eight at a time, even if there are fewer: a loop that ended with the last bit would be mispredicted.
    do {
      bits = noteTwo(noteTwo(noteTwo(noteTwo(bits, at, out), at, out + 8), at, out + 16), at, out + 24);
      out += 32;
    } while (bits != 0);
    out = next;
  }
  return out;
}

/** Writes the first two of the ends in `bits`; answers the others. */
// @ts-ignore: decorator
@inline
function noteTwo(bits: u64, at: usize, out: usize): u64 {
  store<u32>(out, <u32>at + <u32>ctz(bits));
  const others = bits & (bits - 1);
  store<u32>(out, <u32>at + <u32>ctz(others), 4);
  return others & (others - 1);
}

// @ts-ignore: decorator
@inline
function endBits(at: usize, separators: v128, lineFeeds: v128): u64 {
  const text = v128.load(at);
  return <u64>(<u32>i8x16.bitmask(v128.or(i8x16.eq(text, separators), i8x16.eq(text, lineFeeds))));
}
