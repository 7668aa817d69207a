// Delimited text to numbers, row-major, at memory speed.
//
// `parseSegment(description, index, scratch)` reads 8 MiB of an object's text, a segment, and as far beyond as the last row
// that begins in it goes, 256 KiB at a time into `scratch`, and writes each row's cells where they belong:
//
//   kind 0  float32, into `matrix`, row-major, a row `stride` bytes apart; the nearest float32 of the nearest float64
//   kind 1  float64, into `doubles`, row-major
//   kind 2  the number of its text in the segment's own dictionary, a byte, into `codes`, row-major
//
// A missing cell is NaN, or an empty or missing text's number like any other. Rows of a segment lie at
// `… + index · capacity` rows. What it does not take on — a text in a column of numbers, an infinite number, a row of
// another length, a quote with a line end or a quote in it, a lone carriage return, a row of more than 256 KiB, a text
// of more than 16 bytes or more than 64 of them — ends the segment with a status that is not 0, and nothing of it counts.
//
// Why so: the ends of cells are found first, 64 bytes at a time, and most cells are short numbers, of which four are parsed
// at once (shared/cell-ends.ts, shared/short-numbers.ts). So no loop runs over single bytes, no cell waits for the one
// before, and the only branches that depend on the data lead to the slow paths. The text passes through a small buffer,
// since fresh memory costs as much time as parsing; the smallest and the largest number of each column are found while the
// cache still holds the rows.

import {
  afterBlankLine,
  beginCells,
  CR,
  codeOf,
  COMMA,
  DONE,
  dictionaryBytes,
  FULL,
  giveUp,
  hashCopied,
  hashRow,
  hasQuotes,
  LF,
  next,
  numberAt,
  OTHER,
  READ_FAILED,
  status,
  tinySeen,
} from './shared/csv-cells';
import { beginEnds, endAfter, lastEnd, mostColumns, moreEnds } from './shared/cell-ends';
import { setPowersOfTen } from './shared/decimal';
import { addText, beginText, endText } from './shared/halved-text';
import { read } from './shared/host';
import { parseLongs } from './shared/long-numbers';
import { parseFours, setSqueezes } from './shared/short-numbers';

// The description: u32 fields at these offsets, but for `size` and `firstRow`, which are f64.
const FILE: usize = 0; // i32: descriptor of an open file, or -1 for text that lies in memory
const SEPARATOR: usize = 4;
const COLUMNS: usize = 8;
const RUNS: usize = 12; // address of pairs (kind, count), u32, that end with a count of 0
const STRIDE: usize = 16;
const CAPACITY: usize = 20; // rows of a segment
const MATRIX: usize = 24;
const DOUBLES: usize = 28;
const DOUBLE_COLUMNS: usize = 32;
const CODES: usize = 36;
const CODE_COLUMNS: usize = 40;
const LINES: usize = 44; // u32 a row: lines before it in the segment; not written where there are as many lines as rows
const DICTIONARIES: usize = 48; // of a segment and column: u32 count, then 64 of 16 bytes and u32 length
const RESULTS: usize = 52; // of a segment: u32 status, rows, lines, blocks, whether a tiny number was met
const POWERS: usize = 56;
const HASHES: usize = 60; // u32 a row, or 0 for none
const SIZE: usize = 64;
const FIRST_ROW: usize = 72;
const BLOCKS: usize = 80; // of a segment, MOST_BLOCKS: u32 rows, then 32 bytes
const MOST_BLOCKS: usize = 84;
const HEADING: usize = 88; // what the hash of a block begins with, and how many bytes it has
const HEADING_BYTES: usize = 92;
const SQUEEZES: usize = 96; // lib/kernels/squeezes.ts makes them
const FIRST: usize = 100; // number of the segment with index 0
const SLOTS: usize = 104; // address of each segment, for text in memory
const EXTREMES: usize = 108; // of a segment, float32: the smallest number of each column of `matrix`, then the largest
const NAMED: usize = 112; // whether blocks are hashed

