// Reads a block of memory and adds it up, four streams at once, each 128 bits wide: as fast as WebAssembly gets bytes out
// of memory. A description holds the address of the data and the bytes of a block; from byte 64 on, a sum for each block.

/** Sums block `index`; the length is a multiple of 256. */
export function readBlock(description: usize, index: i32, scratch: usize): void {
  const bytes = <usize>load<u32>(description, 4);
  const quarter = bytes / 4;
  const from = <usize>load<u32>(description) + <usize>index * bytes;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let at: usize = from; at < from + quarter; at += 64) {
    a = f32x4.add(f32x4.add(a, v128.load(at)), v128.load(at, 16));
    a = f32x4.add(f32x4.add(a, v128.load(at, 32)), v128.load(at, 48));
    const second = at + quarter;
    b = f32x4.add(f32x4.add(b, v128.load(second)), v128.load(second, 16));
    b = f32x4.add(f32x4.add(b, v128.load(second, 32)), v128.load(second, 48));
    const third = second + quarter;
    c = f32x4.add(f32x4.add(c, v128.load(third)), v128.load(third, 16));
    c = f32x4.add(f32x4.add(c, v128.load(third, 32)), v128.load(third, 48));
    const fourth = third + quarter;
    d = f32x4.add(f32x4.add(d, v128.load(fourth)), v128.load(fourth, 16));
    d = f32x4.add(f32x4.add(d, v128.load(fourth, 32)), v128.load(fourth, 48));
  }
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  store<f32>(description + 64 + 4 * <usize>index, f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 3));
}
