import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { type Json, parseStrictJson } from '../../lib/registry/strict-json.ts';

/** The same with plain objects, as JSON.parse would give them. */
function plain(json: Json): unknown {
  if (json instanceof Map) return Object.fromEntries(Array.from(json, ([name, value]) => [name, plain(value)]));
  return Array.isArray(json) ? json.map(plain) : json;
}

test('any JSON value is read again, with white space anywhere', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom('', '  ', '\t'), (value, indent) => {
      expect(plain(parseStrictJson(JSON.stringify(value, null, indent)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('names keep their order and their letters, whatever was parsed before', () => {
  JSON.parse('{"\\\\":1}');
  const json = parseStrictJson('{"\\"":1,"10":2,"9":3,"\\u0061":4,"__proto__":5}') as Map<string, Json>;
  expect([...json.keys()]).toEqual(['"', '10', '9', 'a', '__proto__']);
});

test.each([
  ['', 'character 0: expected a value, found the end'],
  ['{"a":1,}', 'character 7: expected a name in quotes, found "}"'],
  ['{"a" 1}', 'character 5: expected ":", found "1"'],
  ['{"a":1 "b":2}', 'character 7: expected "," or "}", found "\\""'],
  ['[1 2]', 'expected "," or "]"'],
  ['[1,]', 'expected a value, found "]"'],
  ['{"a":1}}', 'character 7: expected nothing more'],
  ['"abc', 'expected a closing quote, found the end'],
  ['"abc\\"', 'expected a closing quote'],
  ['"\\x41"', 'odd escapes'],
  ['"a\nb"', 'raw control characters'],
  ['"\\ud800"', 'valid Unicode'],
  ['01', 'expected nothing more'],
  ['+1', 'expected a value'],
  ['.5', 'expected a value'],
  ['NaN', 'expected a value'],
  ['truefalse', 'expected nothing more'],
  ["{'a':1}", 'expected a name in quotes'],
  ['{"a":1,"\\u0061":2}', 'found "a" twice'],
  ['[{"x":{"b":1,"b":1}}]', 'found "b" twice'],
  ['['.repeat(1_000_000), 'nested at most 100 deep'],
])('%s is refused, saying where', (source, message) => {
  expect(() => parseStrictJson(source)).toThrow(InputError);
  expect(() => parseStrictJson(source)).toThrow(message);
});

test('equal names in different objects are no repetition', () => {
  expect(plain(parseStrictJson('[{"a":{"a":1}},{"a":2}]'))).toEqual([{ a: { a: 1 } }, { a: 2 }]);
});