const segmentBytes: f64 = 8388608;
const chunkBytes: usize = 262144;
const slack: usize = 64;
/** Offsets in the scratch: of the text that is hashed, 132 KiB, of the copy of a row, 256 KiB, and of the ends of cells. */
const halvedTextAt: usize = 2 * 262144 + 4096;
const spareAt: usize = 3 * 262144;
const endsAt: usize = 4 * 262144;
const blockRowLimit: u32 = 65536;
const blockBytes: usize = 36;

// Of the segment at hand.
let separator: u32 = 0;
let lastColumn: i32 = 0;
let runs: usize = 0;
let matrixAt: usize = 0;
let doublesAt: usize = 0;
let codesAt: usize = 0;
let linesAt: usize = 0;
let rowsLeft: i32 = 0;
/** Number of rows and lines before the current one. */
let rowCount: u32 = 0;
let line: u32 = 0;
let hashesAt: usize = 0;
let isHashed = false;
/** Of the block at hand: its rows, and from where on its text has not been hashed. */
let blockRows: u32 = 0;
let unhashed: usize = 0;
let isNamed = false;
let blocksAt: usize = 0;
let blocksLeft: i32 = 0;
let heading: usize = 0;
let headingBytes: usize = 0;
let halvedAt: usize = 0;
let extremes: usize = 0;

/**
 * Parses segment FIRST + `index`, and writes its result.
 *
 * @param scratch 1 MiB, and behind it the room that `beginEnds` needs
 */
export function parseSegment(description: usize, index: i32, scratch: usize): void {
  const capacity = load<usize>(description, CAPACITY);
  const before = <usize>index * capacity;
  const stride = load<usize>(description, STRIDE);
  const doubleColumns = load<usize>(description, DOUBLE_COLUMNS);
  const codeColumns = load<usize>(description, CODE_COLUMNS);
  separator = load<u32>(description, SEPARATOR);
  setSqueezes(load<usize>(description, SQUEEZES));
  lastColumn = load<i32>(description, COLUMNS) - 1;
  runs = load<usize>(description, RUNS);
  matrixAt = load<usize>(description, MATRIX) + before * stride;
  doublesAt = load<usize>(description, DOUBLES) + before * doubleColumns * 8;
  codesAt = load<usize>(description, CODES) + before * codeColumns;
  linesAt = load<usize>(description, LINES) + before * 4;
  const dictionaries = load<usize>(description, DICTIONARIES) + <usize>index * codeColumns * dictionaryBytes;
  for (let k: usize = 0; k < codeColumns; k++) store<u32>(dictionaries + k * dictionaryBytes, 0);
  beginCells(separator, lastColumn + 1, runs, dictionaries, scratch + spareAt);
  setPowersOfTen(load<usize>(description, POWERS));
  rowsLeft = <i32>capacity;
  rowCount = 0;
  line = 0;
  hashesAt = load<usize>(description, HASHES);
  isHashed = hashesAt != 0;
  hashesAt += before * 4;
  const mostBlocks = load<usize>(description, MOST_BLOCKS);
  blocksAt = load<usize>(description, BLOCKS) + <usize>index * mostBlocks * blockBytes;
  blocksLeft = <i32>mostBlocks;
  heading = load<usize>(description, HEADING);
  headingBytes = load<usize>(description, HEADING_BYTES);
  isNamed = load<u32>(description, NAMED) != 0;
  halvedAt = scratch + halvedTextAt;
  blockRows = 0;
  extremes = load<usize>(description, EXTREMES) + <usize>index * 2 * stride;
  for (let c: usize = 0; c < stride; c += 16) {
    v128.store(extremes + c, f32x4.splat(Infinity));
    v128.store(extremes + stride + c, f32x4.splat(-Infinity));
  }

  if (lastColumn >= mostColumns) giveUp(OTHER);
  else readRows(description, load<i32>(description, FIRST) + index, scratch, stride);

  const result = load<usize>(description, RESULTS) + <usize>index * 20;
  store<u32>(result, status);
  store<u32>(result, rowCount, 4);
  store<u32>(result, line, 8);
  store<u32>(result, <u32>mostBlocks - blocksLeft, 12);
  store<u32>(result, <u32>tinySeen, 16);
}

