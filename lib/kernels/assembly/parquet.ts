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

import { isOneRun, readRuns } from './shared/bit-runs';
import { read, unpackZstd } from './shared/host';
import { describe, HAS_TINY, roundDoubles, weave } from './shared/number-columns';
import {
  DATA_PAGE, DATA_PAGE_V2, DICTIONARY_PAGE, encoding, isPacked, levelBytes, levelEncoding, nullCount, packedBytes,
  pageType, readPageHeader, repetitionBytes, rowCount, unpackedBytes, valueCount,
} from './shared/page-header';
import { unpackSnappy } from './shared/snappy';

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
