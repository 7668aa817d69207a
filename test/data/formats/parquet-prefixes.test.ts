import { deltaByteArray } from 'hyparquet/src/delta.js';
import { expect, test } from 'vitest';
import { checkPrefixes } from '../../../lib/data/formats/parquet-prefixes.ts';
import { deltasOf } from '../../support/delta-lengths.ts';

/** A page of DELTA_BYTE_ARRAY: the lengths of the shared beginnings, the lengths of the rests, and the rests themselves. */
const pageOf = (beginnings: number[], rests: number[], text = ''): Uint8Array =>
  Uint8Array.from([...deltasOf(beginnings), ...deltasOf(rests), ...Buffer.from(text)]);

// The example of Encodings.md, "Delta Strings".
const words = ['axis', 'axle', 'babble', 'babyhood'];
const example = pageOf([0, 2, 0, 3], [4, 2, 6, 5], 'axislebabbleyhood');
const wordBytes = words.join('').length;

test('texts that share beginnings pass, and are decoded as the format says', () => {
  expect(() => checkPrefixes(example, { at: 0, count: 4, mostBytes: wordBytes })).not.toThrow();
  const read: Uint8Array[] = [];
  deltaByteArray({ view: new DataView(example.buffer), offset: 0 }, 4, read);
  expect(read.map((bytes) => Buffer.from(bytes).toString())).toEqual(words);
});

test('values are read from where they begin', () => {
  const page = Uint8Array.from([9, 9, 9, ...pageOf([0, 5], [4, 0])]);
  expect(() => checkPrefixes(page, { at: 3, count: 2, mostBytes: 100 })).toThrow('begins with 5 bytes of one of 4');
});

test.each([
  ['the first', [1, 0], [4, 4], 1, 0],
  ['a later one', [0, 3, 1_000_000], [4, 2, 0], 1_000_000, 5],
])('a text that claims more of the one before than that has is refused: %s', (_, beginnings, rests, claimed, there) => {
  const page = pageOf(beginnings, rests);
  expect(() => checkPrefixes(page, { at: 0, count: beginnings.length, mostBytes: 1e9 })).toThrow(
    `a text that begins with ${claimed} bytes of one of ${there}`,
  );
});

test('texts that repeat one another excessively are refused', () => {
  const page = pageOf([0, 10, 10], [10, 0, 0], 'abcdefghij');
  expect(() => checkPrefixes(page, { at: 0, count: 3, mostBytes: 30 })).not.toThrow();
  expect(() => checkPrefixes(page, { at: 0, count: 3, mostBytes: 29 })).toThrow('texts of more than 29 bytes');
});
