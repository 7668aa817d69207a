import type { DataFormat } from './detect.ts';
import type { TextEncoding } from './encoding.ts';
import type { Range } from './formats/parquet-ranges.ts';
import type { ReadLimits } from './limits.ts';

// The protocol between the thread that fetches an object's segments (`feed-worker.ts`) and the one that reads it
// (`reread-segments.ts`): the first writes segments into slots, in turn, and the second releases those that it has read.

/** The words that both threads share, by their indices. */
export const feedControl = {
  /** How often the object was begun. A feed of an earlier generation stops. */
  generation: 0,
  /** Number of segments that are no longer needed: their slots may be overwritten. */
  released: 1,
  /** Number of segments that are complete. */
  produced: 2,
  /** 0 while the object goes on, 1 at its end, 2 after a failure, whose reason is then in the notes. */
  status: 3,
  /** Bytes of all segments, once they have ended: the low 30 bits, and the rest. */
  sizeLow: 4,
  sizeHigh: 5,
  /** The generation that `produced`, `status` and the sizes belong to. */
  begun: 6,
  /** How many words there are. */
  words: 7,
} as const;

/** Bytes for the reason of a failure: its length, then JSON. */
export const noteBytes = 8192;

/** What the fetching thread must know. */
export interface FeedTask {
  words: Int32Array;
  notes: Uint8Array;
  memory: WebAssembly.Memory;
  /** Addresses of the slots for segments. */
  slots: number[];
  /** Bytes of a segment of text. */
  segmentBytes: number;
  /** The ranges of the object's bytes that make up each segment; without them, it is text. */
  parts?: readonly (readonly Range[])[];
  /** The object: an open file, or a URL at which it can be fetched as long as its tag is the same. */
  object: { key: string; size: number } & ({ descriptor: number } | { url: string; tag: string });
  /** Whether its bytes are what is wanted: neither compressed nor in another encoding. */
  isPlain: boolean;
  options: { format: DataFormat; separator?: string; encoding: TextEncoding; limits: ReadLimits };
}
