// Flat number columns of a Parquet file to float32, row-major.
//
// `decodeShare(description, index, scratch)` takes sixteen columns of one row group: share `index % SHARES` of group
// `index / SHARES`. Each column's bytes pass through the scratch: unpacked page by page, decoded to one value after
// another, and at last woven with three others into the rows of `matrix`, `stride` bytes apart, as the nearest float32; a
// null and a NaN are the plain NaN. Columns that a float32 can't hold for sure are kept as float64 besides, column by
// column. What it does not take on (another page, encoding or codec, a broken page, an infinite number, an integer beyond
// 2 ** 53) leaves a status that is not 0, and nothing of the share counts.
//
// Why so: a column chunk lies in one piece, and a cache holds a page but no chunk, so each page is decoded while it is
// there. Rows are written in whole cache lines, sixteen columns of four bytes: four at a time would fetch every line four
// times. Sixteen columns are also a share that threads can take of a file with few row groups.

import { readRuns } from './shared/bit-runs';
import {
  DATA_PAGE, DATA_PAGE_V2, DICTIONARY_PAGE, encoding, isPacked, levelBytes, levelEncoding, nullCount, packedBytes,
  pageType, readPageHeader, repetitionBytes, rowCount, unpackedBytes, valueCount,
} from './shared/page-header';
import { unpackSnappy } from './shared/snappy';

/** Reads up to `bytes` at a position of the object; fewer at its end, or -1. */
// @ts-ignore: decorator
@external('host', 'read')
declare function read(file: i32, position: f64, address: usize, bytes: i32): i32;
/** Unpacks zstd; answers how many bytes came out, or -1. */
// @ts-ignore: decorator
@external('host', 'unpackZstd')
declare function unpackZstd(from: usize, bytes: i32, to: usize, room: i32): i32;

// The description, u32; parquet-hashes.ts has other fields of it.
const FILE: usize = 0;
const COLUMNS: usize = 4;
const STRIDE: usize = 8;
const MATRIX: usize = 12;
const GROUPS: usize = 16; // of each: rows, first row
const CHUNKS: usize = 20; // of each group and column, 32 bytes: position f64; bytes, address or 0, codec, whether nullable
const KINDS: usize = 24; // of each column: physical type, whether unsigned, address of its float64 or 0, whether boolean
const FACTS: usize = 28; // of each group and column, 16 bytes: least and greatest f32, values, flags
const STATUS: usize = 32; // of each group and share
const PAGE_BYTES: usize = 36; // room for an unpacked page
const CHUNK_BYTES: usize = 40; // room for a column chunk
const GROUP_ROWS: usize = 44; // most rows of a group, a multiple of 4

const shareColumns: i32 = 16;
const slack: usize = 64;
const tileRows: i32 = 256;

// Physical types, encodings and codecs, by the numbers of the format.
const BOOLEAN: u32 = 0;
const INT32: u32 = 1;
const INT64: u32 = 2;
const FLOAT: u32 = 4;
const DOUBLE: u32 = 5;
const PLAIN: i32 = 0;
const PLAIN_DICTIONARY: i32 = 2;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;
const UNCOMPRESSED: u32 = 0;
const SNAPPY: u32 = 1;
const ZSTD: u32 = 6;

// Flags of a column of a group.
const HAS_FRACTIONS: u32 = 1;
const HAS_TINY: u32 = 2;

const leastNormal: f64 = 1.1754943508222875e-38;

// Of the column chunk at hand.
let type: u32 = 0;
let isUnsigned = false;
let codec: u32 = 0;
let isNullable = false;
let pageRoom: usize = 0;
let pageAt: usize = 0;
let dictionaryAt: usize = 0;
let dictionaryCount: i64 = 0;
let indicesAt: usize = 0;
let levelsAt: usize = 0;
/** Where an unpacked part of a page lies, and where it ends. */
let unpackedAt: usize = 0;
let unpackedEnd: usize = 0;

