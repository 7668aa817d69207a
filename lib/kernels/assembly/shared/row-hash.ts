// A 32-bit hash of the text of a row.
//
// The text is taken as 32-bit words, little-endian, the last one filled up with zeros. Word i goes into lane i mod 16 of
// 16: lane = rotate(lane xor word, 15) · 0x9e3779b1. Then lanes l, l + 4, l + 8 and l + 12 are mixed into one, those four
// and the text's length into the hash, by the steps of MurmurHash3 (Appleby 2011). lib/data/row-hash.ts is the same in
// TypeScript.
//
// Why so: each step of a lane waits for the one before, some 14 cycles; four vectors of four lanes wait at the same time.

import { firstBytes } from './first-bytes';

/** The initial lanes, and four factors and terms, four times each: engines rebuild constant vectors at each use. */
const constants = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0x9e3779b1, 0x9e3779b1, 0x9e3779b1, 0x9e3779b1, 0xcc9e2d51, 0xcc9e2d51, 0xcc9e2d51, 0xcc9e2d51,
  0x1b873593, 0x1b873593, 0x1b873593, 0x1b873593, 0xe6546b64, 0xe6546b64, 0xe6546b64, 0xe6546b64,
]);

/** The hash of the bytes from `start` to `end`; reads whole vectors, up to 15 bytes beyond. */
export function hashText(start: usize, end: usize): u32 {
  let a = v128.load(constants);
  let b = v128.load(constants, 16);
  let c = v128.load(constants, 32);
  let d = v128.load(constants, 48);
  let at = start;
  for (; at + 64 <= end; at += 64) {
    a = take(a, v128.load(at));
    b = take(b, v128.load(at, 16));
    c = take(c, v128.load(at, 32));
    d = take(d, v128.load(at, 48));
  }
  if (at < end) {
    a = takeLast(a, at, end);
    if (at + 16 < end) b = takeLast(b, at + 16, end);
    if (at + 32 < end) c = takeLast(c, at + 32, end);
    if (at + 48 < end) d = takeLast(d, at + 48, end);
  }
  const lanes = mixLanes(mixLanes(mixLanes(a, b), c), d);
  let hash = <u32>(end - start);
  hash = mixWord(hash, i32x4.extract_lane(lanes, 0));
  hash = mixWord(hash, i32x4.extract_lane(lanes, 1));
  hash = mixWord(hash, i32x4.extract_lane(lanes, 2));
  return finish(mixWord(hash, i32x4.extract_lane(lanes, 3)));
}

// @ts-ignore: decorator
@inline
function take(lanes: v128, words: v128): v128 {
  const mixed = v128.xor(lanes, words);
  return i32x4.mul(v128.or(i32x4.shl(mixed, 15), i32x4.shr_u(mixed, 17)), v128.load(constants, 64));
}

/** Takes what is left of a text, at most 16 bytes; a word beyond its end leaves its lane as it is. */
// @ts-ignore: decorator
@inline
function takeLast(lanes: v128, at: usize, end: usize): v128 {
  const count = min(end - at, 16);
  const taken = take(lanes, v128.and(v128.load(at), v128.load(firstBytes + 16 - count)));
  return v128.bitselect(taken, lanes, v128.load(firstBytes + 16 - ((count + 3) & ~3)));
}

// @ts-ignore: decorator
@inline
function mixLanes(hash: v128, words: v128): v128 {
  let scrambled = i32x4.mul(words, v128.load(constants, 80));
  scrambled = v128.or(i32x4.shl(scrambled, 15), i32x4.shr_u(scrambled, 17));
  const mixed = v128.xor(hash, i32x4.mul(scrambled, v128.load(constants, 96)));
  const turned = v128.or(i32x4.shl(mixed, 13), i32x4.shr_u(mixed, 19));
  return i32x4.add(i32x4.add(i32x4.shl(turned, 2), turned), v128.load(constants, 112));
}

// @ts-ignore: decorator
@inline
export function mixWord(hash: u32, word: u32): u32 {
  return rotl<u32>(hash ^ (rotl<u32>(word * 0xcc9e2d51, 15) * 0x1b873593), 13) * 5 + 0xe6546b64;
}

// @ts-ignore: decorator
@inline
export function finish(hash: u32): u32 {
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}
