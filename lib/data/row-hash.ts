/**
 * 32-bit hash of the bytes of one cell.
 *
 * @see Appleby, MurmurHash3 (2011), x86_32 with seed 0; public domain
 */
export function cellHash(bytes: Uint8Array, start: number, end: number): number {
  const wordsEnd = start + ((end - start) & ~3);
  let hash = 0;
  let at = start;
  for (; at < wordsEnd; at += 4) {
    hash = mixWord(hash, bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
  }
  let tail = 0;
  for (let shift = 0; at < end; at++, shift += 8) tail |= bytes[at] << shift;
  return finishHash(hash ^ scramble(tail) ^ (end - start));
}

/** Adds the next cell's hash to the hash of a row, which begins at 0 and passes through `finishHash` at the end. */
export function mixWord(hash: number, word: number): number {
  const mixed = hash ^ scramble(word);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3's finaliser: a bijection of 32-bit integers in which each input bit flips half of the output bits. */
export function finishHash(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  const multiplied = Math.imul(word, 0xcc9e2d51);
  return Math.imul((multiplied << 15) | (multiplied >>> 17), 0x1b873593);
}
