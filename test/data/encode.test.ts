import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/errors.ts';
import { type Encoding, encodeRecord, encodeRows, encodingKinds, fitEncoding } from '../../lib/data/encode.ts';
import { type ReadOptions, readTable } from '../../lib/data/read.ts';
import type { Table } from '../../lib/data/table.ts';
import { bytesObject } from '../support/bytes-object.ts';

const tableOf = (text: string, options?: ReadOptions) => readTable([bytesObject('a.csv', text)], options);
const rowsOf = (start: number, end: number) => Int32Array.from({ length: end - start }, (_, i) => start + i);
const allRows = (table: Table) => rowsOf(0, table.rowCount);

type Cell = number | 'NaN';
interface NumericCase {
  name: string;
  train: Cell[][];
  test: Cell[][];
  expected: Record<
    'StandardScaler' | 'SimpleImputer_mean' | 'SimpleImputer_most_frequent',
    { value: Record<string, number[][]> }
  >;
}
interface CategoricalCase {
  name: string;
  train: string[];
  test: string[];
  OneHotEncoder_ignore: { value: { categories: string[][]; train: number[][]; test: { value: number[][] } } };
}
const golden: { numeric: NumericCase[]; categorical: CategoricalCase[] } = JSON.parse(
  readFileSync(new URL('../golden/preprocessing.json', import.meta.url), 'utf8'),
);

async function numericTable({ train, test: held }: NumericCase) {
  const cell = (value: Cell) => (value === 'NaN' ? '' : String(value));
  const lines = [...train, ...held].map((row) => row.map(cell).join(','));
  const table = await tableOf(`${train[0].map((_, i) => `c${i}`).join(',')}\n${lines.join('\n')}\n`);
  return { table, training: rowsOf(0, train.length), held: rowsOf(train.length, train.length + held.length) };
}

function expectRows(found: Float32Array, expected: number[][], columns: number[], tolerance: number): void {
  const flat = expected.flatMap((row) => columns.map((column) => row[column]));
  expect(found).toHaveLength(flat.length);
  for (const [i, value] of flat.entries()) {
    expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
  }
}

const withSpread = golden.numeric.filter(({ name, train }) => train.length > 1 && name !== 'with NaN');

test.each(withSpread)('numbers are standardised as scikit-learn does: $name', async (example) => {
  const { table, training, held } = await numericTable(example);
  const encoding = fitEncoding(table, training);
  const {
    mean_,
    scale_,
    train,
    test: heldOut,
  } = example.expected.StandardScaler.value as unknown as {
    mean_: number[];
    scale_: number[];
    train: number[][];
    test: number[][];
  };
  const columns = encoding.features.map(({ name }) => Number(name.slice(1)));
  for (const feature of encoding.features) {
    const i = Number(feature.name.slice(1));
    if (feature.kind !== 'number') throw new Error('expected numbers');
    expect(Math.abs(feature.mean / mean_[i] - 1)).toBeLessThan(1e-14);
    expect(Math.abs(feature.scale / scale_[i] - 1)).toBeLessThan(1e-13);
  }
  expectRows(encodeRows(encoding, table, training).data, train, columns, 2 ** -24);
  expectRows(encodeRows(encoding, table, held).data, heldOut, columns, 2 ** -24);
});

test.each([
  ['mean', 'SimpleImputer_mean'],
  ['mostFrequent', 'SimpleImputer_most_frequent'],
] as const)('missing numbers become the %s of the training rows, as in scikit-learn', async (impute, name) => {
  const example = golden.numeric.find((candidate) => candidate.name === 'with NaN') as NumericCase;
  const { table, training, held } = await numericTable(example);
  const encoding = fitEncoding(table, training, { impute, scale: 'none' });
  const { train, test: heldOut } = example.expected[name].value;
  expectRows(encodeRows(encoding, table, training).data, train, [0, 1], 2 ** -24);
  expectRows(encodeRows(encoding, table, held).data, heldOut, [0, 1], 2 ** -24);
});

