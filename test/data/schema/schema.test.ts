import { describe, expect, test } from 'vitest';
import { encodeRows, fitEncoding } from '../../../lib/data/encode.ts';
import { readTable } from '../../../lib/data/read.ts';
import { describeColumns, type SchemaKind } from '../../../lib/data/schema/kinds.ts';
import { checkSchema, conformTable, fitSchema, schemaKinds } from '../../../lib/data/schema/schema.ts';
import type { Table } from '../../../lib/data/table.ts';
import { bytesObject } from '../../support/bytes-object.ts';

const tableOf = (text: string, kinds: Record<string, 'number' | 'category'> = {}) =>
  readTable([bytesObject('a.csv', text)], { kinds });
const allRows = (table: Table) => Int32Array.from({ length: table.rowCount }, (_, row) => row);

describe('kinds', () => {
  const thirty = (cell: (i: number) => string | number) => Array.from({ length: 30 }, (_, i) => `"${cell(i)}"`);
  const cases: [string, string, string[], SchemaKind, string][] = [
    ['numbers', 'x', thirty((i) => i / 4), 'number', '30 cells are numbers, 22 of them not whole'],
    ['whole numbers', 'x', thirty((i) => i), 'integer', '30 cells are whole numbers'],
    [
      'whole numbers with an identifier’s name',
      'customer_id',
      thirty((i) => i * 3),
      'identifier',
      '30 different whole numbers, and the name says so',
    ],
    ['repeated numbers with such a name', 'id', thirty((i) => i % 7), 'integer', '30 cells are whole numbers'],
    ['a name that only ends alike', 'paid', thirty((i) => i), 'integer', '30 cells are whole numbers'],
    ['zero and one', 'x', thirty((i) => i % 2), 'integer', '30 cells are whole numbers'],
    ['one number', 'x', thirty(() => 3), 'constant', 'every value is 3'],
    ['one text', 'x', thirty(() => 'a'), 'constant', 'every value is "a"'],
    ['nothing', 'x', thirty(() => ''), 'constant', 'no cell has a value'],
    ['true and false', 'x', thirty((i) => (i % 2 ? 'True' : 'False')), 'boolean', 'two values, "False" and "True"'],
    ['yes and no', 'x', thirty((i) => (i % 2 ? 'yes' : 'no')), 'boolean', 'two values, "no" and "yes"'],
    ['two other texts', 'x', thirty((i) => (i % 2 ? 'yes' : 'maybe')), 'category', '2 different values in 30 cells'],
    [
      'dates',
      'x',
      thirty((i) => `2024-02-${(i % 28) + 1}`),
      'date-time',
      '30 of 30 cells are dates, such as "2024-02-1"',
    ],
    [
      'dates and one word',
      'x',
      thirty((i) => (i ? `1.2.${2000 + i}` : 'never')),
      'date-time',
      '29 of 30 cells are dates, such as "1.2.2001"',
    ],
    [
      'different codes',
      'x',
      thirty((i) => `c${i}`),
      'identifier',
      '30 different values in 30 rows: it looks like an identifier',
    ],
    [
      'sentences',
      'x',
      thirty((i) => `the house number ${i}`),
      'text',
      '30 different values in 30 rows, of 4.0 words on average',
    ],
    [
      'repeated sentences',
      'x',
      thirty((i) => `the house number ${i % 8}`),
      'category',
      '8 different values in 30 cells',
    ],
  ];

  test.each(cases)('%s', async (_, name, lines, kind, reason) => {
    const [found] = describeColumns(await tableOf(`${name}\n${lines.join('\n')}\n`));
    expect(found).toEqual({ name, kind, reason });
  });

  test('the user’s word wins, and only the rows given are looked at', async () => {
    const table = await tableOf('x,y\n1,a\n1,b\n2.5,c\n');
    expect(describeColumns(table, { declared: { y: 'text' } })[1]).toEqual({
      name: 'y',
      kind: 'text',
      reason: 'declared by the request',
    });
    expect(describeColumns(table, { rows: Int32Array.of(0, 1) })[0].kind).toBe('constant');
  });
});

const training = await tableOf(
  'price,rooms,zone,sold,note\n' +
    Array.from(
      { length: 40 },
      (_, i) => `${100 + i},${i % 5 ? i % 4 : ''},${'ab'[i % 2]},2024-01-${(i % 28) + 1},n${i}`,
    ).join('\n'),
);
const schema = fitSchema(training, allRows(training), {
  roleOf: (name) => (name === 'price' ? 'target' : name === 'note' ? 'unused' : 'feature'),
});

