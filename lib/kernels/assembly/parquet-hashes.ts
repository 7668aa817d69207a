// Hashes of the rows and the columns of Parquet that parquet.ts has decoded.
//
// `hashRows(description, block, scratch)` leaves a 32-bit hash of each row of a canonical block, by the values of its
// cells, as `addTyped` in lib/data/collect.ts mixes them; `hashColumns` leaves SHA-256 of each column of a block, of its
// values as float64, the plain NaN where one is missing. A column is taken from its float64 where it has any, else from
// the packed float32, which it was stored as.
//
// Why so: hashes have tasks of their own, as not every reader needs them. A cell's hash is a chain of multiplications, so
// four rows of a column are hashed at once; and 256 rows at a time, which stay in the first-level cache for all columns.

import { finishFour, lowerWords, mixFour, upperWords } from './shared/value-hash';

/** SHA-256: begins a hash, adds bytes to it, and writes its 32 bytes. */
// @ts-ignore: decorator
@external('host', 'beginHash')
declare function beginHash(): void;
// @ts-ignore: decorator
@external('host', 'hashBytes')
declare function hashBytes(address: usize, bytes: usize): void;
// @ts-ignore: decorator
@external('host', 'endHash')
declare function endHash(address: usize): void;

// The description, u32.
const COLUMNS: usize = 4;
const STRIDE: usize = 8;
const MATRIX: usize = 12;
const KINDS: usize = 24; // of each column: physical type, whether unsigned, address of its float64 or 0, whether boolean
const BLOCKS: usize = 48; // of each: first row, rows
const ROW_HASHES: usize = 52;
const COLUMN_HASHES: usize = 56; // of each block and column, 32 bytes
const EMPTY_HASH: usize = 60;
const FALSE_HASH: usize = 64;
const TRUE_HASH: usize = 68;

/** Copies a column of some rows into `out`, as float64. */
function gather(description: usize, column: i32, firstRow: usize, rows: i32, out: usize): void {
  const doubles = load<usize>(load<usize>(description, KINDS) + (<usize>column << 4), 8);
  if (doubles != 0) {
    memory.copy(out, doubles + (firstRow << 3), <usize>rows << 3);
    return;
  }
  const stride = load<usize>(description, STRIDE);
  let from = load<usize>(description, MATRIX) + firstRow * stride + (<usize>column << 2);
  const plain = f64x2.splat(NaN);
  let row = 0;
  for (; row + 2 <= rows; row += 2, from += 2 * stride, out += 16) {
    const pair = f64x2.promote_low_f32x4(v128.load32_lane(from + stride, v128.load32_zero(from), 1));
    v128.store(out, v128.bitselect(pair, plain, f64x2.eq(pair, pair)));
  }
  if (row < rows) {
    const value = <f64>load<f32>(from);
    store<f64>(out, value == value ? value : NaN);
  }
}

/** Scratch: a block's rows as float64. */
export function hashColumns(description: usize, block: i32, scratch: usize): void {
  const columns = load<i32>(description, COLUMNS);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const rows = load<i32>(place, 4);
  let out = load<usize>(description, COLUMN_HASHES) + <usize>(block * columns) * 32;
  for (let column = 0; column < columns; column++, out += 32) {
    gather(description, column, load<usize>(place), rows, scratch);
    beginHash();
    hashBytes(scratch, <usize>rows << 3);
    endHash(out);
  }
}

/** Scratch: 256 rows of a column as float64, and four more. */
export function hashRows(description: usize, block: i32, scratch: usize): void {
  const columns = load<i32>(description, COLUMNS);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const firstRow = load<usize>(place);
  const rows = load<i32>(place, 4);
  const kinds = load<usize>(description, KINDS);
  const empty = i32x4.splat(load<u32>(description, EMPTY_HASH));
  const no = i32x4.splat(load<u32>(description, FALSE_HASH));
  const yes = i32x4.splat(load<u32>(description, TRUE_HASH));
  const hashesAt = scratch + 264 * 8;
  for (let start = 0; start < rows; start += 256) {
    const count = min(256, rows - start);
    memory.fill(hashesAt, 0, 256 * 4);
    for (let column = 0; column < columns; column++) {
      const isBoolean = load<u32>(kinds + (<usize>column << 4), 12) != 0;
      gather(description, column, firstRow + <usize>start, count, scratch);
      for (let i: usize = 0; i < <usize>count; i += 4) {
        // Adding zero makes -0 and 0 one number, as they are equal.
        const first = f64x2.add(v128.load(scratch + (i << 3)), f64x2.splat(0));
        const second = f64x2.add(v128.load(scratch + (i << 3), 16), f64x2.splat(0));
        const isMissing = lowerWords(f64x2.ne(first, first), f64x2.ne(second, second));
        let cell: v128;
        if (isBoolean) {
          const isTrue = lowerWords(f64x2.eq(first, f64x2.splat(1)), f64x2.eq(second, f64x2.splat(1)));
          cell = v128.bitselect(yes, no, isTrue);
        } else {
          cell = finishFour(mixFour(mixFour(i32x4.splat(0), lowerWords(first, second)), upperWords(first, second)));
        }
        const hashes = hashesAt + (i << 2);
        v128.store(hashes, mixFour(v128.load(hashes), v128.bitselect(empty, cell, isMissing)));
      }
    }
    const out = load<usize>(description, ROW_HASHES) + ((firstRow + <usize>start) << 2);
    const width = i32x4.splat(columns);
    for (let i: usize = 0; i < <usize>count; i += 4) {
      v128.store(hashesAt + (i << 2), finishFour(v128.xor(v128.load(hashesAt + (i << 2)), width)));
    }
    memory.copy(out, hashesAt, <usize>count << 2);
  }
}
