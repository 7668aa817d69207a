/**
 * e^−|x| in float32, four numbers at a time, within 1.2 · (1 + |x|) units in the last place; 2^−126 where |x| is above 87.33.
 *
 * 2^(x / ln 2) = 2^n · 2^f with f in [−1/2, 1/2] and a polynomial for the latter. The further down, the more the rounding of
 * x / ln 2 counts; the smaller is what it is added to.
 *
 * All constants are read from memory before the loop. Written as vectors in it, each would be built anew by three
 * instructions every time, which are more than all the arithmetic; read, they stay in registers.
 */
const constants = memory.data<f32>([
  -0.0, 1.44269504, -126, 12582912, 1.535336188319500e-4, 1.339887440266574e-3, 9.618437357674640e-3, 5.550332471162809e-2,
  2.402264791363012e-1, 6.931472028550421e-1, 1,
]);

/** The bit of the sign, and 1, in four lanes: from memory, for the same reason. */
// @ts-ignore: decorator
@inline
export function signBits(): v128 {
  return v128.load32_splat(constants);
}

// @ts-ignore: decorator
@inline
export function ones(): v128 {
  return v128.load32_splat(constants, 40);
}

/**
 * Writes e^−|x| of each number.
 *
 * @param count of numbers, a multiple of four
 */
// @ts-ignore: decorator
@inline
export function writeExpOfNegatives(from: usize, to: usize, count: i32): void {
  const signs = signBits();
  const perLog2 = v128.load32_splat(constants, 4);
  const lowest = v128.load32_splat(constants, 8);
  // Floats of this size have no fraction: a sum with it is rounded, and n stands in its lowest bits.
  const magic = v128.load32_splat(constants, 12);
  const a = v128.load32_splat(constants, 16);
  const b = v128.load32_splat(constants, 20);
  const c = v128.load32_splat(constants, 24);
  const d = v128.load32_splat(constants, 28);
  const e = v128.load32_splat(constants, 32);
  const g = v128.load32_splat(constants, 36);
  const one = ones();
  for (const end = from + (<usize>count << 2); from < end; from += 16, to += 16) {
    const scaled = f32x4.pmax(f32x4.mul(v128.or(v128.load(from), signs), perLog2), lowest);
    const raised = f32x4.add(scaled, magic);
    const f = f32x4.sub(scaled, f32x4.sub(raised, magic));
    let power = f32x4.add(f32x4.mul(a, f), b);
    power = f32x4.add(f32x4.mul(power, f), c);
    power = f32x4.add(f32x4.mul(power, f), d);
    power = f32x4.add(f32x4.mul(power, f), e);
    power = f32x4.add(f32x4.mul(power, f), g);
    power = f32x4.add(f32x4.mul(power, f), one);
    v128.store(to, i32x4.add(power, i32x4.shl(raised, 23)));
  }
}
