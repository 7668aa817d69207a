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

const lanes = new Int32Array(16);

/**
 * 32-bit hash of a row: of the bytes of its cells, joined by commas, without the commas at its end.
 *
 * Words of 32 bits go into 16 lanes in turn, which are mixed at the end: the kernel of lib/kernels/assembly/csv.ts, which
 * hashes rows where they lie, takes four vectors of lanes at a time.
 */
export function rowHash(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && bytes[end - 1] === comma) end--;
  for (let lane = 0; lane < 16; lane++) lanes[lane] = lane;
  for (let at = start, lane = 0; at < end; at += 4, lane = (lane + 1) & 15) {
    let word = bytes[at];
    if (at + 1 < end) word |= bytes[at + 1] << 8;
    if (at + 2 < end) word |= bytes[at + 2] << 16;
    if (at + 3 < end) word |= bytes[at + 3] << 24;
    const mixed = lanes[lane] ^ word;
    lanes[lane] = Math.imul((mixed << 15) | (mixed >>> 17), 0x9e3779b1);
  }
  let hash = end - start;
  for (let lane = 0; lane < 4; lane++) {
    hash = mixWord(hash, mixWord(mixWord(mixWord(lanes[lane], lanes[lane + 4]), lanes[lane + 8]), lanes[lane + 12]));
  }
  return finishHash(hash);
}

const comma = 0x2c;

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
