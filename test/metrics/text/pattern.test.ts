import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { compilePattern } from '../../../lib/metrics/text/pattern.ts';

const patterns = [
  'a',
  '^a*$',
  'a|bc|',
  '^(a|b)*c$',
  '(?:ab){2,3}c',
  '^(?<year>\\d{4})-\\d\\d$',
  'a+?b',
  '[^a-c\\]]x',
  '\\bab\\b',
  'a\\Bb',
  '^.{2,}$',
  '\\p{Lu}',
  'x{0}y?',
  '^[a]{1,2}b{,}?',
  '(a*)*b',
  '\\u0061\\x62',
  'é.',
  '^a{3}$|^$',
].filter((pattern) => {
  try {
    return Boolean(new RegExp(pattern, 'u'));
  } catch {
    return false;
  }
});

test.each(patterns)('/%s/ matches what the language matches', (pattern) => {
  const [own, native] = [compilePattern(pattern), new RegExp(pattern, 'u')];
  const random = seededRandom(5);
  const letters = ['a', 'b', 'c', 'x', 'y', '2', '0', '-', ' ', 'é', 'Ä', ']', '😀'];
  for (let i = 0; i < 400; i++) {
    const text = Array.from(
      { length: random.nextInt(9) },
      () => letters[random.nextInt(i % 2 ? 3 : letters.length)],
    ).join('');
    expect([text, own.test(text)]).toEqual([text, native.test(text)]);
  }
  expect(own.test('2024-05')).toBe(native.test('2024-05'));
});

test('a pattern that takes other matchers years is answered', () => {
  expect(compilePattern('^(a+)+$').test(`${'a'.repeat(50_000)}!`)).toBe(false);
  expect(compilePattern('^(a|aa)+$').test(`${'a'.repeat(50_000)}`)).toBe(true);
});

test('the case of letters is kept, unless it is not to be', () => {
  expect(compilePattern('yes').test('YES')).toBe(false);
  expect(compilePattern('yes', { ignoreCase: true }).test('YES')).toBe(true);
});

describe('what cannot be matched in linear time is refused', () => {
  test.each([
    ['(a)\\1', 'a reference back: "\\1"'],
    ['(?<n>a)\\k<n>', 'a reference back'],
    ['a(?=b)', 'looking ahead or behind: "(?="'],
    ['(?<!b)a', 'looking ahead or behind'],
    ['(a{100}){100}', 'expected at most 2000 steps'],
    ['(', 'expected a regular expression, found "("'],
  ])('%s: %s', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(message);
  });
});
