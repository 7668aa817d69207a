import { describe, expect, test } from 'vitest';
import { checkRuns, type RunOptions } from '../../../lib/data/formats/parquet-runs.ts';
import { readTable } from '../../../lib/data/read.ts';
import { bytesObject } from '../../support/bytes-object.ts';
import { deltasOf } from '../../support/delta-lengths.ts';
import { writeParquet } from '../../support/parquet-writer.ts';

// Pages by hand, as parquet-format 2.11 has them: thrift's compact protocol, and the hybrid of runs and packed bits.

const [plain, plainDictionary, runs, deltaTexts, dictionaryPlaces] = [0, 2, 3, 7, 8];
const rowCount = 10;

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
/** Fields 1, 2, … of a struct: 32-bit integers, booleans, structs, or undefined for a field that is left out. */
const struct = (...fields: (number | boolean | number[] | undefined)[]): number[] => {
  let last = 0;
  const bytes = fields.flatMap((field, i) => {
    if (field === undefined) return [];
    const distance = i + 1 - last;
    last = i + 1;
    if (typeof field === 'boolean') return [distance * 16 + (field ? 1 : 2)];
    if (typeof field !== 'number') return [distance * 16 + 12, ...field];
    return [distance * 16 + 5, ...varint(field < 0 ? -2 * field - 1 : 2 * field)];
  });
  return [...bytes, 0];
};

const page = (body: number[], counts: number[], encoding: number): number[] => [
  ...struct(0, body.length, body.length, undefined, struct(counts[0], encoding, runs, runs)),
  ...body,
];
const dictionary = (body: number[]): number[] => [
  ...struct(2, body.length, body.length, undefined, undefined, undefined, struct(1, plain)),
  ...body,
];
/** @param more the number of nulls, and whether the values are compressed; they are by default */
const pageV2 = (
  levels: number[],
  body: number[],
  count: number,
  encoding: number,
  { nulls = 0, isPacked }: { nulls?: number; isPacked?: boolean } = {},
): number[] => {
  const bytes = [...levels, ...body];
  const own = struct(count, nulls, count, encoding, levels.length, 0, isPacked);
  const none = [undefined, undefined, undefined, undefined] as const;
  return [...struct(3, bytes.length, bytes.length, ...none, own), ...bytes];
};

