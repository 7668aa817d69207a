import { blockRowLimit } from '../../core/blocks.ts';
import { sha256Hex } from '../../core/hash.ts';
import type { CutBlock } from '../block-cutter.ts';
import type { TypedColumn } from '../collect.ts';

/**
 * The canonical blocks of a row group.
 *
 * @param named whether blocks get hashes of their columns' names and values
 */
export function typedBlocks(
  names: readonly string[],
  columns: readonly TypedColumn[],
  rowCount: number,
  named: boolean,
): CutBlock[] {
  return blockRanges(rowCount).map(([first, end]) => {
    if (!named) return { rowCount: end - first };
    const hashes = columns.map((column) => {
      if ('texts' in column) return textsHash(column.texts.slice(first, end));
      const values = column.values.subarray(first, end);
      const isSingle = values.every((value) => Math.fround(value) === value || Number.isNaN(value));
      const { buffer, byteOffset, byteLength } = isSingle ? Float32Array.from(values) : values;
      return numbersHash(sha256Hex(new Uint8Array(buffer, byteOffset, byteLength)), isSingle ? 4 : 8);
    });
    return { rowCount: end - first, hash: typedBlockHash(names, hashes) };
  });
}

/** The first row of each canonical block of a row group, and the row behind its last. */
export function blockRanges(rowCount: number): [first: number, end: number][] {
  return Array.from({ length: Math.ceil(rowCount / blockRowLimit) }, (_, i) => {
    return [i * blockRowLimit, Math.min((i + 1) * blockRowLimit, rowCount)];
  });
}

/**
 * The hash that names a block.
 *
 * @param hashes one for each column of the block: `numbersHash`, or `textsHash`
 */
export function typedBlockHash(names: readonly string[], hashes: readonly string[]): string {
  return sha256Hex(`${JSON.stringify({ format: 'parquet', names })}\n${hashes.join()}`);
}

/**
 * The hash of a column of numbers.
 *
 * @param hash SHA-256 of them, as float32 where that rounds none of them, else as float64; a missing one is the plain NaN
 * @param bytes of a number
 */
export const numbersHash = (hash: string, bytes: number): string => `${bytes}:${hash}`;

/** The hash of a column of texts. */
export const textsHash = (texts: readonly (string | undefined)[]): string => sha256Hex(JSON.stringify(texts));
