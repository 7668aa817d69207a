import { InputError } from '../../core/errors.ts';
import { defaultLimits, type ReadLimits } from '../limits.ts';
import { emptyRow, type OnBadRow, type TextRow, type Tokenizer, withChunk } from '../text.ts';
import { type JsonRowParser, jsonRowParser } from './json-row.ts';
import { lineTokenizer } from './lines.ts';

export type JsonOptions = Partial<Pick<ReadLimits, 'lineBytes' | 'depth' | 'columns'>> & { onBadRow?: OnBadRow };

/** A tokenizer whose columns have names of their own, and may become more with any row. */
export interface NamedTokenizer extends Tokenizer {
  names: readonly string[];
  /** Sentences on what was noticed so far. */
  warnings?(): string[];
}

/** Cuts JSON Lines into rows: an object on each line; empty lines are skipped. See `jsonRowParser` for what is a cell. */
export function jsonLinesTokenizer(
  key: string,
  {
    lineBytes = defaultLimits.lineBytes,
    depth = defaultLimits.depth,
    columns = defaultLimits.columns,
    onBadRow,
  }: JsonOptions = {},
): NamedTokenizer {
  const parser = jsonRowParser(key, { depth, columns });
  const parse = (row: TextRow, start: number, end: number): boolean => {
    if (isBlankText(row.bytes, start, end)) return false;
    parser.parse(row, start, end);
    return true;
  };
  return {
    ...lineTokenizer(key, { lineBytes, onBadRow, parse }),
    names: parser.names,
    warnings: () => duplicateWarnings(key, parser),
  };
}

/**
 * Cuts a JSON array of objects into rows, one object at a time: memory follows the largest object, not the array.
 *
 * A bad row inside can't be skipped, since nobody knows where it ends.
 *
 * @throws InputError also at a text that is no array, and where the array is not closed or other text follows it
 */
export function jsonArrayTokenizer(
  key: string,
  {
    lineBytes = defaultLimits.lineBytes,
    depth = defaultLimits.depth,
    columns = defaultLimits.columns,
  }: JsonOptions = {},
): NamedTokenizer {
  const parser = jsonRowParser(key, { depth, columns });
  let bytes = new Uint8Array(1 << 16);
  let [used, cursor, elementStart, base] = [0, 0, 0, 0];
  let state: ArrayState = 'before';
  /** Open brackets inside the element at hand, and whether a string, and an escape in it, is open. */
  let [open, inString, escaped] = [0, false, false];
  let [line, elementLine] = [1, 1];
  const row = emptyRow(bytes);

  return {
    names: parser.names,
    warnings: () => duplicateWarnings(key, parser),
    push(chunk, onRow) {
      append(chunk);
      for (; cursor < used; cursor++) {
        const byte = bytes[cursor];
        if (state === 'element') scanElement(byte, onRow);
        else scanBetween(byte);
        if (byte === 0x0a) line++;
      }
      discardDoneElements();
      if (used > lineBytes) {
        throw wrong(elementLine, `an object of at most ${lineBytes} bytes (data.limits.lineBytes)`, 'a longer one');
      }
    },
    end() {
      if (state !== 'after') throw wrong(line, '"]" at the end of the array', 'the end of the text');
    },
  };

  function scanElement(byte: number, onRow: (row: TextRow) => void): void {
    if (inString) {
      if (escaped) escaped = false;
      else if (byte === 0x5c) escaped = true;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) open++;
    else if (open > 0) {
      if (byte === 0x7d || byte === 0x5d) open--;
    } else if (byte === 0x2c || byte === 0x5d) {
      endElement(onRow);
      state = byte === 0x2c ? 'next' : 'after';
    }
  }

  function endElement(onRow: (row: TextRow) => void): void {
    row.line = elementLine;
    row.offset = base + elementStart;
    row.end = base + cursor;
    parser.parse(row, elementStart, cursor);
    onRow(row);
    elementStart = cursor;
  }

  function scanBetween(byte: number): void {
    const position = base + cursor;
    const isMark = position < 3 && byte === [0xef, 0xbb, 0xbf][position];
    if (isBlank(byte) || (state === 'before' && isMark)) return;
    if (state === 'before') {
      if (byte !== 0x5b) throw wrong(line, 'an array', 'other text');
      state = 'first';
    } else if (state === 'after') throw wrong(line, 'the end of the text after the array', 'more');
    else if (state === 'first' && byte === 0x5d) state = 'after';
    else {
      if (byte === 0x2c || byte === 0x5d) throw wrong(line, 'an object', 'none');
      [elementStart, elementLine, state] = [cursor, line, 'element'];
      [open, inString, escaped] = [byte === 0x7b || byte === 0x5b ? 1 : 0, byte === 0x22, false];
    }
  }

  function append(chunk: Uint8Array): void {
    bytes = row.bytes = withChunk(bytes, used, chunk);
    used += chunk.length;
  }

  function discardDoneElements(): void {
    const done = state === 'element' ? elementStart : cursor;
    if (done === 0) return;
    bytes.copyWithin(0, done, used);
    base += done;
    used -= done;
    cursor -= done;
    elementStart = 0;
  }

  function wrong(at: number, expected: string, found: string): InputError {
    return new InputError(`${key}, line ${at}: expected ${expected}, found ${found}`);
  }
}

type ArrayState = 'before' | 'first' | 'element' | 'next' | 'after';

function duplicateWarnings(key: string, { duplicates }: JsonRowParser): string[] {
  if (duplicates === 0) return [];
  return [`${key}: a key stands twice in ${duplicates === 1 ? 'one row' : `${duplicates} rows`}; the last counts.`];
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function isBlankText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isBlank(bytes[i])) return false;
  return true;
}
