import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levelIndex, sortLevels } from '../../lib/data/levels.ts';

test('texts are told apart by their bytes, however their hashes collide', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '𝄞'), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 200, size: 'max' }), fc.integer({ min: 1, max: 7 }), (texts, hashCount) => {
      const levels = levelIndex();
      const codes = texts.map((value) => {
        const bytes = new TextEncoder().encode(`<${value}>`);
        return levels.codeOf(bytes, 1, bytes.length - 1, value.length % hashCount);
      });
      const distinct = [...new Set(texts)];
      expect(levels.texts).toEqual(distinct);
      expect(codes).toEqual(texts.map((value) => distinct.indexOf(value)));
    }),
    { numRuns: 200 },
  );
});

test('bytes that are not UTF-8 have no number, and a leading U+FEFF is part of its text', () => {
  const levels = levelIndex();
  expect(levels.codeOf(Uint8Array.of(0xc3), 0, 1, 5)).toBe(-1);
  expect(levels.codeOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 0, 4, 5)).toBe(0);
  expect(levels.codeOf(Uint8Array.of(0x61), 0, 1, 5)).toBe(1);
  expect(levels.texts).toEqual(['\ufeffa', 'a']);
});

test('sorting renumbers the codes and leaves missing cells missing', () => {
  const codes = Int32Array.of(0, 1, -1, 2, 0);
  expect(sortLevels(['c', 'a', 'b'], codes)).toEqual(['a', 'b', 'c']);
  expect([...codes]).toEqual([2, 0, -1, 1, 2]);
});
