import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConflictError, InputError } from '../../lib/core/errors.ts';
import { textHash } from '../../lib/data/block-cutter.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import type { Column, DataObject, Table } from '../../lib/data/table.ts';
import { bytesObject } from '../support/bytes-object.ts';

const read = (text: string, options?: ReadOptions) => readTable([bytesObject('data/a.csv', text)], options);

/** A column's cells as a reader would write them down: numbers, texts, null for missing. */
function cellsOf(column: Column): (number | string | null)[] {
  if (column.kind === 'number') return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
  return Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code]));
}

const summary = (table: Table) => table.columns.map((column) => [column.name, column.kind, cellsOf(column)]);

async function refusal(text: string | Uint8Array, options?: ReadOptions): Promise<string> {
  const error = await readTable([bytesObject('data/a.csv', text)], options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

test('columns are numbers or categories, and missing cells are neither', async () => {
  const table = await read('\ufeffprice,cut,note\r\n1.5,Ideal,\r\nNA,"Fair",x\r\n-2e1,,"a ""b"""\r\n');
  expect(summary(table)).toEqual([
    ['price', 'number', [1.5, null, -20]],
    ['cut', 'category', ['Ideal', 'Fair', null]],
    ['note', 'category', [null, 'x', 'a "b"']],
  ]);
  expect(table.rowCount).toBe(3);
  expect([...table.lines]).toEqual([2, 3, 4]);
  expect(table.objects).toEqual([{ key: 'data/a.csv', size: 61, firstRow: 0, rowCount: 3 }]);
  expect(table.warnings).toEqual([]);
});

test('levels stand in order of UTF-16 code units', async () => {
  const table = await read('a\nb\nB\né\n𝄞\n\uff5e\nA b\nb\n');
  expect(table.columns[0]).toMatchObject({
    levels: ['A b', 'B', 'b', 'é', '𝄞', '\uff5e'],
    codes: Int32Array.of(2, 1, 3, 4, 5, 0, 2),
  });
});

test('names that every object inherits are names like others', async () => {
  const table = await read('__proto__,constructor,toString\n1,__proto__,2\n2,hasOwnProperty,\n', {
    kinds: JSON.parse('{"__proto__": "category"}'),
  });
  expect(summary(table)).toEqual([
    ['__proto__', 'category', ['1', '2']],
    ['constructor', 'category', ['__proto__', 'hasOwnProperty']],
    ['toString', 'number', [2, null]],
  ]);
});

test('the message for a column that must be numeric doesn’t suggest a category, and mentions decimal commas', async () => {
  const kinds = { price: 'number' } as const;
  expect(await refusal('price\nn/x\n', { kinds })).toBe(
    'data/a.csv, line 2, column "price": expected a number, found "n/x". ' +
      'Mend the cell, or leave it empty when the value is unknown',
  );
  for (const cell of ['0,53', '-1.234,5', '17,0']) {
    expect(await refusal(`a;price\n1;${cell}\n`, { kinds })).toBe(
      `data/a.csv, line 2, column "price": expected a number, found "${cell}". ` +
        'Write numbers with a decimal point, and without thousands separators',
    );
  }
});

test('19 numbers of 20 make a number column, in which the 20th cell is an error; 18 make a category', async () => {
  const numbers = Array.from({ length: 19 }, (_, i) => `${i}`).join('\n');
  expect(await refusal(`price\n${numbers}\nn/x\n\nNA\n`)).toBe(
    'data/a.csv, line 21, column "price": expected a number, found "n/x". ' +
      'Mend the cell, or leave it empty when the value is unknown, or declare "price" a category',
  );
  expect(await refusal(`price\nn/x\n${numbers}\n`)).toContain('line 2, column "price": expected a number, found "n/x"');
  const table = await read(`price\n${numbers}\nn/x\nn/y\n`);
  expect(table.columns[0].kind).toBe('category');
});

test('what is read for a trained model is not to be declared otherwise', async () => {
  for (const kinds of [{}, { price: 'number' }] as Record<string, 'number'>[]) {
    const numbers = Array.from({ length: 19 }, (_, i) => `${i}`).join('\n');
    expect(await refusal(`price\n${numbers}\nn/x\n`, { kinds, forModel: true })).toBe(
      'data/a.csv, line 21, column "price": expected a number, found "n/x". ' +
        'Mend the cell, or leave it empty when the value is unknown',
    );
  }
});

test('a category that begins with numbers keeps their texts as they are written', async () => {
  const table = await read('ticket,n\n007,1\n7,2\n7.0,3\n,4\nPC 17599,5\n');
  expect(summary(table)).toEqual([
    ['ticket', 'category', ['007', '7', '7.0', null, 'PC 17599']],
    ['n', 'number', [1, 2, 3, 4, 5]],
  ]);
});

test('a declared kind wins over what the cells look like', async () => {
  const text = 'zip,year\n02139,1999\n94103,2000\n';
  const table = await read(text, { kinds: { zip: 'category', nothing: 'number' } });
  expect(summary(table)).toEqual([
    ['zip', 'category', ['02139', '94103']],
    ['year', 'number', [1999, 2000]],
  ]);
  expect(table.warnings).toEqual(['Column "nothing" is declared a number column, but the data has no such column.']);
  expect(await refusal('cut\nIdeal\n1\n', { kinds: { cut: 'number' } })).toContain(
    'line 2, column "cut": expected a number, found "Ideal"',
  );
});

test.each(['inf', '-Infinity', '1e999'])('%s is no value of a number column', async (text) => {
  const message = `data/a.csv, line 3, column "x": expected a finite number, found "${text}"`;
  expect(await refusal(`x\n1\n${text}\n2\n`)).toContain(message);
  expect(await refusal(`x\n1\n${text}\n2\n`, { kinds: { x: 'number' } })).toContain(message);
  expect(cellsOf((await read(`x\na\n${text}\n`)).columns[0])).toEqual(['a', text]);
});

test('a column without any value is a number column with a warning', async () => {
  const table = await read('a,b\n1,\n2,NaN\n');
  expect(summary(table)[1]).toEqual(['b', 'number', [null, null]]);
  expect(table.warnings).toEqual(['Column "b" has no value in any row.']);
});

test('without a header the columns are numbered, and the first line is a row', async () => {
  const table = await read('1,a\n2,b', { header: false });
  expect(summary(table)).toEqual([
    ['0', 'number', [1, 2]],
    ['1', 'category', ['a', 'b']],
  ]);
});

test('an empty first name, as R writes it above row names, becomes a name', async () => {
  expect((await read('"","x"\n"1",2\n')).columns.map(({ name }) => name)).toEqual(['column 1', 'x']);
});

test.each([
  ['', 'data/a.csv: expected a header and rows, found an empty object'],
  ['\n \n', 'data/a.csv: expected a header and rows, found an empty object'],
  ['a,b\n', 'data/a.csv: expected rows below the header, found none'],
  ['a,b,a\n1,2,3\n', 'data/a.csv, line 1: expected each name once, found "a" as columns 1 and 3'],
  ['a,,b\n1,2,3\n', 'data/a.csv, line 1: expected a name for column 2 of 3, found none'],
  ['1,1,5\n1,2,3\n', 'found "1" as columns 1 and 2. If the first line is data, write data.header: false'],
  [',column 1\n1,2\n', 'data/a.csv, line 1: expected each name once, found "column 1" as columns 1 and 2'],
  ['a,b\n1,2\n3\n', 'data/a.csv, line 3: expected 2 cells, found 1: none for column "b"'],
  ['a,b\n1,2\n\n3,4,5\n', 'data/a.csv, line 4: expected 2 cells, found 3'],
  ['a\n"1', 'data/a.csv, line 2: expected a closing quote'],
  ['a\n1\0', 'data/a.csv, line 2: expected text, found a NUL byte'],
])('%j is refused with what was expected and found', async (text, message) => {
  expect(await refusal(text)).toContain(message);
});

test('text that is not UTF-8 is refused where it stands', async () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  expect(await refusal(bytes('a,b\n1,x\n2,caf\xe9\n'))).toContain(
    'data/a.csv, line 3, column "b": expected UTF-8 text, found bytes that are not',
  );
  expect(await refusal(bytes('a,b\n1,2\n2,caf\xe9\n'))).toContain('line 3, column "b": expected UTF-8');
  expect(await refusal(bytes('a,\xe9\n1,2\n'))).toContain('line 1, name of column 2: expected UTF-8');
});

test('too many columns are refused before any row is kept', async () => {
  const header = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',');
  expect(await refusal(`${header}\n`)).toContain('data/a.csv, line 1: expected at most 4096 columns, found 10000');
  expect(await refusal('a,b\n1,2\n', { limits: { columns: 1 } })).toContain('expected at most 1 columns, found 2');
});

