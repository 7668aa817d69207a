import { blockByteLimit, blockRowLimit } from '../core/blocks.ts';
import { sha256Hex } from '../core/hash.ts';
import { halvedText } from '../kernels/halved-text.ts';

/** A block of one object: its number of rows, and the hash that names it, unless blocks are not named. */
export interface CutBlock {
  rowCount: number;
  hash?: string;
}

/** Cuts the text of one object into canonical blocks. */
export interface BlockCutter {
  /** Takes the next bytes; call it before `row` for the rows that end in them. */
  push(chunk: Uint8Array): void;
  /** Notes that a row begins at this position of the text. */
  row(offset: number): void;
  /** The text between two positions, none of them before the block at hand. */
  textOf(start: number, end: number): Uint8Array;
  /** Closes the last block and answers them all, in order. */
  end(): CutBlock[];
}

/**
 * A block begins with a row and ends before the next block's first row, so that all text after the header belongs to
 * one. Each 8 MiB of the object's text, and in it each 65,536 rows, begins a new block; a row belongs to where its
 * first byte stands. A block's hash is SHA-256 over a heading, a line end, and the halved
 * form of the block's text.
 *
 * Keeps the text of the block at hand in memory.
 *
 * @param heading what a reader must know to read the text, such as the names of its columns as a JSON array; without a
 *   bare line end. It is asked for when a block closes; without it, blocks are not named
 */
export function blockCutter(heading?: () => string): BlockCutter {
  const blocks: CutBlock[] = [];
  let text = new Uint8Array(1 << 16);
  /** Bytes in `text`, and the position of its first in the object. */
  let [used, base] = [0, 0];
  let [blockStart, rowCount] = [0, 0];

  return {
    push(chunk) {
      if (used + chunk.length > text.length) {
        const grown = new Uint8Array(Math.max(text.length * 2, used + chunk.length));
        grown.set(text.subarray(0, used));
        text = grown;
      }
      text.set(chunk, used);
      used += chunk.length;
    },
    row(offset) {
      const sameSegment = Math.floor(offset / blockByteLimit) === Math.floor(blockStart / blockByteLimit);
      if (rowCount > 0 && (!sameSegment || rowCount === blockRowLimit)) close(offset);
      if (rowCount === 0) {
        discardBefore(offset);
        blockStart = offset;
      }
      rowCount++;
    },
    textOf: (start, end) => text.slice(start - base, end - base),
    end() {
      if (rowCount > 0) close(base + used);
      return blocks;
    },
  };

  function close(end: number): void {
    blocks.push({
      rowCount,
      ...(heading && { hash: textHash(heading(), text.subarray(blockStart - base, end - base)) }),
    });
    rowCount = 0;
  }

  function discardBefore(offset: number): void {
    text.copyWithin(0, offset - base, used);
    used -= offset - base;
    base = offset;
  }
}

/**
 * The hash that names a block.
 *
 * @param heading has no line end, so that no text can be mistaken for a part of it
 */
export function textHash(heading: string, text: Uint8Array): string {
  return sha256Hex(`${heading}\n`, halvedText(text));
}
