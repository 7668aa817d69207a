// The pages of one column chunk of a Parquet file, decoded to one value after another.
//
// Memory: `usePageRoom` hands out what a thread needs besides: room for the chunk as it is stored, for a page unpacked, for
// the dictionary, and for runs of small numbers. Values are float32 of a FLOAT, float64 of all others, NaN of a null.
//
// Why so: a cache holds a page but no chunk, so each page is decoded while it is there, into the rooms that the page before
// it has left there. Most pages are plain float32 in a few literals of Snappy: these are unpacked straight to where the
// values belong.

import { isOneRun, readRuns } from './bit-runs';
import { read, unpackZstd } from './host';
import {
  DATA_PAGE, DATA_PAGE_V2, DICTIONARY_PAGE, encoding, isPacked, levelBytes, levelEncoding, nullCount, packedBytes,
  pageType, readPageHeader, repetitionBytes, rowCount, unpackedBytes, valueCount,
} from './page-header';
import { unpackSnappy } from './snappy';

/** Bytes behind each room, which may be overwritten, and before the values of a column. */
export const slack: usize = 64;

// Physical types, encodings and codecs, by the numbers of the format.
export const BOOLEAN: u32 = 0;
const INT32: u32 = 1;
const INT64: u32 = 2;
export const FLOAT: u32 = 4;
const DOUBLE: u32 = 5;
const PLAIN: i32 = 0;
const PLAIN_DICTIONARY: i32 = 2;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;
const UNCOMPRESSED: u32 = 0;
const SNAPPY: u32 = 1;
const ZSTD: u32 = 6;

// Rooms.
let chunkAt: usize = 0;
let pageAt: usize = 0;
let pageRoom: usize = 0;
let dictionaryAt: usize = 0;
let indicesAt: usize = 0;
let levelsAt: usize = 0;

// Of the column chunk at hand.
let type: u32 = 0;
let isUnsigned = false;
let codec: u32 = 0;
let isNullable = false;
let dictionaryCount: i64 = 0;
/** Where an unpacked part of a page lies, and where it ends. */
let unpackedAt: usize = 0;
let unpackedEnd: usize = 0;

/** Divides the scratch from `at` on among the rooms; answers where they end. */
export function usePageRoom(at: usize, chunkBytes: usize, pageBytes: usize, groupRows: usize): usize {
  chunkAt = at;
  pageRoom = pageBytes;
  pageAt = chunkAt + chunkBytes + slack;
  dictionaryAt = pageAt + pageRoom + slack;
  indicesAt = dictionaryAt + 2 * pageRoom + slack;
  levelsAt = indicesAt + 4 * groupRows + slack;
  return levelsAt + 4 * groupRows + slack;
}

/**
 * Decodes one column of a row group; answers false where something is broken, or not supported.
 *
 * @param chunk 32 bytes: position f64; bytes, address or 0 when it lies in the file, codec, whether nullable, u32
 */
export function decodeChunk(file: i32, chunk: usize, ofType: u32, ofUnsigned: bool, rows: i32, out: usize): bool {
  type = ofType;
  isUnsigned = ofUnsigned;
  const bytes = load<i32>(chunk, 8);
  let p = load<usize>(chunk, 12);
  codec = load<u32>(chunk, 16);
  isNullable = load<u32>(chunk, 20) != 0;
  if (p == 0) {
    p = chunkAt;
    if (read(file, load<f64>(chunk), p, bytes) != bytes) return false;
  }
  const end = p + <usize>bytes;
  const width: usize = type == FLOAT ? 4 : 8;
  dictionaryCount = -1;
  let row = 0;
  while (row < rows) {
    p = readPageHeader(p, end);
    if (p == 0) return false;
    const next = p + <usize>packedBytes;
    if (pageType == DICTIONARY_PAGE) {
      if (!readDictionary(p, next)) return false;
    } else {
      if (valueCount < 0 || valueCount > rows - row) return false;
      if (!readValues(p, next, valueCount, out + <usize>row * width)) return false;
      row += valueCount;
    }
    p = next;
  }
  return true;
}

