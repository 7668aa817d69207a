// Flat number columns of a Parquet file to float32 rows, with the hashes of their cells.
//
// `decodeShares(description, index, scratch)` decodes some columns of one row group. The columns are divided into shares of
// about sixteen, and a call takes one of them, or all one after another. Each column passes through the scratch: decoded to
// one value after another, described, and hashed block by block. Then the rows are taken 256 at a time: their hash goes on
// over the share's cells, and the columns that are packed are woven, four by four, into the rows of `matrix`, `stride` bytes
// apart, as the nearest float32; a null and a NaN are the plain NaN. Other columns get an array of their own: of float64, or
// of classes. A failure leaves a status that is not 1: another page, encoding or codec than are known here, a broken page, an
// infinite number, an integer beyond 2 ** 53.
//
// Why so: what is decoded is hashed while a cache holds it, and no float64 outlives its share, as fresh memory costs more
// than decoding. Rows are written in whole cache lines, sixteen columns of four bytes: four at a time would fetch every line
// four times. A row's hash is a chain over its columns, so a share waits for the one before it, but only at its end; which a
// thread never does for shares that it takes itself, and for others hardly, as shares are taken in their order.

import { addBooleans, addNumbers, finishRows, splitDoubles, splitFloats, tileRows } from './shared/cell-hashes';
import { beginHash, endHash, hashBytes } from './shared/host';
import { classify, describe, HAS_TINY, isRounded, NOT_SMALL, promote, roundDoubles, weave } from './shared/number-columns';
import { BOOLEAN, decodeChunk, FLOAT, slack, usePageRoom } from './shared/parquet-pages';

// The description, u32.
const FILE: usize = 0;
const COLUMNS: usize = 4;
const STRIDE: usize = 8;
const MATRIX: usize = 12;
const GROUPS: usize = 16; // of each: rows, first row, first block
const CHUNKS: usize = 20; // of each group and column, as `decodeChunk` takes them
const KINDS: usize = 24; // of each column: physical type, whether unsigned, how it is stored, its array, its place in a row
const FACTS: usize = 28; // of each group and column, 16 bytes: least and greatest f32, values, flags
const STATUS: usize = 32; // of each group and share: 0 until it is done, 1 when it succeeded, 2 when it failed
const PAGE_BYTES: usize = 36; // room for an unpacked page
const CHUNK_BYTES: usize = 40; // room for a column chunk
const GROUP_ROWS: usize = 44; // most rows of a group, a multiple of 4
const SHARES: usize = 48; // the first column of each, and the end of the last
const SHARE_COUNT: usize = 52;
const SPAN: usize = 56; // shares of a call: 1, or all
const SLOTS: usize = 60; // most columns of a share
const ROW_HASHES: usize = 64; // of each row, or 0 when they are not wanted
const BLOCK_HASHES: usize = 68; // of each block and column: 32 bytes, and u32: bytes of a number; or 0
const CELL_HASHES: usize = 72; // of a missing cell, and of the texts `false` and `true`

// How a column is stored.
const PACKED: u32 = 0;
const DOUBLES: u32 = 1;
const CLASSES: u32 = 2;

const SUCCEEDED: i32 = 1;
const FAILED: i32 = 2;

const kindBytes: usize = 20;
const blockRows: i32 = 65_536;
/** How long to wait for another share, in nanoseconds: it takes far less, unless its thread has died. */
const patience: i64 = 60_000_000_000;

// Of the row group at hand.
let group: i32 = 0;
let rows: i32 = 0;
let firstRow: usize = 0;

// In the scratch.
let tile: usize = 0;
/** Of each column of the share: the address of its values, float32 of a FLOAT, else float64. */
let cellsAt: usize = 0;
let valuesAt: usize = 0;
let valuesBytes: usize = 0;

export function decodeShares(description: usize, index: i32, scratch: usize): void {
  const shareCount = load<i32>(description, SHARE_COUNT);
  const span = load<i32>(description, SPAN);
  const calls = shareCount / span;
  group = index / calls;
  const place = load<usize>(description, GROUPS) + <usize>group * 12;
  rows = load<i32>(place);
  firstRow = load<usize>(place, 4);
  const groupRows = load<usize>(description, GROUP_ROWS);
  tile = scratch;
  cellsAt = tile + 3 * 4 * tileRows;
  const pages = cellsAt + 4 * load<usize>(description, SLOTS) + slack;
  const pageBytes = load<usize>(description, PAGE_BYTES);
  valuesAt = usePageRoom(pages, load<usize>(description, CHUNK_BYTES), pageBytes, groupRows);
  valuesBytes = 4 * groupRows + slack;
  const first = (index % calls) * span;
  for (let share = first; share < first + span; share++) {
    const status = load<usize>(description, STATUS) + (<usize>(group * shareCount + share) << 2);
    const done = decodeColumns(description, share) && finish(description, share, status);
    atomic.store<i32>(status, done ? SUCCEEDED : FAILED);
    atomic.notify(status, -1);
    if (!done) return;
  }
}

