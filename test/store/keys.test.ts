import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { checkKey, compareKeys, isDataKey, isKey } from '../../lib/store/keys.ts';

test.each([
  ['datasets/houses/part-0.csv', true],
  ['part 1 (é).csv', true],
  ['a_b/c.d', true],
  ['datasets/houses/', false],
  ['datasets/houses/_SUCCESS', false],
  ['datasets/_temporary/0/part-0.csv', false],
  ['datasets/houses/.part-0.csv.crc', false],
  ['.hidden/part-0.csv', false],
])('whether %j names data: %s', (key, expected) => {
  expect(isDataKey(key)).toBe(expected);
});

test('keys are ordered by their bytes of UTF-8', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compareKeys('\u{1f3e0}', '\uff61')).toBeGreaterThan(0);
  expect(compareKeys('a', 'a')).toBe(0);
});

test('a refusal says which key and why, and escapes what would garble a log', () => {
  expect(() => checkKey('a\nb')).toThrow(/key "a\\nb": expected no backslash and no control character/);
  expect(() => checkKey('a/../b')).toThrow(/segment "\." or "\.\."/);
  expect(() => checkKey('x'.repeat(1025))).toThrow(/1024 bytes of UTF-8, found 1025/);
  expect(() => checkKey('é'.repeat(512))).not.toThrow();
  expect(() => checkKey('abc', 1022)).toThrow(InputError);
});

test('what isKey takes, checkKey takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '/', '.', '\\', '\u0000', 'é') }), (key) => {
      if (isKey(key)) expect(() => checkKey(key)).not.toThrow();
      else expect(() => checkKey(key)).toThrow(InputError);
    }),
  );
});