/** Copies bytes of the object to an address; answers how many, or -1. */
function fetch(description: usize, position: f64, address: usize, bytes: i32): i32 {
  const file = load<i32>(description, FILE);
  if (file >= 0) return read(file, position, address, bytes);
  const slots = load<usize>(description, SLOTS);
  let at = position;
  for (let left = <usize>bytes; left > 0; ) {
    const segment = floor(at / segmentBytes);
    const offset = <usize>(at - segment * segmentBytes);
    const count = min(left, <usize>segmentBytes - offset);
    memory.copy(address, load<usize>(slots + (<usize>segment << 2)) + offset, count);
    address += count;
    left -= count;
    at += <f64>count;
  }
  return bytes;
}

function readRows(description: usize, index: i32, scratch: usize, stride: usize): void {
  const size = load<f64>(description, SIZE);
  const end = min(<f64>(index + 1) * segmentBytes, size);
  // The byte before tells whether a row begins with the segment.
  let position = index == 0 ? load<f64>(description, FIRST_ROW) : <f64>index * segmentBytes - 1;
  let isInsideRow = index > 0;
  const buffer = scratch + slack;
  let used: usize = 0;
  while (true) {
    /** Position of the buffer's first byte. */
    const base = position - <f64>used;
    const wanted = <i32>min(<f64>chunkBytes, size - position);
    if (wanted > 0 && fetch(description, position, buffer + used, wanted) != wanted) {
      giveUp(READ_FAILED);
      return;
    }
    position += <f64>wanted;
    const isLast = position >= size;
    const textEnd = buffer + used + wanted;
    let limit = textEnd;
    if (isLast && (limit == buffer || load<u8>(limit - 1) != LF)) {
      store<u8>(limit, LF);
      limit++;
    }
    let start = buffer;
    if (isInsideRow) {
      while (start < limit && load<u8>(start) != LF) start++;
      isInsideRow = start == limit;
      if (!isInsideRow) start++;
    }
    // Whole lines only.
    let whole = limit;
    while (whole > start && load<u8>(whole - 1) != LF) whole--;
    unhashed = buffer;
    const until = min(whole, buffer + <usize>min(max(end - base, 0), <f64>(1 << 30)));
    if (start < until) {
      const firstRow = matrixAt;
      start = parseRows(start, until, whole, scratch + endsAt, stride);
      if (status != DONE) return;
      noteExtremes(firstRow, stride);
    }
    let isDone = isLast || (base + <f64>(start - buffer) >= end && start < whole);
    if (blockRows > 0) {
      let stop = start;
      if (isDone) {
        // Blank lines belong to the block before them, and there may be more of them than were read.
        for (let after = afterBlankLine(stop); after != stop && stop < whole; after = afterBlankLine(stop)) stop = after;
        if (stop >= whole) {
          isDone = isLast;
          stop = isLast ? textEnd : start;
        }
      }
      if (isNamed) addText(unhashed, stop - unhashed);
      if (isDone) closeBlock();
    }
    if (isDone) return;
    const rest = limit - start;
    if (rest > chunkBytes) {
      giveUp(OTHER);
      return;
    }
    memory.copy(buffer, start, rest);
    used = rest;
  }
}

/** Updates the smallest and the largest number of each column with the rows from `firstRow` on, which are still in cache. */
function noteExtremes(firstRow: usize, stride: usize): void {
  for (let c: usize = 0; c < stride; c += 16) {
    let least = v128.load(extremes + c);
    let greatest = v128.load(extremes + stride + c);
    for (let at = firstRow + c; at < matrixAt; at += stride) {
      // When the second argument is NaN, these answer the first.
      least = f32x4.pmin(least, v128.load(at));
      greatest = f32x4.pmax(greatest, v128.load(at));
    }
    v128.store(extremes + c, least);
    v128.store(extremes + stride + c, greatest);
  }
}

