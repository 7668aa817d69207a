import { InputError } from '../../core/errors.ts';
import { levelIndex } from '../levels.ts';
import { cellHash } from '../row-hash.ts';
import { decodeText, quoteText, type TextRow } from '../text.ts';

export interface JsonRowOptions {
  /** Deepest nesting. */
  depth: number;
  /** Most columns. */
  columns: number;
}

/** Reads objects of JSON as rows, and names their columns as it meets them. */
export interface JsonRowParser {
  /** The columns so far, in order of first appearance. */
  names: string[];
  /** Rows in which a key stood twice. */
  duplicates: number;
  /** Fills the row from the object that `row.bytes[start, end)` holds, blanks around it aside. */
  parse(row: TextRow, start: number, end: number): void;
}

/**
 * A row is an object. A key names a column; an object inside it makes a column of each of its own keys, as `outer.inner`;
 * an array becomes its own JSON, as text. A column whose key is absent, or null, is missing in the row. Of a key that
 * stands twice in a row the last counts.
 *
 * @throws InputError, with the byte of the line, at anything that is not JSON, at rows that are no objects, at nesting
 *   beyond `depth`, at a lone surrogate, and beyond `columns` columns
 * @see RFC 8259
 */
export function jsonRowParser(key: string, { depth: maxDepth, columns }: JsonRowOptions): JsonRowParser {
  const index = levelIndex();
  /** The names of the objects around the value at hand, each with its dot. */
  let path = new Uint8Array(256);
  let bytes: Uint8Array = path;
  let [at, end, rowStart, line] = [0, 0, 0, 1];
  let row: TextRow;
  /** Number of the row that last set each column. */
  let setBy = new Uint32Array(64);
  let rowNumber = 0;
  let doubled = false;
  const parser: JsonRowParser = { names: index.texts, duplicates: 0, parse };
  return parser;

  function parse(target: TextRow, start: number, stop: number): void {
    row = target;
    ({ bytes, line } = target);
    [at, end, rowStart] = [start, stop, start];
    row.texts ??= new Uint8Array(row.starts.length);
    row.starts.fill(0, 0, index.texts.length);
    row.ends.fill(0, 0, index.texts.length);
    rowNumber++;
    doubled = false;
    checkUtf8();

    skipBlanks();
    if (bytes[at] !== openBrace) throw wrong('an object');
    parseObject(0, 1, true);
    skipBlanks();
    if (at < end) throw wrong('the end of the row');
    row.count = index.texts.length;
    if (doubled) parser.duplicates++;
  }

  /** @param keeps whether its values are cells; not so inside an array, whose text must stay as it is */
  function parseObject(pathLength: number, depth: number, keeps: boolean): void {
    checkDepth(depth);
    at++;
    skipBlanks();
    if (bytes[at] === closeBrace && at < end) {
      at++;
      return;
    }
    for (;;) {
      if (bytes[at] !== quote || at >= end) throw wrong('a key in double quotes');
      const start = at + 1;
      const stop = parseString(keeps);
      skipBlanks();
      if (bytes[at] !== colon || at >= end) throw wrong('":" after a key');
      at++;
      parseValue(start, stop, pathLength, depth, keeps);
      skipBlanks();
      if (at < end && bytes[at] === comma) {
        at++;
        skipBlanks();
      } else if (at < end && bytes[at] === closeBrace) {
        at++;
        return;
      } else throw wrong('"," or "}" after a value');
    }
  }

  /** The value of the key `bytes[keyStart, keyEnd)`, inside the objects that the path names. */
  function parseValue(keyStart: number, keyEnd: number, pathLength: number, depth: number, keeps: boolean): void {
    skipBlanks();
    const first = at < end ? bytes[at] : 0;
    if (first === openBrace) {
      parseObject(keeps ? extendPath(pathLength, keyStart, keyEnd, true) : 0, depth + 1, keeps);
      return;
    }
    const start = at;
    let [from, to, isText] = [start, start, 0];
    if (first === quote) {
      to = parseString(keeps);
      [from, isText] = [start + 1, 1];
    } else if (first === openBracket) {
      parseArray(depth + 1);
      [to, isText] = [at, 1];
    } else if (first === minus || (first >= zero && first <= zero + 9)) {
      parseNumberLiteral();
      to = at;
    } else {
      const word = ['null', 'true', 'false'].find((literal) => startsWith(literal));
      if (word === undefined) throw wrong('a value');
      at += word.length;
      if (word !== 'null') [to, isText] = [at, 1];
    }
    if (keeps) setCell(columnOf(pathLength, keyStart, keyEnd), from, to, isText);
  }

  function parseArray(depth: number): void {
    checkDepth(depth);
    at++;
    skipBlanks();
    if (at < end && bytes[at] === closeBracket) {
      at++;
      return;
    }
    for (;;) {
      parseValueInside(depth);
      skipBlanks();
      if (at < end && bytes[at] === comma) at++;
      else if (at < end && bytes[at] === closeBracket) {
        at++;
        return;
      } else throw wrong('"," or "]" after a value');
    }
  }

  function parseValueInside(depth: number): void {
    parseValue(0, 0, 0, depth, false);
  }

  /** Goes past a string and answers where its text ends; with `replaces`, its escapes are replaced in place. */
  function parseString(replaces: boolean): number {
    at++;
    let to = at;
    for (;;) {
      if (at >= end) throw wrong('a closing quote');
      const byte = bytes[at];
      if (byte === quote) break;
      if (byte < 0x20) throw wrong('no bare control character in a string');
      if (byte !== backslash) {
        if (replaces) bytes[to] = byte;
        to++;
        at++;
        continue;
      }
      const code = parseEscape();
      if (replaces) to = writeUtf8(code, to);
    }
    at++;
    return to;
  }

  function parseEscape(): number {
    const letter = at + 1 < end ? bytes[at + 1] : 0;
    if (letter === 0x75) {
      const unit = parseHex(at + 2);
      at += 6;
      if (unit < 0xd800 || unit > 0xdfff) return unit;
      const isPair = unit < 0xdc00 && at + 1 < end && bytes[at] === backslash && bytes[at + 1] === 0x75;
      const low = isPair ? parseHex(at + 2) : 0;
      if (low < 0xdc00 || low > 0xdfff) throw wrong('both halves of a surrogate pair');
      at += 6;
      return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    const code = escapes.get(letter);
    if (code === undefined) throw wrong('an escape that JSON knows');
    at += 2;
    return code;
  }

  function parseHex(from: number): number {
    let value = 0;
    for (let i = from; i < from + 4; i++) {
      const digit = i < end ? hexDigit(bytes[i]) : -1;
      if (digit < 0) throw wrong('four hexadecimal digits after \\u');
      value = value * 16 + digit;
    }
    return value;
  }

  /** An escape is never shorter than what it stands for in UTF-8, so there is always room. */
  function writeUtf8(code: number, to: number): number {
    if (code < 0x80) bytes[to++] = code;
    else if (code < 0x800) {
      bytes[to++] = 0xc0 | (code >> 6);
      bytes[to++] = 0x80 | (code & 63);
    } else {
      if (code < 0x10000) bytes[to++] = 0xe0 | (code >> 12);
      else {
        bytes[to++] = 0xf0 | (code >> 18);
        bytes[to++] = 0x80 | ((code >> 12) & 63);
      }
      bytes[to++] = 0x80 | ((code >> 6) & 63);
      bytes[to++] = 0x80 | (code & 63);
    }
    return to;
  }

  function parseNumberLiteral(): void {
    if (bytes[at] === minus) at++;
    if (at < end && bytes[at] === zero) at++;
    else digits();
    if (at < end && bytes[at] === point) {
      at++;
      digits();
    }
    if (at < end && (bytes[at] | 0x20) === 0x65) {
      at++;
      if (at < end && (bytes[at] === minus || bytes[at] === plus)) at++;
      digits();
    }
  }

  function digits(): void {
    const start = at;
    while (at < end && bytes[at] >= zero && bytes[at] <= zero + 9) at++;
    if (at === start) throw wrong('a digit');
  }

  function columnOf(pathLength: number, keyStart: number, keyEnd: number): number {
    const before = index.texts.length;
    let code: number;
    if (pathLength === 0) code = index.codeOf(bytes, keyStart, keyEnd, cellHash(bytes, keyStart, keyEnd));
    else {
      const length = extendPath(pathLength, keyStart, keyEnd, false);
      code = index.codeOf(path, 0, length, cellHash(path, 0, length));
    }
    if (index.texts.length > before && before === columns) {
      throw new InputError(`${key}, line ${line}: expected at most ${columns} columns, found more`, {
        advice: 'Keys that differ from row to row each make a column; data.limits.columns says how many there may be',
      });
    }
    return code;
  }

  function extendPath(pathLength: number, keyStart: number, keyEnd: number, dotted: boolean): number {
    const length = pathLength + keyEnd - keyStart;
    if (length + 1 > path.length) {
      const grown = new Uint8Array((length + 1) * 2);
      grown.set(path.subarray(0, pathLength));
      path = grown;
    }
    path.set(bytes.subarray(keyStart, keyEnd), pathLength);
    if (!dotted) return length;
    path[length] = point;
    return length + 1;
  }

  function setCell(column: number, from: number, to: number, isText: number): void {
    if (column >= row.starts.length || column >= setBy.length) growCells();
    if (setBy[column] === rowNumber) doubled = true;
    setBy[column] = rowNumber;
    row.starts[column] = from;
    row.ends[column] = to;
    (row.texts as Uint8Array)[column] = isText;
  }

  function growCells(): void {
    const size = row.starts.length * 2;
    const grow = <A extends Int32Array | Uint8Array | Uint32Array>(old: A, grown: A): A => {
      grown.set(old);
      return grown;
    };
    row.starts = grow(row.starts, new Int32Array(size));
    row.ends = grow(row.ends, new Int32Array(size));
    row.texts = grow(row.texts as Uint8Array, new Uint8Array(size));
    setBy = grow(setBy, new Uint32Array(size));
  }

  function skipBlanks(): void {
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    }
  }

  function startsWith(word: string): boolean {
    if (at + word.length > end) return false;
    for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
    return true;
  }

  function checkUtf8(): void {
    for (let i = at; i < end; i++) {
      if (bytes[i] < 0x80) continue;
      if (decodeText(bytes, i, end) !== undefined) return;
      throw new InputError(`${key}, line ${line}: expected UTF-8 text, found bytes that are not`, {
        advice: 'Save the file as UTF-8',
      });
    }
  }

  function checkDepth(depth: number): void {
    if (depth > maxDepth) throw wrong(`nesting of at most ${maxDepth} (data.limits.depth)`);
  }

  function wrong(expected: string): InputError {
    const found = at >= end ? 'the end of the row' : quoteText(decodeText(bytes, at, at + 1) ?? '(not ASCII)');
    return new InputError(`${key}, line ${line}, byte ${at - rowStart + 1}: expected ${expected}, found ${found}`);
  }
}

const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [minus, plus, point, zero] = [0x2d, 0x2b, 0x2e, 0x30];

const escapes = new Map(
  Object.entries({ '"': 0x22, '\\': 0x5c, '/': 0x2f, b: 8, f: 12, n: 10, r: 13, t: 9 }).map(([letter, code]) => [
    letter.charCodeAt(0),
    code,
  ]),
);

function hexDigit(byte: number): number {
  if (byte >= zero && byte <= zero + 9) return byte - zero;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
