// Hashes of the rows and the columns of Parquet that parquet.ts has decoded.
//
// `hashRows(description, block, scratch)` leaves a 32-bit hash of each row of a canonical block, by the values of its
// cells, as `addTyped` in lib/data/collect.ts mixes them; `hashColumns` leaves SHA-256 of each column of a block, of its
// values as float32 where that rounds none of them, else as float64, the plain NaN where one is missing, as `numbersHash` in
// lib/data/formats/parquet-blocks.ts describes: SHA-256 takes longest of all here, and most columns have float32.
//
// Why so: hashes have tasks of their own, as not every reader needs them. A cell's hash is a chain of multiplications, so
// four rows of a column are hashed at once, in several short loops: a processor looks some three hundred steps ahead, and
// finds more independent chains there when they are short. 256 rows at a time stay in the first-level cache for all columns.

import { beginHash, endHash, hashBytes } from './shared/host';
import { finishFour, mixFour } from './shared/value-hash';

// The description, u32.
const COLUMNS: usize = 4;
const STRIDE: usize = 8;
const MATRIX: usize = 12;
const KINDS: usize = 24; // of each column: physical type, whether unsigned, address of its float64 or 0, whether boolean
const BLOCKS: usize = 48; // of each: first row, rows
const ROW_HASHES: usize = 52;
const COLUMN_HASHES: usize = 56; // of each block and column: 32 bytes, and u32: bytes of a number
const EMPTY_HASH: usize = 60;
const FALSE_HASH: usize = 64;
const TRUE_HASH: usize = 68;

const tileRows: i32 = 256;
const upperOfOne: i32 = 0x3ff00000;
const upperOfInfinity: i32 = 0x7ff00000;

/** Copies a column of some rows into `out`, as float32. Returns false, with `out` undefined, if that would round a number. */
function gather(description: usize, column: i32, firstRow: usize, rows: i32, out: usize): bool {
  const doubles = load<usize>(load<usize>(description, KINDS) + (<usize>column << 4), 8);
  return doubles == 0
    ? gatherSingles(description, column, firstRow, rows, out)
    : demote(doubles + (firstRow << 3), rows, out);
}

function gatherSingles(description: usize, column: i32, firstRow: usize, rows: i32, out: usize): bool {
  const stride = load<usize>(description, STRIDE);
  let from = load<usize>(description, MATRIX) + firstRow * stride + (<usize>column << 2);
  const plain = f32x4.splat(NaN);
  let row = 0;
  for (; row + 4 <= rows; row += 4, from += 4 * stride, out += 16) {
    const pair = v128.load32_lane(from + stride, v128.load32_zero(from), 1);
    const four = v128.load32_lane(from + 3 * stride, v128.load32_lane(from + 2 * stride, pair, 2), 3);
    v128.store(out, v128.bitselect(four, plain, f32x4.eq(four, four)));
  }
  for (; row < rows; row++, from += stride, out += 4) {
    const value = load<f32>(from);
    store<f32>(out, value == value ? value : NaN);
  }
  return true;
}

function demote(from: usize, rows: i32, out: usize): bool {
  let row = 0;
  for (; row + 2 <= rows; row += 2, from += 16, out += 8) {
    const pair = v128.load(from);
    const single = f32x4.demote_f64x2_zero(pair);
    const isKept = v128.or(f64x2.eq(f64x2.promote_low_f32x4(single), pair), f64x2.ne(pair, pair));
    if (!i64x2.all_true(isKept)) return false;
    v128.store64_lane(out, single, 0);
  }
  if (row < rows) {
    const value = load<f64>(from);
    if (<f64>(<f32>value) != value && value == value) return false;
    store<f32>(out, <f32>value);
  }
  return true;
}

/** Scratch: a block's rows as float32, and 8 bytes. */
export function hashColumns(description: usize, block: i32, scratch: usize): void {
  const columns = load<i32>(description, COLUMNS);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const firstRow = load<usize>(place);
  const rows = load<i32>(place, 4);
  let out = load<usize>(description, COLUMN_HASHES) + <usize>(block * columns) * 36;
  for (let column = 0; column < columns; column++, out += 36) {
    const isSingle = gather(description, column, firstRow, rows, scratch);
    const doubles = load<usize>(load<usize>(description, KINDS) + (<usize>column << 4), 8);
    beginHash();
    hashBytes(isSingle ? scratch : doubles + (firstRow << 3), <usize>rows << (isSingle ? 2 : 3));
    endHash(out);
    store<u32>(out, isSingle ? 4 : 8, 32);
  }
}