/** Writes the lines of the rows so far, at the first line without a row: from then on they are not the row numbers. */
function noteLines(): void {
  for (let row: u32 = 0; row < rowCount; row++) store<u32>(linesAt + (<usize>row << 2), row);
}

function closeBlock(): void {
  if (blocksLeft == 0) {
    giveUp(FULL);
    return;
  }
  store<u32>(blocksAt, blockRows);
  if (isNamed) endText(blocksAt + 4);
  blocksAt += blockBytes;
  blocksLeft--;
  blockRows = 0;
}

/** Notes that a row begins at `p`: in the block at hand, or in a new one. */
function beginRow(p: usize): void {
  if (blockRows == blockRowLimit) {
    if (isNamed) addText(unhashed, p - unhashed);
    closeBlock();
  }
  if (blockRows == 0 && isNamed) {
    beginText(halvedAt, heading, headingBytes);
    unhashed = p;
  }
  blockRows++;
}

/** Parses the rows that begin before `until`, each of which ends before `textEnd`; answers where the next one begins. */
function parseRows(start: usize, until: usize, textEnd: usize, room: usize, stride: usize): usize {
  const comma = separator;
  const columns = lastColumn + 1;
  const mustCopy = separator != COMMA;
  beginEnds(room, start, textEnd, columns, <u8>comma);
  /** Address of the end of the cell at `p`. */
  let ends = lastEnd;
  let p = start;
  while (p < until) {
    const first = <u32>load<u8>(p);
    if (first <= 32 && first != comma) {
      const after = afterBlankLine(p);
      if (after != p) {
        if (line == rowCount) noteLines();
        line++;
        p = after;
        ends = endAfter(ends, p);
        continue;
      }
    }
    if (rowsLeft == 0) {
      giveUp(FULL);
      return p;
    }
    if (lastEnd - ends < <usize>columns << 2) ends = moreEnds(ends);
    beginRow(p);
    const rowStart = p;
    if (line != rowCount) store<u32>(linesAt + (<usize>rowCount << 2), line);
    let target = matrixAt;
    let column = 0;
    for (let run = runs; ; run += 8) {
      const kind = load<u32>(run);
      const behind = column + load<i32>(run, 4);
      if (behind == column) break;
      while (column < behind) {
        if (kind != 2) {
          const out = kind == 0 ? target : doublesAt;
          const stop = behind == columns ? LF : comma;
          let done = parseFours(p, ends, behind - column, comma, stop, out, kind == 1);
          if (done == 0 && behind - column >= 4) done = parseLongs(p, ends, behind - column, comma, stop, out, kind == 1);
          if (done > 0) {
            if (kind == 0) target += <usize>done << 2;
            else doublesAt += <usize>done << 3;
            ends += <usize>done << 2;
            p = load<usize>(ends - 4) + 1;
            column += done;
            continue;
          }
        }
        for (const until = min(column + 4, behind); column < until; column++) {
          if (kind == 2) store<u8>(codesAt++, codeOf(p, column));
          else {
            const value = numberAt(p, load<usize>(ends), column);
            if (kind == 0) {
              store<f32>(target, <f32>value);
              target += 4;
            } else {
              store<f64>(doublesAt, value);
              doublesAt += 8;
            }
          }
          if (status != DONE) return p;
          p = next;
          ends += 4;
          // The separators inside a quoted cell were not ends of cells: skip them.
          if (load<usize>(ends - 4) != p - 1) ends = endAfter(ends - 4, p);
        }
      }
    }
    if (isHashed) {
      const rowEnd = p - 1 - <usize>(<u32>load<u8>(p - 2) == CR);
      store<u32>(hashesAt, mustCopy || hasQuotes ? hashCopied(rowStart, rowEnd) : hashRow(rowStart, rowEnd));
      hashesAt += 4;
    }
    matrixAt += stride;
    rowsLeft--;
    rowCount++;
    line++;
  }
  return p;
}
