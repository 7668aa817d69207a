import { expect, test } from 'vitest';
import { readTable } from '../../lib/data/read.ts';
import { bytesObject } from '../support/bytes-object.ts';

const read = (text: string | Uint8Array, list = 3, more = {}) =>
  readTable([bytesObject('a.csv', text)], { badRows: { list }, ...more });

/** Rows of two numbers, except for the lines given, by line number. */
const rowsWith = (others: Record<number, string>, count = 100) =>
  ['x,y', ...Array.from({ length: count }, (_, i) => others[i + 2] ?? `${i},${i * 2}`)].join('\n');

test('bad cells and rows are counted, the first are told in their order, and reading goes on', async () => {
  const table = await read(rowsWith({ 5: '1,?', 9: 'inf,4', 12: '1', 20: 'a,b', 30: '1,2,3' }));
  expect(table.bad).toEqual({
    count: 6,
    first: [
      {
        key: 'a.csv',
        line: 5,
        column: 'y',
        sentence: 'a.csv, line 5, column "y": expected a number, found "?"',
        advice: 'Mend the cell, or leave it empty when the value is unknown, or declare "y" a category',
      },
      expect.objectContaining({
        line: 9,
        column: 'x',
        sentence: 'a.csv, line 9, column "x": expected a finite number, found "inf"',
      }),
      { key: 'a.csv', line: 12, sentence: 'a.csv, line 12: expected 2 cells, found 1: none for column "y"' },
    ],
  });
  // Rows that can't be cut into cells are left out; bad cells are missing, but their rows are kept.
  expect(table.rowCount).toBe(98);
  const [x, y] = table.columns.map((column) => (column.kind === 'number' ? column.values : []));
  expect([x[3], y[3], x[7], y[7]]).toEqual([1, Number.NaN, Number.NaN, 4]);
});

test('what is bad in several objects is told in the order of the objects', async () => {
  const objects = [bytesObject('b.csv', rowsWith({ 3: '?,1' })), bytesObject('a.csv', rowsWith({ 9: '1,?', 20: '1' }))];
  const { bad } = await readTable(objects, { badRows: { list: 5 } });
  expect(bad?.first.map(({ key, line }) => [key, line])).toEqual([
    ['a.csv', 9],
    ['a.csv', 20],
    ['b.csv', 3],
  ]);
});

test('a column that is read again as numbers reports its bad cells once', async () => {
  const { bad, columns } = await read(rowsWith({ 2: 'none yet,1', 50: 'lost,2' }));
  expect(columns[0].kind).toBe('number');
  expect(bad?.count).toBe(2);
  expect(bad?.first.map(({ line, column }) => [line, column])).toEqual([
    [2, 'x'],
    [50, 'x'],
  ]);
});

test('cells of a text column that are not UTF-8 are reported, and missing', async () => {
  const text = new TextEncoder().encode('t,y\nok,1\n?bad,2\nok,3\n');
  text[text.indexOf(0x3f)] = 0xff;
  const { bad, columns } = await read(text);
  expect(bad).toMatchObject({ count: 1, first: [{ line: 3, column: 't' }] });
  expect(columns[0]).toMatchObject({ kind: 'category', codes: Int32Array.of(0, -1, 0) });
});

test('data without errors gives an empty listing', async () => {
  expect((await read(rowsWith({}))).bad).toEqual({ count: 0, first: [] });
  expect((await readTable([bytesObject('a.csv', rowsWith({}))])).bad).toBeUndefined();
});

test('if no row can be read, the first reason is the error', async () => {
  await expect(read('x,y\n1\n2\n')).rejects.toThrow('a.csv, line 2: expected 2 cells, found 1: none for column "y"');
});
