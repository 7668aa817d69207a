import { InputError } from '../core/errors.ts';
import { joinChunks, peek } from './chunks.ts';
import { compressionOf, decompress } from './decompress.ts';
import { type DataFormat, type DetectedFormat, detectFormat, headBytes } from './detect.ts';
import { type TextEncoding, toUtf8 } from './encoding.ts';
import type { ReadLimits } from './limits.ts';
import type { DataObject } from './table.ts';

/** What a caller says of an object before it is opened. */
export interface OpenOptions {
  format: DataFormat;
  /** The character between cells; found by looking where it is not told. */
  separator?: string;
  encoding: TextEncoding;
  limits: ReadLimits;
}

/** An object as it turned out: a text in UTF-8, decompressed, or a Parquet file, read by ranges. */
export type OpenedObject =
  | { kind: 'text'; format: DetectedFormat; chunks: AsyncIterable<Uint8Array> }
  | { kind: 'parquet'; file: RangedFile };

/** Bytes that can be read at any place. */
export interface RangedFile {
  size: number;
  readRange(start: number, end: number): Promise<Uint8Array>;
}

/** Whether a key ends as those of Parquet files do. */
export const isParquetName = (key: string): boolean => /\.(parquet|parq)$/i.test(key);

/**
 * Finds out what an object is, by its content: compressed or not, in which encoding and format.
 *
 * An object whose name ends in `.parquet` or `.parq` is looked at from its end, where Parquet keeps its directory, so
 * that nothing else of it need be fetched; every other from its beginning. What it is, its bytes alone decide.
 *
 * @throws InputError for a kind of file that is known and not read, and for one beyond the limits
 */
export async function openObject(object: DataObject, options: OpenOptions): Promise<OpenedObject> {
  const { key, size } = object;
  const { format, separator, encoding, limits } = options;
  if (size > limits.objectBytes) {
    throw new InputError(`${key}: expected an object of at most ${limits.objectBytes} bytes, found ${size}`, {
      advice: 'Cut it into several objects, or raise data.limits.objectBytes',
    });
  }
  if (format === 'parquet' || isParquetName(key)) {
    const file = withTail(object, await readTail(object));
    if (isParquet(await file.readRange(Math.max(0, size - 4), size))) return { kind: 'parquet', file };
  }

  const raw = await peek(object.read(), 4);
  // Parquet in a stream of gzip or zstd must be whole in memory before its directory, at its end, can be read.
  const isCompressed = compressionOf(raw.head) !== undefined;
  const unpacked = await peek(decompress(key, raw.all, limits), 8);
  if (isParquet(unpacked.head)) {
    if (!isCompressed) {
      await unpacked.close();
      return { kind: 'parquet', file: withTail(object, await readTail(object)) };
    }
    return { kind: 'parquet', file: inMemory(await collect(key, unpacked.all, limits.memoryBytes)) };
  }
  if (format === 'parquet') {
    await unpacked.close();
    throw new InputError(`${key}: expected a Parquet file, found another (it lacks PAR1)`);
  }
  checkKnown(key, unpacked.head);

  const text = await peek(toUtf8(key, unpacked.all, encoding), headBytes);
  const isWhole = text.atEnd && text.head.length <= headBytes;
  const detected = detectFormat(text.head.subarray(0, headBytes), isWhole, { format, separator });
  return { kind: 'text', format: detected, chunks: text.all };
}

/** Bytes of a Parquet file's end that are fetched first; most directories fit. */
const tailBytes = 1 << 16;

const isParquet = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;

const readTail = (object: DataObject): Promise<Uint8Array> =>
  object.size === 0
    ? Promise.resolve(new Uint8Array(0))
    : object.readRange(Math.max(0, object.size - tailBytes), object.size);

/** The object, whose last bytes are here already and are not fetched again. */
function withTail(object: DataObject, tail: Uint8Array): RangedFile {
  const tailStart = object.size - tail.length;
  return {
    size: object.size,
    readRange: async (start, end) =>
      start >= tailStart ? tail.slice(start - tailStart, end - tailStart) : object.readRange(start, end),
  };
}

function inMemory(bytes: Uint8Array): RangedFile {
  return { size: bytes.length, readRange: async (start, end) => bytes.slice(start, end) };
}

async function collect(key: string, chunks: AsyncIterable<Uint8Array>, memoryBytes: number): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    // Joined, they lie in memory twice.
    if (2 * bytes > memoryBytes) throw noRoomError(key, memoryBytes);
    all.push(chunk);
  }
  return joinChunks(all);
}

function noRoomError(key: string, memoryBytes: number): InputError {
  return new InputError(
    `${key}: expected Parquet that half of ${memoryBytes} bytes of memory can hold unpacked, found more`,
    { advice: 'Store the Parquet file as it is, which is packed inside' },
  );
}

/** Files that end up under a dataset's prefix by mistake, and that would otherwise be refused for their first odd byte. */
function checkKnown(key: string, head: Uint8Array): void {
  const known = knownFiles.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  if (known) throw new InputError(`${key}: expected CSV, JSON, Parquet or LIBSVM, found ${known[0]}`);
}

const knownFiles: [name: string, magic: number[]][] = [
  ['a zip archive (an Excel workbook is one)', [0x50, 0x4b, 0x03, 0x04]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46]],
  ['an encrypted Parquet file', [0x50, 0x41, 0x52, 0x45]],
  ['bzip2 data', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41]],
  ['xz data', [0xfd, 0x37, 0x7a, 0x58]],
  ['data that is compressed twice', [0x1f, 0x8b, 0x08]],
  ['data that is compressed twice', [0x28, 0xb5, 0x2f, 0xfd]],
];
