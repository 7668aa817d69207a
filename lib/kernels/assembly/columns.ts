// What is known of columns of float32 before a model is fitted, and what the model is given of them.
//
// Rows lie in blocks, each somewhere in memory, row-major, `stride` bytes to a row, whose columns are filled up to a
// multiple of four. A NaN is a missing cell. Of each block the rows that count are listed: `rows`, ascending, are rows of
// the table, and those from `offsets[block]` to `offsets[block + 1]` lie in the block.
//
// `sumColumns` leaves, of each block and column, six float64: how many cells there are, how many are not whole, the
// least, the greatest, their mean, and the sum of the squared deviations from it. The sums are those of
// `blockMoments` in core/statistics, to the bit: each column's run over the rows in their order.
//
// `encodeColumns` writes (value - mean) / scale, in float64 rounded once to float32, into a matrix without gaps, a missing
// value as `impute`: what `encodeRows` in lib/data/encode.ts does with a column of numbers, to the bit.
//
// `encodeOver` does the same in place: the matrix overlaps the rows that it is made of, and begins at the first block or
// before it. A row of the result has no more columns than a row of the data, and none of them comes after the column that it
// is made of; so within a block no row is overwritten before it has been read. Other threads may still be reading earlier
// blocks: it waits for those that its result overwrites. Shares are taken in ascending order, so each block that another one
// waits for is already being worked on.
//
// `copyRows` copies rows unchanged, with all their columns, into a matrix without gaps.
//
// Why so: four columns are summed at once, so each sum still adds its values in the order of the rows. Sums are taken of 64
// rows at a time, which stay in the first-level cache while all columns pass over them. Rows are encoded one at a time, in
// the order in which the result lies; imputing costs time only where there is a NaN.

// u32 fields.
const BLOCKS: usize = 0; // of each block: address, and number of its first row
const STRIDE: usize = 4;
const ROWS: usize = 8;
const OFFSETS: usize = 12;
const OUT: usize = 16;
// sumColumns
const COLUMNS: usize = 20; // a multiple of four
// encodeColumns
const OUT_COLUMNS: usize = 20;
const RUNS: usize = 24; // (first column, first column of the result, count), u32; ends with a count of 0
const MEANS: usize = 28; // float64 of each column of the result, and so the next two
const SCALES: usize = 32;
const IMPUTES: usize = 36;
const NOT_FINITE: usize = 40; // of each block, u32: whether a result was not finite
const DONE: usize = 44; // encodeOver: of each block, u32, 1 when it is encoded

const tileRows: i32 = 64;

/** Scratch: of each column the first value, a total, and a guess of the mean, then room for a tile's rows. */
export function sumColumns(description: usize, block: i32, scratch: usize): void {
  const columns = load<usize>(description, COLUMNS);
  const stride = load<usize>(description, STRIDE);
  const offsets = load<usize>(description, OFFSETS) + (<usize>block << 2);
  const from = load<i32>(offsets);
  const end = load<i32>(offsets, 4);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const rows = load<usize>(description, ROWS);
  const base = load<usize>(place) - load<usize>(place, 4) * stride;
  const out = load<usize>(description, OUT) + <usize>block * 48 * columns;
  const count = out;
  const fractions = out + 8 * columns;
  const least = fractions + 8 * columns;
  const greatest = least + 8 * columns;
  const mean = greatest + 8 * columns;
  const squares = mean + 8 * columns;
  const first = scratch;
  const guess = first + 4 * columns;
  const total = guess + 8 * columns;
  memory.fill(out, 0, 48 * columns);
  memory.fill(scratch, 0, 20 * columns);
  for (let c: usize = 0; c < columns; c++) {
    store<f64>(least + (c << 3), Infinity);
    store<f64>(greatest + (c << 3), -Infinity);
    let value = f32.NaN;
    for (let i = from; i < end && value != value; i++) {
      value = load<f32>(base + load<usize>(rows + (<usize>i << 2)) * stride + (c << 2));
    }
    store<f32>(first + (c << 2), value);
  }
  for (let start = from; start < end; start += tileRows) {
    const stop = min(start + tileRows, end);
    for (let c: usize = 0; c < columns; c += 4) {
      addValues(base + (c << 2), stride, rows, start, stop, first + (c << 2), total + (c << 3), out + (c << 3), columns << 3);
    }
  }
  for (let c: usize = 0; c < columns; c++) {
    store<f64>(guess + (c << 3), <f64>load<f32>(first + (c << 2)) + load<f64>(total + (c << 3)) / load<f64>(count + (c << 3)));
    store<f64>(total + (c << 3), 0);
  }
  for (let start = from; start < end; start += tileRows) {
    const stop = min(start + tileRows, end);
    for (let c: usize = 0; c < columns; c += 4) {
      addGaps(base + (c << 2), stride, rows, start, stop, guess + (c << 3), total + (c << 3), squares + (c << 3));
    }
  }
  for (let c: usize = 0; c < columns; c++) {
    const at = c << 3;
    const n = load<f64>(count + at);
    const drift = load<f64>(total + at);
    if (n == 0) continue;
    store<f64>(mean + at, load<f64>(guess + at) + drift / n);
    store<f64>(squares + at, max(0, load<f64>(squares + at) - (drift * drift) / n));
  }
}