test('imputed cells count in the mean and scale', async () => {
  // By hand: 1, 2, 4 have the mean 7/3, which fills the gap; the squared deviations add up to 42/9 over four cells.
  const table = await tableOf('x,y\n1,0\n2,1\n,0\n4,1\n');
  const [feature] = fitEncoding(table, allRows(table)).features;
  expect(feature).toMatchObject({ kind: 'number', name: 'x' });
  if (feature.kind !== 'number') return;
  expect(feature.impute).toBeCloseTo(7 / 3, 15);
  expect(feature.mean).toBeCloseTo(7 / 3, 15);
  expect(feature.scale).toBeCloseTo(Math.sqrt(7 / 6), 15);
});

const oneHot = golden.categorical.filter(({ name }) => name === 'ocean' || name === 'mixed case & unicode');

test.each(oneHot)('categories become columns as in scikit-learn, unknown ones zeros: $name', async (example) => {
  const table = await tableOf(`c\n${[...example.train, ...example.test].join('\n')}\n`);
  const encoding = fitEncoding(table, rowsOf(0, example.train.length));
  const { categories, train, test: heldOut } = example.OneHotEncoder_ignore.value;
  expect(encoding.columns).toEqual(categories[0].map((level) => ({ name: `c=${level}`, feature: 'c', level })));

  const warnings: string[] = [];
  const columns = categories[0].map((_, i) => i);
  expectRows(encodeRows(encoding, table, rowsOf(0, example.train.length), warnings).data, train, columns, 0);
  expect(warnings).toEqual([]);
  expectRows(
    encodeRows(encoding, table, rowsOf(example.train.length, table.rowCount), warnings).data,
    heldOut.value,
    columns,
    0,
  );
  const unknown = example.test.find((level) => !example.train.includes(level));
  expect(warnings).toEqual([`Column "c": a value not in the training data ("${unknown}").`]);
});

test('a missing category becomes the most frequent level, of equally frequent ones the first in order', async () => {
  const table = await tableOf('c,d\nb,x\na,y\n,x\nb,\na,x\n');
  const encoding = fitEncoding(table, allRows(table));
  expect(encoding.features).toEqual([
    { kind: 'category', name: 'c', impute: 'a', levels: ['a', 'b'] },
    { kind: 'category', name: 'd', impute: 'x', levels: ['x', 'y'] },
  ]);
  expect([...encodeRows(encoding, table, Int32Array.of(2, 3)).data]).toEqual([1, 0, 1, 0, 0, 1, 1, 0]);
});

test('only training rows are looked at', async () => {
  const table = await tableOf('x,c\n1,a\n3,b\n1000,z\n,a\n');
  const encoding = fitEncoding(table, rowsOf(0, 2));
  expect(encoding.features).toEqual([
    { kind: 'number', name: 'x', impute: 2, mean: 2, scale: 1 },
    { kind: 'category', name: 'c', impute: 'a', levels: ['a', 'b'] },
  ]);
  expect([...encodeRows(encoding, table, rowsOf(2, 4)).data]).toEqual([998, 0, 0, 0, 1, 0]);
});

test('what can teach nothing is left out, with the reason', async () => {
  const rows = Array.from(
    { length: 2_100 },
    (_, i) => `${i % 5},7,,same,id${i},one two ${i},${i % 3 ? '' : 4},${i + 7}`,
  );
  const table = await tableOf(`x,seven,none,same,id,texts,four,row_id\n${rows.join('\n')}\n`);
  const encoding = fitEncoding(table, allRows(table));
  expect(encoding.features.map(({ name }) => name)).toEqual(['x']);
  expect(encoding.leftOut).toEqual([
    { name: 'seven', reason: 'constant in the training rows' },
    { name: 'none', reason: 'missing in all training rows' },
    { name: 'same', reason: 'constant in the training rows' },
    { name: 'id', reason: '2100 different values in 2100 training rows: it looks like an identifier' },
    {
      name: 'texts',
      reason:
        'text (2100 different values in 2100 training rows, of 3.0 words on average); ' +
        'it is used when its preparation says encode: ngrams',
    },
    { name: 'four', reason: 'constant in the training rows' },
    { name: 'row_id', reason: '2100 different whole numbers, and the name says so' },
  ]);
});

