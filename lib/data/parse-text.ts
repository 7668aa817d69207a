import * as csv from '../kernels/csv.generated.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import type { Pool } from '../kernels/pool.ts';
import { powersOfTen } from '../kernels/powers-of-ten.ts';
import { squeezeTable } from '../kernels/squeezes.ts';
import { placeArray, writeStruct } from '../kernels/struct.ts';
import type { PackedRoom } from './packed.ts';
import type { PlannedText } from './plan-text.ts';
import type { ReadOptions } from './read.ts';
import { openFeed, type SegmentBatch, segmentBytes } from './segment-feed.ts';
import type { DataObject } from './table.ts';
import { decodeText } from './text.ts';

/** How a column will be stored. A category that is not declared is only a guess, which the parsed texts must confirm. */
export interface PlannedColumn {
  name: string;
  kind: 'single' | 'double' | 'category';
  isDeclared: boolean;
}

/** A segment of a text as kernels have parsed it, in arrays in the memory of the pool. */
export interface ParsedSegment {
  rows: number;
  lineCount: number;
  blocks: { rowCount: number; hash?: string }[];
  /** The smallest and the largest number of each float32 column; Infinity and -Infinity when it has none. */
  least: Float32Array;
  greatest: Float32Array;
  /** Address of the rows of float32. */
  singles: number;
  /** The part of the memory that holds the float32 rows of the segments of one batch, and nothing else. */
  room?: PackedRoom;
  /** Float64 columns, row-major. */
  doubles: Float64Array;
  /** Columns of texts, row-major: indices into `texts`. */
  codes: Uint8Array;
  /** A hash of each row; empty when rows are not hashed. */
  hashes: Uint32Array;
  /** Lines, counted from 0; undefined where each row is one. */
  lines: Uint32Array | undefined;
  /** The dictionary of each column of texts; undefined stands for a text that is not UTF-8. */
  texts: (string | undefined)[][];
}

/** A whole text, segment by segment; `firstLine` is the line of its first row. */
export interface ParsedText {
  firstLine: number;
  segments: ParsedSegment[];
}

/** Layout of assembly/csv.ts: a buffer, the copy of a row, and where cells end. */
const scratchBytes = 2 ** 20 + 5 * 2 ** 18;
/** Most bytes for parsed rows: kernels address 4 GiB, some of which the training needs. */
const roomBytes = 2.5 * 2 ** 30;
/** A segment's result: status, rows, lines, blocks, and whether a tiny number was met. */
const resultBytes = 20;
/** A block: its number of rows, and its hash. */
const blockBytes = 36;
/** A segment's dictionary of a column: the number of texts, then 64 of 16 bytes and a length each. */
const dictionaryBytes = 16 + 64 * 20;
const kernelKinds = { single: 0, double: 1, category: 2 } as const;

/**
 * Parses an object by the kernel lib/kernels/assembly/csv.ts, as its bytes arrive.
 *
 * @param feedRoom where to keep its bytes until they are parsed
 * @param whenFree resolves when this thread has time to join in; until then only the other threads parse
 * @returns undefined when it contains something that the kernel does not support
 * @throws ConflictError when the object changed while it was read
 */
export async function parseText(
  pool: Pool,
  object: DataObject,
  text: PlannedText,
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  feedRoom: KernelMemory,
  whenFree?: Promise<void>,
): Promise<ParsedText | undefined> {
  const parse = textParser(pool, text, columns, options);
  const segments: ParsedSegment[] = [];
  for await (const batch of openFeed({ ...pool, memory: feedRoom }, object, text, options)) {
    const begun = parse(batch);
    await whenFree;
    const parsed = begun.finish();
    if (!parsed) return undefined;
    segments.push(...parsed);
  }
  return { firstLine: text.firstLine, segments };
}

/** Begins to parse segments on other threads. */
export type TextParser = (batch: SegmentBatch) => BegunSegments<ParsedSegment[] | undefined>;

interface BegunSegments<Parsed> {
  /** Joins in, and returns the rows; undefined when they contain something that the kernel does not support. */
  finish(): Parsed;
}

/**
 * A parser of a text's segments.
 *
 * @param room where to put the parsed rows
 */
export function textParser(
  pool: Pool,
  text: PlannedText,
  columns: readonly PlannedColumn[],
  options: ReadOptions,
  room: KernelMemory = pool.memory,
): TextParser {
  const parser = segmentParser(pool, text, columns, options, room);
  // Rows of a segment, estimated from the first rows. If it has more, it is parsed again with twice the room.
  let capacity = Math.ceil((Math.min(segmentBytes, text.textBytes) / text.rowBytes) * 1.1) + 64;
  return (batch) => {
    const begun = parser(batch, capacity);
    return {
      finish() {
        let parsed = begun.finish();
        while (parsed === 'full') {
          capacity *= 2;
          parsed = parser(batch, capacity).finish();
        }
        return parsed;
      },
    };
  };
}

