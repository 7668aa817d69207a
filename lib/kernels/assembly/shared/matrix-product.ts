/**
 * A product of matrices in float32, of few rows by a matrix in panels (weight-panels.ts).
 *
 * Four rows of A by eight columns of B at a time, in eight registers, so that two loads and four splats serve eight
 * products, two steps of the inner index to a turn of the loop: the processor adds and multiplies as fast as it is told
 * to, so each instruction less counts. Each sum runs over its terms in their order, whatever the shapes.
 */

/** Four times what nothing is less than. */
// @ts-ignore: decorator
@inline
export function lowest(): v128 {
  return f32x4.splat(-Infinity);
}

/**
 * Writes C = max(first + A·B, least), of `count` rows; C has `cBytes` to a row, a multiple of 16, and B as many, in panels.
 *
 * @param first float32, what each row of C begins with; 0 for zeros
 * @param least four times what stands for what is less, NaN excepted: relu costs nothing here, and a pass of its own
 */
export function multiply(
  a: usize,
  aBytes: usize,
  count: i32,
  inner: i32,
  b: usize,
  first: usize,
  least: v128,
  c: usize,
  cBytes: usize,
): void {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const from = a + <usize>row * aBytes;
    const to = c + <usize>row * cBytes;
    let at: usize = 0;
    for (; at + 32 <= cBytes; at += 32)
      multiplyWide(from, aBytes, inner, b + at * inner, first ? first + at : 0, least, to + at, cBytes);
    if (at < cBytes) multiplyNarrow(4, from, aBytes, inner, b + at * inner, 16, first ? first + at : 0, least, to + at, cBytes);
  }
  for (; row < count; row++) {
    const from = a + <usize>row * aBytes;
    const to = c + <usize>row * cBytes;
    for (let at: usize = 0; at < cBytes; at += 16) {
      const panel = at & ~31;
      const bBytes: usize = panel + 32 <= cBytes ? 32 : 16;
      multiplyNarrow(1, from, aBytes, inner, b + panel * inner + (at & 16), bBytes, first ? first + at : 0, least, to + at, cBytes);
    }
  }
}

/** Four rows by eight columns, two steps of the inner index at a time. */
// @ts-ignore: decorator
@inline
function multiplyWide(a: usize, aBytes: usize, inner: i32, b: usize, first: usize, least: v128, c: usize, cBytes: usize): void {
  let a0 = first ? v128.load(first) : f32x4.splat(0);
  let a1 = first ? v128.load(first, 16) : a0;
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
  let left = a0;
  let right = a0;
  let factor = a0;
  let at = a;
  const whole = a + (<usize>(inner & ~1) << 2);
  for (; at < whole; at += 8) {
    const atB = at + aBytes;
    const atC = atB + aBytes;
    const atD = atC + aBytes;
    left = v128.load(b);
    right = v128.load(b, 16);
    factor = v128.load32_splat(at);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    a1 = f32x4.add(a1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atB);
    b0 = f32x4.add(b0, f32x4.mul(factor, left));
    b1 = f32x4.add(b1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atC);
    c0 = f32x4.add(c0, f32x4.mul(factor, left));
    c1 = f32x4.add(c1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atD);
    d0 = f32x4.add(d0, f32x4.mul(factor, left));
    d1 = f32x4.add(d1, f32x4.mul(factor, right));
    left = v128.load(b, 32);
    right = v128.load(b, 48);
    factor = v128.load32_splat(at, 4);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    a1 = f32x4.add(a1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atB, 4);
    b0 = f32x4.add(b0, f32x4.mul(factor, left));
    b1 = f32x4.add(b1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atC, 4);
    c0 = f32x4.add(c0, f32x4.mul(factor, left));
    c1 = f32x4.add(c1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atD, 4);
    d0 = f32x4.add(d0, f32x4.mul(factor, left));
    d1 = f32x4.add(d1, f32x4.mul(factor, right));
    b += 64;
  }
  const end = a + (<usize>inner << 2);
  for (; at < end; at += 4) {
    const atB = at + aBytes;
    const atC = atB + aBytes;
    const atD = atC + aBytes;
    left = v128.load(b);
    right = v128.load(b, 16);
    factor = v128.load32_splat(at);
    a0 = f32x4.add(a0, f32x4.mul(factor, left));
    a1 = f32x4.add(a1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atB);
    b0 = f32x4.add(b0, f32x4.mul(factor, left));
    b1 = f32x4.add(b1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atC);
    c0 = f32x4.add(c0, f32x4.mul(factor, left));
    c1 = f32x4.add(c1, f32x4.mul(factor, right));
    factor = v128.load32_splat(atD);
    d0 = f32x4.add(d0, f32x4.mul(factor, left));
    d1 = f32x4.add(d1, f32x4.mul(factor, right));
    b += 32;
  }
  v128.store(c, f32x4.pmax(a0, least));
  v128.store(c, f32x4.pmax(a1, least), 16);
  c += cBytes;
  v128.store(c, f32x4.pmax(b0, least));
  v128.store(c, f32x4.pmax(b1, least), 16);
  c += cBytes;
  v128.store(c, f32x4.pmax(c0, least));
  v128.store(c, f32x4.pmax(c1, least), 16);
  c += cBytes;
  v128.store(c, f32x4.pmax(d0, least));
  v128.store(c, f32x4.pmax(d1, least), 16);
}

/**
 * Some rows by four columns, which stand `bBytes` apart.
 *
 * @param rows 1 or 4, a constant where this is compiled in
 */
// @ts-ignore: decorator
@inline
function multiplyNarrow(
  rows: i32,
  a: usize,
  aBytes: usize,
  inner: i32,
  b: usize,
  bBytes: usize,
  first: usize,
  least: v128,
  c: usize,
  cBytes: usize,
): void {
  let a0 = first ? v128.load(first) : f32x4.splat(0);
  let b0 = a0;
  let c0 = a0;
  let d0 = a0;
  const end = a + (<usize>inner << 2);
  for (let at = a; at < end; at += 4) {
    const four = v128.load(b);
    b += bBytes;
    a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(at), four));
    if (rows > 1) {
      b0 = f32x4.add(b0, f32x4.mul(v128.load32_splat(at + aBytes), four));
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(at + 2 * aBytes), four));
      d0 = f32x4.add(d0, f32x4.mul(v128.load32_splat(at + 3 * aBytes), four));
    }
  }
  v128.store(c, f32x4.pmax(a0, least));
  if (rows > 1) {
    v128.store(c + cBytes, f32x4.pmax(b0, least));
    v128.store(c + 2 * cBytes, f32x4.pmax(c0, least));
    v128.store(c + 3 * cBytes, f32x4.pmax(d0, least));
  }
}