export function decodeShare(description: usize, index: i32, scratch: usize): void {
  const columns = load<i32>(description, COLUMNS);
  const shares = (columns + shareColumns - 1) / shareColumns;
  const group = index / shares;
  const from = (index % shares) * shareColumns;
  const end = min(from + shareColumns, columns);
  const status = load<usize>(description, STATUS) + (<usize>index << 2);
  store<u32>(status, 1);
  const rows = load<i32>(load<usize>(description, GROUPS) + (<usize>group << 3));
  const firstRow = load<usize>(load<usize>(description, GROUPS) + (<usize>group << 3), 4);
  const groupRows = load<usize>(description, GROUP_ROWS);
  pageRoom = load<usize>(description, PAGE_BYTES);
  const chunkAt = scratch;
  pageAt = chunkAt + load<usize>(description, CHUNK_BYTES) + slack;
  dictionaryAt = pageAt + pageRoom + slack;
  indicesAt = dictionaryAt + 2 * pageRoom + slack;
  levelsAt = indicesAt + 4 * groupRows + slack;
  const valuesAt = levelsAt + 4 * groupRows + slack;
  const valuesBytes: usize = 4 * groupRows + slack;
  for (let column = from; column < end; column++) {
    const kind = load<usize>(description, KINDS) + (<usize>column << 4);
    const place = <usize>(group * columns + column);
    const doubles: usize = load<usize>(kind, 8) == 0 ? <usize>0 : load<usize>(kind, 8) + (firstRow << 3);
    const values = valuesAt + <usize>(column - from) * valuesBytes;
    type = load<u32>(kind);
    isUnsigned = load<u32>(kind, 4) != 0;
    const chunk = load<usize>(description, CHUNKS) + place * 32;
    if (!decodeChunk(load<i32>(description, FILE), chunk, chunkAt, rows, type == FLOAT ? values : doubles)) return;
    const facts = load<usize>(description, FACTS) + (place << 4);
    const flags: u32 = type == FLOAT ? 0 : roundDoubles(doubles, rows, values);
    if (flags > HAS_TINY || !describe(values, rows, facts, flags, type == FLOAT)) return;
  }
  const zeros = valuesAt + <usize>(end - from) * valuesBytes;
  if ((end - from) & 3) memory.fill(zeros, 0, valuesBytes);
  const stride = load<usize>(description, STRIDE);
  const out = load<usize>(description, MATRIX) + firstRow * stride + (<usize>from << 2);
  for (let row = 0; row < rows; row += tileRows) {
    const count = min(tileRows, rows - row);
    for (let column = 0; column < end - from; column += 4) {
      const at = valuesAt + <usize>column * valuesBytes;
      weave(
        at + (<usize>row << 2),
        (column + 1 < end - from ? at + valuesBytes : zeros) + (<usize>row << 2),
        (column + 2 < end - from ? at + 2 * valuesBytes : zeros) + (<usize>row << 2),
        (column + 3 < end - from ? at + 3 * valuesBytes : zeros) + (<usize>row << 2),
        count, out + <usize>row * stride + (<usize>column << 2), stride,
      );
    }
  }
  store<u32>(status, 0);
}