test('features and exclude choose columns, which stay in the order of the table', async () => {
  const table = await tableOf('a,b,c,d\n1,2,3,4\n2,3,4,6\n');
  const names = (options: object) => fitEncoding(table, allRows(table), options).columns.map(({ name }) => name);
  expect(names({ exclude: ['b'] })).toEqual(['a', 'c', 'd']);
  expect(names({ features: ['d', 'b', 'a'], exclude: ['b'] })).toEqual(['a', 'd']);
});

test('unknown names and an encoding of nothing are refused', async () => {
  const table = await tableOf('price,cut\n1,a\n1,a\n');
  const rows = allRows(table);
  expect(() => fitEncoding(table, rows, { exclude: ['prise'] })).toThrow(
    'expected a column "prise" (excluded), found the columns "price", "cut". Did you mean "price"?',
  );
  expect(() => fitEncoding(table, rows, { features: ['cost'] })).toThrow('expected a column "cost" (feature)');
  expect(() => fitEncoding(table, rows)).toThrow(
    'expected a feature to learn from, found none that can serve: "price" (constant in the training rows), "cut" (constant',
  );
});

test('numbers that float32 or the sums can not hold are refused by name', async () => {
  const huge = await tableOf('x\n1e200\n-1e200\n');
  expect(() => fitEncoding(huge, allRows(huge))).toThrow('column "x": expected numbers whose squares can be summed');
  const encoding = fitEncoding(huge, allRows(huge), { scale: 'none' });
  expect(() => encodeRows(encoding, huge, allRows(huge))).toThrow(
    'a.csv, line 2, column "x": expected a number that fits a float32',
  );
  expect(() => encodeRecord(encoding, { x: 1e200 }, new Float32Array(1), 0)).toThrow(
    'column "x": expected a number that fits',
  );
});

const mixed = await tableOf('x,c,flag,n\n1,a,True,1.0\n2.5,b,False,2.0\n,"a ""q""",True,\n-3,,False,1.0\n', {
  kinds: { n: 'category' },
});
const encoding = fitEncoding(mixed, allRows(mixed));

function record(value: Record<string, unknown>, fitted = encoding) {
  const out = new Float32Array(fitted.columns.length + 2).fill(9);
  const warnings = encodeRecord(fitted, value, out, 1);
  expect([out[0], out[out.length - 1]]).toEqual([9, 9]);
  return { values: out.slice(1, -1), warnings };
}

test('an encoding survives JSON to the bit', () => {
  const saved: Encoding = JSON.parse(JSON.stringify(encoding));
  expect(saved).toEqual(encoding);
  expect(encodeRows(saved, mixed, allRows(mixed))).toEqual(encodeRows(encoding, mixed, allRows(mixed)));
  expect(encodingKinds(saved)).toEqual({ x: 'number', c: 'category', flag: 'category', n: 'category' });
});

test('a record and a row of the same cells have the same bits', async () => {
  const text = fc.constantFrom('a', 'b', 'a "q"', 'unknown', '', 'NA', ' NaN ');
  const number = fc.oneof(
    fc.double({ noNaN: true, min: -1e30, max: 1e30 }).map(String),
    fc.constantFrom('', 'n/a', ' 7 ', '1e3'),
  );
  await fc.assert(
    fc.asyncProperty(number, text, fc.boolean(), async (x, c, asNumber) => {
      const table = await tableOf(`c,x,n,flag\n"${c.replaceAll('"', '""')}",${x},1.0,True\n`, {
        kinds: encodingKinds(encoding),
      });
      const fromRow = encodeRows(encoding, table, allRows(table)).data;
      const cell = asNumber && Number.isFinite(Number(x)) && x.trim() !== '' ? Number(x) : x;
      expect(record({ x: cell, c, flag: 'True', n: '1.0' }).values).toEqual(fromRow);
    }),
    { numRuns: 300 },
  );
});