/** Scratch: of 256 rows three words each; those of the last four rows may be of no row. */
export function hashRows(description: usize, block: i32, scratch: usize): void {
  const columns = load<i32>(description, COLUMNS);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const firstRow = load<usize>(place);
  const rows = load<i32>(place, 4);
  for (let start = 0; start < rows; start += tileRows) {
    const count = min(tileRows, rows - start);
    memory.fill(scratch, 0, tileRows * 4);
    for (let column = 0; column < columns; column++) {
      const at = splitCells(description, column, firstRow + <usize>start, count, scratch);
      const isBoolean = load<u32>(load<usize>(description, KINDS) + (<usize>column << 4), 12) != 0;
      if (isBoolean) addBooleans(description, at, scratch, count);
      else addNumbers(description, at, scratch, count);
    }
    const width = i32x4.splat(columns);
    for (let i: usize = 0; i < <usize>count << 2; i += 16) {
      v128.store(scratch + i, finishFour(v128.xor(v128.load(scratch + i), width)));
    }
    memory.copy(load<usize>(description, ROW_HASHES) + ((firstRow + <usize>start) << 2), scratch, <usize>count << 2);
  }
}

/** Makes of the cells of a column their lower words, and behind them their upper ones; answers where. */
function splitCells(description: usize, column: i32, firstRow: usize, rows: i32, scratch: usize): usize {
  const out = scratch + tileRows * 4;
  const end = out + (<usize>rows << 2);
  const doubles = load<usize>(load<usize>(description, KINDS) + (<usize>column << 4), 8);
  // Adding zero makes -0 and 0 one number, as they are equal.
  const zero = f64x2.splat(0);
  if (doubles != 0) {
    let from = doubles + (firstRow << 3);
    for (let to = out; to < end; to += 16, from += 32) {
      storeWords(to, f64x2.add(v128.load(from), zero), f64x2.add(v128.load(from, 16), zero));
    }
    return out;
  }
  const stride = load<usize>(description, STRIDE);
  let from = load<usize>(description, MATRIX) + firstRow * stride + (<usize>column << 2);
  const last = from + <usize>(rows - 1) * stride;
  for (let to = out; to < end; to += 16, from += 4 * stride) {
    // Behind the last row the memory may end.
    const second = min(from + stride, last);
    const third = min(from + 2 * stride, last);
    const fourth = min(from + 3 * stride, last);
    const low = f64x2.promote_low_f32x4(v128.load32_lane(second, v128.load32_zero(from), 1));
    const high = f64x2.promote_low_f32x4(v128.load32_lane(fourth, v128.load32_zero(third), 1));
    storeWords(to, f64x2.add(low, zero), f64x2.add(high, zero));
  }
  return out;
}

// @ts-ignore: decorator
@inline
function storeWords(to: usize, first: v128, second: v128): void {
  v128.store(to, v128.shuffle<i32>(first, second, 0, 2, 4, 6));
  v128.store(to, v128.shuffle<i32>(first, second, 1, 3, 5, 7), tileRows * 4);
}

/** Adds the hashes of a column's cells to those of their rows. */
function addNumbers(description: usize, lower: usize, hashes: usize, count: i32): void {
  const bytes = <usize>count << 2;
  const upper = lower + tileRows * 4;
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(lower + i, mixFour(mixFour(i32x4.splat(0), v128.load(lower + i)), v128.load(upper + i)));
  }
  const empty = i32x4.splat(load<u32>(description, EMPTY_HASH));
  for (let i: usize = 0; i < bytes; i += 16) {
    const cell = v128.bitselect(empty, finishFour(v128.load(lower + i)), isMissing(v128.load(upper + i)));
    v128.store(hashes + i, mixFour(v128.load(hashes + i), cell));
  }
}

function addBooleans(description: usize, lower: usize, hashes: usize, count: i32): void {
  const empty = i32x4.splat(load<u32>(description, EMPTY_HASH));
  const no = i32x4.splat(load<u32>(description, FALSE_HASH));
  const yes = i32x4.splat(load<u32>(description, TRUE_HASH));
  for (let i: usize = 0; i < <usize>count << 2; i += 16) {
    const words = v128.load(lower + tileRows * 4 + i);
    const cell = v128.bitselect(yes, no, i32x4.eq(words, i32x4.splat(upperOfOne)));
    v128.store(hashes + i, mixFour(v128.load(hashes + i), v128.bitselect(empty, cell, isMissing(words))));
  }
}

/** Whether these are the upper words of NaN, which of a plain one say enough. */
// @ts-ignore: decorator
@inline
function isMissing(upper: v128): v128 {
  return i32x4.gt_s(v128.and(upper, i32x4.splat(0x7fffffff)), i32x4.splat(upperOfInfinity));
}
