import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { canonicalJson, hashOf, sha256Hex } from '../../lib/core/hash.ts';

test('sha256Hex gives the digests that FIPS 180 publishes', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Hex(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256Hex('ä')).toBe(sha256Hex(Uint8Array.of(0xc3, 0xa4)));
});

test('canonical JSON is that of RFC 8785, sections 3.2.2 and 3.2.3', () => {
  const value = {
    numbers: [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f',
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = {
    '\u20ac': 'Euro',
    '\r': 'CR',
    '\ufb33': 'Dalet',
    '1': 'One',
    '\ud83d\ude00': 'Face',
    '\u0080': 'Control',
    '\u00f6': 'o',
  };
  expect(Object.values(JSON.parse(canonicalJson(keys)))).toEqual([
    'One',
    'CR',
    'Control',
    'o',
    'Euro',
    'Face',
    'Dalet',
  ]);
});

test('the order in which keys were set does not matter, at any depth', () => {
  expect(hashOf({ a: 1, b: { c: [1, { d: 2, e: 3 }], f: 4 } })).toBe(
    hashOf({ b: { f: 4, c: [1, { e: 3, d: 2 }] }, a: 1 }),
  );
  expect(hashOf({ a: [1, 2] })).not.toBe(hashOf({ a: [2, 1] }));
  expect(hashOf({ a: 1 })).toBe(sha256Hex('{"a":1}'));
});

test('an undefined property is left out, and minus zero is zero', () => {
  expect(canonicalJson({ a: undefined, b: -0 })).toBe('{"b":0}');
});

const cycle: Record<string, unknown> = {};
cycle.self = { cycle };

test.each<[string, unknown, string]>([
  ['NaN', { a: [1, Number.NaN] }, '$.a[1]: expected a finite number, found NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, '$: expected a finite number, found Infinity'],
  ['undefined in an array', { a: [undefined] }, '$.a[0]: expected a JSON value, found undefined'],
  ['a hole in an array', new Array(1), '$[0]: expected a JSON value, found undefined'],
  ['a function', { f: () => 1 }, '$.f: expected a JSON value, found function'],
  ['a bigint', [1n], '$[0]: expected a JSON value, found bigint'],
  ['a date', { at: new Date(0) }, '$.at: expected a plain object, found Date'],
  ['a typed array', { w: Float64Array.of(1) }, '$.w: expected a plain object, found Float64Array'],
  ['a cycle', cycle, '$.self.cycle: expected a tree, found an object that contains itself'],
  ['a lone surrogate', { a: '\ud800' }, '$.a: expected well-formed Unicode, found a lone surrogate'],
])('%s has no canonical form', (_, value, message) => {
  expect(() => canonicalJson(value)).toThrow(new InputError(message));
});

test('an object that stands twice, side by side, is no cycle', () => {
  const shared = { x: 1 };
  expect(canonicalJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
});
