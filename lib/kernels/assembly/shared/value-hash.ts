// The steps of MurmurHash3 (Appleby 2011) on four hashes at once: `mixWord` and `finishHash` of lib/data/row-hash.ts.

// @ts-ignore: decorator
@inline
export function mixFour(hash: v128, words: v128): v128 {
  let scrambled = i32x4.mul(words, i32x4.splat(0xcc9e2d51));
  scrambled = i32x4.mul(v128.or(i32x4.shl(scrambled, 15), i32x4.shr_u(scrambled, 17)), i32x4.splat(0x1b873593));
  const mixed = v128.xor(hash, scrambled);
  const turned = v128.or(i32x4.shl(mixed, 13), i32x4.shr_u(mixed, 19));
  return i32x4.add(i32x4.mul(turned, i32x4.splat(5)), i32x4.splat(0xe6546b64));
}

// @ts-ignore: decorator
@inline
export function finishFour(hash: v128): v128 {
  let mixed = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 16)), i32x4.splat(0x85ebca6b));
  mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(mixed, i32x4.shr_u(mixed, 16));
}

/** The lower, or upper, 32 bits of four 64-bit numbers. */
// @ts-ignore: decorator
@inline
export function lowerWords(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}
// @ts-ignore: decorator
@inline
export function upperWords(first: v128, second: v128): v128 {
  return v128.shuffle<i32>(first, second, 1, 3, 5, 7);
}
