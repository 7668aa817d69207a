// Checks the runs in a column's pages before hyparquet decodes them: it would write as many values as a damaged run
// claims, beyond the end of the page, until memory is exhausted.
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { deserializeTCompactProtocol, readVarInt } from 'hyparquet/src/thrift.js';
import { checkPrefixes } from './parquet-prefixes.ts';

export type Unpack = (input: Uint8Array, outputLength: number) => Uint8Array;

/** What is needed to find the runs in the pages of a flat column. */
export interface RunOptions {
  isNullable: boolean;
  isBoolean: boolean;
  /** Decompresses a page; undefined when pages are not compressed. */
  unpack: Unpack | undefined;
  /** Rows of the group. */
  rowCount: number;
  /** Most bytes that so many bytes of a page may become. */
  mostBytes(pageBytes: number): number;
}

/**
 * Checks the pages of a flat column, up to a broken header. Any other damage is left to hyparquet to report.
 *
 * Packed parts are checked when hyparquet unpacks them, so that nothing is unpacked twice.
 *
 * @param chunk the column's pages
 * @returns `options.unpack`, which throws likewise: to be called with each packed part of the chunk, in their order
 * @see Apache Parquet, parquet-format 2.11, Encodings.md
 */
export function checkRuns(chunk: ArrayBuffer, options: RunOptions): Unpack | undefined {
  const { unpack } = options;
  const waiting: PackedPart[] = [];
  for (const page of pagesOf(chunk)) {
    for (const { bytes, isPacked, check } of partsOf(page, options)) {
      if (unpack && isPacked) waiting.push({ packedBytes: bytes.length, check });
      else check(bytes);
    }
  }
  if (!unpack) return undefined;
  let next = 0;
  return (input, outputLength) => {
    const part = waiting[next++];
    if (part?.packedBytes !== input.length) {
      throw new Error(`${input.length} bytes to unpack, where ${part?.packedBytes ?? 0} are`);
    }
    const unpacked = unpack(input, outputLength);
    part.check(unpacked);
    return unpacked;
  };
}

interface PackedPart {
  packedBytes: number;
  check(unpacked: Uint8Array): void;
}

/** A piece of a page as it is stored, and what must hold of it when it is unpacked. */
interface Part {
  bytes: Uint8Array;
  isPacked: boolean;
  check(unpacked: Uint8Array): void;
}

/** Fields of thrift structs, by their numbers in parquet.thrift. */
type Fields = Record<`field_${number}`, unknown>;

interface Page {
  header: Fields;
  bytes: Uint8Array;
}

/** The pages, up to one whose header is broken. */
function* pagesOf(chunk: ArrayBuffer): Generator<Page, void, void> {
  const reader = { view: new DataView(chunk), offset: 0 };
  while (reader.offset < chunk.byteLength - 1) {
    let header: Fields;
    try {
      header = deserializeTCompactProtocol(reader) as Fields;
    } catch {
      return;
    }
    const byteCount = Number(header.field_3);
    if (!(byteCount >= 0 && reader.offset + byteCount <= chunk.byteLength)) return;
    yield { header, bytes: new Uint8Array(chunk, reader.offset, byteCount) };
    reader.offset += byteCount;
  }
}

/** Codes of page types and of the encodings that are runs. */
const [dataPage, dictionaryPage, dataPageV2] = [0, 2, 3];
const [plainDictionary, runs, deltaTexts, dictionaryPlaces] = [2, 3, 7, 8];

function partsOf({ header, bytes }: Page, options: RunOptions): Part[] {
  if (header.field_1 === dictionaryPage) return [{ bytes, isPacked: true, check() {} }];
  if (header.field_1 === dataPage) return [partOf(bytes, header.field_5 as Fields, options)];
  if (header.field_1 === dataPageV2) return partsOfV2(bytes, header.field_8 as Fields, options);
  return [];
}

