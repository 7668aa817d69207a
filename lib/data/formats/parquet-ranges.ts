import { StoreError } from '../../core/errors.ts';
import type { RangedFile } from '../open-object.ts';

/** Bytes `[start, end)` of a file. */
export interface Range {
  start: number;
  end: number;
}

/** Bytes between two ranges that are fetched with them, rather than asking twice. */
const gapBytes = 8 * 1024;

/** Most bytes of one fetch, unless one range alone is longer. */
const fetchBytes = 8 * 1024 * 1024;

/**
 * Fetches ranges of a file, neighbours together, and serves any part of them from memory.
 *
 * All fetches have ended when this does, so that none can fail later, when nobody waits for it.
 *
 * @returns the bytes from `start` to `end`, as an ArrayBuffer of their own
 */
export async function fetchRanges(
  file: RangedFile,
  ranges: readonly Range[],
): Promise<(start: number, end?: number) => ArrayBuffer> {
  const runs = joinRanges(ranges);
  const fetches = await Promise.allSettled(runs.map(({ start, end }) => file.readRange(start, end)));
  const pieces = fetches.map((fetch, i) => {
    if (fetch.status === 'rejected') throw fetch.reason;
    return { ...runs[i], bytes: fetch.value };
  });
  return (start, end = file.size) => {
    const piece = pieces.find((candidate) => candidate.start <= start && end <= candidate.end);
    if (!piece) throw new StoreError(`expected bytes ${start} to ${end} to have been fetched`);
    return Uint8Array.from(piece.bytes.subarray(start - piece.start, end - piece.start)).buffer;
  };
}

/** The ranges in order, near ones joined. */
export function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    const isNear = last && start <= last.end + gapBytes && Math.max(end, last.end) - last.start <= fetchBytes;
    if (isNear || (last && end <= last.end)) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
