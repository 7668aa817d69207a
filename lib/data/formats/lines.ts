import { InputError } from '../../core/errors.ts';
import { emptyRow, type OnBadRow, type TextRow, type Tokenizer, withChunk } from '../text.ts';

export interface LineOptions {
  /** Most bytes of a line. */
  lineBytes: number;
  /** Hears of lines that `parse` refuses; without it they are errors. */
  onBadRow?: OnBadRow;
  /** Fills the row from the line `row.bytes[start, end)`, its line feed left out; false when the line holds no row. */
  parse(row: TextRow, start: number, end: number): boolean;
}

/** Cuts text into lines, each of which is a row or none, and skips a byte order mark of UTF-8. */
export function lineTokenizer(key: string, { lineBytes, onBadRow, parse }: LineOptions): Tokenizer {
  let bytes = new Uint8Array(1 << 16);
  /** Bytes in `bytes`, the first that was not looked at, and the first of the line at hand. */
  let [used, cursor, lineStart] = [0, 0, 0];
  /** Position of `bytes[0]` in the text. */
  let base = 0;
  let line = 1;
  const row = emptyRow(bytes);

  return {
    push(chunk, onRow) {
      append(chunk);
      while (cursor < used) {
        const at = bytes.indexOf(0x0a, cursor);
        if (at < 0 || at >= used) {
          cursor = used;
          break;
        }
        endLine(at, onRow);
        cursor = lineStart = at + 1;
        line++;
      }
      discardDoneLines();
      if (used > lineBytes) {
        throw new InputError(
          `${key}, line ${line}: expected a line of at most ${lineBytes} bytes, found a longer one`,
          {
            advice: 'Raise data.limits.lineBytes if it is meant',
          },
        );
      }
    },
    end(onRow) {
      if (lineStart < used) endLine(used, onRow);
    },
  };

  function endLine(end: number, onRow: (row: TextRow) => void): void {
    const marked = base + lineStart === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    row.line = line;
    row.offset = base + lineStart;
    row.end = base + end;
    try {
      if (!parse(row, marked ? lineStart + 3 : lineStart, end)) return;
    } catch (error) {
      if (!onBadRow || !(error instanceof InputError)) throw error;
      onBadRow(error, line, row.offset, row.end);
      return;
    }
    onRow(row);
  }

  function append(chunk: Uint8Array): void {
    bytes = row.bytes = withChunk(bytes, used, chunk);
    used += chunk.length;
  }

  function discardDoneLines(): void {
    if (lineStart === 0) return;
    bytes.copyWithin(0, lineStart, used);
    base += lineStart;
    used -= lineStart;
    cursor -= lineStart;
    lineStart = 0;
  }
}