test('later objects are matched by name, whatever the order of their columns and of the list', async () => {
  const table = await readTable([
    bytesObject('d/2.csv', 'cut,price\nFair,3\n'),
    bytesObject('d/1.csv', 'price,cut\n1,Ideal\n2,Good\n'),
  ]);
  expect(summary(table)).toEqual([
    ['price', 'number', [1, 2, 3]],
    ['cut', 'category', ['Ideal', 'Good', 'Fair']],
  ]);
  expect(table.objects).toEqual([
    { key: 'd/1.csv', size: 25, firstRow: 0, rowCount: 2 },
    { key: 'd/2.csv', size: 17, firstRow: 2, rowCount: 1 },
  ]);
  expect(table.blocks.map(({ firstRow, rowCount }) => [firstRow, rowCount])).toEqual([
    [0, 2],
    [2, 1],
  ]);
  expect([...table.lines]).toEqual([2, 3, 2]);
});

test('a mixed column is read again in every object, in the order of its columns', async () => {
  const table = await readTable([
    bytesObject('d/1.csv', 'a,b\n1,01\n2,2\n'),
    bytesObject('d/2.csv', 'b,a\nx,3\ny,4\n'),
  ]);
  expect(summary(table)[1]).toEqual(['b', 'category', ['01', '2', 'x', 'y']]);
});