function readDictionary(p: usize, end: usize): bool {
  if (dictionaryCount >= 0 || type == BOOLEAN || valueCount < 0) return false;
  if (encoding != PLAIN && encoding != PLAIN_DICTIONARY) return false;
  if (!unpack(p, end, unpackedBytes, true)) return false;
  if (unpackedEnd - unpackedAt > pageRoom) return false;
  dictionaryCount = valueCount;
  return readPlain(unpackedAt, unpackedEnd, valueCount, dictionaryAt);
}

/** The values of a data page. */
function readValues(p: usize, end: usize, count: i32, out: usize): bool {
  let present = count;
  if (pageType == DATA_PAGE) {
    const done = unpackFloats(p, end, count, out);
    if (done != 0) return done > 0;
    if (!unpack(p, end, unpackedBytes, true)) return false;
    if (isNullable) {
      if (levelEncoding != RLE || unpackedEnd - unpackedAt < 4) return false;
      const bytes = load<usize>(unpackedAt);
      unpackedAt += 4;
      if (bytes > unpackedEnd - unpackedAt) return false;
      present = readLevels(unpackedAt, unpackedAt + bytes, count);
      unpackedAt += bytes;
    }
  } else {
    if (pageType != DATA_PAGE_V2 || rowCount != count || repetitionBytes != 0 || levelBytes < 0) return false;
    if (<usize>levelBytes > end - p || levelBytes > unpackedBytes) return false;
    if (isNullable) present = readLevels(p, p + <usize>levelBytes, count);
    else if (levelBytes != 0) return false;
    if (present != count - nullCount) return false;
    if (!unpack(p + <usize>levelBytes, end, unpackedBytes - levelBytes, isPacked)) return false;
  }
  if (present < 0) return false;
  if (encoding == PLAIN) {
    if (!readPlain(unpackedAt, unpackedEnd, present, out)) return false;
  } else if (encoding == PLAIN_DICTIONARY || encoding == RLE_DICTIONARY) {
    if (!lookUp(present, out)) return false;
  } else if (encoding == RLE && type == BOOLEAN) {
    if (unpackedEnd - unpackedAt < 4) return false;
    const bytes = load<usize>(unpackedAt);
    unpackedAt += 4;
    if (bytes > unpackedEnd - unpackedAt) return false;
    if (readRuns(unpackedAt, unpackedAt + bytes, 1, present, indicesAt) < 0) return false;
    for (let i: usize = 0; i < <usize>present; i++) store<f64>(out + (i << 3), <f64>load<u32>(indicesAt + (i << 2)));
  } else return false;
  if (present < count) spread(present, count, out);
  return true;
}

/** Makes a part of a page readable, at `unpackedAt`. */
function unpack(p: usize, end: usize, bytes: i32, isPackedPart: bool): bool {
  if (bytes < 0) return false;
  if (codec == UNCOMPRESSED || !isPackedPart) {
    unpackedAt = p;
    unpackedEnd = end;
    return end - p == <usize>bytes;
  }
  if (<usize>bytes > pageRoom) return false;
  unpackedAt = pageAt;
  unpackedEnd = pageAt + <usize>bytes;
  if (codec == SNAPPY) return unpackSnappy(p, end, pageAt, bytes);
  return codec == ZSTD && unpackZstd(p, <i32>(end - p), pageAt, bytes) == bytes;
}

/** Unpacks plain float32 to where they belong, the levels before them; answers 0 where that can't be, -1 where it failed. */
function unpackFloats(p: usize, end: usize, count: i32, out: usize): i32 {
  if (type != FLOAT || encoding != PLAIN || codec != SNAPPY) return 0;
  let before: usize = 0;
  if (isNullable) {
    // The page's length, and the head of a literal that begins with the length of the levels.
    let first = p;
    while (first < end && load<u8>(first) > 127) first++;
    first += 2;
    const tag = <u32>load<u8>(first - 1);
    if (end < first || tag & 3) return 0;
    const width = max(<i32>(tag >> 2) - 59, 0);
    if (width == 0 && tag >> 2 < 3) return 0;
    before = 4 + load<usize>(first + width);
  }
  if (before > slack || unpackedBytes != <i32>before + (count << 2)) return 0;
  // What is written over before the values is another page's or column's.
  memory.copy(pageAt, out - before, before);
  let present = count;
  const isWhole = unpackSnappy(p, end, out - before, unpackedBytes);
  if (isWhole && isNullable) {
    const told = levelEncoding == RLE && load<usize>(out - before) == before - 4;
    present = told ? readLevels(out - before + 4, out, count) : -1;
  }
  memory.copy(out - before, pageAt, before);
  if (!isWhole || present < 0) return -1;
  if (present < count) spread(present, count, out);
  return 1;
}