function segmentParser(
  { memory: home, begin }: Pool,
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

  return (batch: SegmentBatch, capacity: number): BegunSegments<ParsedSegment[] | 'full' | undefined> => {
    const { first, count, size, file, slots } = batch;
    if (home.memory.buffer.byteLength + count * capacity * bytesOfRow > roomBytes) return { finish: () => undefined };
    const outcome = allocateOutcome(room, { ...widths, stride, hashed, count, capacity });
    const { addresses, mostBlocks, extremes } = outcome;
    const own = { 0: file, 20: capacity, 84: mostBlocks, 100: first, 104: slots, 108: extremes };
    const description = writeStruct(room, { ...fixed, ...addresses, ...own }, { 64: size, 72: text.firstRow });
    const begun = begin(csv, 'parseSegment', description, count, scratchBytes);
    return {
      finish() {
        begun.finish();
        return parsedOf(outcome);
      },
    };
  };

  function parsedOf(outcome: Outcome): ParsedSegment[] | 'full' | undefined {
    const { addresses, count, capacity } = outcome;
    const parsed: ParsedSegment[] = [];
    const together: PackedRoom = { address: addresses[24], bytes: count * capacity * stride };
    let isFull = false;
    const view = new DataView(home.memory.buffer);
    for (let i = 0; i < count; i++) {
      const [status, hasTiny] = [0, 16].map((at) => view.getUint32(addresses[52] + i * resultBytes + at, true));
      if (status === 1) isFull = true;
      // Not plain cells, a file that can't be read, or a number so near to 0 that float32 would lose its digits.
      else if (status !== 0 || (widths.single > 0 && hasTiny !== 0)) return undefined;
      if (!isFull) parsed.push({ ...segmentOf(view, outcome, i, named), room: together });
    }
    // Line numbers are not needed when each row is one line.
    if (parsed.every((segment) => segment.lines === undefined)) room.release(addresses[44], count * capacity * 4);
    return isFull ? 'full' : parsed;
  }
}

/** The size of what is parsed; for each kind, its number of columns. */
interface OutcomeSize extends Record<PlannedColumn['kind'], number> {
  /** Bytes of a row of float32. */
  stride: number;
  hashed: boolean;
  /** Number of segments, and most rows of each. */
  count: number;
  capacity: number;
}

/** Where the kernel writes its results. */
interface Outcome extends OutcomeSize {
  /** Addresses, by their offsets in the kernel's description. */
  addresses: Record<24 | 28 | 36 | 44 | 48 | 52 | 60 | 80, number>;
  extremes: number;
  /** Most blocks of a segment. */
  mostBlocks: number;
}

function allocateOutcome(room: KernelMemory, size: OutcomeSize): Outcome {
  const { stride, hashed, count, capacity } = size;
  const rows = count * capacity;
  const mostBlocks = Math.ceil(capacity / 65_536) + 1;
  const addresses = {
    52: room.allocate(count * resultBytes),
    80: room.allocate(count * mostBlocks * blockBytes),
    24: room.allocate(rows * stride),
    28: room.allocate(rows * size.double * 8),
    36: room.allocate(rows * size.category),
    44: room.allocate(rows * 4),
    60: hashed ? room.allocate(rows * 4) : 0,
    48: room.allocate(count * size.category * dictionaryBytes),
  };
  return { ...size, addresses, extremes: room.allocate(count * 2 * stride), mostBlocks };
}

/** The `i`th segment that was parsed. */
function segmentOf(view: DataView<ArrayBufferLike>, outcome: Outcome, i: number, named: boolean): ParsedSegment {
  const { addresses, extremes, mostBlocks, stride, hashed, capacity, single, double, category } = outcome;
  const { buffer } = view;
  const word = (address: number) => view.getUint32(address, true);
  const [rows, lineCount, blockCount] = [4, 8, 12].map((at) => word(addresses[52] + i * resultBytes + at));
  const before = i * capacity;
  return {
    rows,
    lineCount,
    blocks: Array.from({ length: blockCount }, (_, b) => {
      const at = addresses[80] + (i * mostBlocks + b) * blockBytes;
      return { rowCount: word(at), ...(named && { hash: hexOf(new Uint8Array(buffer, at + 4, 32)) }) };
    }),
    least: new Float32Array(buffer, extremes + i * 2 * stride, single),
    greatest: new Float32Array(buffer, extremes + (i * 2 + 1) * stride, single),
    singles: addresses[24] + before * stride,
    doubles: new Float64Array(buffer, addresses[28] + before * double * 8, rows * double),
    codes: new Uint8Array(buffer, addresses[36] + before * category, rows * category),
    lines: lineCount === rows ? undefined : new Uint32Array(buffer, addresses[44] + before * 4, rows),
    hashes: new Uint32Array(buffer, hashed ? addresses[60] + before * 4 : 0, hashed ? rows : 0),
    texts: Array.from({ length: category }, (_, column) =>
      textsAt(buffer, addresses[48] + (i * category + column) * dictionaryBytes),
    ),
  };
}

/** Runs of columns of one kind, as pairs of kind and length, ended by a pair of zeros. */
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
