import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import type { Column, Table } from '../../lib/data/table.ts';
import { bytesObject } from '../support/bytes-object.ts';

const read = (content: string | Uint8Array, options?: ReadOptions, chunkBytes = 65_536) =>
  readTable([bytesObject('a', content, { chunkBytes })], options);

function cellsOf(column: Column): (number | string | null)[] {
  if (column.kind === 'number') return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
  return Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code]));
}

const summary = ({ columns }: Table) => Object.fromEntries(columns.map((column) => [column.name, cellsOf(column)]));

async function refusal(content: string | Uint8Array, options?: ReadOptions): Promise<string> {
  const error = await read(content, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

// Texts that no reader takes for a missing value or, in CSV, for a number.
const someText = fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => `t${text.replaceAll('\0', '')}t`);
const someNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const someRows = fc.array(fc.tuple(fc.option(someNumber), fc.option(someText)), { minLength: 1, maxLength: 8 });

/** A text as it is, and in gzip and zstd, of which the one is two members, and the other two frames. */
function packings(content: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(content);
  const [head, tail] = [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
  const pack = (by: (part: Uint8Array) => Uint8Array) => Buffer.concat([by(head), by(tail)]);
  return [bytes, pack(gzipSync), pack(zstdCompressSync)];
}

describe('what is written and read back is equal', () => {
  const everyChunk = async (content: string, rows: [number | null, string | null][], options?: ReadOptions) => {
    for (const [i, bytes] of packings(content).entries()) {
      // Of one byte each, chunks end at every byte.
      for (const chunkBytes of i === 0 ? [1, 2, 3, 7, bytes.length] : [1, bytes.length]) {
        const found = summary(await read(bytes, { kinds: { n: 'number', t: 'category' }, ...options }, chunkBytes));
        expect(found.n).toEqual(rows.map(([n]) => (n === null ? null : Number(String(n)))));
        expect(found.t).toEqual(rows.map(([, t]) => t));
      }
    }
  };

  test.each([',', '\t', ';', '|', ' '])('delimited by %j, quoted at random, with any line ends', async (separator) => {
    await fc.assert(
      fc.asyncProperty(
        someRows,
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (rows, flags, end) => {
          const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
          const mustQuote = (cell: string) => cell.includes(separator) || /["\r\n]/.test(cell) || cell === '';
          const write = (cell: string) => (mustQuote(cell) || flags.next().value ? quote(cell) : cell);
          const lines = rows.map(([n, t]) => [n === null ? '' : String(n), t ?? ''].map(write).join(separator));
          await everyChunk(['n', 't'].join(separator) + end + lines.join(end) + end, rows, { separator });
        },
      ),
      { numRuns: 30 },
    );
  });

  test('JSON Lines and a JSON array, in any order of the keys', async () => {
    const toObject = ([n, t]: [number | null, string | null], i: number) => {
      const pair: [string, unknown][] = [
        ['n', n],
        ['t', t],
      ];
      return Object.fromEntries(i % 2 === 0 ? pair : pair.reverse());
    };
    // JSON.stringify writes -0 as 0.
    const plusZero = (rows: [number | null, string | null][]) =>
      rows.map(([n, t]): [number | null, string | null] => [n === null ? null : n + 0, t]);
    await fc.assert(
      fc.asyncProperty(someRows.map(plusZero), fc.constantFrom(undefined, 1), async (rows, indent) => {
        const objects = rows.map(toObject);
        await everyChunk(objects.map((object) => `${JSON.stringify(object)}\n`).join(''), rows);
        await everyChunk(JSON.stringify(objects, null, indent), rows);
      }),
      { numRuns: 30 },
    );
  });

  test('LIBSVM', async () => {
    const pairs = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 50 }), someNumber), {
      selector: ([index]) => index,
    });
    const row = fc.tuple(
      someNumber,
      pairs.map((list) => list.toSorted(([a], [b]) => a - b)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, chunkBytes, end) => {
          const lines = rows.map(([label, list]) => [label, ...list.map((pair) => pair.join(':'))].join(' '));
          for (const bytes of packings(lines.join(end))) {
            for (const size of [1, chunkBytes]) {
              const table = await read(bytes, { format: 'libsvm' }, size);
              expect(summary(table).label).toEqual(rows.map(([label]) => Number(String(label))));
              const { rowStarts, columns, data } = table.sparse ?? expect.fail('no sparse features');
              const found = rows.map((_, i) =>
                Array.from(columns.slice(rowStarts[i], rowStarts[i + 1]), (column, k) => [
                  column + 1,
                  data[rowStarts[i] + k],
                ]),
              );
              expect(found).toEqual(rows.map(([, list]) => list.filter(([, value]) => value !== 0)));
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('cells of JSON are what their types say; null and absent are missing; inner keys make columns', async () => {
  const table = await read(
    '{"a": 1, "zip": "007", "ok": true, "in": {"x": 2, "y": {"z": null}}, "list": [1, {"a": "\\u0041"}]}\n\n' +
      ' {"zip": "8\\u00e9", "ok": false, "__proto__": 5}\r\n',
  );
  expect(table.columns.map((column) => [column.name, column.kind, cellsOf(column)])).toEqual([
    ['a', 'number', [1, null]],
    ['zip', 'category', ['007', '8é']],
    ['ok', 'category', ['true', 'false']],
    ['in.x', 'number', [2, null]],
    ['in.y.z', 'number', [null, null]],
    ['list', 'category', ['[1, {"a": "\\u0041"}]', null]],
    ['__proto__', 'number', [null, 5]],
  ]);
  expect([...table.lines]).toEqual([1, 3]);
});

test('equal rows have equal hashes though a column came between them', async () => {
  const { rowHashes } = await read('{"a":1}\n{"a":1,"b":2}\n{"b":null,"a":1}\n');
  expect(rowHashes[2]).toBe(rowHashes[0]);
  expect(rowHashes[1]).not.toBe(rowHashes[0]);
});

test('of a key that stands twice the last counts, with a warning', async () => {
  const table = await read('{"a":1,"a":2}\n');
  expect(summary(table)).toEqual({ a: [2] });
  expect(table.warnings).toEqual(['a: a key stands twice in one row; the last counts.']);
});

test.each([
  ['{"a":1}\n{"a":1,}\n', 'a, line 2, byte 8: expected a key in double quotes, found "}"'],
  ['{"a":01}\n', 'a, line 1, byte 7: expected "," or "}" after a value, found "1"'],
  ['{"a":"\\ud800"}', 'expected both halves of a surrogate pair'],
  ['{"a":1} {"a":2}', 'a, line 1, byte 9: expected the end of the row, found "{"'],
  ['[{"a":1}', 'a, line 1: expected "]" at the end of the array, found the end of the text'],
  ['[{"a":1},]', 'a, line 1: expected an object, found none'],
  ['[{"a":1}] x', 'a, line 1: expected the end of the text after the array, found more'],
  ['[1]', 'a, line 1, byte 1: expected an object, found "1"'],
  [`{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'expected nesting of at most 64'],
  ['1 1:2 1:3\n', 'a, line 1: expected an index above 1, found 1'],
  ['1 0:2\n', 'a, line 1: expected indices that count from 1, found 0'],
  ['1 1:2 2:\n', 'a, line 1: expected index:value, found "2:"'],
  ['1 1:2\n1 qid:3 1:2\n', 'a, line 2: expected no qid: as in the first row, found one'],
  ['PK\x03\x04....', 'a: expected CSV, JSON, Parquet or LIBSVM, found a zip archive'],
])('%j is refused: %s', async (text, message) => expect(await refusal(text)).toContain(message));

test('parts of different formats agree by name, and one with other columns is named', async () => {
  const parts = [
    bytesObject('d/1.csv', 'n,t\n1,x\n'),
    bytesObject('d/2.json.gz', gzipSync('[{"t":"y","n":2}]')),
    bytesObject('d/3', 'n\tt\n3\tz\n'),
  ];
  expect(summary(await readTable(parts))).toEqual({ n: [1, 2, 3], t: ['x', 'y', 'z'] });
  const more = bytesObject('d/4', '{"n":1,"t":"x"}\n{"n":1,"u":"x"}\n');
  await expect(readTable([...parts, more])).rejects.toThrow(
    'd/4, line 2: expected the columns of d/1.csv, found them with "u"',
  );
  const fewer = bytesObject('d/4', '{"n":1}\n');
  await expect(readTable([...parts, fewer])).rejects.toThrow(
    'd/4, line 1: expected the columns of d/1.csv, found them without "t"',
  );
});

test('UTF-16 with its mark is read, Latin-1 is told and read when asked for', async () => {
  const text = 'náme,n\né,1\n𝄞,2\n';
  const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  const big = Buffer.from(little).swap16();
  const expected = { náme: ['é', '𝄞'], n: [1, 2] };
  for (let chunkBytes = 1; chunkBytes < 9; chunkBytes++) {
    expect(summary(await read(little, {}, chunkBytes))).toEqual(expected);
    expect(summary(await read(big, {}, chunkBytes))).toEqual(expected);
  }
  const latin = Buffer.from('t,n\ncafé,1\n', 'latin1');
  expect(await refusal(latin)).toContain(
    'line 2, column "t": expected UTF-8 text, found bytes that are not. It looks like Latin-1',
  );
  expect(summary(await read(latin, { encoding: 'latin1' }))).toEqual({ t: ['café'], n: [1] });
  expect(await refusal(Buffer.from('größe,n\n1,1\n', 'latin1'))).toContain(
    'line 1, name of column 1: expected UTF-8 text, found bytes that are not. It looks like Latin-1',
  );
});

test('each limit has its error', async () => {
  const limited = (text: string, limits: ReadOptions['limits']) => refusal(text, { limits });
  expect(await limited(`a\n${'x'.repeat(300_000)}\n`, { lineBytes: 1000 })).toContain(
    'expected a row of at most 1000 bytes',
  );
  expect(await limited(`{"a":"${'x'.repeat(300_000)}"}`, { lineBytes: 1000 })).toContain(
    'expected a line of at most 1000 bytes',
  );
  expect(await limited('a\n1\n', { objectBytes: 3 })).toContain('a: expected an object of at most 3 bytes, found 4');
  expect(await limited('a\nx\ny\nz\n', { levels: 2 })).toContain(
    'line 4, column "a": expected at most 2 different texts',
  );
  expect(await limited('{"a":1,"b":2,"c":3}', { columns: 2 })).toContain('line 1: expected at most 2 columns');
  expect(await limited('{"a":{"b":1}}', { depth: 1 })).toContain('expected nesting of at most 1');
  expect(await limited('1 1:1 3:1\n', { features: 2 })).toContain('expected indices up to 2');
});

describe('bad rows', () => {
  const numbers = Array.from({ length: 40 }, (_, i) => `${i},k${i}`).join('\n');
  const text = `n,t\n${numbers}\n1,2,3\nx7,last\n"q"z,1\n5,kept`;
  const policy = { skip: { count: 3, share: 0.5 } };

  test('that can be told are left out and listed, as they are written', async () => {
    const table = await read(text, { badRows: policy });
    expect(table.rowCount).toBe(41);
    expect(summary(table).n.at(-1)).toBe(5);
    expect(table.rejected?.map(({ line, text: row }) => [line, row]).toSorted()).toEqual([
      [42, '1,2,3'],
      [43, 'x7,last'],
      [44, '"q"z,1'],
    ]);
    expect(table.rejected?.find(({ line }) => line === 43)?.reason).toContain(
      'column "n": expected a number, found "x7"',
    );
    expect(table.blocks).toMatchObject([{ firstRow: 0, rowCount: 41 }]);
    expect(table.warnings.at(-1)).toContain('3 rows that can’t be read were left out');
    expect((table.columns[1] as { levels: string[] }).levels).not.toContain('last');
  });

  test('are errors by default, and beyond the limits', async () => {
    expect(await refusal(text)).toContain('line 42: expected 2 cells, found 3');
    expect(await refusal(text, { badRows: { skip: { count: 2, share: 1 } } })).toContain(
      'expected at most 2 bad rows, found 3',
    );
    expect(await refusal(text, { badRows: { skip: { count: 9, share: 0.05 } } })).toContain('3 of 44');
  });

  test('of a category whose text shows itself late, and of JSON, are left out too', async () => {
    const late = await read('a\n1\n2\nbad\n3\n4\nx\n', {
      kinds: { a: 'number' },
      badRows: { skip: { count: 2, share: 1 } },
    });
    expect(summary(late)).toEqual({ a: [1, 2, 3, 4] });
    const json = await read('{"a":1}\n{"a"}\n{"a":2}\n', { badRows: { skip: { count: 2, share: 1 } } });
    expect(summary(json)).toEqual({ a: [1, 2] });
    expect(json.rejected).toMatchObject([{ key: 'a', line: 2, text: '{"a"}' }]);
  });

  test('a number column that begins with a bad text is read again as numbers', async () => {
    const table = await read(`n\nx\n${'1\n'.repeat(40)}`, { badRows: policy });
    expect(table.columns[0]).toMatchObject({ kind: 'number' });
    expect(table.rowCount).toBe(40);
  });
});

test('infinite numbers are missing when asked, with a warning', async () => {
  const table = await read('n\n1\n1e400\n-inf\n', { infinite: 'missing' });
  expect(summary(table)).toEqual({ n: [1, null, null] });
  expect(table.warnings).toEqual(['2 infinite numbers were read as missing.']);
});
