/**
 * Matrices of float32 weights as shared/matrix-product.ts reads them: eight columns together, row after row, then the next
 * eight; a last four likewise, since columns are padded to a multiple of four. So each panel is read from one end to the
 * other, and its place follows from the column alone.
 */

/** Bytes of a row, padded. */
// @ts-ignore: decorator
@inline
export function paddedBytes(width: i32): usize {
  return <usize>((width + 3) & ~3) << 2;
}

/**
 * Copies a matrix of float64, as it is and transposed; what pads the copies is left alone.
 *
 * @param from shape [rows, columns]
 * @param straight in panels, shape [rows, columns]; `turned`, shape [columns, rows]
 */
export function copyToPanels(from: usize, rows: i32, columns: i32, straight: usize, turned: usize): void {
  const fromBytes = <usize>columns << 3;
  for (let k = 0; k < rows; k += 4) {
    const turnedBytes = panelBytes(k, rows);
    for (let j = 0; j < columns; j += 4) {
      const bytes = panelBytes(j, columns);
      const to = straight + placeInPanels(j, rows) + <usize>k * bytes;
      const across = turned + placeInPanels(k, columns) + <usize>j * turnedBytes;
      if (k + 4 <= rows && j + 4 <= columns) {
        copySquare(from + (<usize>j << 3), fromBytes, to, bytes, across, turnedBytes);
        continue;
      }
      for (let r: usize = 0; r < <usize>min(4, rows - k); r++) {
        for (let q: usize = 0; q < <usize>min(4, columns - j); q++) {
          const weight = <f32>load<f64>(from + r * fromBytes + ((<usize>j + q) << 3));
          store<f32>(to + r * bytes + (q << 2), weight);
          store<f32>(across + q * turnedBytes + (r << 2), weight);
        }
      }
    }
    from += fromBytes << 2;
  }
}

/** Where a column's first row stands among panels of so many rows. */
// @ts-ignore: decorator
@inline
function placeInPanels(column: i32, rows: i32): usize {
  return <usize>((column & ~7) * rows + (column & 7)) << 2;
}

/** Bytes from one row to the next there: of a last four columns, half as many. */
// @ts-ignore: decorator
@inline
function panelBytes(column: i32, columns: i32): usize {
  return (column & ~7) + 4 < columns ? 32 : 16;
}

/** Sixteen weights, `fromBytes` to a row. */
// @ts-ignore: decorator
@inline
function copySquare(from: usize, fromBytes: usize, to: usize, toBytes: usize, turned: usize, turnedBytes: usize): void {
  const a = demoteFour(from);
  const b = demoteFour(from + fromBytes);
  const c = demoteFour(from + 2 * fromBytes);
  const d = demoteFour(from + 3 * fromBytes);
  v128.store(to, a);
  v128.store(to + toBytes, b);
  v128.store(to + 2 * toBytes, c);
  v128.store(to + 3 * toBytes, d);
  const lowAb = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const lowCd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const highAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const highCd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(turned, v128.shuffle<f64>(lowAb, lowCd, 0, 2));
  v128.store(turned + turnedBytes, v128.shuffle<f64>(lowAb, lowCd, 1, 3));
  v128.store(turned + 2 * turnedBytes, v128.shuffle<f64>(highAb, highCd, 0, 2));
  v128.store(turned + 3 * turnedBytes, v128.shuffle<f64>(highAb, highCd, 1, 3));
}

// @ts-ignore: decorator
@inline
function demoteFour(from: usize): v128 {
  const low = f32x4.demote_f64x2_zero(v128.load(from));
  return v128.shuffle<f32>(low, f32x4.demote_f64x2_zero(v128.load(from, 16)), 0, 1, 4, 5);
}
