import type { DataFormat } from './detect.ts';
import type { TextEncoding } from './encoding.ts';
import type { ReadLimits } from './limits.ts';

// How a thread that fetches and one that waits for it speak of an object's text: `feed-worker.ts` writes segments into
// slots, which it takes in turn, and `segments-again.ts` says which ones it has done with.

/** Words that both share, by their place. */
export const feedControl = {
  /** Counts the times that the text is asked for anew; whoever feeds an earlier one stops. */
  generation: 0,
  /** Segments that are no longer needed: their slots may be written to. */
  released: 1,
  /** Segments that are there, whole. */
  produced: 2,
  /** 0 while it goes on, 1 at the end of the text, 2 when it failed: then the reason stands in the notes. */
  status: 3,
  /** Bytes of the text, once it has ended: the low 30 bits, and the others. */
  sizeLow: 4,
  sizeHigh: 5,
  /** The last time that it was begun: what stands above, from `produced` on, is of that time. */
  begun: 6,
  words: 7,
} as const;

/** Bytes for the reason of a failure, as JSON behind its length. */
export const noteBytes = 8192;

/** What the thread that fetches is told. */
export interface FeedTask {
  words: Int32Array;
  notes: Uint8Array;
  memory: WebAssembly.Memory;
  /** Addresses of the slots. */
  slots: number[];
  segmentBytes: number;
  /** The object: an open file, or one that anybody may GET at a URL while it has a tag. */
  object: { key: string; size: number } & ({ descriptor: number } | { url: string; tag: string });
  /** Whether its bytes are the text as they stand. */
  isPlain: boolean;
  options: { format: DataFormat; separator?: string; encoding: TextEncoding; limits: ReadLimits };
}
