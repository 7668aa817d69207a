import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { isMissing, parseNumber } from './number.ts';

/**
 * The functions that kernels which read data import from the thread that they run on.
 *
 * Addresses arrive as signed numbers; `>>> 0` restores those beyond 2 GiB.
 */
export function kernelHost(memory: WebAssembly.Memory): WebAssembly.Imports {
  let bytes = new Uint8Array(memory.buffer);
  /** The memory's bytes; of one that has grown there are more. */
  const bytesTo = (end: number) => {
    if (end > bytes.length) bytes = new Uint8Array(memory.buffer);
    // This thread may not have heard yet that another one made the memory grow.
    if (end > bytes.length) memory.grow(0);
    if (end > bytes.length) bytes = new Uint8Array(memory.buffer);
    return bytes;
  };
  let hash: Hash = createHash('sha256');
  return {
    host: {
      /** Begins a text, to which bytes are added, and whose SHA-256 `endHash` writes to an address. */
      beginHash(): void {
        hash = createHash('sha256');
      },
      hashBytes(signed: number, count: number): void {
        const address = signed >>> 0;
        hash.update(bytesTo(address + count).subarray(address, address + count));
      },
      endHash(signed: number): void {
        const address = signed >>> 0;
        bytesTo(address + 32).set(hash.digest(), address);
      },
      /** Reads up to `count` bytes of an open file; fewer at its end, or -1. */
      read(file: number, position: number, signed: number, count: number): number {
        const address = signed >>> 0;
        try {
          let done = 0;
          while (done < count) {
            const got = readSync(file, bytesTo(address + count), address + done, count - done, position + done);
            if (got === 0) break;
            done += got;
          }
          return done;
        } catch {
          return -1;
        }
      },
      /** Decompresses zstd into a buffer of `room` bytes; answers how many it wrote, or -1 when they do not fit. */
      unpackZstd(signedFrom: number, count: number, signedTo: number, room: number): number {
        const [from, to] = [signedFrom >>> 0, signedTo >>> 0];
        const all = bytesTo(Math.max(from + count, to + room));
        try {
          const unpacked = zstdDecompressSync(all.subarray(from, from + count), { maxOutputLength: Math.max(1, room) });
          if (unpacked.length > room) return -1;
          all.set(unpacked, to);
          return unpacked.length;
        } catch {
          return -1;
        }
      },
      /** The number in a cell, blanks removed: NaN where it is missing, an infinity where it is no number. */
      number(signedStart: number, signedEnd: number): number {
        const [start, end] = [signedStart >>> 0, signedEnd >>> 0];
        const all = bytesTo(end);
        const value = parseNumber(all, start, end);
        return Number.isNaN(value) && !isMissing(all, start, end) ? Number.POSITIVE_INFINITY : value;
      },
    },
  };
}