/** Levels behind their length, then the values; which of them are runs the library decides in the same way. */
function partOf(bytes: Uint8Array, header: Fields | undefined, options: RunOptions): Part {
  const { isNullable, isBoolean, rowCount } = options;
  const [count, encoding] = [Number(header?.field_1), Number(header?.field_2)];
  checkCount(count, rowCount);
  return {
    bytes,
    isPacked: true,
    check(page) {
      let at = 0;
      if (isNullable) {
        if (page.length < 4) return;
        checkHybrid(page, { at: 4, width: 1, count });
        at = 4 + new DataView(page.buffer, page.byteOffset).getUint32(0, true);
      }
      if (encoding === deltaTexts) {
        const mostBytes = options.mostBytes(page.length);
        checkPrefixes(page, { at, count: isNullable ? presentIn(page, count) : count, mostBytes });
      }
      if (encoding !== plainDictionary && encoding !== runs && encoding !== dictionaryPlaces) return;
      if (isBoolean) checkHybrid(page, { at: at + 4, width: 1, count });
      // Places of no bits are no runs here: they are all 0.
      else if (at < page.length && page[at] > 0) checkHybrid(page, { at: at + 1, width: page[at], count });
    },
  };
}

/** How many of a page's values are there, by the levels that it begins with. */
function presentIn(page: Uint8Array, count: number): number {
  const levels = new Array<number>(count);
  readRleBitPackedHybrid({ view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 }, 1, levels);
  return levels.reduce((sum, level) => sum + level, 0);
}

/** Levels, which are never packed, and the values. */
function partsOfV2(bytes: Uint8Array, header: Fields | undefined, options: RunOptions): Part[] {
  const { isNullable, rowCount } = options;
  const [count, nullCount, encoding] = [header?.field_1, header?.field_2, header?.field_4].map(Number);
  checkCount(count, rowCount);
  if (nullCount < 0 || nullCount > count) throw new Error(`${nullCount} nulls among the ${count} values of a page`);
  const [definitionBytes, repetitionBytes] = [Number(header?.field_5), Number(header?.field_6)];
  const levelBytes = definitionBytes + repetitionBytes;
  if (!(repetitionBytes >= 0 && levelBytes >= 0 && levelBytes <= bytes.length)) return [];
  const levels: Part = {
    bytes,
    isPacked: false,
    check: (page) => isNullable && checkHybrid(page, { at: repetitionBytes, width: 1, count }),
  };
  const values: Part = {
    bytes: bytes.subarray(levelBytes),
    isPacked: header?.field_7 !== false,
    check(page) {
      if (encoding === runs) checkHybrid(page, { at: 4, width: 1, count });
      else if (encoding === deltaTexts)
        checkPrefixes(page, { at: 0, count: count - nullCount, mostBytes: options.mostBytes(page.length) });
      else if (page.length > 0 && (encoding === plainDictionary || encoding === dictionaryPlaces))
        checkHybrid(page, { at: 1, width: page[0], count });
    },
  };
  return [levels, values];
}

function checkCount(count: number, rowCount: number): void {
  if (count > rowCount) throw new Error(`a page of ${count} values among ${rowCount} rows`);
}

/** Values that a run may claim beyond those of its page, which some padding may follow. */
const paddingValues = 64;

/** Checks runs and bit-packed groups of eight, whose values have `width` bits, until there are `count` values. */
function checkHybrid(bytes: Uint8Array, { at, width, count }: { at: number; width: number; count: number }): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
  for (let seen = 0; seen < count && reader.offset < bytes.length; ) {
    const header = readVarInt(reader);
    const isGroups = (header & 1) === 1;
    const length = isGroups ? 8 * (header >>> 1) : header >>> 1;
    // Groups end with the page's bytes, unless they take none.
    if ((!isGroups || width === 0) && length > count - seen + paddingValues) {
      throw new Error(`a run of ${length} values where ${count - seen} are left`);
    }
    seen += length;
    reader.offset += isGroups ? (width * length) / 8 : Math.ceil(width / 8);
  }
}
