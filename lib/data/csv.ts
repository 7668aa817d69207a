import { InputError } from '../core/errors.ts';
import { defaultLimits } from './limits.ts';
import { emptyRow, type OnBadRow, type TextRow, type Tokenizer, withChunk } from './text.ts';

export interface CsvOptions {
  /** One ASCII character. */
  separator?: string;
  /** Most bytes of a row. */
  lineBytes?: number;
  /** Hears of rows that can't be cut, which end with their line; without it they are errors. */
  onBadRow?: OnBadRow;
}

/**
 * Cuts CSV (RFC 4180) into rows of cells.
 *
 * Where the RFC is silent: LF, CR LF and a lone CR each end a line. A UTF-8 byte order mark at the start is skipped.
 * A line that is empty, or holds nothing but spaces and tabs, is skipped (an empty cell alone in its row is written
 * `""`). A quote is special only as a cell's first byte; elsewhere in a bare cell it is text. Blanks belong to their
 * cell. Rows need not be of one length here: the reader compares them with the header.
 *
 * @param key names the object in errors
 * @throws InputError when text follows a closing quote, when a quote is never closed (naming the line on which it
 *   began), at a NUL byte, at a row of more than `lineBytes`, and at a byte order mark of UTF-16
 * @see RFC 4180, section 2
 */