// @ts-ignore: decorator
@inline
function upper(values: v128): v128 {
  return i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** The lanes 0 and 1, or 2 and 3, of a mask of four, as a mask of two. */
// @ts-ignore: decorator
@inline
function lowerMask(mask: v128): v128 {
  return i8x16.shuffle(mask, mask, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7);
}
// @ts-ignore: decorator
@inline
function upperMask(mask: v128): v128 {
  return i8x16.shuffle(mask, mask, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15);
}

/** Four columns of a tile: counts, extremes, and the total above the first value. `out` as in sumColumns. */
function addValues(
  base: usize, stride: usize, rows: usize, from: i32, end: i32, firsts: usize, totals: usize, out: usize, step: usize,
): void {
  const first = v128.load(firsts);
  const firstLow = f64x2.promote_low_f32x4(first);
  const firstHigh = f64x2.promote_low_f32x4(upper(first));
  let present = i32x4.splat(0);
  let fractions = i32x4.splat(0);
  let least = f32x4.splat(Infinity);
  let greatest = f32x4.splat(-Infinity);
  let totalLow = v128.load(totals);
  let totalHigh = v128.load(totals, 16);
  for (let i = from; i < end; i++) {
    const value = v128.load(base + load<usize>(rows + (<usize>i << 2)) * stride);
    const isThere = f32x4.eq(value, value);
    present = i32x4.sub(present, isThere);
    fractions = i32x4.sub(fractions, v128.and(isThere, f32x4.ne(value, f32x4.floor(value))));
    least = f32x4.pmin(least, value);
    greatest = f32x4.pmax(greatest, value);
    const low = f64x2.sub(f64x2.promote_low_f32x4(value), firstLow);
    const high = f64x2.sub(f64x2.promote_low_f32x4(upper(value)), firstHigh);
    totalLow = f64x2.add(totalLow, v128.and(low, lowerMask(isThere)));
    totalHigh = f64x2.add(totalHigh, v128.and(high, upperMask(isThere)));
  }
  v128.store(totals, totalLow);
  v128.store(totals, totalHigh, 16);
  addCounts(out, present);
  addCounts(out + step, fractions);
  const minima = out + 2 * step;
  v128.store(minima, f64x2.pmin(v128.load(minima), f64x2.promote_low_f32x4(least)));
  v128.store(minima, f64x2.pmin(v128.load(minima, 16), f64x2.promote_low_f32x4(upper(least))), 16);
  const maxima = out + 3 * step;
  v128.store(maxima, f64x2.pmax(v128.load(maxima), f64x2.promote_low_f32x4(greatest)));
  v128.store(maxima, f64x2.pmax(v128.load(maxima, 16), f64x2.promote_low_f32x4(upper(greatest))), 16);
}

// @ts-ignore: decorator
@inline
function addCounts(at: usize, counts: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.convert_low_i32x4_s(counts)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.convert_low_i32x4_s(upper(counts))), 16);
}

/** Four columns of a tile: the sums of the gaps to a guess of the mean, and of their squares. */
function addGaps(
  base: usize, stride: usize, rows: usize, from: i32, end: i32, guesses: usize, drifts: usize, squares: usize,
): void {
  const guessLow = v128.load(guesses);
  const guessHigh = v128.load(guesses, 16);
  let driftLow = v128.load(drifts);
  let driftHigh = v128.load(drifts, 16);
  let squaresLow = v128.load(squares);
  let squaresHigh = v128.load(squares, 16);
  for (let i = from; i < end; i++) {
    const value = v128.load(base + load<usize>(rows + (<usize>i << 2)) * stride);
    const isThere = f32x4.eq(value, value);
    const low = v128.and(f64x2.sub(f64x2.promote_low_f32x4(value), guessLow), lowerMask(isThere));
    const high = v128.and(f64x2.sub(f64x2.promote_low_f32x4(upper(value)), guessHigh), upperMask(isThere));
    driftLow = f64x2.add(driftLow, low);
    driftHigh = f64x2.add(driftHigh, high);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high));
  }
  v128.store(drifts, driftLow);
  v128.store(drifts, driftHigh, 16);
  v128.store(squares, squaresLow);
  v128.store(squares, squaresHigh, 16);
}

