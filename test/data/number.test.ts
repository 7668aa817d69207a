import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMissingText, missingTokens, parseNumberText } from '../../lib/data/number.ts';
import { compareNumbers } from '../../scripts/numbers.ts';

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 25 });
const literal = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    digits,
    fc.constantFrom('', '.'),
    digits,
    fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '-', '+'), fc.integer({ min: 0, max: 400 })), {
      nil: undefined,
    }),
  )
  .map(([sign, whole, point, part, exponent]) => `${sign}${whole}${point}${part}${exponent ? exponent.join('') : ''}`);

test('any decimal literal gives what Number gives, to the bit, with blanks around it or not', () => {
  fc.assert(
    fc.property(literal, fc.constantFrom('', ' ', '\t '), (text, blank) => {
      // Number reads the empty text as 0; a cell without digits is no number.
      const expected = text === '' ? Number.NaN : Number(text);
      expect(parseNumberText(`${blank}${text}${blank}`)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});

test('every finite float64 survives being written and read', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseNumberText(String(value))).toBe(Number(String(value)));
    }),
    { numRuns: 2_000 },
  );
});

test('texts of few characters are numbers exactly when they are decimal literals', () => {
  const decimal = /^[ \t]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t]*$/i;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'012.eE+- \t_x'), maxLength: 6 }), (text) => {
      expect(parseNumberText(text)).toBe(decimal.test(text) ? Number(text) : Number.NaN);
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  '',
  '.',
  '-',
  'e5',
  '1e',
  '1e+',
  '1.2.3',
  '0x10',
  '0b1',
  '0o7',
  '1_000',
  '1,5',
  '1 2',
  '+ 5',
  '--5',
  'NaN',
  '5n',
  '\u00a05',
  '٣',
])('%j is no number', (text) => {
  expect(parseNumberText(text)).toBeNaN();
});

test('the largest whole mantissas and both ends of the fast path are exact', () => {
  for (const text of [
    '9007199254740991',
    '9007199254740993',
    '9007199254740989e22',
    '9007199254740989e-22',
    '9007199254740989e23',
    '1e23',
    '1e-23',
    '8.5e22',
    '123456789012345678901234567890',
    '4.9e-324',
    '2.4703282292062327e-324',
    '1.7976931348623157e308',
    '0.1',
    '-0',
    '-0.0e5',
    '000000000000000000000000000001.5',
    '0.00000000000000000000000000000015',
  ]) {
    expect(parseNumberText(text)).toBe(Number(text));
  }
});

test('infinity is told from text that is no number, as a word or by overflow', () => {
  for (const text of ['inf', 'Inf', '+INF', 'infinity', 'Infinity', ' Infinity ', '1e309', '1e999999999']) {
    expect(parseNumberText(text)).toBe(Number.POSITIVE_INFINITY);
  }
  for (const text of ['-inf', '-Infinity', '-1e309']) expect(parseNumberText(text)).toBe(Number.NEGATIVE_INFINITY);
  for (const text of ['in', 'info', 'infinit', 'infinity5', 'xinf']) expect(parseNumberText(text)).toBeNaN();
});

test('missing is what pandas reads as missing, blanks around it aside, and nothing else', () => {
  expect(missingTokens).toHaveLength(18);
  for (const token of missingTokens) {
    expect(isMissingText(token)).toBe(true);
    expect(isMissingText(` ${token}\t`)).toBe(true);
    expect(parseNumberText(token)).toBeNaN();
  }
  for (const text of ['Na', 'none', 'None', 'NUL', 'NULLs', '-', '?', '0', '#N/A N', 'n/x', '1.#INF', '1']) {
    expect(isMissingText(text)).toBe(false);
  }
});

test('numbers have the bits that Number() gives them, of random and of adversarial texts', () => {
  // scripts/numbers.ts tries ten million.
  expect(compareNumbers(200_000, 7).wrong).toEqual([]);
});