/** A run of one value of at most eight bits; with a width of zero bits, the value takes no byte. */
const run = (length: number, ...value: number[]): number[] => [...varint(2 * length), ...value];
/** `count` groups of eight bit-packed numbers. */
const groups = (count: number, ...bytes: number[]): number[] => [...varint(2 * count + 1), ...bytes];
const behindLength = (bytes: number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];
const bufferOf = (bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer;

const far = 1_000_000_000;
const found = (length: number, left: number) => `a run of ${length} values where ${left} are left`;
const nullable = { isNullable: true };
const boolean = { isBoolean: true };
/** Differences from a column that is neither nullable, nor boolean, nor compressed. */
type OwnOptions = { isNullable?: boolean; isBoolean?: boolean; unpack?: RunOptions['unpack'] };
/** Two texts, the second of which claims to share a longer beginning with the first than the first has. */
const long = [...deltasOf([0, far]), ...deltasOf([4, 0])];
const tooLong = `a text that begins with ${far} bytes of one of 4`;
const repeated = [
  ...deltasOf(Array.from({ length: 10 }, (_, i) => (i === 0 ? 0 : 20))),
  ...deltasOf([20, ...new Array(9).fill(0)]),
];
const optionsOf = (options: OwnOptions): RunOptions => ({
  ...{ isNullable: false, isBoolean: false, unpack: undefined, rowCount, mostBytes: () => 100 },
  ...options,
});

/** Pages of ten values: what is wrong with each, and the message that it should give. */
const broken: [title: string, bytes: number[], options: OwnOptions, message: string][] = [
  ['levels', page(behindLength(run(far, 1)), [10], plain), nullable, found(far, 10)],
  ['a later run of levels', page(behindLength([...run(4, 1), ...run(far, 0)]), [10], plain), nullable, found(far, 6)],
  [
    'levels behind packed ones',
    page(behindLength([...groups(1, 255), ...run(far, 1)]), [10], plain),
    nullable,
    found(far, 2),
  ],
  ['places in a dictionary', page([3, ...run(far, 5)], [10], dictionaryPlaces), {}, found(far, 10)],
  ['places of the older name', page([3, ...run(far, 5)], [10], plainDictionary), {}, found(far, 10)],
  ['wide places', page([17, ...run(4, 3, 3, 3), ...run(far, 3, 3, 3)], [10], dictionaryPlaces), {}, found(far, 6)],
  ['places behind packed ones', page([3, ...groups(1, 1, 2, 3), ...run(far, 5)], [10], runs), {}, found(far, 2)],
  [
    'places behind levels',
    page([...behindLength(run(10, 1)), 3, ...run(far, 5)], [10], dictionaryPlaces),
    nullable,
    found(far, 10),
  ],
  ['truth values', page(behindLength(run(far, 1)), [10], runs), boolean, found(far, 10)],
  ['truth values by a dictionary', page(behindLength(run(far, 1)), [10], dictionaryPlaces), boolean, found(far, 10)],
  ['levels of version 2', pageV2(run(far, 1), [], 10, plain), nullable, found(far, 10)],
  ['places of version 2', pageV2([], [3, ...run(far, 5)], 10, dictionaryPlaces), {}, found(far, 10)],
  ['places of no bits', pageV2([], [0, ...run(far)], 10, dictionaryPlaces), {}, found(far, 10)],
  ['groups of no bits', pageV2([], [0, ...groups(far)], 10, plainDictionary), {}, found(8 * far, 10)],
  ['truth values of version 2', pageV2([], behindLength(run(far, 1)), 10, runs), boolean, found(far, 10)],
  ['numbers that are called truth values', pageV2([], behindLength(run(far, 1)), 10, runs), {}, found(far, 10)],
  ['texts', page(long, [2], deltaTexts), {}, tooLong],
  ['texts behind levels', page([...behindLength(groups(2, 3, 0)), ...long], [10], deltaTexts), nullable, tooLong],
  ['texts of version 2', pageV2(groups(2, 3, 0), long, 10, deltaTexts, { nulls: 8 }), nullable, tooLong],
  ['texts together', page(repeated, [10], deltaTexts), {}, 'texts of more than 100 bytes'],
  ['texts together of version 2', pageV2([], repeated, 10, deltaTexts), {}, 'texts of more than 100 bytes'],
  ['values', page([], [11], plain), {}, 'a page of 11 values among 10 rows'],
  ['values of version 2', pageV2([], [], 11, plain), {}, 'a page of 11 values among 10 rows'],
  ['nulls', pageV2([], [], 10, plain, { nulls: 11 }), {}, '11 nulls among the 10 values of a page'],
  ['nulls below none', pageV2([], [], 10, plain, { nulls: -far }), {}, `${-far} nulls among the 10 values of a page`],
];

const whole: [title: string, bytes: number[], options: OwnOptions][] = [
  ['levels in a run', page(behindLength(run(10, 1)), [10], plain), nullable],
  ['packed levels', page(behindLength(groups(2, 255, 3)), [10], plain), nullable],
  ['packed levels with more groups than bytes', page(behindLength(groups(9, 255)), [10], plain), nullable],
  ['a run that takes what is padded', page(behindLength(run(74, 1)), [10], plain), nullable],
  ['places in runs', page([3, ...run(4, 5), ...run(6, 1)], [10], dictionaryPlaces), {}],
  ['places of no bits, whatever follows', page([0, ...run(far)], [10], dictionaryPlaces), {}],
  ['plain values that look like runs', page([3, ...run(far, 5)], [10], plain), {}],
  ['values of version 2', pageV2(run(10, 1), [3, ...run(10, 5)], 10, dictionaryPlaces), nullable],
  ['places of no bits of version 2', pageV2([], [0, ...run(10)], 10, dictionaryPlaces), {}],
  ['groups of no bits of version 2', pageV2([], [0, ...groups(2)], 10, dictionaryPlaces), {}],
  ['texts', page([...deltasOf([0, 4, 2]), ...deltasOf([4, 0, 1])], [3], deltaTexts), {}],
  ['a dictionary', dictionary(run(far, 1)), nullable],
  ['a page that ends before its levels', page([1], [10], plain), nullable],
];

describe('stored as they are', () => {
  test.each(broken)('%s beyond what is there are refused', (_, bytes, options, message) => {
    expect(() => checkRuns(bufferOf(bytes), optionsOf(options))).toThrow(message);
  });

  test.each(whole)('%s pass', (_, bytes, options) => {
    expect(checkRuns(bufferOf(bytes), optionsOf(options))).toBeUndefined();
  });

  test('pages after a broken header, or one that claims more bytes than there are, are left to the library', () => {
    const bad = page([3, ...run(far, 5)], [10], dictionaryPlaces);
    for (const header of [[0x1f, 0xff], struct(0, 1000, 1000, undefined, struct(10, plain, runs, runs))]) {
      expect(checkRuns(bufferOf([...header, ...bad]), optionsOf({}))).toBeUndefined();
    }
  });
});

/** A codec: each byte is stored turned over. */
function turning() {
  const unpackedLengths: number[] = [];
  const unpack = (input: Uint8Array, length: number) => {
    unpackedLengths.push(length);
    return input.map((byte) => 255 - byte);
  };
  return { unpack, unpackedLengths };
}
const turned = (bytes: number[]) => bytes.map((byte) => 255 - byte);

describe('packed', () => {
  const body = [3, ...run(far, 5)];

  test('runs are checked when their page is decompressed, which happens once', () => {
    const { unpack, unpackedLengths } = turning();
    const first = [3, ...run(10, 5)];
    const pages = [dictionary(turned([1, 2])), page(turned(first), [10], dictionaryPlaces)];
    const chunk = bufferOf([...pages, page(turned(body), [10], dictionaryPlaces)].flat());
    const checked = checkRuns(chunk, optionsOf({ unpack }));
    expect(unpackedLengths).toEqual([]);
    expect(checked?.(Uint8Array.from(turned([1, 2])), 2)).toEqual(Uint8Array.of(1, 2));
    expect(checked?.(Uint8Array.from(turned(first)), first.length)).toEqual(Uint8Array.from(first));
    expect(() => checked?.(Uint8Array.from(turned(body)), body.length)).toThrow(found(far, 10));
    expect(unpackedLengths).toEqual([2, first.length, body.length]);
  });

  test('levels of version 2, and values marked as uncompressed, are checked as they are', () => {
    const { unpack, unpackedLengths } = turning();
    const levels = pageV2(run(far, 1), [], 10, plain);
    expect(() => checkRuns(bufferOf(levels), optionsOf({ ...nullable, unpack }))).toThrow(found(far, 10));
    const stored = pageV2([], body, 10, dictionaryPlaces, { isPacked: false });
    expect(() => checkRuns(bufferOf(stored), optionsOf({ unpack }))).toThrow(found(far, 10));
    expect(unpackedLengths).toEqual([]);
    const packed = checkRuns(bufferOf(pageV2([], turned(body), 10, dictionaryPlaces)), optionsOf({ unpack }));
    expect(() => packed?.(Uint8Array.from(turned(body)), body.length)).toThrow(found(far, 10));
  });

  test('what is not a page of the chunk is not decompressed', () => {
    const { unpack, unpackedLengths } = turning();
    const checked = checkRuns(bufferOf(dictionary([1, 2])), optionsOf({ unpack }));
    expect(() => checked?.(Uint8Array.of(1, 2, 3), 3)).toThrow('3 bytes to unpack, where 2 are');
    expect(() => checked?.(Uint8Array.of(1, 2), 2)).toThrow('2 bytes to unpack, where 0 are');
    expect(unpackedLengths).toEqual([]);
  });
});

test('a column is not mistaken for one of the same name in a group', async () => {
  // If the column were taken for a nullable one, the page would have to begin with levels, and the upper half of this number
  // would be read as a run of 66 million.
  const [number] = new Float64Array(Uint8Array.of(0, 0, 0, 0, 0xfe, 0xff, 0xff, 0x3f).buffer);
  const columns = { a: [number, 2, 3], b: ['x', 'y', 'z'] };
  const bytes = writeParquet(columns, 3, { required: ['a'], nested: { s: ['a'] } });
  const { columns: read } = await readTable([bytesObject('t.parquet', bytes)], {});
  expect(read).toMatchObject([
    { name: 'a', values: Float64Array.of(number, 2, 3) },
    { name: 'b', levels: ['x', 'y', 'z'] },
  ]);
});
