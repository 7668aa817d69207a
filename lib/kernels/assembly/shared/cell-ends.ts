// Where the cells of delimited text end: the addresses of its separators and line feeds, ascending, u32 each.
//
// `beginEnds` is told of a text, `moreEnds` notes at least as many ends as a row has columns, from the first unread one on;
// where the text has no more of them, zeros follow. A separator in quotes counts as an end, too: who parses a quoted cell
// goes past it with `endAfter`.
//
// Why so: to find the end of a cell only when its beginning is known takes a load, a comparison and a count of bits, which
// the next cell would have to wait for. Known beforehand, the cells of a row can be parsed all at once.

const lineFeed = memory.data<u8>([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]);
/** Bytes that are looked through at once: what is noted of them stays in the first-level cache. */
const windowBytes: usize = 4096;

let room: usize = 0;
let needed: usize = 0;
let separator: u8 = 0;
let notedTo: usize = 0;
let textEnd: usize = 0;
/** Address behind the last end that was noted. */
export let lastEnd: usize = 0;

/** Most columns of a row: it has no more bytes. */
export const mostColumns: i32 = 262144;
/** Room that the ends need. */
export const endsBytes: usize = (262144 + 2 * 4096) * 4;

/** Begins a text; `at` is the address of `endsBytes` of room. */
export function beginEnds(at: usize, start: usize, end: usize, columns: i32, separatorByte: u8): void {
  room = at;
  lastEnd = at;
  notedTo = start;
  textEnd = end;
  needed = <usize>columns << 2;
  separator = separatorByte;
}

/** Notes more ends behind those from `unread` on, which move; answers where the first of them lies now. */
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

/** The first noted end at or after `p`, from `unread` on. */
export function endAfter(unread: usize, p: usize): usize {
  while (unread < lastEnd && load<usize>(unread) < p) unread += 4;
  return lastEnd - unread < needed ? moreEnds(unread) : unread;
}

/** Notes the ends in a window; answers the address behind them. Those beyond the text are no cell's end. */
function noteEnds(window: usize, out: usize): usize {
  const separators = i8x16.splat(separator);
  // Loaded, it is kept: a constant would be made anew for each use.
  const lineFeeds = v128.load(lineFeed);
  for (let at = window; at < window + windowBytes && at < textEnd; at += 64) {
    let bits =
      endBits(at, separators, lineFeeds) |
      (endBits(at + 16, separators, lineFeeds) << 16) |
      (endBits(at + 32, separators, lineFeeds) << 32) |
      (endBits(at + 48, separators, lineFeeds) << 48);
    const next = out + (<usize>popcnt(bits) << 2);
    // Eight at a time, whether there are so many or not: a loop that ends with the last bit would be guessed wrongly.
    do {
      bits = noteTwo(noteTwo(noteTwo(noteTwo(bits, at, out), at, out + 8), at, out + 16), at, out + 24);
      out += 32;
    } while (bits != 0);
    out = next;
  }
  return out;
}

/** Notes the first two of the ends in `bits`; answers the others. */
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
