// Hashes of rows by the values of their cells, as `addTyped` in lib/data/collect.ts mixes them.
//
// Memory: a tile is three arrays of 256 words: the hashes of 256 rows, and of one column the lower and upper halves of the
// float64 of these rows. `splitFloats` and `splitDoubles` write the halves, `addNumbers` and `addBooleans` mix them into the
// hashes, `finishRows` ends them. The last four rows may be of no row.
//
// Why so: a cell's hash is a chain of multiplications, so four rows of a column are hashed at once, in several short loops: a
// processor looks some three hundred steps ahead, and finds more independent chains there when they are short. 256 rows
// stay in the first-level cache for all columns.

import { finishFour, mixFour } from './value-hash';

export const tileRows: i32 = 256;
const lower: usize = 4 * tileRows;
const upper: usize = 8 * tileRows;

const upperOfOne: i32 = 0x3ff00000;
const upperOfInfinity: i32 = 0x7ff00000;

// Of a missing cell, and of the texts of booleans.
const EMPTY_HASH: usize = 0;
const FALSE_HASH: usize = 4;
const TRUE_HASH: usize = 8;

/** Halves of float32, as float64. Adding zero makes -0 and 0 one number, as they are equal. */
export function splitFloats(from: usize, count: i32, tile: usize): void {
  const zero = f32x4.splat(0);
  const end = tile + (<usize>count << 2);
  for (let to = tile; to < end; to += 16, from += 16) {
    const four = f32x4.add(v128.load(from), zero);
    const last = v128.shuffle<i32>(four, four, 2, 3, 2, 3);
    storeHalves(to, f64x2.promote_low_f32x4(four), f64x2.promote_low_f32x4(last));
  }
}

/** Likewise of float64. */
export function splitDoubles(from: usize, count: i32, tile: usize): void {
  const zero = f64x2.splat(0);
  const end = tile + (<usize>count << 2);
  for (let to = tile; to < end; to += 16, from += 32) {
    storeHalves(to, f64x2.add(v128.load(from), zero), f64x2.add(v128.load(from, 16), zero));
  }
}

// @ts-ignore: decorator
@inline
function storeHalves(to: usize, first: v128, second: v128): void {
  v128.store(to, v128.shuffle<i32>(first, second, 0, 2, 4, 6), lower);
  v128.store(to, v128.shuffle<i32>(first, second, 1, 3, 5, 7), upper);
}

/** Adds the hashes of a column's cells to those of their rows. */
export function addNumbers(tile: usize, count: i32, cellHashes: usize): void {
  const end = tile + (<usize>count << 2);
  for (let at = tile; at < end; at += 16) {
    v128.store(at, mixFour(mixFour(i32x4.splat(0), v128.load(at, lower)), v128.load(at, upper)), lower);
  }
  const empty = i32x4.splat(load<u32>(cellHashes, EMPTY_HASH));
  for (let at = tile; at < end; at += 16) {
    const cell = v128.bitselect(empty, finishFour(v128.load(at, lower)), isMissing(v128.load(at, upper)));
    v128.store(at, mixFour(v128.load(at), cell));
  }
}

export function addBooleans(tile: usize, count: i32, cellHashes: usize): void {
  const empty = i32x4.splat(load<u32>(cellHashes, EMPTY_HASH));
  const no = i32x4.splat(load<u32>(cellHashes, FALSE_HASH));
  const yes = i32x4.splat(load<u32>(cellHashes, TRUE_HASH));
  const end = tile + (<usize>count << 2);
  for (let at = tile; at < end; at += 16) {
    const words = v128.load(at, upper);
    const cell = v128.bitselect(yes, no, i32x4.eq(words, i32x4.splat(upperOfOne)));
    v128.store(at, mixFour(v128.load(at), v128.bitselect(empty, cell, isMissing(words))));
  }
}

/** Ends the hashes of rows of so many columns. */
export function finishRows(tile: usize, count: i32, columns: i32): void {
  const width = i32x4.splat(columns);
  const end = tile + (<usize>count << 2);
  for (let at = tile; at < end; at += 16) v128.store(at, finishFour(v128.xor(v128.load(at), width)));
}

/** Whether these are the upper words of NaN, which of a plain one say enough. */
// @ts-ignore: decorator
@inline
function isMissing(upperWords: v128): v128 {
  return i32x4.gt_s(v128.and(upperWords, i32x4.splat(0x7fffffff)), i32x4.splat(upperOfInfinity));
}
