// The cells of delimited text that are not a plain short number, for csv.ts: numbers of many digits, with an exponent, in
// quotes, with blanks around them, missing; texts; blank lines; and the hash of a row.
//
// What is said of the cell at hand stands in globals, each thread's own: `next`, the address after its separator or line
// end, and `status`, which is no longer `DONE` when it is not for kernels.

import { decimalEnd, parseDecimal } from './decimal';
import { firstBytes } from './first-bytes';
import { unusualNumber } from './host';
import { longValue, parseLong } from './long-numbers';
import { hashText } from './row-hash';
import { parseShort, shortValue } from './short-numbers';

/** How a segment ended: well, for want of room, by something that is not for kernels, or because it can't be read. */
export const DONE: u32 = 0;
export const FULL: u32 = 1;
export const OTHER: u32 = 2;
export const READ_FAILED: u32 = 3;

export const LF: u32 = 10;
export const CR: u32 = 13;
const QUOTE: u32 = 34;
export const COMMA: u32 = 44;

const dictionaryTexts: u32 = 64;
/** Of a column of texts, in each segment: u32 count, then from byte 16 on 64 of 16 bytes and u32 length. */
export const dictionaryBytes: usize = 16 + 64 * 20;

export let next: usize = 0;
export let status: u32 = DONE;
/** Whether the current row has a quoted cell, and whether the segment has a number so near to 0 that float32 loses digits. */
export let hasQuotes = false;
export let tinySeen = false;
let separator: u32 = 0;
let lastColumn: i32 = 0;
let runs: usize = 0;
let dictionaries: usize = 0;
let spare: usize = 0;

/** Begins a segment. `room` is for the copy of a row; `texts` are its dictionaries. */
export function beginCells(separatorByte: u32, columns: i32, kinds: usize, texts: usize, room: usize): void {
  separator = separatorByte;
  lastColumn = columns - 1;
  runs = kinds;
  dictionaries = texts;
  spare = room;
  status = DONE;
  tinySeen = false;
  hasQuotes = false;
}

/** Ends the segment with a status other than `DONE`. */
export function giveUp(why: u32): void {
  status = why;
}

/** The hash of a row's cells, joined by commas; those at the end, of empty cells, do not count. */
// @ts-ignore: decorator
@inline
export function hashRow(start: usize, rowEnd: usize): u32 {
  let end = rowEnd;
  while (end > start && load<u8>(end - 1) == COMMA) end--;
  return hashText(start, end);
}

/** `hashRow` of a row with other separators, or with cells in quotes: copied without them. */
export function hashCopied(start: usize, end: usize): u32 {
  hasQuotes = false;
  let to = spare;
  let isCellStart = true;
  for (let from = start; from < end; from++) {
    if (isCellStart && load<u8>(from) == QUOTE) {
      for (from++; load<u8>(from) != QUOTE; from++) {
        store<u8>(to, load<u8>(from));
        to++;
      }
      continue;
    }
    isCellStart = <u32>load<u8>(from) == separator;
    store<u8>(to, isCellStart ? <u8>COMMA : load<u8>(from));
    to++;
  }
  return hashRow(spare, to);
}

/** The address after a line of nothing but blanks that begins at `p`; `p` where it is no such line. */
export function afterBlankLine(p: usize): usize {
  let at = p;
  while ((load<u8>(at) == 32 || load<u8>(at) == 9) && <u32>load<u8>(at) != separator) at++;
  if (load<u8>(at) == LF) return at + 1;
  if (load<u8>(at) == CR && load<u8>(at + 1) == LF) return at + 2;
  return p;
}

/** The number in a cell. `end` is the first separator or line feed from `p` on, which ends the cell unless it is quoted. */
export function numberAt(p: usize, end: usize, column: i32): f64 {
  if (<u32>load<u8>(end) == (column < lastColumn ? separator : LF)) {
    next = end + 1;
    if (parseShort(p, end)) return shortValue;
    if (parseLong(p, end)) return finite(longValue);
  }
  return unusualCell(p, column);
}

