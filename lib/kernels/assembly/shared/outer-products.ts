/**
 * Sums over a tile of rows of slope ⊗ row, in float32, added to sums of float64.
 *
 * The sums of four outputs by eight columns stay in registers while the rows pass in their order: so each sum is loaded and
 * stored once a tile, and two loads and four splats serve eight products.
 *
 * @param rows float32, shape [count, inputs], `rowBytes` apart
 * @param slopes float32, shape [count, outputs], `slopeBytes` apart
 * @param sums float64, shape [outputs, inputs]
 */
export function addOuterProducts(
  rows: usize,
  rowBytes: usize,
  count: i32,
  inputs: i32,
  outputs: i32,
  slopes: usize,
  slopeBytes: usize,
  sums: usize,
): void {
  const end = <usize>inputs << 2;
  const sumBytes = <usize>inputs << 3;
  let at: usize = 0;
  for (; at + 32 <= end; at += 32) {
    let k = 0;
    const to = sums + (at << 1);
    for (; k + 4 <= outputs; k += 4)
      addSquares(4, true, rows + at, rowBytes, count, slopes + (<usize>k << 2), slopeBytes, to + <usize>k * sumBytes, sumBytes);
    for (; k + 2 <= outputs; k += 2)
      addSquares(2, true, rows + at, rowBytes, count, slopes + (<usize>k << 2), slopeBytes, to + <usize>k * sumBytes, sumBytes);
    if (k < outputs)
      addSquares(1, true, rows + at, rowBytes, count, slopes + (<usize>k << 2), slopeBytes, to + <usize>k * sumBytes, sumBytes);
  }
  for (; at + 16 <= end; at += 16) {
    let k = 0;
    const to = sums + (at << 1);
    for (; k + 4 <= outputs; k += 4)
      addSquares(4, false, rows + at, rowBytes, count, slopes + (<usize>k << 2), slopeBytes, to + <usize>k * sumBytes, sumBytes);
    for (; k < outputs; k++)
      addSquares(1, false, rows + at, rowBytes, count, slopes + (<usize>k << 2), slopeBytes, to + <usize>k * sumBytes, sumBytes);
  }
  for (; at < end; at += 4)
    for (let k = 0; k < outputs; k++)
      addColumn(rows + at, rowBytes, count, slopes + (<usize>k << 2), slopeBytes, sums + (at << 1) + <usize>k * sumBytes);
}

/**
 * Some outputs by eight columns, or four: both constants where this is compiled in.
 *
 * @param outputs 1, 2 or 4
 */
// @ts-ignore: decorator
@inline
function addSquares(
  outputs: i32,
  isWide: bool,
  rows: usize,
  rowBytes: usize,
  count: i32,
  slopes: usize,
  slopeBytes: usize,
  sums: usize,
  sumBytes: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (let i = 0; i < count; i++) {
    const left = v128.load(rows);
    const right = isWide ? v128.load(rows, 16) : left;
    let slope = v128.load32_splat(slopes);
    a0 = f32x4.add(a0, f32x4.mul(slope, left));
    if (isWide) a1 = f32x4.add(a1, f32x4.mul(slope, right));
    if (outputs > 1) {
      slope = v128.load32_splat(slopes, 4);
      b0 = f32x4.add(b0, f32x4.mul(slope, left));
      if (isWide) b1 = f32x4.add(b1, f32x4.mul(slope, right));
    }
    if (outputs > 2) {
      slope = v128.load32_splat(slopes, 8);
      c0 = f32x4.add(c0, f32x4.mul(slope, left));
      if (isWide) c1 = f32x4.add(c1, f32x4.mul(slope, right));
      slope = v128.load32_splat(slopes, 12);
      d0 = f32x4.add(d0, f32x4.mul(slope, left));
      if (isWide) d1 = f32x4.add(d1, f32x4.mul(slope, right));
    }
    rows += rowBytes;
    slopes += slopeBytes;
  }
  addFour(sums, a0);
  if (isWide) addFour(sums + 32, a1);
  if (outputs > 1) {
    addFour(sums + sumBytes, b0);
    if (isWide) addFour(sums + sumBytes + 32, b1);
  }
  if (outputs > 2) {
    addFour(sums + 2 * sumBytes, c0);
    if (isWide) addFour(sums + 2 * sumBytes + 32, c1);
    addFour(sums + 3 * sumBytes, d0);
    if (isWide) addFour(sums + 3 * sumBytes + 32, d1);
  }
}

// @ts-ignore: decorator
@inline
function addFour(sums: usize, four: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(four)));
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
  v128.store(sums, f64x2.add(v128.load(sums, 16), upper), 16);
}

// @ts-ignore: decorator
@inline
function addColumn(rows: usize, rowBytes: usize, count: i32, slopes: usize, slopeBytes: usize, sums: usize): void {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) {
    sum += load<f32>(slopes) * load<f32>(rows);
    rows += rowBytes;
    slopes += slopeBytes;
  }
  store<f64>(sums, load<f64>(sums) + <f64>sum);
}
