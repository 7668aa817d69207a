import { expect, test } from 'vitest';
import { cellHash, finishHash } from '../../lib/data/row-hash.ts';

// The table of test vectors on the page "MurmurHash", Wikipedia, for the 32-bit form with seed 0.
test.each([
  ['', 0],
  ['test', 0xba6bd213],
  ['Hello, world!', 0xc0363e43],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('the hash of %j is the published MurmurHash3 value', (text, expected) => {
  const bytes = new TextEncoder().encode(`<${text}>`);
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