/** Reads which of so many rows have a value; answers how many, or less than 0. Where not all have: 0 and 1 in `levelsAt`. */
function readLevels(p: usize, end: usize, count: i32): i32 {
  if (isOneRun(p, end, count)) return count;
  if (readRuns(p, end, 1, count, levelsAt) < 0) return -1;
  let present = 0;
  for (let i: usize = 0; i < <usize>count; i++) present += load<i32>(levelsAt + (i << 2));
  return present;
}

function readPlain(p: usize, end: usize, count: i32, out: usize): bool {
  const n = <usize>count;
  if (type == BOOLEAN) {
    if (end - p < (n + 7) >> 3) return false;
    for (let i: usize = 0; i < n; i++) store<f64>(out + (i << 3), <f64>((load<u8>(p + (i >> 3)) >> <u8>(i & 7)) & 1));
    return true;
  }
  const shift: usize = type == FLOAT || type == INT32 ? 2 : 3;
  if ((end - p) >> shift < n) return false;
  if (type == FLOAT || type == DOUBLE) {
    memory.copy(out, p, n << shift);
    return true;
  }
  if (type == INT32) {
    if (isUnsigned) for (let i: usize = 0; i < n; i++) store<f64>(out + (i << 3), <f64>load<u32>(p + (i << 2)));
    else for (let i: usize = 0; i < n; i++) store<f64>(out + (i << 3), <f64>load<i32>(p + (i << 2)));
    return true;
  }
  if (type != INT64) return false;
  let wide: u64 = 0;
  for (let i: usize = 0; i < n; i++) {
    const value = load<i64>(p + (i << 3));
    wide |= <u64>(isUnsigned || value >= 0 ? value : -value) >> 53;
    store<f64>(out + (i << 3), <f64>value);
  }
  return wide == 0;
}

/** Values by their places in the dictionary. */
function lookUp(present: i32, out: usize): bool {
  if (type == BOOLEAN || dictionaryCount < 0) return false;
  if (present == 0) return true;
  if (unpackedAt >= unpackedEnd) return false;
  const width = <u32>load<u8>(unpackedAt);
  if (width > 32) return false;
  if (width == 0 && pageType == DATA_PAGE) memory.fill(indicesAt, 0, <usize>present << 2);
  else {
    const most = readRuns(unpackedAt + 1, unpackedEnd, width, present, indicesAt);
    if (most < 0 || most >= dictionaryCount) return false;
  }
  if (dictionaryCount == 0) return false;
  if (type == FLOAT) {
    for (let i: usize = 0; i < <usize>present; i++) {
      store<f32>(out + (i << 2), load<f32>(dictionaryAt + (load<usize>(indicesAt + (i << 2)) << 2)));
    }
  } else {
    for (let i: usize = 0; i < <usize>present; i++) {
      store<f64>(out + (i << 3), load<f64>(dictionaryAt + (load<usize>(indicesAt + (i << 2)) << 3)));
    }
  }
  return true;
}

/** Moves the values, which stand one behind another, to the rows that have one, and puts NaN into the others. */
function spread(present: i32, count: i32, out: usize): void {
  let from = present;
  for (let row = count - 1; row >= 0; row--) {
    const isThere = load<u32>(levelsAt + (<usize>row << 2)) != 0;
    if (isThere) from--;
    if (type == FLOAT) {
      store<f32>(out + (<usize>row << 2), isThere ? load<f32>(out + (<usize>from << 2)) : f32.NaN);
    } else {
      store<f64>(out + (<usize>row << 3), isThere ? load<f64>(out + (<usize>from << 3)) : f64.NaN);
    }
  }
}