test('a schema holds kinds, roles, ranges, levels and missing shares, and survives JSON', () => {
  expect(schema.columns).toEqual([
    {
      name: 'price',
      kind: 'integer',
      reason: '40 cells are whole numbers',
      storage: 'number',
      role: 'target',
      missingShare: 0,
      min: 100,
      max: 139,
    },
    {
      name: 'rooms',
      kind: 'integer',
      reason: '32 cells are whole numbers',
      storage: 'number',
      role: 'feature',
      missingShare: 0.2,
      min: 0,
      max: 3,
    },
    {
      name: 'zone',
      kind: 'category',
      reason: '2 different values in 40 cells',
      storage: 'category',
      role: 'feature',
      missingShare: 0,
      levels: ['a', 'b'],
    },
    {
      name: 'sold',
      kind: 'date-time',
      reason: '40 of 40 cells are dates, such as "2024-01-1"',
      storage: 'category',
      role: 'feature',
      missingShare: 0,
      order: 'monthFirst',
      min: Date.UTC(2024, 0, 1) / 1000,
      max: Date.UTC(2024, 0, 28) / 1000,
    },
    {
      name: 'note',
      kind: 'identifier',
      reason: '40 different values in 40 training rows: it looks like an identifier',
      storage: 'category',
      role: 'unused',
      missingShare: 0,
    },
  ]);
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

describe('a later table', () => {
  const later = async (...lines: string[]) => tableOf(`rooms,zone,sold\n${lines.join('\n')}\n`, schemaKinds(schema));

  test('that keeps to the schema is not spoken of, be the target there or not', async () => {
    expect(checkSchema(schema, await later('1,a,2024-01-05', '5,b,2024-02-03'))).toEqual([]);
    expect(checkSchema(schema, training)).toEqual([]);
  });

  test.each([
    [
      'new levels',
      ['1,a,2024-01-05', '2,c,2024-01-05', '3,c,2024-01-05'],
      'Column "zone": 2 of 3 cells hold what the training data did not: "c".',
    ],
    [
      'numbers far outside',
      ['1,a,2024-01-05', '7,a,2024-01-05', '-99,b,2024-01-05'],
      'Column "rooms": 2 values are far outside the training range of 0 to 3, such as -99.',
    ],
    [
      'dates far outside',
      ['1,a,2024-01-05', '2,a,1999-01-05'],
      'Column "sold": a value is far outside the training range of 2024-01-01T00:00:00Z to 2024-01-28T00:00:00Z, such as 1999-01-05T00:00:00Z.',
    ],
    [
      'more missing cells',
      ['1,a,2024-01-05', ',a,2024-01-05', '3,b,2024-01-05'],
      'Column "rooms": 33.3% of the cells have no value, 20% in the training data.',
    ],
    ['no value', [',a,2024-01-05', ',b,2024-01-05'], 'Column "rooms": no cell has a value.'],
    [
      'words for numbers',
      ['one,a,2024-01-05', 'two,b,2024-01-05', '3,b,2024-01-05'],
      'Column "rooms": expected numbers as in the training data, found "one", "two" in 2 of 3 cells, which count as missing.',
    ],
    [
      'what is no date',
      ['1,a,soon', '2,b,2024-01-05'],
      'Column "sold": expected dates as in the training data, found "soon" in 1 of 2 cells, which count as missing.',
    ],
  ])('with %s is told', async (_, lines, sentence) => {
    expect(checkSchema(schema, await later(...lines))).toContain(sentence);
  });

  test('with another column is told, and without a needed one refused by its name', async () => {
    const wider = await tableOf('rooms,zone,sold,extra\n1,a,2024-01-05,7\n');
    expect(checkSchema(schema, wider)).toEqual(['Column "extra" was not in the training data, and was ignored.']);
    const narrower = await tableOf('rooms,sold\n1,2024-01-05\n');
    expect(() => checkSchema(schema, narrower)).toThrow(
      'expected a column "zone" (feature), found the columns "rooms", "sold"',
    );
  });

  test('of another type is encoded, what is no number being missing', async () => {
    const encoding = fitEncoding(training, allRows(training), {
      features: ['rooms', 'zone'],
      scale: 'none',
      impute: { constant: -1 },
    });
    const table = await tableOf('rooms,zone\none,7\n2,8\nthree,a\n');
    expect(table.columns.map(({ kind }) => kind)).toEqual(['category', 'category']);
    const { data } = encodeRows(encoding, conformTable(schema, table), allRows(table));
    expect([...data]).toEqual([-1, 0, 0, 2, 0, 0, -1, 1, 0]);
    const numbers = await tableOf('rooms,zone\n1,7\n2,8\n');
    expect([...encodeRows(encoding, conformTable(schema, numbers), allRows(numbers)).data]).toEqual([1, 0, 0, 2, 0, 0]);
  });
});
