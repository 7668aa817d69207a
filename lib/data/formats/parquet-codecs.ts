import { brotliDecompressSync } from 'node:zlib';
import { decompress as unpackZstd } from 'fzstd';
import type { Compressors } from 'hyparquet';
// The package's main file also carries a Brotli decoder with its dictionary of 80 kB, which Node has itself.
// @ts-expect-error only the main file has types
import { gunzip } from 'hyparquet-compressors/src/gzip.js';
// @ts-expect-error only the main file has types
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors/src/lz4.js';
import { snappyUncompressor } from 'hysnappy';

/** Decoders of the pages of Parquet files, by the names that the format gives them. */
export const compressors: Compressors = {
  SNAPPY: snappyUncompressor(),
  GZIP: (input, length) => gunzip(input, new Uint8Array(length)),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input) => unpackZstd(input),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};