test('objects stand in byte order of their keys, which is not that of UTF-16', async () => {
  const keys = ['d/\uff5e', 'd/𝄞', 'd/Z', 'd/a'];
  const table = await readTable(keys.map((key) => bytesObject(key, 'a\n1\n')));
  expect(table.objects.map(({ key }) => key)).toEqual(['d/Z', 'd/a', 'd/\uff5e', 'd/𝄞']);
});

test('an object whose columns differ is refused with the differences', async () => {
  const objects = [bytesObject('d/1.csv', 'a,b,c\n1,2,3\n'), bytesObject('d/2.csv', 'c,d\n1,2\n')];
  await expect(readTable(objects)).rejects.toThrow(
    'd/2.csv, line 1: expected the columns of d/1.csv, found them without "a", "b" and with "d"',
  );
});

test('empty objects among others are skipped with a warning', async () => {
  const table = await readTable([
    bytesObject('d/0.csv', ''),
    bytesObject('d/1.csv', 'a\n1\n'),
    bytesObject('d/2.csv', 'a\n'),
  ]);
  expect(table.rowCount).toBe(1);
  expect(table.warnings).toEqual(['d/0.csv holds nothing.', 'd/2.csv holds a header and no rows.']);
  await expect(readTable([bytesObject('a', ''), bytesObject('b', '')])).rejects.toThrow(
    'a and 1 more: expected a header and rows',
  );
  await expect(readTable([])).rejects.toThrow('expected an object with rows, found no objects');
});

test('equal rows have equal hashes, whatever the quoting, the object and the order of its columns', async () => {
  const table = await readTable([
    bytesObject('d/1.csv', 'a,b\n1,x\n2,y\n"1","x"\n1x,\n,1x\n'),
    bytesObject('d/2.csv', 'b,a\r\nx,1\r\n1,x\r\n'),
  ]);
  const [first, second, quoted, joined, swapped, elsewhere, crossed] = table.rowHashes;
  expect(quoted).toBe(first);
  expect(elsewhere).toBe(first);
  expect(new Set([first, second, joined, swapped, crossed]).size).toBe(5);
});

