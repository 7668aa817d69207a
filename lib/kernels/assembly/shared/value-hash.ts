// The steps of MurmurHash3 (Appleby 2011) on four hashes at once: `mixWord` and `finishHash` of lib/data/row-hash.ts.

/** Factors and a term, four times each: an engine makes a constant vector anew at each use, which takes longer than a load. */
const constants = memory.data<u32>([
  0xcc9e2d51, 0xcc9e2d51, 0xcc9e2d51, 0xcc9e2d51, 0x1b873593, 0x1b873593, 0x1b873593, 0x1b873593,
  0xe6546b64, 0xe6546b64, 0xe6546b64, 0xe6546b64, 0x85ebca6b, 0x85ebca6b, 0x85ebca6b, 0x85ebca6b,
  0xc2b2ae35, 0xc2b2ae35, 0xc2b2ae35, 0xc2b2ae35,
]);

// @ts-ignore: decorator
@inline
export function mixFour(hash: v128, words: v128): v128 {
  let scrambled = i32x4.mul(words, v128.load(constants));
  scrambled = i32x4.mul(v128.or(i32x4.shl(scrambled, 15), i32x4.shr_u(scrambled, 17)), v128.load(constants, 16));
  const mixed = v128.xor(hash, scrambled);
  const turned = v128.or(i32x4.shl(mixed, 13), i32x4.shr_u(mixed, 19));
  return i32x4.add(i32x4.add(i32x4.shl(turned, 2), turned), v128.load(constants, 32));
}

// @ts-ignore: decorator
@inline
export function finishFour(hash: v128): v128 {
  let mixed = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 16)), v128.load(constants, 48));
  mixed = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 13)), v128.load(constants, 64));
  return v128.xor(mixed, i32x4.shr_u(mixed, 16));
}
