import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { csvTokenizer } from '../../lib/data/csv.ts';
import { decodeText, type TextRow } from '../../lib/data/text.ts';

interface Row {
  cells: string[];
  line: number;
  offset: number;
}

function tokenize(text: string | Uint8Array, { chunkBytes = 1 << 20, separator = ',' } = {}): Row[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const rows: Row[] = [];
  const onRow = (row: TextRow) => {
    const cells = Array.from({ length: row.count }, (_, i) => {
      return decodeText(row.bytes, row.starts[i], row.ends[i]) ?? '(not UTF-8)';
    });
    rows.push({ cells, line: row.line, offset: row.offset });
  };
  const tokenizer = csvTokenizer('t.csv', { separator });
  for (let i = 0; i < bytes.length; i += chunkBytes) tokenizer.push(bytes.slice(i, i + chunkBytes), onRow);
  tokenizer.end(onRow);
  return rows;
}

const cellsOf = (text: string, options = {}) => tokenize(text, options).map((row) => row.cells);

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'ab1. ,"\r\n;é𝄞\ufeff'), maxLength: 8 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !text.includes('\0')) },
);
const written = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .chain((rows) =>
    fc.record({
      rows: fc.constant(rows.map((row) => row.map(([text]) => text))),
      lineEnds: fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: rows.length, maxLength: rows.length }),
      quoteAll: fc.constant(rows.map((row) => row.map(([, quoted]) => quoted))),
      lastLineEnd: fc.boolean(),
      mark: fc.boolean(),
    }),
  )
  .map(({ rows, lineEnds, quoteAll, lastLineEnd, mark }) => {
    let text = mark ? '\ufeff' : '';
    rows.forEach((cells, i) => {
      const line = cells.map((value, j) => {
        // A lone blank cell is quoted, since its bare line would be skipped; so is a first cell that begins with a mark.
        const needed =
          /[",\r\n]/.test(value) || (cells.length === 1 && value.trim() === '') || value.startsWith('\ufeff');
        return needed || quoteAll[i][j] ? `"${value.replaceAll('"', '""')}"` : value;
      });
      text += line.join(',') + (i < rows.length - 1 || lastLineEnd ? lineEnds[i] : '');
    });
    return { rows, text };
  });

test('what is written by RFC 4180 is read back, whatever the quoting, the line ends and the chunks', () => {
  fc.assert(
    fc.property(written, fc.integer({ min: 1, max: 7 }), ({ rows, text }, chunkBytes) => {
      expect(cellsOf(text)).toEqual(rows);
      expect(tokenize(text, { chunkBytes })).toEqual(tokenize(text));
    }),
    { numRuns: 1_000 },
  );
});

test('a text may be cut at any byte', () => {
  const text = '\ufeffname,"a ""b"""\r\n"line\r\nbreak",é\r"x",\n\n"",1';
  const bytes = new TextEncoder().encode(text);
  const whole = tokenize(bytes);
  expect(whole.map((row) => row.cells)).toEqual([
    ['name', 'a "b"'],
    ['line\r\nbreak', 'é'],
    ['x', ''],
    ['', '1'],
  ]);
  for (let chunkBytes = 1; chunkBytes <= bytes.length; chunkBytes++) {
    expect(tokenize(bytes, { chunkBytes })).toEqual(whole);
  }
});

test('rows know the line and the byte they begin at', () => {
  const rows = tokenize('\ufeffa,b\n\r\n"1\n2\r\n3\r4",x\r5,6\r\n  \n7,8');
  expect(rows.map(({ line, offset }) => [line, offset])).toEqual([
    [1, 3],
    [3, 9],
    [7, 22],
    [9, 30],
  ]);
});

test('LF, CR LF and a lone CR each end a line, mixed as they may be', () => {
  expect(cellsOf('a\nb\r\nc\rd')).toEqual([['a'], ['b'], ['c'], ['d']]);
});

test('lines that are empty or blank are skipped, and quotes keep an empty cell', () => {
  expect(cellsOf('\n\na\n \t \n""\n" "\n\n')).toEqual([['a'], [''], [' ']]);
  expect(cellsOf(',\n')).toEqual([['', '']]);
  expect(cellsOf('')).toEqual([]);
  expect(cellsOf('\ufeff')).toEqual([]);
});

test('a separator at the end of the text is followed by an empty cell', () => {
  expect(cellsOf('a,b\n1,')).toEqual([
    ['a', 'b'],
    ['1', ''],
  ]);
});

test('a quote inside a bare cell is text', () => {
  expect(cellsOf('5" pipe, "a"\n')).toEqual([['5" pipe', ' "a"']]);
});

test('another separator makes commas text', () => {
  expect(cellsOf('a\tb,c\n\t\n', { separator: '\t' })).toEqual([
    ['a', 'b,c'],
    ['', ''],
  ]);
});

test('cells longer than the buffer, and rows of more cells than it expects, come through', () => {
  const long = 'x'.repeat(200_000);
  const wide = Array.from({ length: 1_000 }, (_, i) => String(i));
  expect(cellsOf(`"${long}",1\n${wide.join(',')}`, { chunkBytes: 1_000 })).toEqual([[long, '1'], wide]);
});

test.each([
  ['a\n"b\nc', 't.csv, line 2: expected a closing quote for the one that begins here, found the end of the text'],
  ['a\n\n"b"c\n', 't.csv, line 3: expected a separator or a line end after a closing quote, found other text'],
  ['a\n"b" ,c\n', 't.csv, line 2: expected a separator or a line end after a closing quote, found other text'],
  ['a\nb\0', 't.csv, line 2: expected text, found a NUL byte'],
  ['a\n"\n\0"', 't.csv, line 3: expected text, found a NUL byte'],
])('%j is refused, naming the line', (text, message) => {
  for (const chunkBytes of [1, 2, 1_000]) {
    expect(() => tokenize(text, { chunkBytes })).toThrow(InputError);
    expect(() => tokenize(text, { chunkBytes })).toThrow(message);
  }
});

test('UTF-16 is named as such', () => {
  const little = Uint8Array.of(0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00);
  expect(() => tokenize(little)).toThrow('t.csv, line 1: expected UTF-8, found the byte order mark of UTF-16');
});