/** A number's cell that is not plain and short: of many digits, with an exponent, quoted, blank, missing, at a CR LF. */
function unusualCell(p: usize, column: i32): f64 {
  let value = parseDecimal(p);
  if (decimalEnd != 0 && isCellEnd(decimalEnd)) {
    endCell(decimalEnd, column);
    return finite(value);
  }
  const close = contentEnd(p, column);
  let start = load<u8>(p) == QUOTE ? p + 1 : p;
  let end = close;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  if (start == end) return NaN;
  value = parseDecimal(start);
  if (decimalEnd == end) return finite(value);
  value = unusualNumber(start, end);
  return value == value ? finite(value) : NaN;
}

// @ts-ignore: decorator
@inline
function finite(value: f64): f64 {
  const magnitude = abs(value);
  if (!(magnitude < Infinity)) status = OTHER;
  if (magnitude < 1.1754943508222875e-38 && magnitude > 0) tinySeen = true;
  return value;
}

/** The number of a cell's text in its column's dictionary; `next` and `status` say the rest. */
export function codeOf(p: usize, column: i32): u8 {
  let start = p;
  let length = 0;
  const text = v128.load(p);
  const ends = i8x16.bitmask(
    v128.or(i8x16.eq(text, i8x16.splat(<u8>separator)), i8x16.le_u(text, i8x16.splat(13))),
  );
  if (load<u8>(p) != QUOTE && ends != 0 && isCellEnd(p + ctz(ends))) {
    length = ctz(ends);
    endCell(p + <usize>length, column);
  } else {
    const close = contentEnd(p, column);
    if (load<u8>(p) == QUOTE) start++;
    if (close - start > 16) status = OTHER;
    else length = <i32>(close - start);
  }
  if (status != DONE) return 0;
  return lookUp(v128.and(v128.load(start), v128.load(firstBytes + 16 - <usize>length)), length, column);
}

function lookUp(text: v128, length: i32, column: i32): u8 {
  // Which of the columns of texts it is: those before it in the runs.
  let which: usize = 0;
  let at = 0;
  for (let run = runs; ; run += 8) {
    const cells = load<i32>(run, 4);
    if (load<u32>(run) == 2) {
      if (column < at + cells) {
        which += <usize>(column - at);
        break;
      }
      which += <usize>cells;
    }
    at += cells;
  }
  const dictionary = dictionaries + which * dictionaryBytes;
  const count = load<u32>(dictionary);
  let entry = dictionary + 16;
  for (let code: u32 = 0; code < count; code++, entry += 20) {
    if (!v128.any_true(v128.xor(v128.load(entry), text)) && load<i32>(entry, 16) == length) return <u8>code;
  }
  if (count == dictionaryTexts) {
    status = OTHER;
    return 0;
  }
  v128.store(entry, text);
  store<i32>(entry, length, 16);
  store<u32>(dictionary, count + 1);
  return <u8>count;
}

/** Where the content of the cell at `p` ends, quotes removed; goes past the cell. */
function contentEnd(p: usize, column: i32): usize {
  let at = p;
  if (load<u8>(p) == QUOTE) {
    hasQuotes = true;
    at++;
    while (load<u8>(at) != QUOTE && load<u8>(at) != LF && load<u8>(at) != CR && load<u8>(at) != 0) at++;
    if (load<u8>(at) != QUOTE) {
      status = OTHER;
      return p;
    }
    endCell(at + 1, column);
    return at;
  }
  while (!isCellEnd(at) && load<u8>(at) != 0) at++;
  endCell(at, column);
  return at;
}

// @ts-ignore: decorator
@inline
function isCellEnd(p: usize): bool {
  const byte = <u32>load<u8>(p);
  return byte == separator || byte == LF || byte == CR;
}

// @ts-ignore: decorator
@inline
function isBlank(p: usize): bool {
  return load<u8>(p) == 32 || load<u8>(p) == 9;
}

/** Goes past the separator or line end at `p`, which must be the one that the column asks for. */
function endCell(p: usize, column: i32): void {
  const byte = <u32>load<u8>(p);
  if (column < lastColumn) {
    next = p + 1;
    if (byte != separator) status = OTHER;
  } else if (byte == LF) next = p + 1;
  else {
    next = p + 2;
    if (byte != CR || load<u8>(p + 1) != LF) status = OTHER;
  }
}
