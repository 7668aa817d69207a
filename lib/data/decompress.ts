import { pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, deflateRawSync } from 'node:zlib';
import { InputError } from '../core/errors.ts';
import { peek } from './chunks.ts';
import { type ReadLimits, ratioFloorBytes } from './limits.ts';
import type { DataObject } from './table.ts';
import { zstdFrames } from './zstd-frames.ts';

export type Compression = 'gzip' | 'zstd';

/** What the first bytes say: gzip (RFC 1952), a zstd frame or a skippable one (RFC 8878); undefined for anything else. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const [a, b, c, d] = head;
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  return a >= 0x50 && a <= 0x5f && b === 0x2a && c === 0x4d && d === 0x18 ? 'zstd' : undefined;
}

/**
 * Estimates how many bytes an object has once it is decompressed.
 *
 * The estimate assumes that the whole compresses as well as its beginning does. A gzip file also says its size, modulo 2³²
 * and of its last member alone, in its last four bytes: that is taken where it is near the estimate.
 *
 * @param beginning the first decompressed bytes, at least one
 */
export async function unpackedBytes(
  object: Pick<DataObject, 'size' | 'readRange'>,
  compression: Compression,
  beginning: Uint8Array,
): Promise<number> {
  const { size } = object;
  const likely = (size * beginning.length) / deflateRawSync(beginning).length;
  if (compression !== 'gzip' || size < 4) return likely;
  const last = await object.readRange(size - 4, size);
  const said = new DataView(last.buffer, last.byteOffset, 4).getUint32(0, true);
  const whole = said + Math.max(0, Math.round((likely - said) / 2 ** 32)) * 2 ** 32;
  return whole > likely / 4 ? whole : likely;
}

/**
 * The bytes that gzip or zstd packed, found by content and not by name; other bytes pass unchanged.
 *
 * Several gzip members, or zstd frames, one after another are one text. What follows the last is refused, zeros aside
 * that pad it. An object that grows beyond `decompressedBytes` or `ratio` is refused as soon as it does.
 *
 * @param key names the object in errors
 * @throws InputError, naming a byte before which all was well, when the data is cut, damaged or followed by other bytes
 */
export async function* decompress(
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  limits: Pick<ReadLimits, 'decompressedBytes' | 'ratio'>,
): AsyncGenerator<Uint8Array, void, void> {
  const { head, all } = await peek(chunks, 4);
  const compression = compressionOf(head);
  if (compression === undefined) yield* all;
  else yield* unpack(key, all, compression, limits);
}

async function* unpack(
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
  { decompressedBytes, ratio }: Pick<ReadLimits, 'decompressedBytes' | 'ratio'>,
): AsyncGenerator<Uint8Array, void, void> {
  const engine = compression === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize });
  const input = { bytes: 0, contentEnd: 0 };
  const pieces = inPieces(compression === 'zstd' ? cutAtFrames(key, chunks) : chunks, input);
  const source = Readable.from(pieces, { objectMode: true, highWaterMark: 1 });
  // The loop below throws what goes wrong on either side; this only ties their ends together.
  pipeline(source, engine, () => {});

  let output = 0;
  try {
    for await (const piece of engine as AsyncIterable<Uint8Array>) {
      output += piece.length;
      if (output > decompressedBytes) throw tooLargeError(key, decompressedBytes);
      if (output > ratioFloorBytes && output > ratio * input.bytes) throw ratioError(key, ratio, output, input.bytes);
      yield piece;
    }
  } catch (error) {
    throw isEngineError(error) ? damageError(key, compression, error, engine.bytesWritten) : error;
  }
  if (engine.bytesWritten < input.contentEnd) throw trailingError(key, compression, engine.bytesWritten);
}

const chunkSize = 1 << 16;

/** Small pieces, so that an error tells about where it is; counts the bytes, and those up to the last that is not zero. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>, input: { bytes: number; contentEnd: number }) {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += chunkSize) {
      const piece = chunk.subarray(start, start + chunkSize);
      let last = piece.length;
      while (last > 0 && piece[last - 1] === 0) last--;
      if (last > 0) input.contentEnd = input.bytes + last;
      input.bytes += piece.length;
      yield piece;
    }
  }
}

/** Node's decoder drops what follows a frame in the same write, and takes up the next frame with the next write. */
async function* cutAtFrames(key: string, chunks: AsyncIterable<Uint8Array>) {
  const frames = zstdFrames();
  let at = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const end = frames.pass(chunk, start);
      if (end === undefined) throw trailingError(key, 'zstd', at + start);
      yield chunk.subarray(start, end);
      start = end;
    }
    at += chunk.length;
  }
}

/** Errors of zlib carry a code such as Z_DATA_ERROR or ZSTD_error_corruption_detected. */
function isEngineError(error: unknown): error is Error {
  return error instanceof Error && /^(Z_|ZSTD_)/.test(String((error as NodeJS.ErrnoException).code ?? ''));
}

function damageError(key: string, compression: Compression, error: Error, at: number): InputError {
  const cut = /unexpected end|incomplete|truncat/i.test(error.message);
  const found = cut ? 'the end of the object inside it' : `damage (${error.message})`;
  return new InputError(`${key}, after byte ${at}: expected whole ${compression} data, found ${found}`, {
    advice: cut ? 'The upload may have been cut short: put the object again' : 'Compress and put the object again',
    cause: error,
  });
}

function trailingError(key: string, compression: Compression, at: number): InputError {
  return new InputError(`${key}, after byte ${at}: expected the end after the ${compression} data, found other bytes`);
}

function tooLargeError(key: string, limit: number): InputError {
  return new InputError(`${key}: expected at most ${limit} bytes when decompressed, found more`, {
    advice: 'Cut it into several objects, or raise data.limits.decompressedBytes',
  });
}

function ratioError(key: string, ratio: number, output: number, input: number): InputError {
  return new InputError(
    `${key}: expected at most ${ratio} bytes out of each compressed byte, found ${output} bytes out of the first ${input}`,
    { advice: 'If it is no trap, raise data.limits.ratio' },
  );
}