/** Decodes one column of a row group: float32 of a FLOAT, float64 of all others, NaN of a null. */
function decodeChunk(file: i32, chunk: usize, room: usize, rows: i32, out: usize): bool {
  const bytes = load<i32>(chunk, 8);
  let p = load<usize>(chunk, 12);
  codec = load<u32>(chunk, 16);
  isNullable = load<u32>(chunk, 20) != 0;
  if (p == 0) {
    p = room;
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

/** Reads which of so many rows have a value, as 0 and 1 in `levelsAt`; answers how many, or less than 0. */
function readLevels(p: usize, end: usize, count: i32): i32 {
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

/** Rounds a column to float32; answers HAS_TINY or 0, or a larger number where a value is infinite. */
function roundDoubles(values: usize, rows: i32, out: usize): u32 {
  let tiny = i64x2.splat(0);
  let infinite = i64x2.splat(0);
  const end = values + (<usize>rows << 3);
  for (let p = values; p < end; p += 16, out += 8) {
    // What stands behind the last value is another group's.
    const isLast = end - p == 8;
    const pair = isLast ? v128.load64_zero(p) : v128.load(p);
    const size = f64x2.abs(pair);
    const isThere = f64x2.eq(pair, pair);
    tiny = v128.or(tiny, v128.and(f64x2.lt(size, f64x2.splat(leastNormal)), f64x2.gt(size, f64x2.splat(0))));
    infinite = v128.or(infinite, f64x2.eq(size, f64x2.splat(Infinity)));
    const plain = v128.bitselect(pair, f64x2.splat(NaN), isThere);
    if (isLast) v128.store64_lane(p, plain, 0);
    else v128.store(p, plain);
    v128.store64_lane(out, f32x4.demote_f64x2_zero(pair), 0);
  }
  return v128.any_true(infinite) ? 4 : v128.any_true(tiny) ? HAS_TINY : 0;
}

/** Leaves a column's facts, and the plain NaN for any other; answers whether no stored value is infinite. */
function describe(values: usize, rows: i32, facts: usize, known: u32, isStored: bool): bool {
  let least = f32x4.splat(Infinity);
  let greatest = f32x4.splat(-Infinity);
  let present = i32x4.splat(0);
  let fractions = i32x4.splat(0);
  let tiny = i32x4.splat(0);
  const end = values + (<usize>rows << 2);
  // Up to a multiple of four.
  for (let p = end; p < end + 12; p += 4) store<f32>(p, f32.NaN);
  for (let p = values; p < end; p += 16) {
    const four = v128.load(p);
    const isThere = f32x4.eq(four, four);
    const size = f32x4.abs(four);
    present = i32x4.sub(present, isThere);
    fractions = v128.or(fractions, v128.and(isThere, f32x4.ne(four, f32x4.floor(four))));
    tiny = v128.or(tiny, v128.and(f32x4.lt(size, f32x4.splat(<f32>leastNormal)), f32x4.gt(size, f32x4.splat(0))));
    least = f32x4.pmin(least, four);
    greatest = f32x4.pmax(greatest, four);
    v128.store(p, v128.bitselect(four, f32x4.splat(f32.NaN), isThere));
  }
  const low = leastOf(least);
  const high = -leastOf(f32x4.neg(greatest));
  let flags = known;
  if (v128.any_true(fractions)) flags |= HAS_FRACTIONS;
  if (isStored && v128.any_true(tiny)) flags |= HAS_TINY;
  store<f32>(facts, low);
  store<f32>(facts, high, 4);
  store<i32>(
    facts,
    i32x4.extract_lane(present, 0) + i32x4.extract_lane(present, 1) + i32x4.extract_lane(present, 2) +
      i32x4.extract_lane(present, 3),
    8,
  );
  store<u32>(facts, flags, 12);
  return !isStored || (low > -Infinity && high < Infinity);
}

// @ts-ignore: decorator
@inline
function leastOf(four: v128): f32 {
  return min(
    min(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    min(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  );
}

/** Weaves four columns into rows. */
function weave(a: usize, b: usize, c: usize, d: usize, rows: i32, out: usize, stride: usize): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = v128.load(a);
    const second = v128.load(b);
    const third = v128.load(c);
    const fourth = v128.load(d);
    const evenLow = v128.shuffle<f32>(first, second, 0, 4, 1, 5);
    const evenHigh = v128.shuffle<f32>(first, second, 2, 6, 3, 7);
    const oddLow = v128.shuffle<f32>(third, fourth, 0, 4, 1, 5);
    const oddHigh = v128.shuffle<f32>(third, fourth, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(evenLow, oddLow, 0, 1, 4, 5));
    v128.store(out + stride, v128.shuffle<f32>(evenLow, oddLow, 2, 3, 6, 7));
    v128.store(out + 2 * stride, v128.shuffle<f32>(evenHigh, oddHigh, 0, 1, 4, 5));
    v128.store(out + 3 * stride, v128.shuffle<f32>(evenHigh, oddHigh, 2, 3, 6, 7));
    out += 4 * stride;
    a += 16;
    b += 16;
    c += 16;
    d += 16;
  }
  for (; row < rows; row++, out += stride, a += 4, b += 4, c += 4, d += 4) {
    store<f32>(out, load<f32>(a));
    store<f32>(out, load<f32>(b), 4);
    store<f32>(out, load<f32>(c), 8);
    store<f32>(out, load<f32>(d), 12);
  }
}
