import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DataObject } from '../lib/data/table.ts';

/** Bytes as an object of a dataset, which comes in chunks of 64 KiB. */
export function bytesAsObject(key: string, bytes: Uint8Array): DataObject {
  return {
    key,
    size: bytes.length,
    tag: '',
    async *read() {
      for (let start = 0; start < bytes.length; start += 1 << 16) yield bytes.subarray(start, start + (1 << 16));
    },
    readRange: async (start, end) => bytes.slice(start, end),
  };
}

/** A file as an object of a dataset, in memory. */
export const fileObject = (path: string): DataObject => bytesAsObject(basename(path), readFileSync(path));