/** Decodes the columns of a share, and leaves everything but their rows. */
function decodeColumns(description: usize, share: i32): bool {
  const columns = load<i32>(description, COLUMNS);
  const shares = load<usize>(description, SHARES) + (<usize>share << 2);
  const from = load<i32>(shares);
  const end = load<i32>(shares, 4);
  let doubles = valuesAt + <usize>(end - from) * valuesBytes;
  for (let column = from; column < end; column++) {
    const kind = load<usize>(description, KINDS) + <usize>column * kindBytes;
    const type = load<u32>(kind);
    const storage = load<u32>(kind, 8);
    const own = load<usize>(kind, 12);
    const values = valuesAt + <usize>(column - from) * valuesBytes;
    const place = <usize>(group * columns + column);
    let cells = values;
    if (type != FLOAT) {
      cells = storage == DOUBLES ? own + (firstRow << 3) : doubles;
      if (storage != DOUBLES) doubles += 2 * valuesBytes;
    }
    store<usize>(cellsAt + (<usize>(column - from) << 2), cells);
    const chunk = load<usize>(description, CHUNKS) + place * 32;
    if (!decodeChunk(load<i32>(description, FILE), chunk, type, load<u32>(kind, 4) != 0, rows, cells)) return false;
    let flags: u32 = type == FLOAT ? 0 : roundDoubles(cells, rows, values);
    if (flags > HAS_TINY) return false;
    if (storage == CLASSES && !classify(cells, type == FLOAT, rows, own + (firstRow << 2), load<usize>(kind, 16)))
      flags |= NOT_SMALL;
    const facts = load<usize>(description, FACTS) + (place << 4);
    if (!describe(values, rows, facts, flags, type == FLOAT)) return false;
    if (storage == DOUBLES && type == FLOAT) promote(values, rows, own + (firstRow << 3));
    if (load<usize>(description, BLOCK_HASHES) != 0) hashBlocks(description, column, values, cells);
  }
  return true;
}

/** SHA-256 of each block of a column: of float32 where that rounds none of its values, else of float64. */
function hashBlocks(description: usize, column: i32, values: usize, cells: usize): void {
  const columns = load<usize>(description, COLUMNS);
  const firstBlock = load<usize>(load<usize>(description, GROUPS) + <usize>group * 12, 8);
  let out = load<usize>(description, BLOCK_HASHES) + (firstBlock * columns + <usize>column) * 36;
  for (let row = 0; row < rows; row += blockRows, out += columns * 36) {
    const count = min(blockRows, rows - row);
    const singles = values + (<usize>row << 2);
    const doubles = cells + (<usize>row << 3);
    const isSingle = values == cells || isRounded(doubles, count, singles);
    beginHash();
    if (isSingle) hashBytes(singles, <usize>count << 2);
    else hashBytes(doubles, <usize>count << 3);
    endHash(out);
    store<u32>(out, isSingle ? 4 : 8, 32);
  }
}

/** Hashes the rows of a share, and weaves them; false when the share before it failed. */
function finish(description: usize, share: i32, status: usize): bool {
  const hashes = load<usize>(description, ROW_HASHES);
  if (hashes != 0 && share > 0) {
    const before = status - 4;
    while (atomic.load<i32>(before) == 0) if (atomic.wait<i32>(before, 0, patience) == 2) return false;
    if (atomic.load<i32>(before) != SUCCEEDED) return false;
  }
  const columns = load<i32>(description, COLUMNS);
  const shares = load<usize>(description, SHARES) + (<usize>share << 2);
  const from = load<i32>(shares);
  const end = load<i32>(shares, 4);
  for (let row = 0; row < rows; row += tileRows) {
    const count = min(tileRows, rows - row);
    if (hashes != 0) {
      const out = hashes + ((firstRow + <usize>row) << 2);
      if (from == 0) memory.fill(tile, 0, 4 * tileRows);
      else memory.copy(tile, out, <usize>count << 2);
      addCells(description, from, end, row, count);
      if (end == columns) finishRows(tile, count, columns);
      memory.copy(out, tile, <usize>count << 2);
    }
    weaveTile(description, from, end, row, count);
  }
  return true;
}

function addCells(description: usize, from: i32, end: i32, row: i32, count: i32): void {
  const cellHashes = description + CELL_HASHES;
  for (let column = from; column < end; column++) {
    const type = load<u32>(load<usize>(description, KINDS) + <usize>column * kindBytes);
    const cells = load<usize>(cellsAt + (<usize>(column - from) << 2));
    if (type == FLOAT) splitFloats(cells + (<usize>row << 2), count, tile);
    else splitDoubles(cells + (<usize>row << 3), count, tile);
    if (type == BOOLEAN) addBooleans(tile, count, cellHashes);
    else addNumbers(tile, count, cellHashes);
  }
}

/** Writes the packed columns of some rows, which stand side by side in a row, the first at a multiple of four. */
function weaveTile(description: usize, from: i32, end: i32, row: i32, count: i32): void {
  const stride = load<usize>(description, STRIDE);
  const out = load<usize>(description, MATRIX) + (firstRow + <usize>row) * stride;
  const kinds = load<usize>(description, KINDS);
  // By now nobody needs the tile, which is as long as its rows of a column.
  const zeros = tile;
  memory.fill(zeros, 0, 4 * tileRows);
  for (let column = from; column < end; ) {
    let place: usize = 0;
    let a = zeros;
    let b = zeros;
    let c = zeros;
    let d = zeros;
    let found = 0;
    for (; column < end && found < 4; column++) {
      const kind = kinds + <usize>column * kindBytes;
      if (load<u32>(kind, 8) != PACKED) continue;
      const values = valuesAt + <usize>(column - from) * valuesBytes + (<usize>row << 2);
      if (found == 0) {
        place = load<usize>(kind, 16);
        a = values;
      } else if (found == 1) b = values;
      else if (found == 2) c = values;
      else d = values;
      found++;
    }
    if (found > 0) weave(a, b, c, d, count, out + (place << 2), stride);
  }
}