export function csvTokenizer(
  key: string,
  { separator = ',', lineBytes = defaultLimits.lineBytes, onBadRow }: CsvOptions = {},
): Tokenizer {
  const separatorByte = separator.charCodeAt(0);
  const endsBareCell = new Uint8Array(256);
  for (const byte of [separatorByte, lf, cr, nul]) endsBareCell[byte] = 1;

  let bytes = new Uint8Array(1 << 16);
  let used = 0;
  /** Next byte to look at, and the first bytes of the row and of the cell at hand. */
  let [cursor, rowStart, cellStart] = [0, 0, 0];
  /** Position of `bytes[0]` in the object. */
  let base = 0;
  let started = false;
  let state: State = 'cell';
  let afterCarriageReturn = false;
  let doubledQuotes = false;
  let rowQuoted = false;
  let [line, quoteLine, rowLine] = [1, 1, 1];
  let badRow: { error: InputError; offset: number } | undefined;
  const row = emptyRow(bytes);

  return {
    push(chunk, onRow) {
      append(chunk);
      if (!started && used < 3) return;
      scan(onRow);
      discardDoneRows();
      if (used > lineBytes) {
        bad(`expected a row of at most ${lineBytes} bytes, found a longer one`, {
          line: rowLine,
          advice: 'A quote that is never closed makes one; or raise data.limits.lineBytes',
        });
      }
    },
    end(onRow) {
      scan(onRow);
      if (state === 'quoted') {
        // Of a quote that swallowed the lines after it, nobody knows how many rows are lost: that is never skipped.
        const found = 'expected a closing quote for the one that begins here, found the end of the text';
        bad(found, { line: quoteLine, always: line > quoteLine });
      }
      if (state === 'bad') endBadRow();
      else if (state === 'closed') endQuotedCell();
      else if (state === 'bare' || row.count > 0) endCell(cellStart, cursor);
      if (row.count > 0) endRow(onRow);
    },
  };

  function append(chunk: Uint8Array): void {
    bytes = row.bytes = withChunk(bytes, used, chunk);
    used += chunk.length;
  }

  /** Keeps only the row at hand, so that memory follows the longest row and not the object. */
  function discardDoneRows(): void {
    if (rowStart === 0) return;
    bytes.copyWithin(0, rowStart, used);
    for (let i = 0; i < row.count; i++) {
      row.starts[i] -= rowStart;
      row.ends[i] -= rowStart;
    }
    base += rowStart;
    used -= rowStart;
    cursor -= rowStart;
    cellStart -= rowStart;
    rowStart = 0;
  }

  function scan(onRow: (row: TextRow) => void): void {
    if (!started) skipByteOrderMark();
    while (cursor < used) {
      if (state === 'bare') scanBareCell(onRow);
      else if (state === 'quoted') scanQuotedCell();
      else if (state === 'closed') scanClosingQuote(onRow);
      else if (state === 'bad') scanBadRow();
      else beginCell();
    }
  }

  function skipByteOrderMark(): void {
    started = true;
    const [first, second, third] = bytes.subarray(0, used);
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
      throw new InputError(`${key}, line 1: expected UTF-8, found the byte order mark of UTF-16`, {
        advice: 'Save it as UTF-8',
      });
    }
    if (first === 0xef && second === 0xbb && third === 0xbf) cursor = rowStart = cellStart = 3;
  }

  function beginCell(): void {
    if (afterCarriageReturn) {
      afterCarriageReturn = false;
      if (bytes[cursor] === lf) {
        rowStart = cellStart = ++cursor;
        return;
      }
    }
    cellStart = cursor;
    if (bytes[cursor] === quote) {
      state = 'quoted';
      doubledQuotes = false;
      rowQuoted = true;
      quoteLine = line;
      cursor++;
    } else state = 'bare';
  }

  function scanBareCell(onRow: (row: TextRow) => void): void {
    // Locals, because an engine keeps a closure's variables in memory and these in registers.
    const [text, end] = [bytes, used];
    let at = cursor;
    while (at < end && endsBareCell[text[at]] === 0) at++;
    cursor = at;
    if (at === end) return;
    if (bytes[cursor] === nul) {
      badNul();
      return;
    }
    endCell(cellStart, cursor);
    endCellOrRow(onRow);
  }

  function scanQuotedCell(): void {
    for (; cursor < used; cursor++) {
      const byte = bytes[cursor];
      if (byte === quote) {
        state = 'closed';
        cursor++;
        return;
      }
      if (byte === cr || (byte === lf && bytes[cursor - 1] !== cr)) line++;
      else if (byte === nul) {
        badNul();
        return;
      }
    }
  }

  /** Looks at the byte after a quote in a quoted cell. */
  function scanClosingQuote(onRow: (row: TextRow) => void): void {
    const byte = bytes[cursor];
    if (byte === quote) {
      state = 'quoted';
      doubledQuotes = true;
      cursor++;
    } else if (byte === separatorByte || byte === lf || byte === cr) {
      endQuotedCell();
      endCellOrRow(onRow);
    } else {
      bad('expected a separator or a line end after a closing quote, found other text', {
        advice: 'Inside quotes, write a quote twice',
      });
    }
  }

  /** Throws, or gives up the row at hand: `scanBadRow` finds its end. */
  function bad(message: string, { line: at = line, advice, always = false }: BadRowOptions = {}): void {
    const error = new InputError(`${key}, line ${at}: ${message}`, { advice });
    if (!onBadRow || always) throw error;
    badRow = { error, offset: base + rowStart };
    state = 'bad';
    row.count = 0;
    rowQuoted = false;
  }

  function scanBadRow(): void {
    while (cursor < used && bytes[cursor] !== lf && bytes[cursor] !== cr) cursor++;
    // The row's bytes are let go of as they pass.
    rowStart = cellStart = cursor;
    if (cursor === used) return;
    endBadRow();
    afterCarriageReturn = bytes[cursor++] === cr;
    state = 'cell';
    rowStart = cellStart = cursor;
    rowLine = ++line;
  }

  function endBadRow(): void {
    if (badRow) onBadRow?.(badRow.error, rowLine, badRow.offset, base + cursor);
    badRow = undefined;
  }

  /** Records the quoted cell whose closing quote stands just before the cursor; doubled quotes become single, in place. */
  function endQuotedCell(): void {
    let end = cursor - 1;
    if (doubledQuotes) {
      let to = cellStart + 1;
      for (let from = cellStart + 1; from < cursor - 1; from++) {
        bytes[to++] = bytes[from];
        if (bytes[from] === quote) from++;
      }
      end = to;
    }
    endCell(cellStart + 1, end);
  }

  function endCell(start: number, end: number): void {
    if (row.count === row.starts.length) {
      for (const spans of ['starts', 'ends'] as const) {
        const grown = new Int32Array(row.count * 2);
        grown.set(row[spans]);
        row[spans] = grown;
      }
    }
    row.starts[row.count] = start;
    row.ends[row.count] = end;
    row.count++;
  }

  /** Goes past the separator or line end at the cursor. */
  function endCellOrRow(onRow: (row: TextRow) => void): void {
    const byte = bytes[cursor++];
    state = 'cell';
    cellStart = cursor;
    if (byte === separatorByte) return;
    endRow(onRow);
    afterCarriageReturn = byte === cr;
    rowStart = cursor;
    rowLine = ++line;
  }

  function badNul(): void {
    bad('expected text, found a NUL byte', { advice: 'A file in UTF-16 has them: save it as UTF-8' });
  }

  function endRow(onRow: (row: TextRow) => void): void {
    const blank = row.count === 1 && !rowQuoted && isBlankText(bytes, row.starts[0], row.ends[0]);
    if (!blank) {
      row.line = rowLine;
      row.offset = base + rowStart;
      row.end = base + cursor;
      onRow(row);
    }
    row.count = 0;
    rowQuoted = false;
  }
}

type State = 'cell' | 'bare' | 'quoted' | 'closed' | 'bad';

interface BadRowOptions {
  /** Where it is; the line at hand by default. */
  line?: number;
  advice?: string;
  /** An error even where bad rows are skipped. */
  always?: boolean;
}

const [nul, lf, cr, quote] = [0x00, 0x0a, 0x0d, 0x22];

function isBlankText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0x20 && bytes[i] !== 0x09) return false;
  return true;
}
