import { expect, test } from 'vitest';
import { cellHash, finishHash } from '../../lib/data/row-hash.ts';

// Test vectors made with the author's own test program, SMHasher (seed 0): stackoverflow.com/a/31929528.
test.each([
  [[], 0],
  [[0xff, 0xff, 0xff, 0xff], 0x76293b50],
  [[0x21, 0x43, 0x65, 0x87], 0xf55b516b],
  [[0x21, 0x43, 0x65], 0x7e4a8634],
  [[0x21, 0x43], 0xa0f7b07a],
  [[0x21], 0x72661cf4],
  [[0, 0, 0, 0], 0x2362f9de],
  [[0, 0, 0], 0x85f0b427],
  [[0, 0], 0x30f4c306],
  [[0], 0x514e28b7],
  [[...new TextEncoder().encode('hello')], 0x248bfa47],
])('the hash of the bytes %j is the published MurmurHash3 value', (content, expected) => {
  const bytes = Uint8Array.of(1, ...content, 1);
  expect(cellHash(bytes, 1, bytes.length - 1)).toBe(expected);
});

test('each input bit flips about half of the output bits', () => {
  for (let bit = 0; bit < 32; bit++) {
    let flipped = 0;
    for (let i = 0; i < 1_000; i++) {
      let difference = finishHash(i * 7919) ^ finishHash((i * 7919) ^ (1 << bit));
      for (; difference !== 0; difference &= difference - 1) flipped++;
    }
    expect(flipped / 1_000).toBeGreaterThan(14);
    expect(flipped / 1_000).toBeLessThan(18);
  }
});