/** Encodes the rows of a block. */
export function encodeColumns(description: usize, block: i32, _scratch: usize): void {
  const stride = load<usize>(description, STRIDE);
  const offsets = load<usize>(description, OFFSETS) + (<usize>block << 2);
  const from = load<i32>(offsets);
  const end = load<i32>(offsets, 4);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const rows = load<usize>(description, ROWS);
  const base = load<usize>(place) - load<usize>(place, 4) * stride;
  const outStride = load<usize>(description, OUT_COLUMNS) << 2;
  const out = load<usize>(description, OUT);
  const runs = load<usize>(description, RUNS);
  const means = load<usize>(description, MEANS);
  const scales = load<usize>(description, SCALES);
  const imputes = load<usize>(description, IMPUTES);
  let wrong = i32x4.splat(0);
  for (let i = from; i < end; i++) {
    const row = base + load<usize>(rows + (<usize>i << 2)) * stride;
    const target = out + <usize>i * outStride;
    for (let run = runs; ; run += 12) {
      const count = load<usize>(run, 8);
      if (count == 0) break;
      const source = row + (load<usize>(run) << 2);
      const column = load<usize>(run, 4);
      let c: usize = 0;
      for (; c + 4 <= count; c += 4) {
        const at = (column + c) << 3;
        let value = v128.load(source + (c << 2));
        let low = f64x2.promote_low_f32x4(value);
        let high = f64x2.promote_low_f32x4(upper(value));
        const isMissing = f32x4.ne(value, value);
        if (v128.any_true(isMissing)) {
          low = v128.bitselect(v128.load(imputes + at), low, lowerMask(isMissing));
          high = v128.bitselect(v128.load(imputes + at, 16), high, upperMask(isMissing));
        }
        low = f64x2.div(f64x2.sub(low, v128.load(means + at)), v128.load(scales + at));
        high = f64x2.div(f64x2.sub(high, v128.load(means + at, 16)), v128.load(scales + at, 16));
        value = i8x16.shuffle(
          f32x4.demote_f64x2_zero(low),
          f32x4.demote_f64x2_zero(high),
          0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
        );
        const gap = f32x4.sub(value, value);
        wrong = v128.or(wrong, f32x4.ne(gap, gap));
        v128.store(target + ((column + c) << 2), value);
      }
      for (; c < count; c++) {
        const at = (column + c) << 3;
        let value = <f64>load<f32>(source + (c << 2));
        if (value != value) value = load<f64>(imputes + at);
        const encoded = <f32>((value - load<f64>(means + at)) / load<f64>(scales + at));
        if (!(abs(encoded) < Infinity)) wrong = i32x4.splat(-1);
        store<f32>(target + ((column + c) << 2), encoded);
      }
    }
  }
  store<u32>(load<usize>(description, NOT_FINITE) + (<usize>block << 2), <u32>v128.any_true(wrong));
}

/** Encodes the rows of a block in place, over its own rows and those of earlier blocks that are already encoded. */
export function encodeOver(description: usize, block: i32, scratch: usize): void {
  const end = load<usize>(load<usize>(description, OFFSETS) + (<usize>block << 2), 4);
  const outEnd = load<usize>(description, OUT) + ((end * load<usize>(description, OUT_COLUMNS)) << 2);
  const blocks = load<usize>(description, BLOCKS);
  const done = load<usize>(description, DONE);
  for (let before = 0; before < block && load<usize>(blocks + (<usize>before << 3)) < outEnd; before++) {
    const flag = done + (<usize>before << 2);
    while (atomic.load<i32>(flag) == 0) atomic.wait<i32>(flag, 0, -1);
  }
  encodeColumns(description, block, scratch);
  const own = done + (<usize>block << 2);
  atomic.store<i32>(own, 1);
  atomic.notify(own, -1);
}

/** Copies the rows of a block. */
export function copyRows(description: usize, block: i32, _scratch: usize): void {
  const stride = load<usize>(description, STRIDE);
  const offsets = load<usize>(description, OFFSETS) + (<usize>block << 2);
  const place = load<usize>(description, BLOCKS) + (<usize>block << 3);
  const rows = load<usize>(description, ROWS);
  const base = load<usize>(place) - load<usize>(place, 4) * stride;
  const end = load<usize>(offsets, 4);
  let out = load<usize>(description, OUT) + load<usize>(offsets) * stride;
  for (let i = load<usize>(offsets); i < end; i++) {
    const row = base + load<usize>(rows + (i << 2)) * stride;
    for (let at: usize = 0; at < stride; at += 16) v128.store(out + at, v128.load(row + at));
    out += stride;
  }
}