test('null, an absent field and a missing token are imputed alike; an absent field is told', () => {
  const { values: expected, warnings } = record({});
  expect(warnings).toEqual([
    'Fields "x", "c", "flag", "n" are not there and taken as missing; null says that without a warning.',
  ]);
  expect(record({ x: null, c: null, flag: null }).warnings).toEqual([
    'Field "n" is not there and taken as missing; null says that without a warning.',
  ]);
  expect(record({ x: null, c: null, flag: undefined, n: 'NA' })).toEqual({ values: expected, warnings: [] });
  expect(record({ x: 'n/a', c: '', flag: 'null', n: ' ' })).toEqual({ values: expected, warnings: [] });
});

test('a boolean or a number means the level that spells it', () => {
  const expected = record({ flag: 'True', n: '1.0' });
  expect(record({ flag: true, n: 1 })).toEqual(expected);
  expect(record({ x: 1, c: null, flag: 'true', n: null }).warnings).toEqual([
    'Column "flag": a value not in the training data ("true").',
  ]);
});

test('of two levels with one value a number means the one it spells, else the first', async () => {
  const table = await tableOf('n\n1.0\n1.00\n2\n2.0\n', { kinds: { n: 'category' } });
  const fitted = fitEncoding(table, allRows(table));
  expect([...record({ n: 1 }, fitted).values]).toEqual([1, 0, 0, 0]);
  expect([...record({ n: 2 }, fitted).values]).toEqual([0, 0, 1, 0]);
});

test('unknown fields and levels are warned of, and names that objects inherit are not found in a record', async () => {
  const { values, warnings } = record({ x: null, c: 'z', flag: null, n: null, colour: 1 });
  expect(warnings).toEqual([
    'Field "colour" is not known to the model and was ignored.',
    'Column "c": a value not in the training data ("z").',
  ]);
  expect([...values.slice(1, 4)]).toEqual([0, 0, 0]);

  const table = await tableOf('constructor,y\n1,0\n3,1\n');
  const inherited = fitEncoding(table, allRows(table));
  expect(record({ y: 0 }, inherited)).toEqual({
    values: Float32Array.of(0, -1),
    warnings: ['Field "constructor" is not there and taken as missing; null says that without a warning.'],
  });
});

test('a field that was left out in training is no unknown field', async () => {
  const table = await tableOf('x,same\n1,k\n2,k\n');
  expect(record({ x: 1, same: 'k' }, fitEncoding(table, allRows(table))).warnings).toEqual([]);
});

test.each([
  [{ x: 'abc' }, 'field "x": expected a finite number, found "abc"'],
  [{ x: true }, 'field "x": expected a finite number, found true'],
  [{ x: Number.NaN }, 'field "x": expected a finite number, found NaN'],
  [{ x: 'inf' }, 'field "x": expected a finite number, found "inf"'],
  [{ x: [1] }, 'field "x": expected a finite number, found an array'],
  [{ c: { a: 1 } }, 'field "c": expected a text, number or boolean, found an object'],
  [{ c: Number.POSITIVE_INFINITY }, 'field "c": expected a text, number or boolean, found Infinity'],
])('%j is refused, naming the field', (value, message) => {
  expect(() => record(value)).toThrow(InputError);
  expect(() => record(value)).toThrow(message);
});

test('another table needs the columns, in any order and of the same kind', async () => {
  const fitted = fitEncoding(await tableOf('x,c\n1,a\n3,b\n'), rowsOf(0, 2));
  const encode = async (text: string) => {
    const table = await tableOf(text);
    return [...encodeRows(fitted, table, allRows(table)).data];
  };
  expect(await encode('c,other,x\nb,5,3\n')).toEqual([1, 0, 1]);
  expect(await encode('c,x\n,\n')).toEqual([0, 1, 0]);
  await expect(encode('c\nb\n')).rejects.toThrow('expected a column "x" (feature), found the columns "c"');
  await expect(encode('x,c\n1,5\n')).rejects.toThrow(
    'a.csv, column "c": expected categories as in the training data, found numbers',
  );
  await expect(encode('x,c\nfoo,a\n')).rejects.toThrow(
    'a.csv, column "x": expected numbers as in the training data, found categories',
  );
});
