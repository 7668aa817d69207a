// Checks the runs in a column's pages before hyparquet decodes them: it would write as many values as a damaged run
// claims, beyond the end of the page, until memory is exhausted.
import { deserializeTCompactProtocol, readVarInt } from 'hyparquet/src/thrift.js';

type Unpack = (input: Uint8Array, outputLength: number) => Uint8Array;

/** Fields of thrift structs, by their numbers in parquet.thrift. */
type Fields = Record<`field_${number}`, unknown>;

/** What is needed to find the runs in the pages of a flat column. */
export interface RunOptions {
  isNullable: boolean;
  isBoolean: boolean;
  /** Decompresses a page; undefined when pages are not compressed. */
  unpack: Unpack | undefined;
  /** Rows of the group. */
  rowCount: number;
}

/** Codes of page types and of the encodings that are runs. */
const [dataPage, dataPageV2] = [0, 3];
const runEncodings = new Set([2, 3, 8]);
const booleanRuns = 3;

/**
 * Checks the pages of a flat column. Any other damage is left to hyparquet to report.
 *
 * @param chunk the column's pages
 * @throws Error when a page claims more values than its group has rows, or a run more than are left of its page
 * @see Apache Parquet, parquet-format 2.11, Encodings.md
 */
export function checkRuns(chunk: ArrayBuffer, options: RunOptions): void {
  const reader = { view: new DataView(chunk), offset: 0 };
  while (reader.offset < chunk.byteLength - 1) {
    let header: Fields;
    try {
      header = deserializeTCompactProtocol(reader) as Fields;
    } catch {
      return;
    }
    const [kind, unpackedBytes, bytes] = [1, 2, 3].map((field) => Number(header[`field_${field}`]));
    if (!(bytes >= 0 && reader.offset + bytes <= chunk.byteLength)) return;
    const page = new Uint8Array(chunk, reader.offset, bytes);
    if (kind === dataPage) checkPage(page, header.field_5 as Fields, unpackedBytes, options);
    if (kind === dataPageV2) checkPageV2(page, header.field_8 as Fields, unpackedBytes, options);
    reader.offset += bytes;
  }
}

function checkPage(page: Uint8Array, header: Fields | undefined, unpackedBytes: number, options: RunOptions): void {
  const [count, encoding] = [Number(header?.field_1), Number(header?.field_2)];
  checkCount(count, options);
  const hasRuns = runEncodings.has(encoding);
  if (!options.isNullable && !hasRuns) return;
  const bytes = unpacked(page, unpackedBytes, options);
  if (!bytes) return;
  let at = 0;
  if (options.isNullable) {
    if (bytes.length < 4) return;
    checkHybrid(bytes, { at: 4, width: 1, count });
    at = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }
  if (hasRuns) checkValues(bytes, at, encoding, count, options);
}

function checkPageV2(page: Uint8Array, header: Fields | undefined, unpackedBytes: number, options: RunOptions): void {
  const [count, encoding] = [Number(header?.field_1), Number(header?.field_4)];
  checkCount(count, options);
  const [definitionBytes, repetitionBytes] = [Number(header?.field_5), Number(header?.field_6)];
  const levelBytes = definitionBytes + repetitionBytes;
  if (!(levelBytes >= 0 && levelBytes <= page.length)) return;
  if (options.isNullable) checkHybrid(page, { at: repetitionBytes, width: 1, count });
  if (!runEncodings.has(encoding)) return;
  const isPacked = header?.field_7 !== false;
  const bytes = unpacked(page.subarray(levelBytes), unpackedBytes - levelBytes, {
    unpack: isPacked ? options.unpack : undefined,
  });
  if (bytes) checkValues(bytes, 0, encoding, count, options);
}

function checkCount(count: number, { rowCount }: RunOptions): void {
  if (count > rowCount) throw new Error(`a page of ${count} values among ${rowCount} rows`);
}

function unpacked(page: Uint8Array, bytes: number, { unpack }: Pick<RunOptions, 'unpack'>): Uint8Array | undefined {
  if (!unpack) return page;
  try {
    return unpack(page, bytes);
  } catch {
    return undefined;
  }
}

/** Checks indices into a dictionary, behind a byte with their bit width, or booleans, behind their length. */
function checkValues(bytes: Uint8Array, at: number, encoding: number, count: number, { isBoolean }: RunOptions): void {
  if (isBoolean && encoding === booleanRuns) checkHybrid(bytes, { at: at + 4, width: 1, count });
  else if (!isBoolean && at < bytes.length) checkHybrid(bytes, { at: at + 1, width: bytes[at], count });
}

/** Checks runs and bit-packed groups of eight, whose values have `width` bits, until there are `count` values. */
function checkHybrid(bytes: Uint8Array, { at, width, count }: { at: number; width: number; count: number }): void {
  if (width === 0) return;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
  for (let seen = 0; seen < count && reader.offset < bytes.length; ) {
    const header = readVarInt(reader);
    const length = header >>> 1;
    if (header & 1) {
      seen += 8 * length;
      reader.offset += width * length;
    } else {
      // The last run of a page may include some padding.
      if (length > count - seen + 64) throw new Error(`a run of ${length} values where ${count - seen} are left`);
      seen += length;
      reader.offset += Math.ceil(width / 8);
    }
  }
}
