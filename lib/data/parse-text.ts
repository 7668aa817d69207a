import * as csv from '../kernels/csv.generated.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { Pool } from '../kernels/pool.ts';
import { powersOfTen } from '../kernels/powers-of-ten.ts';
import { squeezeTable } from '../kernels/squeezes.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import { textBytesOf } from './memory.ts';
import type { PlannedText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import { openFeed, type SegmentBatch, segmentBytes } from './segment-feed.ts';
import type { DataObject } from './table.ts';
import { decodeText } from './text.ts';

/** How a column is stored. A category that was not declared must turn out to be one. */
export interface PlannedColumn {
  name: string;
  kind: 'single' | 'double' | 'category';
  isDeclared: boolean;
}

/** A segment of a text as kernels have parsed it. Its arrays lie in the memory of the pool. */
export interface ParsedSegment {
  rows: number;
  lineCount: number;
  blocks: { rowCount: number; hash?: string }[];
  /** Of each column of float32, infinities where there is no number. */
  least: Float32Array;
  greatest: Float32Array;
  /** Address of the rows of float32. */
  singles: number;
  /** Rows of float64, of the texts' numbers in their dictionaries, and hashes. */
  doubles: Float64Array;
  codes: Uint8Array;
  hashes: Uint32Array;
  /** Lines, counted from 0; undefined where each row is one. */
  lines: Uint32Array | undefined;
  /** Of each column of texts those that it numbers; undefined stands for one that is not UTF-8. */
  texts: (string | undefined)[][];
}

export interface ParsedText {
  firstLine: number;
  segments: ParsedSegment[];
}

const scratchBytes = 2 ** 20 + 5 * 2 ** 18;
/** Kernels address 4 GiB, some of which the training needs. */
const roomBytes = 2.5 * 2 ** 30;
const blockBytes = 36;
/** Of a column of texts, in each segment: how many there are, then 64 of 16 bytes and a length. */
const dictionaryBytes = 16 + 64 * 20;
const kernelKinds = { single: 0, double: 1, category: 2 } as const;

/**
 * Parses an object by the kernel of lib/kernels/assembly/csv.ts, as its bytes come.
 *
 * @param feedRoom where its bytes wait until they are parsed
 * @returns undefined where there is something in it that the kernel does not take on
 * @throws ConflictError when the object changed while it was read
 */
export async function parseText(
  pool: Pool,
  object: DataObject,
  text: PlannedText,
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  feedRoom: KernelMemory,
): Promise<ParsedText | undefined> {
  const parse = textParser(pool, object, text, columns, options);
  const segments: ParsedSegment[] = [];
  for await (const batch of openFeed({ ...pool, memory: feedRoom }, object, text, options)) {
    const parsed = parse(batch);
    if (!parsed) return undefined;
    segments.push(...parsed);
  }
  return { firstLine: text.firstLine, segments };
}

/** Parses segments; undefined where there is something in them that the kernel does not take on. */
export type TextParser = (batch: SegmentBatch) => ParsedSegment[] | undefined;

/** @param room where what comes out is put */
export function textParser(
  pool: Pool,
  object: DataObject,
  text: PlannedText,
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  room: KernelMemory = pool.memory,
): TextParser {
  const parser = segmentParser(pool, text, columns, options, room);
  // So many rows as the first ones make likely; if there are more, the same segments once more, with more room.
  let capacity = Math.ceil((Math.min(segmentBytes, textBytesOf(object.size, text.isPlain)) / text.rowBytes) * 1.1) + 64;
  return (batch) => {
    let parsed = parser(batch, capacity);
    while (parsed === 'full') {
      capacity *= 2;
      parsed = parser(batch, capacity);
    }
    return parsed;
  };
}

function segmentParser(
  { memory: home, run }: Pool,
  text: PlannedText,
  columns: readonly PlannedColumn[],
  { named = true, hashed = true }: ReadOptions,
  room: KernelMemory,
) {
  const widths = { single: 0, double: 0, category: 0 };
  for (const { kind } of columns) widths[kind]++;
  const stride = Math.ceil(widths.single / 4) * 16;
  const bytesOfRow = stride + 8 * widths.double + widths.category + 8;
  const heading = new TextEncoder().encode(`${text.heading}\n`);
  const headingAt = home.allocate(heading.length);
  new Uint8Array(home.memory.buffer).set(heading, headingAt);
  const fixed = {
    4: text.separator.charCodeAt(0),
    8: columns.length,
    12: placeArray(home, runsOf(columns)),
    16: stride,
    32: widths.double,
    40: widths.category,
    56: powersOfTen(home),
    88: headingAt,
    92: heading.length,
    96: squeezeTable(home),
    112: named ? 1 : 0,
  };

  return (batch: SegmentBatch, capacity: number): ParsedSegment[] | 'full' | undefined => {
    const { first, count, size, file, slots } = batch;
    const rows = count * capacity;
    if (home.memory.buffer.byteLength + rows * bytesOfRow > roomBytes) return undefined;
    const mostBlocks = Math.ceil(capacity / 65_536) + 1;
    const results = room.allocate(count * 20);
    const blocks = room.allocate(count * mostBlocks * blockBytes);
    const extremes = room.allocate(count * 2 * stride);
    const singles = room.allocate(rows * stride);
    const doubles = room.allocate(rows * widths.double * 8);
    const codes = room.allocate(rows * widths.category);
    const lines = room.allocate(rows * 4);
    const hashes = hashed ? room.allocate(rows * 4) : 0;
    const dictionaries = room.allocate(count * widths.category * dictionaryBytes);
    const own = { 0: file, 20: capacity, 24: singles, 28: doubles, 36: codes, 44: lines, 48: dictionaries, 60: hashes };
    const others = { 52: results, 80: blocks, 84: mostBlocks, 100: first, 104: slots, 108: extremes };
    const description = writeStruct(room, { ...fixed, ...own, ...others }, { 64: size, 72: text.firstRow });
    run(csv, 'parseSegment', description, count, scratchBytes);

    const view = new DataView(home.memory.buffer);
    const word = (address: number) => view.getUint32(address, true);
    const singlesAt = (address: number) => new Float32Array(home.memory.buffer, address, widths.single);
    const parsed: ParsedSegment[] = [];
    let isFull = false;
    for (let i = 0; i < count; i++) {
      const result = results + i * 20;
      const status = word(result);
      if (status === 1) isFull = true;
      // Something else than plain cells, a file that can't be read, or a number that float32 would crush.
      else if (status !== 0 || (widths.single > 0 && word(result + 16) !== 0)) return undefined;
      if (isFull) continue;
      const before = i * capacity;
      const own = word(result + 4);
      const lineCount = word(result + 8);
      const { buffer } = home.memory;
      parsed.push({
        rows: own,
        lineCount,
        blocks: Array.from({ length: word(result + 12) }, (_, b) => {
          const at = blocks + (i * mostBlocks + b) * blockBytes;
          return { rowCount: word(at), ...(named && { hash: hexOf(new Uint8Array(home.memory.buffer, at + 4, 32)) }) };
        }),
        least: singlesAt(extremes + i * 2 * stride),
        greatest: singlesAt(extremes + (i * 2 + 1) * stride),
        singles: singles + before * stride,
        doubles: new Float64Array(buffer, doubles + before * widths.double * 8, own * widths.double),
        codes: new Uint8Array(buffer, codes + before * widths.category, own * widths.category),
        lines: lineCount === own ? undefined : new Uint32Array(buffer, lines + before * 4, own),
        hashes: new Uint32Array(buffer, hashed ? hashes + before * 4 : 0, hashed ? own : 0),
        texts: Array.from({ length: widths.category }, (_, column) =>
          textsAt(buffer, dictionaries + (i * widths.category + column) * dictionaryBytes),
        ),
      });
    }
    return isFull ? 'full' : parsed;
  };
}

/** Consecutive columns of a kind, as pairs of kind and count. */
function runsOf(columns: readonly PlannedColumn[]): Uint32Array {
  const runs: number[] = [];
  for (const { kind } of columns) {
    const number = kernelKinds[kind];
    if (runs.length > 0 && runs[runs.length - 2] === number) runs[runs.length - 1]++;
    else runs.push(number, 1);
  }
  return Uint32Array.from([...runs, 0, 0]);
}

/** The texts of a segment's dictionary; undefined where one is not UTF-8. */
function textsAt(buffer: ArrayBufferLike, address: number): (string | undefined)[] {
  const view = new DataView(buffer, address, dictionaryBytes);
  return Array.from({ length: view.getUint32(0, true) }, (_, i) => {
    // Copied: a decoder takes no shared memory.
    const bytes = new Uint8Array(buffer, address + 16 + i * 20, view.getUint32(16 + i * 20 + 16, true)).slice();
    return decodeText(bytes, 0, bytes.length);
  });
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
