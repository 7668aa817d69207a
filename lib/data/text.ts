import type { InputError } from '../core/errors.ts';

/** One row of text cells, as spans of bytes; valid only during the call that hands it over. */
export interface TextRow {
  bytes: Uint8Array;
  /** Cell `i` is `bytes[starts[i], ends[i])`, its quotes removed. */
  starts: Int32Array;
  ends: Int32Array;
  /** Number of cells. */
  count: number;
  /** Line, from 1, on which the row begins. */
  line: number;
  /** Position of the row's first byte in the object's text, and of the first byte after its last. */
  offset: number;
  end: number;
  /** 1 for a cell that the format says is a text, even one that reads like a number; undefined where it doesn't say. */
  texts?: Uint8Array;
  /** Features by index, of a format that writes only those that are not zero. */
  sparse?: SparseCells;
}

/** Some features of a row; the others are zero. */
export interface SparseCells {
  count: number;
  /** From 0, ascending. */
  indices: Int32Array;
  /** NaN where a value is missing. */
  values: Float64Array;
}

/** Told of a row that can't be cut into cells, instead of an error thrown: where it begins and ends in the text. */
export type OnBadRow = (error: InputError, line: number, offset: number, end: number) => void;

/** Cuts an object's text into rows of cells, in chunks of any size. */
export interface Tokenizer {
  /** Hands each row that ends in `chunk` to `onRow`. */
  push(chunk: Uint8Array, onRow: (row: TextRow) => void): void;
  /** Hands over a last row that no line end closes. */
  end(onRow: (row: TextRow) => void): void;
}

/** The UTF-8 text of `bytes[start, end)`; undefined when it is not UTF-8. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** A text as a message shows it: in double quotes, its control characters escaped, cut after 60 characters. */
export function quoteText(text: string): string {
  const characters = [...text.slice(0, 122)];
  return JSON.stringify(characters.length > 60 ? `${characters.slice(0, 60).join('')}…` : text);
}

// `ignoreBOM` keeps U+FEFF: a cell that begins with one is not the start of a file.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A row without cells, to be filled again and again. */
export function emptyRow(bytes: Uint8Array): TextRow {
  return { bytes, starts: new Int32Array(64), ends: new Int32Array(64), count: 0, line: 1, offset: 0, end: 0 };
}

/** The array with a chunk behind its first `used` bytes; a larger one, with those bytes, where it does not fit. */
export function withChunk(bytes: Uint8Array<ArrayBuffer>, used: number, chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  let room = bytes;
  if (used + chunk.length > bytes.length) {
    room = new Uint8Array(Math.max(bytes.length * 2, used + chunk.length));
    room.set(bytes.subarray(0, used));
  }
  room.set(chunk, used);
  return room;
}

/** Encodes one text after another as UTF-8 into the same buffer. */
export interface Utf8Buffer {
  /** What was encoded last, from 0 on; a longer text puts another array here. */
  bytes: Uint8Array;
  /** Answers how many bytes the text takes. */
  encode(text: string): number;
}

export function utf8Buffer(): Utf8Buffer {
  const encoder = new TextEncoder();
  const buffer: Utf8Buffer = {
    bytes: new Uint8Array(1024),
    encode(text) {
      // No code unit takes more than three bytes.
      if (3 * text.length > buffer.bytes.length) buffer.bytes = new Uint8Array(6 * text.length);
      return encoder.encodeInto(text, buffer.bytes).written;
    },
  };
  return buffer;
}