test('a block is named by its columns and its text, not by its key, and any change gives another name', async () => {
  const hashesOf = async (key: string, text: string) =>
    (await readTable([bytesObject(key, text)])).blocks.map(({ hash }) => hash);
  const expected = textHash('["a","b"]', new TextEncoder().encode('1,x\r\n\r\n"2",y'));
  expect(await hashesOf('one.csv', '\ufeffa,b\r\n1,x\r\n\r\n"2",y')).toEqual([expected]);
  expect(await hashesOf('two.csv', '"a",b\n1,x\r\n\r\n"2",y')).toEqual([expected]);
  for (const other of ['a,c\n1,x\r\n\r\n"2",y', 'a,b\n1,x\r\n\r\n"3",y', 'b,a\n1,x\r\n\r\n"2",y']) {
    expect(await hashesOf('one.csv', other)).not.toEqual([expected]);
  }
});

test('blocks end after 65,536 rows and where 8 MiB of text end, and do not follow the chunks', async () => {
  // Rows of 199 bytes below a header of 4: the row that 8 MiB cut belongs to where it begins.
  const wide = `a,b\n${`1,"${'x'.repeat(194)}"\n`.repeat(50_000)}`;
  // Rows of 2 bytes below a header of 2: only the count of rows cuts them.
  const narrow = `a\n${'1\n'.repeat(70_000)}`;
  const blocksOf = async (text: string, chunkBytes: number) =>
    (await readTable([bytesObject('a', text, { chunkBytes })])).blocks;

  const [blocks, narrowBlocks] = [await blocksOf(wide, 1 << 20), await blocksOf(narrow, 1 << 20)];
  const rowsIn8MiB = Math.ceil((8 * 1024 * 1024 - 4) / 199);
  expect(blocks.map(({ firstRow, rowCount }) => [firstRow, rowCount])).toEqual([
    [0, rowsIn8MiB],
    [rowsIn8MiB, 50_000 - rowsIn8MiB],
  ]);
  expect(narrowBlocks.map(({ firstRow, rowCount }) => [firstRow, rowCount])).toEqual([
    [0, 65_536],
    [65_536, 4_464],
  ]);
  expect(narrowBlocks[1].hash).toBe(textHash('["a"]', new TextEncoder().encode('1\n'.repeat(4_464))));
  expect(await blocksOf(wide, 777)).toEqual(blocks);
  expect(await blocksOf(narrow, 3)).toEqual(narrowBlocks);
});

test('the table is the same whatever the chunks', async () => {
  const text = '\ufeffa,b\r\n"1\r\n2",é\r\n,"q""q"\r\n3,\n';
  const whole = await read(text);
  for (let chunkBytes = 1; chunkBytes < text.length; chunkBytes++) {
    expect(await readTable([bytesObject('data/a.csv', text, { chunkBytes })])).toEqual(whole);
  }
});

test('numbers and texts survive being written and read', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 5 }).map((value) => `t${value.replaceAll('\0', '')}t`);
  const row = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), text);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 300 }), async (rows) => {
      const lines = rows.map(([number, value]) => `${number},"${value.replaceAll('"', '""')}"\n`);
      const table = await read(`n,t\n${lines.join('')}`);
      expect(cellsOf(table.columns[0])).toEqual(rows.map(([number]) => Number(String(number))));
      expect(cellsOf(table.columns[1])).toEqual(rows.map(([, value]) => value));
    }),
    { numRuns: 100 },
  );
});

test('a column of many different texts keeps each of them', async () => {
  const texts = Array.from({ length: 5_000 }, (_, i) => `key ${(i * 7919) % 5_000}`);
  expect(cellsOf((await read(`k\n${texts.join('\n')}`)).columns[0])).toEqual(texts);
});

test.each([',', '\t', ';', '|'])('cells separated by %j are found by looking', async (separator) => {
  const rows = [
    ['a', '"b,c;d"'],
    ['1', '"x"'],
    ['2', ''],
  ];
  const table = await read(rows.map((cells) => `${cells.join(separator)}\n`).join(''));
  expect(summary(table)).toEqual([
    ['a', 'number', [1, 2]],
    ['b,c;d', 'category', ['x', null]],
  ]);
});

test('an object that changes between the passes is a conflict', async () => {
  let reads = 0;
  const object: DataObject = {
    ...bytesObject('a.csv', ''),
    async *read() {
      yield new TextEncoder().encode(reads++ === 0 ? 'a\n1\nx\n' : 'a\n1\n');
    },
  };
  await expect(readTable([object])).rejects.toThrow(ConflictError);
});
