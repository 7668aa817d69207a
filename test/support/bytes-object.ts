import type { DataObject } from '../../lib/data/table.ts';

/** A data object in memory, read in chunks of `chunkBytes`. */
export function bytesObject(key: string, content: Uint8Array | string, { chunkBytes = 65_536 } = {}): DataObject {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    key,
    size: bytes.length,
    tag: `${key}:${bytes.length}`,
    async *read() {
      for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.slice(start, start + chunkBytes);
    },
    readRange: async (start, end) => bytes.slice(start, end),
  };
}
